/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rings.h - the event rings of a session.
 */
#ifndef KTLAT_RINGS_H
#define KTLAT_RINGS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "flight.h"
#include "hot/record.h"
#include "memory.h"

struct ktlat_rings_info;
struct ktlat_session_stacks;

/**
 * struct ktlat_rings - One ring for each CPU number; guarded by ktlat_lock
 * @node: in the list of all
 * @owner: who made them
 * @session_id: whose
 * @nr_slots: of each
 * @nr_probes: that write to them
 * @stride: from one CPU's ring to the next, in bytes
 * @watermark: who waits is woken each time that a ring has got so many records
 * @recorder: what the hot path of these probes has a copy of, each with its id
 * @waker: what wakes who waits
 * @waiters: who has looked at them, and may wait; under waiters_lock
 * @flight: what stops them
 * @memory: where they lie; mappings hold it, too
 * @stacks: the table that their records name stacks of, or NULL
 * @values: records may hold values, and so addresses; under ktlat_map_lock, like the
 *	next one
 * @plain: somebody has mapped them who may not see addresses
 */
struct ktlat_rings {
	struct list_head node;
	kuid_t owner;
	u64 session_id;
	u32 nr_slots;
	u32 nr_probes;
	u32 watermark;
	size_t stride;
	struct ktlat_recorder recorder;
	struct ktlat_waker waker;
	struct list_head waiters;
	struct ktlat_flight flight;
	struct ktlat_memory *memory;
	struct ktlat_session_stacks *stacks;
	bool values;
	bool plain;
};

struct ktlat_rings *ktlat_rings_make(u64 session_id, u32 nr_slots,
				     u32 watermark);
int ktlat_rings_add_stacks(struct ktlat_rings *rings, u64 session_id,
			   u32 nr_stacks);
void ktlat_rings_free(struct ktlat_rings *rings);
int ktlat_rings_take_values(struct ktlat_rings *rings);
int ktlat_rings_check_map(struct ktlat_rings *rings);
void ktlat_rings_tell(const struct ktlat_rings *rings,
		      struct ktlat_rings_info *info);
u64 ktlat_rings_bytes_mine(void);
struct ktlat_ring_header *ktlat_rings_header(const struct ktlat_rings *rings,
					     u32 cpu);
u64 ktlat_rings_progress(const struct ktlat_rings *rings);
bool ktlat_rings_exist(void);

#endif /* KTLAT_RINGS_H */
