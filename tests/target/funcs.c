// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions to be measured.
 *
 * Each is reached only through a pointer, and is neither inlined nor cloned,
 * so that the one symbol of its name sees every call.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/wait.h>
#include "compat.h"
#include "target.h"

static __always_inline void begin(enum target_func_id id,
				  struct target_call *call)
{
	call->start = target_clock();
	target_count_start(&target_funcs[id]);
}

static __always_inline void end(enum target_func_id id,
				struct target_call *call)
{
	target_count_return(&target_funcs[id]);
	call->end = target_clock();
}

static __always_inline u64 delay_of(const struct target_call *call)
{
	return call->worker->run->params.delay_ns;
}

static void spin_until(u64 when)
{
	while (target_clock() < when)
		cpu_relax();
}

/* There is another one of this name, in twin.c. */
static noinline __noclone void ktlat_target_twin(struct target_call *call)
{
	begin(TARGET_TWIN, call);
	end(TARGET_TWIN, call);
}

/* Busy by the clock: never shorter than asked for. */
static noinline __noclone void ktlat_target_busy(struct target_call *call)
{
	begin(TARGET_BUSY, call);
	spin_until(call->start + delay_of(call));
	end(TARGET_BUSY, call);
}

/*
 * Busy by count: @delay_ns instructions whatever the clock says, which under
 * icount (1 instruction = 1 ns) is the exact duration.
 */
static noinline __noclone void ktlat_target_loop(struct target_call *call)
{
	unsigned long n = delay_of(call) / 2 + 1;

	begin(TARGET_LOOP, call);
	/* GCC 16 would make two rounds one. */
#pragma GCC unroll 1
	do {
		/* Keeps the loop: two instructions, decrement and jump. */
		asm volatile("");
	} while (--n);
	end(TARGET_LOOP, call);
}

static noinline __noclone void ktlat_target_sleep(struct target_call *call)
{
	u64 us = DIV_ROUND_UP_ULL(delay_of(call), NSEC_PER_USEC);

	begin(TARGET_SLEEP, call);
	if (us < 20 * USEC_PER_MSEC)
		usleep_range(us, us);
	else
		msleep(DIV_ROUND_UP_ULL(us, USEC_PER_MSEC));
	end(TARGET_SLEEP, call);
}

static noinline __noclone void ktlat_target_inner(struct target_call *call)
{
	begin(TARGET_INNER, call);
	spin_until(call->start + delay_of(call));
	end(TARGET_INNER, call);
}

static noinline __noclone void ktlat_target_outer(struct target_call *call)
{
	begin(TARGET_OUTER, call);
	target_call(&target_funcs[TARGET_INNER], call->worker, 0);
	spin_until(call->start + 2 * delay_of(call));
	end(TARGET_OUTER, call);
}

static noinline __noclone void ktlat_target_recurse(struct target_call *call)
{
	begin(TARGET_RECURSE, call);
	spin_until(call->start + delay_of(call));
	if (call->depth > 1)
		target_call(&target_funcs[TARGET_RECURSE], call->worker,
			    call->depth - 1);
	end(TARGET_RECURSE, call);
}

/* Returns on another CPU than it was entered on, if there is another one. */
static noinline __noclone void ktlat_target_migrate(struct target_call *call)
{
	const struct cpumask *cpus = &call->worker->run->params.cpus;
	int cpu;

	begin(TARGET_MIGRATE, call);
	cpu = cpumask_next(raw_smp_processor_id(), cpus);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpus);
	/* Fails when the CPU has gone offline, and then we stay. */
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	spin_until(call->start + delay_of(call));
	end(TARGET_MIGRATE, call);
}

/* Sleeps for the delay unless it is stopped or its task is killed. */
static void sleep_until_stopped(const struct target_call *call)
{
	struct target_run *run = call->worker->run;

	wait_event_killable_timeout(run->stopped, READ_ONCE(run->stop),
				    nsecs_to_jiffies(delay_of(call)) + 1);
}

static noinline __noclone void ktlat_target_killable(struct target_call *call)
{
	begin(TARGET_KILLABLE, call);
	sleep_until_stopped(call);
	end(TARGET_KILLABLE, call);
}

/* The thread ends inside, after the delay: none of the calls on its stack ever returns. */
static noinline __noclone void ktlat_target_exit(struct target_call *call)
{
	begin(TARGET_EXIT, call);
	if (call->depth > 1)
		target_call(&target_funcs[TARGET_EXIT], call->worker,
			    call->depth - 1);
	sleep_until_stopped(call);
	if (!call->depth)
		return;
	kthread_complete_and_exit(&call->worker->done, 0);
}

/*
 * Two points to measure between. The entry of the first lies between its
 * caller's stamp and its own, and so does the entry of the second: the stamps
 * of ktlat_target_pair are those of the way between the two points.
 */
static noinline __noclone void ktlat_target_begin(struct target_call *call)
{
	call->start = target_clock();
}

static noinline __noclone void ktlat_target_end(struct target_call *call)
{
	call->outer_end = target_clock();
}

static void (*const begin_point)(struct target_call *) = ktlat_target_begin;
static void (*const end_point)(struct target_call *) = ktlat_target_end;

static noinline __noclone void ktlat_target_pair(struct target_call *call)
{
	target_count_start(&target_funcs[TARGET_PAIR]);
	call->outer_start = target_clock();
	READ_ONCE(begin_point)(call);
	spin_until(call->start + delay_of(call));
	target_count_return(&target_funcs[TARGET_PAIR]);
	call->end = target_clock();
	READ_ONCE(end_point)(call);
}

/*
 * A function of the kernel proper, for tools that do better there than on one of
 * a module: a multiplication, which hardly anybody else calls for.
 */
static u64 (*const kernel_function)(u64 jiffies) = jiffies64_to_msecs;

static noinline __noclone void ktlat_target_kernel(struct target_call *call)
{
	begin(TARGET_KERNEL, call);
	READ_ONCE(kernel_function)(0);
	end(TARGET_KERNEL, call);
}

const struct target_func target_funcs[TARGET_NR_FUNCS] = {
	[TARGET_BUSY] = { "busy", 0, ktlat_target_busy },
	[TARGET_LOOP] = { "loop", 0, ktlat_target_loop },
	[TARGET_SLEEP] = { "sleep", TARGET_F_SLEEPS, ktlat_target_sleep },
	[TARGET_OUTER] = { "outer", 0, ktlat_target_outer },
	[TARGET_INNER] = { "inner", 0, ktlat_target_inner },
	[TARGET_RECURSE] = { "recurse", 0, ktlat_target_recurse },
	[TARGET_MIGRATE] = { "migrate", TARGET_F_SLEEPS | TARGET_F_MIGRATES,
			     ktlat_target_migrate },
	[TARGET_KILLABLE] = { "killable", TARGET_F_SLEEPS,
			      ktlat_target_killable },
	[TARGET_EXIT] = { "exit", TARGET_F_SLEEPS | TARGET_F_EXITS,
			  ktlat_target_exit },
	[TARGET_PAIR] = { "pair", 0, ktlat_target_pair },
	[TARGET_KERNEL] = { "kernel", 0, ktlat_target_kernel },
	[TARGET_TWIN] = { "twin", 0, ktlat_target_twin },
	[TARGET_OTHER_TWIN] = { "other_twin", 0, target_other_twin },
};

/**
 * target_call() - Call a function and record how long it took
 * @func: one of target_funcs[]
 * @worker: on whose behalf
 * @depth: levels of recursion
 */
void target_call(const struct target_func *func, struct target_worker *worker,
		 u32 depth)
{
	struct target_call call = { .worker = worker, .depth = depth };

	call.outer_start = target_clock();
	func->call(&call);
	/* A pair has its own idea of where it ends. */
	if (!call.outer_end)
		call.outer_end = target_clock();
	target_record(func, &call);
}

/* Nothing but a call: what tracing adds to it is the cost of tracing. */
static noinline __noclone void ktlat_target_empty(void)
{
	asm volatile("");
}

static void (*const empty)(void) = ktlat_target_empty;

/**
 * target_bench() - Call an empty function
 * @calls: how often
 *
 * Return: ns that it took, with interrupts on.
 */
u64 target_bench(u64 calls)
{
	u64 start = target_clock();

	for (; calls; calls--)
		READ_ONCE(empty)();
	return target_clock() - start;
}

/**
 * target_bench_kernel() - Call the function of the kernel's, jiffies64_to_msecs()
 * @calls: how often
 *
 * Return: ns that it took, with interrupts on.
 */
u64 target_bench_kernel(u64 calls)
{
	u64 start = target_clock();

	for (; calls; calls--)
		READ_ONCE(kernel_function)(0);
	return target_clock() - start;
}

/**
 * struct bench - Calls that several CPUs make at once
 * @calls: how many each
 * @expected: CPUs that are still to come
 */
struct bench {
	u64 calls;
	atomic_t expected;
};

static void bench_on_cpu(void *data)
{
	struct bench *bench = data;

	atomic_dec(&bench->expected);
	while (atomic_read(&bench->expected))
		cpu_relax();
	target_bench(bench->calls);
}

/**
 * target_bench_together() - Call an empty function on several CPUs at once
 * @calls: how often on each
 * @nr_cpus: on how many of the CPUs that are online, the first ones
 *
 * Return: ns from before the first call to after the last.
 */
u64 target_bench_together(u64 calls, unsigned int nr_cpus)
{
	struct bench bench = { .calls = calls };
	cpumask_var_t cpus;
	unsigned int cpu;
	u64 start, ns;

	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return 0;
	cpus_read_lock();
	for_each_online_cpu(cpu)
		if (cpumask_weight(cpus) < nr_cpus)
			cpumask_set_cpu(cpu, cpus);
	atomic_set(&bench.expected, cpumask_weight(cpus));
	start = target_clock();
	on_each_cpu_mask(cpus, bench_on_cpu, &bench, true);
	ns = target_clock() - start;
	cpus_read_unlock();
	free_cpumask_var(cpus);
	return ns;
}
