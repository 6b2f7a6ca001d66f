// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who calls: NMIs, which come in between any two instructions.
 *
 * A worker is on one CPU, and a CPU has one at most. An hrtimer on the next CPU
 * sends it an NMI, waits until that has made its calls, and sends another.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>
#include "compat.h"
#include "target.h"

static DEFINE_PER_CPU(struct target_worker *, nmi_worker);

static int nmi_calls(unsigned int type, struct pt_regs *regs)
{
	struct target_worker *worker = this_cpu_read(nmi_worker);

	if (!worker || !READ_ONCE(worker->nmi.due))
		return NMI_DONE;
	worker->nmi.ended = !target_calls(worker);
	/* Pairs with the acquire in nmi_timer(). */
	smp_store_release(&worker->nmi.due, false);
	return NMI_HANDLED;
}

static enum hrtimer_restart nmi_timer(struct hrtimer *timer)
{
	struct target_worker *worker =
		container_of(timer, struct target_worker, nmi.timer);
	u64 period = worker->run->params.period_ns;
	bool due;

	/* Pairs with the release in nmi_calls(). */
	due = smp_load_acquire(&worker->nmi.due);
	/* A CPU that is offline heeds no NMI. */
	if ((!due && worker->nmi.ended) || !cpu_online(worker->cpu)) {
		complete(&worker->done);
		return HRTIMER_NORESTART;
	}
	if (!due) {
		WRITE_ONCE(worker->nmi.due, true);
		apic->send_IPI_mask(cpumask_of(worker->cpu), NMI_VECTOR);
	}
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), period));
	return HRTIMER_RESTART;
}

static void nmi_begin_here(void *data)
{
	struct target_worker *worker = data;

	hrtimer_start(&worker->nmi.timer,
		      ns_to_ktime(worker->run->params.period_ns),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * target_nmi_start() - Start a worker in NMI context
 * @worker: the worker
 *
 * Return: 0, or -EBUSY if its CPU has one.
 */
int target_nmi_start(struct target_worker *worker)
{
	unsigned int cpu = cpumask_next(worker->cpu, cpu_online_mask);
	int ret;

	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	if (cmpxchg(per_cpu_ptr(&nmi_worker, worker->cpu), NULL, worker))
		return -EBUSY;
	hrtimer_setup(&worker->nmi.timer, nmi_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	ret = smp_call_function_single(cpu, nmi_begin_here, worker, 1);
	if (ret)
		per_cpu(nmi_worker, worker->cpu) = NULL;
	return ret;
}

void target_nmi_release(struct target_worker *worker)
{
	hrtimer_cancel(&worker->nmi.timer);
	per_cpu(nmi_worker, worker->cpu) = NULL;
	/* NMI handlers run in RCU read-side critical sections. */
	synchronize_rcu();
}

int target_nmi_init(void)
{
	return register_nmi_handler(NMI_LOCAL, nmi_calls, 0, "ktlat_target");
}

void target_nmi_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "ktlat_target");
}
