/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracepoint.h - arguments of tracepoints that changed between kernels.
 */
#ifndef KTLAT_COMPAT_TRACEPOINT_H
#define KTLAT_COMPAT_TRACEPOINT_H

#include <linux/sched.h>
#include <linux/version.h>

/*
 * sched_switch also tells the state of the previous task since 5.18, commit
 * fa2c3254d7cf ("sched/tracing: Don't re-read p->state when emitting
 * sched_switch event"), and at the end of its arguments since 9c2136be0878.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
#define KTLAT_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next, unsigned int prev_state
#else
#define KTLAT_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next
#endif

#endif /* KTLAT_COMPAT_TRACEPOINT_H */
