/* SPDX-License-Identifier: GPL-2.0-only */
/* The event rings of the fake device. */
#ifndef FAKERINGS_H
#define FAKERINGS_H

#include <ktlat.h>
#include <stdbool.h>

/* Each ring has room for so many bytes. */
#define FAKE_RING_STRIDE	0x1000000

/**
 * struct fake_rings - What the device remembers of its rings
 * @nr_slots: of each; 0 if there are none
 * @nr_stacks: of the stack table; 0 if there is none
 * @anonymous: they are in the anonymous session
 * @nr_seen: how often they were said to be seen
 * @seen: how many records there were then
 */
struct fake_rings {
	__u32 nr_slots;
	__u32 nr_stacks;
	bool anonymous;
	__u32 nr_seen;
	__u64 seen;
};

int fakerings_make(struct fake_rings *rings, void *base,
		   const struct ktlat_rings_info *info);
void fakerings_tell(const struct fake_rings *rings,
		    struct ktlat_rings_info *info);
__u64 fakerings_all(void *base);
void fakerings_describe(struct ktlat_event *event, __u64 probe_id,
			unsigned int call, __u64 latency_ns);
void fakerings_record(void *base, const struct ktlat_event *event);
void fakerings_clock(struct ktlat_clock_now *now);

#endif /* FAKERINGS_H */
