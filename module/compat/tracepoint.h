/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracepoint.h - arguments of tracepoints that changed between kernels.
 */
#ifndef KTLAT_COMPAT_TRACEPOINT_H
#define KTLAT_COMPAT_TRACEPOINT_H

#include <linux/ktime.h>
#include <linux/sched.h>

/*
 * sched_switch also tells the state of the previous task since 5.18, commit
 * fa2c3254d7cf ("sched/tracing: Don't re-read p->state when emitting
 * sched_switch event"), and at the end of its arguments since 9c2136be0878.
 */
#if KTLAT_HAS_SCHED_SWITCH_STATE
#define KTLAT_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next, unsigned int prev_state
#else
#define KTLAT_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next
#endif

/*
 * sched_process_exit also tells whether it is the last of its group: not in 6.12,
 * but in 7.2.
 */
#if KTLAT_HAS_SCHED_EXIT_GROUP_DEAD
#define KTLAT_SCHED_PROCESS_EXIT_PROTO						\
	void *data, struct task_struct *task, bool group_dead
#else
#define KTLAT_SCHED_PROCESS_EXIT_PROTO						\
	void *data, struct task_struct *task
#endif

/*
 * hrtimer_expire_entry has the time itself and no pointer to it: not in 6.12, but
 * in 7.2.
 */
#if KTLAT_HAS_HRTIMER_EXPIRE_VALUE
#define KTLAT_HRTIMER_EXPIRE_ENTRY_PROTO					\
	void *data, struct hrtimer *timer, ktime_t now
#else
#define KTLAT_HRTIMER_EXPIRE_ENTRY_PROTO					\
	void *data, struct hrtimer *timer, ktime_t *now
#endif

#endif /* KTLAT_COMPAT_TRACEPOINT_H */
