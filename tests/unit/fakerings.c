// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings that are written as in the module, by core/ring.h. The fake clock goes
 * twice as fast as CLOCK_MONOTONIC, and began earlier.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/ring.h"
#include "fakedev.h"
#include "fakemap.h"
#include "fakerings.h"

#define CLOCK_OFFSET	1000000
#define SLOT_OFFSET	4096

static struct ktlat_ring_header *header_of(void *base, __u32 cpu)
{
	return base + cpu * FAKE_RING_STRIDE;
}

int fakerings_make(struct fake_rings *rings, void *base,
		   const struct ktlat_rings_info *info)
{
	struct ktlat_ring ring;
	__u32 cpu;

	if (rings->nr_slots)
		return -EEXIST;
	if (info->nr_slots < KTLAT_SLOTS_MIN ||
	    info->nr_slots & (info->nr_slots - 1))
		return -EINVAL;
	if (info->nr_slots * sizeof(struct ktlat_event) > FAKE_RING_STRIDE / 2)
		return -ENOMEM;
	rings->nr_slots = info->nr_slots;
	rings->nr_stacks = info->nr_stacks;
	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++) {
		memset(header_of(base, cpu), 0, SLOT_OFFSET +
		       rings->nr_slots * sizeof(struct ktlat_event));
		header_of(base, cpu)->cpu = cpu;
		ktlat_ring_init(&ring, header_of(base, cpu), SLOT_OFFSET,
				rings->nr_slots);
	}
	return 0;
}

void fakerings_tell(const struct fake_rings *rings,
		    struct ktlat_rings_info *info)
{
	info->nr_slots = rings->nr_slots;
	info->nr_rings = FAKEMAP_CPUS;
	info->map_offset = FAKE_RINGS_OFFSET;
	info->ring_stride = FAKE_RING_STRIDE;
	info->map_size = FAKEMAP_CPUS * FAKE_RING_STRIDE;
}

/* How many records were begun. */
__u64 fakerings_all(void *base)
{
	__u64 all = 0;
	__u32 cpu;

	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++)
		all += ktlat_ring_last(header_of(base, cpu));
	return all;
}

static __u64 now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Each call has a task, a context and a moment that its number tells. */
void fakerings_describe(struct ktlat_event *event, __u64 probe_id,
			unsigned int call, __u64 latency_ns)
{
	*event = (struct ktlat_event){
		.probe_id = probe_id,
		.start = CLOCK_OFFSET + 2 * (FAKE_FIRST_NS + call * FAKE_CALL_NS),
		.latency_ns = latency_ns,
		.pid = 100 + call % 5,
		.tgid = 100,
		.cpu = call % FAKEMAP_CPUS,
		.start_cpu = KTLAT_CPU_UNKNOWN,
		.context = call / FAKEMAP_CPUS % 4,
	};
	snprintf(event->comm, sizeof(event->comm), "task \"%u\"", call % 5);
}

void fakerings_record(void *base, const struct ktlat_event *event)
{
	struct ktlat_ring_header *header = header_of(base, event->cpu);
	struct ktlat_ring ring = {
		.header = header,
		.slots = (void *)header + header->slot_offset,
		.mask = header->nr_slots - 1,
	};
	struct ktlat_ring_record record;

	if (!ktlat_ring_reserve(&ring, &record))
		return;
	*record.slot = *event;
	ktlat_ring_commit(&ring, &record);
}

void fakerings_clock(struct ktlat_clock_now *now)
{
	now->clock = KTLAT_CLOCK_TSC;
	now->monotonic_ns = now_ns(CLOCK_MONOTONIC);
	now->realtime_ns = now_ns(CLOCK_REALTIME);
	now->ticks = CLOCK_OFFSET + 2 * now->monotonic_ns;
	now->ns_per_tick = 1ULL << 31;
}
