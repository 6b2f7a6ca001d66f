// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"
#include "core/ring.h"

/**
 * struct ktlat_rings - A mapping of the event rings of a session
 * @base: where it is
 * @size: its size in bytes
 * @stride: from one ring to the next, in bytes
 * @nr: how many there are
 * @readers: how far each was read
 * @before: what its header had counted when reading began
 */
struct ktlat_rings {
	void *base;
	size_t size;
	__u64 stride;
	__u32 nr;
	struct ktlat_ring_reader *readers;
	struct ktlat_ring_counts *before;
};

static int fail_rings(const char *what, int code, struct ktlat_error *err)
{
	const char *advice = "see ktlat-ctl status";

	if (code == EPERM || code == EACCES)
		advice = "it takes CAP_PERFMON, and CAP_SYS_ADMIN for those of another user; run as root";
	else if (code == ENOMEM || code == EAGAIN)
		advice = "raise ulimit -l, or choose fewer --slots or --stacks";
	else if (code == ENOENT)
		advice = "add a probe that writes events: ktlat-ctl add-probe --events";
	else if (code == EBUSY)
		advice = "a probe writes to them; remove it first";
	return ktl_fail(err, code, "cannot %s the event rings: %s; %s", what,
			code == ENOENT ? "the session has none" :
					 strerror(code), advice);
}

/**
 * ktlat_make_rings() - Give the session event rings
 * @k: handle, opened for writing
 * @nr_slots: how many records each is to hold, a power of two
 * @nr_stacks: how many stacks the stack table is to hold, a power of two; 0 for none
 * @err: why it failed; EEXIST if it has some
 */
int ktlat_make_rings(struct ktlat *k, __u32 nr_slots, __u32 nr_stacks,
		     struct ktlat_error *err)
{
	struct ktlat_rings_info info = {
		.size = sizeof(info),
		.nr_slots = nr_slots,
		.nr_stacks = nr_stacks,
	};
	int ret = ktl_ioctl(k, KTLAT_IOC_RINGS_MAKE, &info);

	return ret ? fail_rings("make", -ret, err) : 0;
}

/**
 * ktlat_get_rings() - Ask what event rings the session has
 * @k: handle
 * @info: the answer
 * @err: why it failed; ENOENT if it has none that the caller may see
 */
int ktlat_get_rings(struct ktlat *k, struct ktlat_rings_info *info,
		    struct ktlat_error *err)
{
	int ret;

	*info = (struct ktlat_rings_info){ .size = sizeof(*info) };
	ret = ktl_ioctl(k, KTLAT_IOC_RINGS_GET, info);
	return ret ? fail_rings("find", -ret, err) : 0;
}

/**
 * ktlat_delete_rings() - Take the event rings from the session
 * @k: handle, opened for writing
 * @err: why it failed
 */
int ktlat_delete_rings(struct ktlat *k, struct ktlat_error *err)
{
	struct ktlat_rings_info info = { .size = sizeof(info) };
	int ret = ktl_ioctl(k, KTLAT_IOC_RINGS_DELETE, &info);

	return ret ? fail_rings("delete", -ret, err) : 0;
}

/**
 * ktlat_note_rings_seen() - Say that the rings are about to be read
 * @k: handle
 * @err: why it failed
 *
 * Whatever is written too late for the reading that follows makes the descriptor
 * of ktlat_get_fd() readable; see struct ktlat_rings_seen.
 */
int ktlat_note_rings_seen(struct ktlat *k, struct ktlat_error *err)
{
	struct ktlat_rings_seen seen = { .size = sizeof(seen) };
	int ret = ktl_ioctl(k, KTLAT_IOC_RINGS_SEEN, &seen);

	return ret ? fail_rings("wait for", -ret, err) : 0;
}

static const struct ktlat_ring_header *header_of(const struct ktlat_rings *rings,
						 __u32 cpu)
{
	return (const void *)((const char *)rings->base + cpu * rings->stride);
}

/* Does the ring lie where the header says, and within @room bytes? */
static bool ring_is_sound(const struct ktlat_ring_header *h, __u64 room,
			  __u32 cpu)
{
	__u64 slots = (__u64)h->nr_slots * h->slot_size;

	return h->magic == KTLAT_RING_MAGIC && h->cpu == cpu && h->nr_slots &&
	       !(h->nr_slots & (h->nr_slots - 1)) &&
	       h->slot_size >= sizeof(struct ktlat_event) &&
	       !((h->slot_size | h->slot_offset) % sizeof(__u64)) &&
	       h->slot_offset >= sizeof(*h) && h->slot_offset <= room &&
	       slots <= room - h->slot_offset;
}

static bool rings_are_sound(const struct ktlat_rings *rings)
{
	__u64 stride = rings->stride;
	__u32 cpu;

	if (!rings->nr || stride % sizeof(__u64) ||
	    stride < sizeof(struct ktlat_ring_header) ||
	    rings->size / stride < rings->nr)
		return false;
	for (cpu = 0; cpu < rings->nr; cpu++)
		if (!ring_is_sound(header_of(rings, cpu), stride, cpu))
			return false;
	return true;
}

static __u64 first_of(const struct ktlat_ring_header *header,
		      enum ktlat_from from)
{
	switch (from) {
	case KTLAT_FROM_START:
		return 1;
	case KTLAT_FROM_OLDEST:
		return ktlat_ring_oldest(header);
	default:
		return ktlat_ring_last(header) + 1;
	}
}

static void begin(struct ktlat_rings *rings, enum ktlat_from from)
{
	__u32 cpu;

	for (cpu = 0; cpu < rings->nr; cpu++) {
		const struct ktlat_ring_header *header = header_of(rings, cpu);

		ktlat_ring_reader_init(&rings->readers[cpu], header,
				       first_of(header, from));
		if (from == KTLAT_FROM_START)
			continue;
		rings->before[cpu].dropped = env_read(&header->dropped);
		rings->before[cpu].frozen = env_read(&header->frozen);
	}
}

/**
 * ktlat_open_rings() - Map the event rings of the session
 * @k: handle
 * @from: which records are to be read
 * @out: where to put them
 * @err: why it failed
 */
int ktlat_open_rings(struct ktlat *k, enum ktlat_from from,
		     struct ktlat_rings **out, struct ktlat_error *err)
{
	struct ktlat_rings_info info;
	struct ktlat_rings *rings;
	int ret = ktlat_get_rings(k, &info, err);

	if (ret)
		return ret;
	rings = calloc(1, sizeof(*rings));
	if (!rings)
		return ktl_fail(err, ENOMEM, "out of memory");
	rings->size = info.map_size;
	rings->stride = info.ring_stride;
	rings->nr = info.nr_rings;
	rings->readers = calloc(rings->nr, sizeof(*rings->readers));
	rings->before = calloc(rings->nr, sizeof(*rings->before));
	rings->base = mmap(NULL, rings->size, PROT_READ, MAP_SHARED, k->fd,
			   (off_t)info.map_offset);
	if (rings->base == MAP_FAILED)
		ret = fail_rings("map", errno, err);
	else if (!rings->readers || !rings->before)
		ret = ktl_fail(err, ENOMEM, "out of memory");
	else if (!rings_are_sound(rings))
		ret = ktl_fail(err, EPROTO,
			       "cannot read the event rings: a header contradicts itself or the size of the mapping; install ktlat-ctl and the module from the same version");
	if (ret) {
		ktlat_close_rings(rings);
		return ret;
	}
	begin(rings, from);
	*out = rings;
	return 0;
}

/**
 * ktlat_close_rings() - Let go of the mapping
 * @rings: the rings, or NULL
 */
void ktlat_close_rings(struct ktlat_rings *rings)
{
	if (!rings)
		return;
	if (rings->base != MAP_FAILED)
		munmap(rings->base, rings->size);
	free(rings->readers);
	free(rings->before);
	free(rings);
}

/* How many rings there are: one for each CPU number from 0 up. */
__u32 ktlat_nr_rings(const struct ktlat_rings *rings)
{
	return rings->nr;
}

/* The number of the last record that was begun on @cpu. */
__u64 ktlat_last_event(const struct ktlat_rings *rings, __u32 cpu)
{
	return ktlat_ring_last(header_of(rings, cpu));
}

/**
 * ktlat_read_event() - Read the next record of a CPU
 * @rings: the rings
 * @cpu: the CPU
 * @until: number of the last one that is wanted
 * @event: the record
 *
 * What is overwritten before it is read is counted as lost. Returns false if there
 * is none that was completed, or none up to @until.
 */
bool ktlat_read_event(struct ktlat_rings *rings, __u32 cpu, __u64 until,
		      struct ktlat_event *event)
{
	struct ktlat_ring_reader *reader = &rings->readers[cpu];
	enum ktlat_ring_result result = KTLAT_RING_LOST;

	while (result == KTLAT_RING_LOST && reader->cursor <= until)
		result = ktlat_ring_read(reader, event);
	return result == KTLAT_RING_EVENT;
}

/**
 * ktlat_count_ring() - What became of the records of a CPU since reading began
 * @rings: the rings
 * @cpu: the CPU
 * @counts: the answer
 */
void ktlat_count_ring(const struct ktlat_rings *rings, __u32 cpu,
		      struct ktlat_ring_counts *counts)
{
	const struct ktlat_ring_header *header = header_of(rings, cpu);
	const struct ktlat_ring_counts *before = &rings->before[cpu];

	counts->read = rings->readers[cpu].read;
	counts->lost = rings->readers[cpu].lost;
	counts->dropped = env_read(&header->dropped) - before->dropped;
	counts->frozen = env_read(&header->frozen) - before->frozen;
}
