// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the figures of a probe out of its mapping, while every CPU goes on
 * counting and somebody may reset the probe. The writer is the module; what
 * it promises stands in ktlat.h, "The mapping of a probe".
 */
#include <stdlib.h>
#include <time.h>

#include "internal.h"

/* Each try but the last was cut short by a reset. */
#define MAX_TRIES	64

/**
 * struct view - A mapping whose layout was checked
 * @base: start of the mapping
 * @header: a copy of its header; the checks hold for this copy only
 * @area: the generation that is read, in the area of CPU 0
 */
struct view {
	const unsigned char *base;
	struct ktlat_map_header header;
	const unsigned char *area;
};

static __u64 load(const __u64 *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

static const struct ktlat_counters *counters_of(const struct view *view,
						__u32 cpu)
{
	return (const void *)(view->area + cpu * view->header.cpu_stride);
}

static const __u64 *buckets_of(const struct view *view, __u32 cpu)
{
	return (const void *)(view->area + cpu * view->header.cpu_stride +
			      view->header.bucket_offset);
}

/* Do @nr areas as the header lays them out end within @size bytes? */
static bool areas_fit(const struct ktlat_map_header *h, __u64 size)
{
	__u64 buckets = (__u64)h->nr_buckets * sizeof(__u64);
	__u64 generation, area, end;

	if (__builtin_add_overflow(h->bucket_offset, buckets, &generation) ||
	    __builtin_add_overflow(h->generation_stride, generation, &area) ||
	    __builtin_mul_overflow(h->cpu_stride, h->nr_cpus - 1ULL, &end) ||
	    __builtin_add_overflow(end, area, &end) ||
	    __builtin_add_overflow(end, h->cpu_offset, &end))
		return false;
	return end <= size && generation <= h->generation_stride &&
	       (h->nr_cpus == 1 || area <= h->cpu_stride);
}

static bool layout_is_sound(const struct ktlat_map_header *h, __u64 size)
{
	__u64 offsets = h->cpu_offset | h->cpu_stride | h->generation_stride |
			h->bucket_offset;

	return h->precision <= KTLAT_PRECISION_MAX &&
	       h->nr_buckets == ktlat_nr_buckets(h->precision) &&
	       h->nr_cpus > 0 &&
	       offsets % sizeof(__u64) == 0 &&
	       h->cpu_offset >= sizeof(*h) &&
	       h->bucket_offset >= sizeof(struct ktlat_counters) &&
	       areas_fit(h, size);
}

static int look(struct view *view, const void *base, size_t size,
		__u64 probe_id, struct ktlat_error *err)
{
	view->base = base;
	if (size >= sizeof(view->header))
		memcpy(&view->header, base, sizeof(view->header));
	if (size < sizeof(view->header) ||
	    view->header.magic != KTLAT_MAP_MAGIC)
		return ktl_fail(err, EPROTO,
				"cannot read the figures of probe %llu: the mapping does not begin as one of ktlat; install ktlat-ctl and the module from the same version",
				(unsigned long long)probe_id);
	if (view->header.probe_id != probe_id)
		return ktl_fail(err, ESTALE,
				"cannot read the figures of probe %llu: it was removed and probe %llu took its place; try again",
				(unsigned long long)probe_id,
				(unsigned long long)view->header.probe_id);
	if (!layout_is_sound(&view->header, size))
		return ktl_fail(err, EPROTO,
				"cannot read the figures of probe %llu: the header of the mapping contradicts itself or its size; install ktlat-ctl and the module from the same version",
				(unsigned long long)probe_id);
	return 0;
}

static void read_returned(const struct view *view, __u32 cpu,
			  struct ktlat_snapshot *snap)
{
	const struct ktlat_counters *counters = counters_of(view, cpu);
	const __u64 *buckets = buckets_of(view, cpu);
	__u64 min, max;
	__u32 i;

	snap->missed += load(&counters->missed);
	snap->recursed += load(&counters->recursed);
	snap->abandoned += load(&counters->abandoned);
	snap->unmatched += load(&counters->unmatched);
	snap->clock_backwards += load(&counters->clock_backwards);
	for (i = 0; i < snap->nr_buckets; i++) {
		__u64 count = load(&buckets[i]);

		snap->buckets[i] += count;
		snap->count += count;
	}
	snap->sum_ns += load(&counters->sum_ns);
	min = load(&counters->min_ns);
	max = load(&counters->max_ns);
	if (min < snap->min_ns)
		snap->min_ns = min;
	if (max > snap->max_ns)
		snap->max_ns = max;
}

static void read_entered(const struct view *view, __u32 cpu,
			 struct ktlat_snapshot *snap)
{
	snap->entries += load(&counters_of(view, cpu)->entries);
}

/*
 * A call may be seen in its bucket and not yet in min or max. Buckets decide:
 * the extremes lie in the outermost ones that hold a call.
 */
static void settle_extremes(struct ktlat_snapshot *snap)
{
	__u32 first = 0, last = snap->nr_buckets - 1;
	__u64 high, low;

	if (!snap->count) {
		snap->min_ns = ~0ULL;
		snap->max_ns = 0;
		return;
	}
	while (!snap->buckets[first])
		first++;
	while (!snap->buckets[last])
		last--;
	high = ktlat_bucket_high(first, snap->precision);
	low = ktlat_bucket_low(last, snap->precision);
	if (snap->min_ns > high)
		snap->min_ns = high;
	if (snap->max_ns < low)
		snap->max_ns = low;
}

static void clear(struct ktlat_snapshot *snap, const struct view *view)
{
	__u64 *buckets = snap->buckets;

	memset(buckets, 0, view->header.nr_buckets * sizeof(*buckets));
	*snap = (struct ktlat_snapshot){
		.probe_id = view->header.probe_id,
		.precision = view->header.precision,
		.nr_buckets = view->header.nr_buckets,
		.min_ns = ~0ULL,
		.buckets = buckets,
	};
}

/* Returns false if a reset came in between. */
static bool read_once(struct view *view, struct ktlat_snapshot *snap)
{
	const struct ktlat_map_header *live = (const void *)view->base;
	__u32 cpu;

	clear(snap, view);
	/*
	 * Before the figures of the generation that it names. Pairs with the
	 * release by which a reset publishes a generation once it is cleared.
	 */
	snap->generation = __atomic_load_n(&live->generation, __ATOMIC_ACQUIRE);
	view->area = view->base + view->header.cpu_offset +
		     (snap->generation & 1) * view->header.generation_stride;

	for (cpu = 0; cpu < view->header.nr_cpus; cpu++)
		read_returned(view, cpu, snap);
	/*
	 * B: returns and losses before entries. Pairs with barrier A of the
	 * module, which lies between the entry of a call and all that its
	 * return or its loss changes.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	for (cpu = 0; cpu < view->header.nr_cpus; cpu++)
		read_entered(view, cpu, snap);
	/*
	 * All figures before the second look at the generation. Pairs with the
	 * grace period of a reset, between the announcement of a generation
	 * and the clearing of the one before.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return load(&live->generation) == snap->generation;
}

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int make_room(struct ktlat_snapshot *snap, __u32 nr_buckets,
		     struct ktlat_error *err)
{
	__u64 *buckets;

	if (snap->buckets && snap->nr_buckets == nr_buckets)
		return 0;
	buckets = realloc(snap->buckets, nr_buckets * sizeof(*buckets));
	if (!buckets)
		return ktl_fail(err, ENOMEM, "out of memory");
	snap->buckets = buckets;
	snap->nr_buckets = nr_buckets;
	return 0;
}

/**
 * ktlat_read_figures() - Read the figures out of a mapping
 * @base: start of the mapping, aligned to 8 bytes
 * @size: its size in bytes
 * @probe_id: the probe that it must be of
 * @snap: what was read; all zero or filled in before, then its memory is used
 *	again
 * @err: why it failed
 *
 * What the mechanism itself missed is not part of the mapping and not yet
 * counted; ktlat_take_snapshot() adds it.
 */
int ktlat_read_figures(const void *base, size_t size, __u64 probe_id,
		       struct ktlat_snapshot *snap, struct ktlat_error *err)
{
	struct view view;
	int ret, tries;

	ret = look(&view, base, size, probe_id, err);
	if (ret)
		return ret;
	ret = make_room(snap, view.header.nr_buckets, err);
	if (ret)
		return ret;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (!read_once(&view, snap))
			continue;
		settle_extremes(snap);
		ktl_settle_in_flight(snap);
		snap->time_ns = monotonic_ns();
		return 0;
	}
	return ktl_fail(err, EAGAIN,
			"cannot read the figures of probe %llu: it is reset all the time; try again",
			(unsigned long long)probe_id);
}
