/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stacks.h - the stack of the call that is being measured.
 */
#ifndef KTLAT_HOT_STACKS_H
#define KTLAT_HOT_STACKS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "core/stacks.h"

/* Frames of our own handlers that are taken first, and left out: no more than this. */
#define KTLAT_STACK_OWN	12

/**
 * struct ktlat_stack_scratch - Where a CPU puts stacks together; its own are small
 * @frames: for each &enum ktlat_context
 */
struct ktlat_stack_scratch {
	unsigned long frames[KTLAT_CONTEXT_NMI + 1]
			    [KTLAT_STACK_DEPTH + KTLAT_STACK_OWN];
};

/**
 * struct ktlat_stack_table - What the hot path reads of a table; constant
 * @stacks: the table
 * @scratch: one for each CPU
 */
struct ktlat_stack_table {
	struct ktlat_stacks stacks;
	struct ktlat_stack_scratch __percpu *scratch;
};

/* Probe context. */
u32 ktlat_stack_here(const struct ktlat_stack_table *table);
u32 ktlat_stack_user(const struct ktlat_stack_table *table, u32 trap);

#endif /* KTLAT_HOT_STACKS_H */
