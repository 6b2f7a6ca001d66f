/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slowest.h - the slowest calls of a probe, and the passing of its intervals.
 */
#ifndef KTLAT_SLOWEST_H
#define KTLAT_SLOWEST_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "core/slowest.h"
#include "memory.h"

/**
 * struct ktlat_slowest_calls - What a probe keeps; guarded by ktlat_lock
 * @slowest: what the hot path reads
 * @header: start of the mapping; its intervals are moved on by @work alone, while that
 *	may run
 * @memory: where it lies; mappings hold it, too
 * @work: begins the next interval
 * @interval: how long one is, in jiffies
 */
struct ktlat_slowest_calls {
	struct ktlat_slowest slowest;
	struct ktlat_slowest_header *header;
	struct ktlat_memory *memory;
	struct delayed_work work;
	unsigned long interval;
};

struct ktlat_slowest_calls *ktlat_slowest_make(u64 probe_id, u32 nr_slots,
					       u64 interval_ns);
void ktlat_slowest_reset(struct ktlat_slowest_calls *calls);
void ktlat_slowest_free(struct ktlat_slowest_calls *calls);
u64 ktlat_slowest_offset(unsigned int map_slot);
void ktlat_slowest_tell(const struct ktlat_slowest_calls *calls,
			unsigned int map_slot, u64 *offset, u64 *size);
u64 ktlat_slowest_bytes(const struct ktlat_slowest_calls *calls);

#endif /* KTLAT_SLOWEST_H */
