// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - which calls a probe is after; see filter.h.
 *
 * A call is looked at when it is over: only then it is known how long it took, and
 * a task is then still the same.
 */
#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/kprobes.h>
#include <linux/smp.h>

#include "hot/filter.h"
#include "hot/record.h"

/* How far up a cgroup is looked for; the kernel's own limit is less on no tree. */
#define FILTER_CGROUP_DEPTH	64

/* What is behind the zero of a name is left over from longer ones. */
static __always_inline bool filter_comm(const struct ktlat_filter *filter,
					const struct task_struct *task)
{
	for (int i = 0; i < KTLAT_COMM_LEN; i++) {
		char c = READ_ONCE(task->comm[i]);

		if (c != filter->comm[i])
			return false;
		if (!c)
			return true;
	}
	return true;
}

#ifdef CONFIG_CGROUPS
/* The cgroup of the task, or one that this lies in. */
static __always_inline bool filter_cgroup(const struct ktlat_filter *filter,
					  const struct task_struct *task)
{
	struct cgroup *cgroup = ktlat_task_cgroup(task);

	for (int up = 0; cgroup && up < FILTER_CGROUP_DEPTH; up++) {
		struct cgroup_subsys_state *parent = cgroup->self.parent;

		if (cgroup_id(cgroup) == filter->cgroup_id)
			return true;
		cgroup = parent ? container_of(parent, struct cgroup, self) :
				  NULL;
	}
	return false;
}
#else
static __always_inline bool filter_cgroup(const struct ktlat_filter *filter,
					  const struct task_struct *task)
{
	return false;
}
#endif

static __always_inline bool filter_task(const struct ktlat_filter *filter,
					const struct task_struct *task)
{
	u32 flags = filter->flags;

	return (!(flags & KTLAT_FILTER_PID) || task->pid == filter->pid) &&
	       (!(flags & KTLAT_FILTER_TGID) || task->tgid == filter->tgid) &&
	       (!(flags & KTLAT_FILTER_COMM) || filter_comm(filter, task)) &&
	       (!(flags & KTLAT_FILTER_CGROUP) || filter_cgroup(filter, task));
}

static __always_inline bool filter_cpu(const struct ktlat_filter *filter)
{
	u32 cpu = smp_processor_id();

	return cpu < KTLAT_FILTER_CPUS &&
	       filter->cpus[cpu / 64] & BIT_ULL(cpu % 64);
}

/**
 * ktlat_filter_passes() - Is the probe after this call?
 * @filter: what it is after
 * @done: the call
 *
 * Context: probe; preemption off. Nothing is called, no loop is long.
 */
bool ktlat_filter_passes(const struct ktlat_filter *filter,
			 const struct ktlat_done *done)
{
	return done->latency >= filter->min_ns &&
	       filter_task(filter, done->task) &&
	       (!(filter->flags & KTLAT_FILTER_CPU) || filter_cpu(filter));
}
NOKPROBE_SYMBOL(ktlat_filter_passes);
