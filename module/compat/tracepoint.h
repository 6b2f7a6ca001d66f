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
 * sched_process_exit also tells whether it is the last of its group: since 6.16, commit
 * 3e816361e94a ("sched/tracepoints: Move and extend the sched_process_exit() tracepoint").
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

/*
 * netif_rx_ni() and its events went in 5.18, commit 2655926aea9b ("net: Remove
 * netif_rx_any_context() and netif_rx_ni().").
 */
#if KTLAT_HAS_NETIF_RX_NI
#define ktlat_check_netif_rx_ni(entry, exit)					\
	do {									\
		check_trace_callback_type_netif_rx_ni_entry(entry);		\
		check_trace_callback_type_netif_rx_ni_exit(exit);		\
	} while (0)
#else
#define ktlat_check_netif_rx_ni(entry, exit)					\
	do {									\
		(void)(entry);							\
		(void)(exit);							\
	} while (0)
#endif

/*
 * Does a run queue only keep a task, which sleeps, as it has not served its time yet? Since
 * 6.12, commit 152e11f6df29 ("sched/fair: Implement delayed dequeue").
 */
static __always_inline bool ktlat_task_is_delayed(const struct task_struct *task)
{
#if KTLAT_HAS_SCHED_DELAYED
	return READ_ONCE(task->se.sched_delayed);
#else
	return false;
#endif
}

/*
 * Can a task that is on its way off its CPU run on? It is on a run queue then. Not told by
 * what sched_switch says: its state may have been read before a signal has kept the task
 * from sleeping, and 5.10-RT calls what blocks on a spinlock preempted. Context:
 * sched_switch.
 */
static __always_inline bool ktlat_task_is_runnable(const struct task_struct *task)
{
	return READ_ONCE(task->on_rq) && !ktlat_task_is_delayed(task);
}

#endif /* KTLAT_COMPAT_TRACEPOINT_H */
