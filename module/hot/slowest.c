// SPDX-License-Identifier: GPL-2.0-only
/*
 * slowest.c - keeping a call that may be one of the slowest; see slowest.h.
 */
#include <linux/kprobes.h>

#include "hot/slowest.h"

/**
 * ktlat_slowest_keep() - Keep a call for which ktlat_slowest_asks()
 * @slowest: of the probe
 * @probe_id: told in the record
 * @done: the call
 * @stack_id: kernel stack at the end, or 0; taken before, so that the record is
 *	written in one go
 * @user_stack_id: user stack, likewise
 *
 * Context: probe; preemption off. Nothing is called.
 */
void ktlat_slowest_keep(const struct ktlat_slowest *slowest, u64 probe_id,
			const struct ktlat_done *done, u32 stack_id,
			u32 user_stack_id)
{
	struct ktlat_slowest_context *context =
		ktlat_slowest_here(slowest, done->trap);
	struct ktlat_slowest_record record;
	struct ktlat_event *slot;

	if (!ktlat_slowest_reserve(slowest, context, done->latency, &record))
		return;
	slot = record.slot;
	env_write(&slot->probe_id, probe_id);
	env_write(&slot->start, done->start);
	env_write(&slot->latency_ns, done->latency);
	ktlat_record_task(slot, done->task);
	ktlat_record_place(slot, done);
	env_write(&slot->stack_id, stack_id);
	env_write(&slot->user_stack_id, user_stack_id);
	if (done->flags & KTLAT_EVENT_VALUES)
		ktlat_record_values(slot, &done->seen->values);
	ktlat_slowest_commit(slowest, context, &record);
}
NOKPROBE_SYMBOL(ktlat_slowest_keep);
