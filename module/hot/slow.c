// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow.c - what a slow call sets off; see slow.h.
 */
#include <linux/kprobes.h>

#include "hot/flight.h"
#include "hot/inside.h"
#include "hot/record.h"
#include "hot/slow.h"

/* There is a record more, for readers and for the flight recorder. */
static __always_inline void slow_wake(const struct ktlat_recorder *recorder,
				      u64 number)
{
	struct ktlat_trigger *trigger = recorder->trigger;
	/* First: who is woken here may write to this ring before it returns. */
	bool pulled = ktlat_may_queue() &&
		      ktlat_trigger_pull(trigger,
					 this_cpu_read(*recorder->rings), number);

	atomic64_inc(&recorder->waker->calls);
	ktlat_wake(recorder->waker);
	if (pulled)
		irq_work_queue(&trigger->work);
}

/* May this call be told? Then nobody else fills in what is. */
static __always_inline bool slow_open(struct ktlat_slow_told *told)
{
	atomic64_inc(&told->calls);
	return READ_ONCE(told->open) && ktlat_may_queue() &&
	       cmpxchg(&told->open, 1, 0) == 1;
}

static __always_inline void slow_fill(struct ktlat_slow_told *told,
				      const struct ktlat_done *done)
{
	told->start = done->start;
	told->latency_ns = done->latency;
	told->comm[0] = ktlat_task_comm(done->task, 0);
	told->comm[1] = ktlat_task_comm(done->task, 1);
	told->pid = done->task->pid;
	told->tgid = done->task->tgid;
	told->stack_id = done->stack_id;
	told->cpu = smp_processor_id();
	told->function = done->function;
	told->context = ktlat_context(done->trap);
	told->full = true;
}

/**
 * ktlat_slow() - A slow call was written
 * @recorder: by this one
 * @told: of the probe
 * @done: the call
 * @number: of its record, or 0 if it could not be written
 *
 * What is queued here is queued once, until it has run: whatever has a probe in there
 * does not come back here for ever.
 *
 * Context: probe; preemption off.
 */
void ktlat_slow(const struct ktlat_recorder *recorder,
		struct ktlat_slow_told *told, const struct ktlat_done *done,
		u64 number)
{
	if (number)
		slow_wake(recorder, number);
	if (slow_open(told)) {
		slow_fill(told, done);
		irq_work_queue(&told->work);
	}
}
NOKPROBE_SYMBOL(ktlat_slow);
