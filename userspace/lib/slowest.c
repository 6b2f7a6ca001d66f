// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"
#include "core/slowest.h"

/* Each try but the last was cut short by the end of an interval. */
#define MAX_TRIES	64

/**
 * struct ktlat_slowest_map - A mapping of the slowest calls of a probe
 * @base: where it is
 * @size: its size in bytes
 */
struct ktlat_slowest_map {
	void *base;
	size_t size;
};

static int fail_slowest(__u64 id, int code, struct ktlat_error *err)
{
	const char *advice = "see ktlat-ctl status";

	if (code == EPERM || code == EACCES)
		advice = "it takes CAP_PERFMON; run as root";
	else if (code == ENOENT)
		advice = "add it with --slowest";
	return ktl_fail(err, code,
			"cannot map the slowest calls of probe %llu: %s; %s",
			(unsigned long long)id,
			code == ENOENT ? "it keeps none" : strerror(code),
			advice);
}

/* Are @nr parts of @bytes, @stride bytes apart, within @room from @offset on? */
static bool fits(__u64 offset, __u64 nr, __u64 stride, __u64 bytes, __u64 room)
{
	return nr && offset <= room && bytes <= room - offset &&
	       (nr == 1 || (stride >= bytes &&
			    stride <= (room - offset - bytes) / (nr - 1))) &&
	       !((offset | stride) % sizeof(__u64));
}

static bool is_sound(const struct ktlat_slowest_map *map, __u64 id)
{
	const struct ktlat_slowest_header *h = map->base;

	return map->size >= sizeof(*h) && h->magic == KTLAT_SLOWEST_MAGIC &&
	       h->probe_id == id && h->nr_slots <= KTLAT_SLOWEST_MAX &&
	       h->slot_size >= sizeof(struct ktlat_event) &&
	       h->slot_offset >= sizeof(struct ktlat_slowest_bank) &&
	       h->bank_offset >= sizeof(struct ktlat_slowest_context) &&
	       h->cpu_offset >= sizeof(*h) &&
	       fits(h->slot_offset, h->nr_slots, h->slot_size, h->slot_size,
		    h->bank_stride) &&
	       fits(h->bank_offset, 2, h->bank_stride, h->bank_stride,
		    h->context_stride) &&
	       fits(0, h->nr_contexts, h->context_stride, h->context_stride,
		    h->cpu_stride) &&
	       fits(h->cpu_offset, h->nr_cpus, h->cpu_stride, h->cpu_stride,
		    map->size);
}

/**
 * ktlat_map_slowest() - Map the slowest calls of a probe
 * @k: handle
 * @info: the probe
 * @out: where to put the mapping
 * @err: why it failed; ENOENT if the probe keeps none
 */
int ktlat_map_slowest(struct ktlat *k, const struct ktlat_probe_info *info,
		      struct ktlat_slowest_map **out, struct ktlat_error *err)
{
	struct ktlat_slowest_map *map;
	int ret = 0;

	if (!info->slowest_size)
		return fail_slowest(info->id, ENOENT, err);
	if (info->slowest_size > SIZE_MAX)
		return fail_slowest(info->id, EFBIG, err);
	map = malloc(sizeof(*map));
	if (!map)
		return ktl_fail(err, ENOMEM, "out of memory");
	map->size = info->slowest_size;
	map->base = mmap(NULL, map->size, PROT_READ, MAP_SHARED, k->fd,
			 (off_t)info->slowest_offset);
	if (map->base == MAP_FAILED)
		ret = fail_slowest(info->id, errno, err);
	else if (!is_sound(map, info->id))
		ret = ktl_fail(err, EPROTO,
			       "cannot read the slowest calls of probe %llu: their header contradicts itself or the size of the mapping; install ktlat-ctl and the module from the same version",
			       (unsigned long long)info->id);
	if (ret) {
		ktlat_unmap_slowest(map);
		return ret;
	}
	*out = map;
	return 0;
}

/**
 * ktlat_unmap_slowest() - Let go of a mapping
 * @map: mapping, or NULL
 */
void ktlat_unmap_slowest(struct ktlat_slowest_map *map)
{
	if (!map)
		return;
	if (map->base != MAP_FAILED)
		munmap(map->base, map->size);
	free(map);
}

/* Those of one context of a CPU; returns false if it is too late for them. */
static bool merge_context(const struct ktlat_slowest_header *header, __u32 cpu,
			  __u32 context, __u64 interval,
			  struct ktlat_slowest_calls *calls)
{
	struct ktlat_event events[KTLAT_SLOWEST_MAX];
	int nr = ktlat_slowest_read(header, cpu, context, interval, events);
	int i;

	for (i = 0; i < nr; i++) {
		events[i].sequence = interval;
		calls->nr = ktlat_slowest_merge(calls->events, calls->nr,
						header->nr_slots, &events[i]);
	}
	return nr >= 0;
}

static bool merge_interval(const struct ktlat_slowest_header *header,
			   __u64 interval, struct ktlat_slowest_calls *calls)
{
	__u32 cpu, context;

	for (cpu = 0; cpu < header->nr_cpus; cpu++)
		for (context = 0; context < header->nr_contexts; context++)
			if (!merge_context(header, cpu, context, interval,
					   calls))
				return false;
	return true;
}

/* The present interval and the one before; returns false if they have passed. */
static bool read_once(const struct ktlat_slowest_header *header,
		      struct ktlat_slowest_calls *calls)
{
	/* Pairs with the releasing store of the module, see ktlat.h. */
	__u64 complete = env_read_acquire(&header->complete);
	__u64 first = env_read(&header->first);
	__u64 last = env_read(&header->interval);

	*calls = (struct ktlat_slowest_calls){ .complete = complete };
	return (last <= first || merge_interval(header, last - 1, calls)) &&
	       merge_interval(header, last, calls);
}

static __u64 sum_dropped(const struct ktlat_slowest_header *header)
{
	const char *areas = (const char *)header + header->cpu_offset;
	__u64 dropped = 0;
	__u32 cpu, i;

	for (cpu = 0; cpu < header->nr_cpus; cpu++) {
		for (i = 0; i < header->nr_contexts; i++) {
			const struct ktlat_slowest_context *context =
				(const void *)(areas +
					       cpu * header->cpu_stride +
					       i * header->context_stride);

			dropped += env_read(&context->dropped);
		}
	}
	return dropped;
}

/**
 * ktlat_read_slowest() - The slowest calls of the present interval and the one before
 * @map: mapping of them
 * @calls: the calls of both together, the slowest first
 * @err: why it failed
 */
int ktlat_read_slowest(const struct ktlat_slowest_map *map,
		       struct ktlat_slowest_calls *calls,
		       struct ktlat_error *err)
{
	const struct ktlat_slowest_header *header = map->base;
	int tries = MAX_TRIES;

	while (!read_once(header, calls))
		if (!--tries)
			return ktl_fail(err, EAGAIN,
					"cannot read the slowest calls of probe %llu: its intervals pass too fast; choose a longer --interval",
					(unsigned long long)header->probe_id);
	calls->dropped = sum_dropped(header);
	return 0;
}
