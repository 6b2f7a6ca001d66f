/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - writing a call as an event into the ring of the running CPU.
 *
 * What no probe fills in (where the time went) is zero, as slots are from the start, and
 * is not written; nor are values where there are none, as an event tells.
 *
 * Probe context: any, NMI included; preemption is off. No clock is read, and
 * nothing is called but, at a watermark, ktlat_wake().
 */
#ifndef KTLAT_HOT_RECORD_H
#define KTLAT_HOT_RECORD_H

#include <linux/build_bug.h>
#include <linux/cgroup.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "core/ring.h"
#include "hot/capture.h"
#include "hot/wake.h"

/* The one function of core/ring.h that is not part of who uses it. */
NOKPROBE_SYMBOL(ktlat_ring_try_again);

/**
 * struct ktlat_recorder - Where events go; constant as long as a probe writes any
 * @probe_id: whose
 * @rings: of each CPU; what is written to it is guarded by core/ring.h
 * @mask: slots of a ring, less one
 * @wake_mask: who waits is woken by each record whose number has none of these bits
 * @waker: who does that
 * @trigger: what a slow call sets off
 */
struct ktlat_recorder {
	u64 probe_id;
	struct ktlat_ring_header * __percpu *rings;
	u64 mask;
	u64 wake_mask;
	struct ktlat_waker *waker;
	struct ktlat_trigger *trigger;
};

/**
 * struct ktlat_event_id - What the tracepoint that starts a call is about
 * @id: see %KTLAT_BY_EVENT; 0 for a call that no tracepoint starts
 * @kind: tells what is of the same @id apart
 */
struct ktlat_event_id {
	u64 id;
	u64 kind;
};

/**
 * struct ktlat_done - A call that is over
 * @start: stamp at entry, in ticks of the clock
 * @latency: in ns
 * @generation: of the figures that it is counted in
 * @event: what it is about
 * @task: whose it was
 * @trap: what the trap that led here added to the preemption count, or 0
 * @seen: what is known of it, where the probe captures anything; else NULL
 * @stack_id: kernel stack, or 0
 * @user_stack_id: user stack, or 0
 * @function: which one of a group, else 0
 * @flags: KTLAT_EVENT_*
 */
struct ktlat_done {
	u64 start;
	u64 latency;
	u32 generation;
	struct ktlat_event_id event;
	const struct task_struct *task;
	u32 trap;
	struct ktlat_seen *seen;
	u32 stack_id;
	u32 user_stack_id;
	u16 function;
	u8 flags;
};

/* The ring of this CPU; its slots begin right behind the header, see rings.c. */
static __always_inline struct ktlat_ring
ktlat_recorder_ring(const struct ktlat_recorder *recorder)
{
	struct ktlat_ring_header *header = this_cpu_read(*recorder->rings);

	return (struct ktlat_ring){
		.header = header,
		.slots = (struct ktlat_event *)(header + 1),
		.mask = recorder->mask,
	};
}

/* &enum ktlat_context of what runs, but for the trap that led here. */
static __always_inline u8 ktlat_context(u32 trap)
{
	unsigned int count = preempt_count() - trap;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    likely(!(count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET))))
		return KTLAT_CONTEXT_TASK;
	if (unlikely(count & NMI_MASK))
		return KTLAT_CONTEXT_NMI;
	if (unlikely(count & HARDIRQ_MASK))
		return KTLAT_CONTEXT_HARDIRQ;
	return in_serving_softirq() ? KTLAT_CONTEXT_SOFTIRQ :
				      KTLAT_CONTEXT_TASK;
}

/*
 * The cgroup of a task that is on this CPU. It may be moved meanwhile by another CPU, but
 * what it was in is freed a grace period later; what idle tasks are in, in whose
 * loop RCU does not look, never.
 */
#ifdef CONFIG_CGROUPS
static __always_inline struct cgroup *
ktlat_task_cgroup(const struct task_struct *task)
{
	return rcu_dereference_raw(task->cgroups)->dfl_cgrp;
}

static __always_inline u64 ktlat_task_cgroup_id(const struct task_struct *task)
{
	return cgroup_id(ktlat_task_cgroup(task));
}
#else
static __always_inline u64 ktlat_task_cgroup_id(const struct task_struct *task)
{
	return 0;
}
#endif

static_assert(TASK_COMM_LEN == KTLAT_COMM_LEN);
static_assert(KTLAT_COMM_LEN == 2 * sizeof(u64));

/* Half of the name of a task; what of it is compared and copied. */
static __always_inline u64 ktlat_task_comm(const struct task_struct *task, int half)
{
	u64 word;

	memcpy(&word, task->comm + half * sizeof(word), sizeof(word));
	return word;
}

/* The name may be changed meanwhile; it always ends with a zero. */
static __always_inline void ktlat_record_task(struct ktlat_event *slot,
					      const struct task_struct *task)
{
	u64 *comm = (u64 *)slot->comm;

	env_write(&comm[0], ktlat_task_comm(task, 0));
	env_write(&comm[1], ktlat_task_comm(task, 1));
	env_write(&slot->pid, task->pid);
	env_write(&slot->tgid, task->tgid);
	env_write(&slot->cgroup_id, ktlat_task_cgroup_id(task));
}

/* What lies in one word of an event, so that one store writes it. */
struct ktlat_record_cpus {
	u16 cpu;
	u16 start_cpu;
};

struct ktlat_record_stacks {
	u32 stack_id;
	u32 user_stack_id;
};

struct ktlat_record_kind {
	u16 function;
	u8 context;
	u8 flags;
};

static_assert(offsetof(struct ktlat_event, start_cpu) ==
	      offsetof(struct ktlat_event, cpu) + 2);
static_assert(offsetof(struct ktlat_event, user_stack_id) ==
	      offsetof(struct ktlat_event, stack_id) + 4);
static_assert(offsetof(struct ktlat_event, flags) ==
	      offsetof(struct ktlat_event, function) + 3);

static __always_inline void ktlat_record_place(struct ktlat_event *slot,
					       const struct ktlat_done *done)
{
	const struct ktlat_record_cpus cpus = {
		smp_processor_id(), KTLAT_CPU_UNKNOWN
	};
	const struct ktlat_record_kind kind = {
		done->function, ktlat_context(done->trap), done->flags
	};
	const struct ktlat_record_stacks stacks = {
		done->stack_id, done->user_stack_id
	};
	u64 long_word;
	u32 word;

	memcpy(&word, &cpus, sizeof(word));
	env_write((u32 *)&slot->cpu, word);
	memcpy(&word, &kind, sizeof(word));
	env_write((u32 *)&slot->function, word);
	memcpy(&long_word, &stacks, sizeof(long_word));
	env_write((u64 *)&slot->stack_id, long_word);
}

/* For an event with %KTLAT_EVENT_VALUES. */
static __always_inline void ktlat_record_values(struct ktlat_event *slot,
						const struct ktlat_values *values)
{
	env_write(&slot->values[0], values->word[0]);
	env_write(&slot->values[1], values->word[1]);
}

/*
 * Writes a call that has just returned. @values: what was captured of it, or NULL.
 * Returns the record's number, or 0.
 */
static __always_inline u64 ktlat_record(const struct ktlat_recorder *recorder,
					const struct ktlat_done *done,
					const struct ktlat_values *values)
{
	struct ktlat_ring ring = ktlat_recorder_ring(recorder);
	struct ktlat_ring_record record = {};
	struct ktlat_event *slot;

	if (!ktlat_ring_reserve(&ring, &record))
		return 0;
	slot = record.slot;
	env_write(&slot->probe_id, recorder->probe_id);
	env_write(&slot->start, done->start);
	env_write(&slot->latency_ns, done->latency);
	ktlat_record_task(slot, done->task);
	ktlat_record_place(slot, done);
	if (values)
		ktlat_record_values(slot, values);
	ktlat_ring_commit(&ring, &record);
	if (unlikely(!(record.number & recorder->wake_mask)))
		ktlat_wake(recorder->waker);
	return record.number;
}

#endif /* KTLAT_HOT_RECORD_H */
