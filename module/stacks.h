/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stacks.h - the stack table of a session.
 */
#ifndef KTLAT_STACKS_H
#define KTLAT_STACKS_H

#include <linux/types.h>

#include "hot/stacks.h"
#include "memory.h"

struct ktlat_rings_info;

/**
 * struct ktlat_session_stacks - A stack table; guarded by ktlat_lock
 * @table: what the hot path reads
 * @nr_slots: how many stacks there is room for
 * @memory: where they lie; mappings hold it, too
 */
struct ktlat_session_stacks {
	struct ktlat_stack_table table;
	u32 nr_slots;
	struct ktlat_memory *memory;
};

struct ktlat_session_stacks *ktlat_stacks_make(u64 session_id, u32 nr_slots);
void ktlat_stacks_free(struct ktlat_session_stacks *stacks);
void ktlat_stacks_tell(const struct ktlat_session_stacks *stacks,
		       struct ktlat_rings_info *info);
struct ktlat_memory *
ktlat_stacks_memory(const struct ktlat_session_stacks *stacks);
u64 ktlat_stacks_bytes(const struct ktlat_session_stacks *stacks);

#endif /* KTLAT_STACKS_H */
