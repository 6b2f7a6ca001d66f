// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who calls: a task, threads, timers, hrtimers, work items; for NMIs see nmi.c.
 *
 * Interrupt workers re-arm themselves on the CPU that they run on, so that
 * they survive when theirs goes offline.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include "compat.h"
#include "target.h"

/**
 * target_calls() - Make one batch of calls
 * @worker: who makes them
 *
 * Return: whether there is more to do.
 */
bool target_calls(struct target_worker *worker)
{
	const struct target_params *params = &worker->run->params;
	u64 n;

	for (n = 0; n < params->batch; n++) {
		if (READ_ONCE(worker->run->stop))
			return false;
		target_call(params->func, worker, params->depth);
		if (params->calls && !--worker->left)
			return false;
	}
	return true;
}

/*
 * As a task does that returns to user space now and then. Where the kernel is fully
 * preemptible, cond_resched() does nothing, and RCU-tasks would wait for us for ever.
 */
static void target_give_way(void)
{
	cond_resched_tasks_rcu_qs();
}

static int task_start(struct target_worker *worker)
{
	while (target_calls(worker) && !signal_pending(current))
		target_give_way();
	complete(&worker->done);
	return 0;
}

static int thread_main(void *data)
{
	struct target_worker *worker = data;

	while (target_calls(worker))
		target_give_way();
	/* From here on the module may go. */
	kthread_complete_and_exit(&worker->done, 0);
}

static int thread_start(struct target_worker *worker)
{
	struct task_struct *task = kthread_create(thread_main, worker,
						  "ktlat_target/%d",
						  worker->cpu);

	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, worker->cpu);
	wake_up_process(task);
	return 0;
}

static void timer_calls(struct timer_list *timer)
{
	struct target_worker *worker =
		container_of(timer, struct target_worker, timer);

	if (target_calls(worker))
		mod_timer(timer, jiffies + 1);
	else
		complete(&worker->done);
}

/* All timers of a run expire at once, on CPUs that may be idle till then. */
static int timer_begin(struct target_worker *worker)
{
	timer_setup(&worker->timer, timer_calls, TIMER_PINNED);
	worker->timer.expires = worker->run->first_jiffy;
	add_timer_on(&worker->timer, worker->cpu);
	return 0;
}

static void timer_release(struct target_worker *worker)
{
	timer_delete_sync(&worker->timer);
}

static enum hrtimer_restart hrtimer_calls(struct hrtimer *timer)
{
	struct target_worker *worker =
		container_of(timer, struct target_worker, hrtimer);
	u64 period = worker->run->params.period_ns;

	if (!target_calls(worker)) {
		complete(&worker->done);
		return HRTIMER_NORESTART;
	}
	/* From now, not from when it was due: leaves the CPU time for others. */
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), period));
	return HRTIMER_RESTART;
}

static void hrtimer_begin_here(void *data)
{
	struct target_worker *worker = data;

	hrtimer_start(&worker->hrtimer,
		      ns_to_ktime(worker->run->params.period_ns),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

static int hrtimer_begin(struct target_worker *worker)
{
	hrtimer_setup(&worker->hrtimer, hrtimer_calls, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	return smp_call_function_single(worker->cpu, hrtimer_begin_here,
					worker, 1);
}

static void hrtimer_release(struct target_worker *worker)
{
	hrtimer_cancel(&worker->hrtimer);
}

static void work_calls(struct work_struct *work)
{
	struct target_worker *worker =
		container_of(work, struct target_worker, work);

	if (target_calls(worker))
		queue_work_on(worker->cpu, system_wq, work);
	else
		complete(&worker->done);
}

static int work_begin(struct target_worker *worker)
{
	INIT_WORK(&worker->work, work_calls);
	queue_work_on(worker->cpu, system_wq, &worker->work);
	return 0;
}

static void work_release(struct target_worker *worker)
{
	cancel_work_sync(&worker->work);
}

const struct target_context target_contexts[] = {
	{ "task", TARGET_F_EXITS, task_start, NULL },
	{ "kthread", 0, thread_start, NULL },
	{ "softirq", TARGET_F_TASK, timer_begin, timer_release },
	{ "hardirq", TARGET_F_TASK, hrtimer_begin, hrtimer_release },
	{ "work", TARGET_F_MIGRATES | TARGET_F_EXITS, work_begin,
	  work_release },
	{ "nmi", TARGET_F_TASK, target_nmi_start, target_nmi_release },
};

const unsigned int target_nr_contexts = ARRAY_SIZE(target_contexts);
