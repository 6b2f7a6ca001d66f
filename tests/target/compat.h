/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - what differs between kernels, by the names of the newest.
 */
#ifndef KTLAT_TARGET_COMPAT_H
#define KTLAT_TARGET_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/kthread.h>

/*
 * Takes the function as well since 6.13, commit 908a1d775422 ("hrtimers: Introduce
 * hrtimer_setup() to replace hrtimer_init()").
 */
#if !KTLAT_HAS_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/*
 * Renamed in 5.17, commit cead18552660 ("exit: Rename complete_and_exit to
 * kthread_complete_and_exit").
 */
#if !KTLAT_HAS_KTHREAD_COMPLETE_AND_EXIT
#define kthread_complete_and_exit complete_and_exit
#endif

/*
 * sched_switch tells the state of the previous task, too, since 5.18, commit
 * fa2c3254d7cf ("sched/tracing: Don't re-read p->state when emitting sched_switch
 * event"), and at the end of its arguments since 9c2136be0878.
 */
#if KTLAT_HAS_SCHED_SWITCH_STATE
#define TARGET_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next, unsigned int prev_state
#else
#define TARGET_SCHED_SWITCH_PROTO						\
	void *data, bool preempt, struct task_struct *prev,			\
	struct task_struct *next
#endif

/* hrtimer_expire_entry has the time itself and no pointer to it in 7.2. */
#if KTLAT_HAS_HRTIMER_EXPIRE_VALUE
#define TARGET_HRTIMER_EXPIRE_ENTRY_PROTO					\
	void *data, struct hrtimer *timer, ktime_t now
#else
#define TARGET_HRTIMER_EXPIRE_ENTRY_PROTO					\
	void *data, struct hrtimer *timer, ktime_t *now
#endif

#endif /* KTLAT_TARGET_COMPAT_H */
