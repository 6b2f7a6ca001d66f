// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - writing a call as an event; see record.h.
 *
 * What no probe fills in (stacks, values, which function of a group, where the time
 * went) is zero, as slots
 * are from the start, and is not written.
 */
#include <linux/build_bug.h>
#include <linux/cgroup.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "core/ring.h"
#include "hot/measure.h"
#include "hot/record.h"

/* The slots begin right behind the header, as rings.c makes them. */
static __always_inline struct ktlat_ring
recorder_ring(const struct ktlat_recorder *recorder, u32 cpu)
{
	struct ktlat_ring_header *header = recorder->rings +
					   cpu * recorder->stride;

	return (struct ktlat_ring){
		.header = header,
		.slots = (struct ktlat_event *)(header + 1),
		.mask = recorder->mask,
	};
}

static __always_inline u8 record_context(void)
{
	if (in_nmi())
		return KTLAT_CONTEXT_NMI;
	if (hardirq_count())
		return KTLAT_CONTEXT_HARDIRQ;
	return in_serving_softirq() ? KTLAT_CONTEXT_SOFTIRQ :
				      KTLAT_CONTEXT_TASK;
}

/*
 * The cgroup of the current task. It may be moved meanwhile by another CPU, but
 * what it was in is freed a grace period later; what idle tasks are in, in whose
 * loop RCU does not look, never.
 */
static __always_inline u64 record_cgroup(const struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(rcu_dereference_raw(task->cgroups)->dfl_cgrp);
#else
	return 0;
#endif
}

static_assert(TASK_COMM_LEN == KTLAT_COMM_LEN);
static_assert(KTLAT_COMM_LEN == 2 * sizeof(u64));

static __always_inline u64 record_word(const char *from)
{
	u64 word;

	memcpy(&word, from, sizeof(word));
	return word;
}

/* The name may be changed meanwhile; it always ends with a zero. */
static __always_inline void record_task(struct ktlat_event *slot)
{
	const struct task_struct *task = current;
	u64 *comm = (u64 *)slot->comm;

	env_write(&comm[0], record_word(task->comm));
	env_write(&comm[1], record_word(task->comm + sizeof(u64)));
	env_write(&slot->pid, task->pid);
	env_write(&slot->tgid, task->tgid);
	env_write(&slot->cgroup_id, record_cgroup(task));
}

/**
 * ktlat_record() - Write a call that has just returned
 * @meter: of a probe that writes events
 * @latency: in ns
 * @now: by ktime_get_mono_fast_ns()
 *
 * Context: any, NMI included; preemption off.
 */
void ktlat_record(const struct ktlat_meter *meter, u64 latency, u64 now)
{
	u32 cpu = smp_processor_id();
	struct ktlat_ring ring = recorder_ring(meter->recorder, cpu);
	struct ktlat_ring_record record;
	struct ktlat_event *slot;

	if (!ktlat_ring_reserve(&ring, &record))
		return;
	slot = record.slot;
	env_write(&slot->probe_id, meter->probe_id);
	env_write(&slot->time_ns, now);
	env_write(&slot->latency_ns, latency);
	record_task(slot);
	env_write(&slot->cpu, cpu);
	env_write(&slot->start_cpu, KTLAT_CPU_UNKNOWN);
	env_write(&slot->context, record_context());
	ktlat_ring_commit(&ring, &record);
}
NOKPROBE_SYMBOL(ktlat_record);

/* Counts a call that cannot be written. Context: likewise. */
void ktlat_record_drop(const struct ktlat_recorder *recorder)
{
	struct ktlat_ring ring = recorder_ring(recorder, smp_processor_id());

	env_local_inc(&ring.header->dropped);
}
NOKPROBE_SYMBOL(ktlat_record_drop);
