/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * starts.h - starts that wait for their end.
 *
 * A pair of probe points or of tracepoints has no call of its own that could
 * carry its state, so the state lives in a bounded table until the end with the
 * same key comes. What does not fit is counted, never silently dropped.
 *
 * Keyed by task, the table is one hash over all CPUs: a task may start on one
 * and end on another. Keyed by CPU, each CPU has a segment of its own.
 */
#ifndef KTLAT_HOT_STARTS_H
#define KTLAT_HOT_STARTS_H

#include <linux/types.h>

#include "hot/measure.h"

struct task_struct;

/**
 * struct ktlat_start - One slot
 * @key: whose start it is; 0 when the slot is free; see starts.c for how it
 *	changes
 * @call: the start; touched only by who has taken the slot
 * @event: what it is about; likewise
 */
struct ktlat_start {
	u64 key;
	struct ktlat_call call;
	struct ktlat_event_id event;
};

/**
 * struct ktlat_starts - The table
 * @meter: where what happens here is counted
 * @segment_mask: slots of a segment, less one
 * @segment_shift: log2 of the slots of a segment
 * @by_cpu: one segment for each CPU, else one in all
 * @by_argument: a task that is a key may be another than the one that passes, and end
 *	before or after
 * @nr_slots: in all
 * @node: in the list of tables keyed by task; guarded by its lock, read by RCU
 * @slots: the slots
 */
struct ktlat_starts {
	const struct ktlat_meter *meter;
	u32 segment_mask;
	u32 segment_shift;
	bool by_cpu;
	bool by_argument;
	u32 nr_slots;
	struct list_head node;
	struct ktlat_start slots[];
};

size_t ktlat_starts_bytes(u32 nr_starts, bool by_cpu);
struct ktlat_starts *ktlat_starts_alloc(const struct ktlat_meter *meter,
					u32 nr_starts, bool by_cpu);
void ktlat_starts_free(struct ktlat_starts *starts);

/* Probe context from here on. */
void ktlat_starts_begin(struct ktlat_starts *starts, u64 key,
			struct ktlat_event_id event);
bool ktlat_starts_end(struct ktlat_starts *starts, u64 key,
		      struct ktlat_end *end);
void ktlat_starts_unmatched(struct ktlat_starts *starts);
void ktlat_starts_drop(struct ktlat_starts *starts, u64 key);
void ktlat_starts_task_exit(struct task_struct *task);

/* Keys are never 0. A task has one address, idle tasks included. */
static __always_inline u64 ktlat_key_task(const struct task_struct *task)
{
	return (unsigned long)task;
}

#endif /* KTLAT_HOT_STARTS_H */
