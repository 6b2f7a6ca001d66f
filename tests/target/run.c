// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of parameters becomes workers; those are waited for.
 */
#include <linux/cpu.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "target.h"

/* The asynchronous runs that were not yet joined. */
static LIST_HEAD(runs);
/* Protects the list of them. */
static DEFINE_MUTEX(runs_lock);
/* Held while joining: completions are for one waiter. Outside runs_lock. */
static DEFINE_MUTEX(join_lock);
static atomic_t nr_running = ATOMIC_INIT(0);

static const struct {
	const char *key;
	size_t offset;
	u64 max;
} numbers[] = {
	{ "threads", offsetof(struct target_params, threads),
	  TARGET_MAX_THREADS },
	{ "calls", offsetof(struct target_params, calls), U64_MAX },
	{ "batch", offsetof(struct target_params, batch), 1000000 },
	{ "delay_ns", offsetof(struct target_params, delay_ns),
	  TARGET_MAX_DELAY_NS },
	{ "period_ns", offsetof(struct target_params, period_ns),
	  NSEC_PER_SEC },
	{ "depth", offsetof(struct target_params, depth), TARGET_MAX_DEPTH },
	{ "async", offsetof(struct target_params, async), 1 },
};

static int parse_number(struct target_params *params, const char *key,
			const char *value)
{
	unsigned int i;
	u64 *number;
	int ret;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(key, numbers[i].key))
			continue;
		number = (void *)params + numbers[i].offset;
		ret = kstrtou64(value, 0, number);
		if (!ret && *number > numbers[i].max)
			ret = -ERANGE;
		return ret;
	}
	return -EINVAL;
}

static const struct target_func *find_func(const char *name)
{
	unsigned int i;

	for (i = 0; i < TARGET_NR_FUNCS; i++) {
		if (!strcmp(name, target_funcs[i].name))
			return &target_funcs[i];
	}
	return NULL;
}

static const struct target_context *find_context(const char *name)
{
	unsigned int i;

	for (i = 0; i < target_nr_contexts; i++) {
		if (!strcmp(name, target_contexts[i].name))
			return &target_contexts[i];
	}
	return NULL;
}

static int parse_word(struct target_params *params, char *word)
{
	char *key = strsep(&word, "=");

	if (!word)
		return -EINVAL;
	if (!strcmp(key, "cpus"))
		return cpulist_parse(word, &params->cpus);
	if (!strcmp(key, "func")) {
		params->func = find_func(word);
		return params->func ? 0 : -ENOENT;
	}
	if (!strcmp(key, "ctx")) {
		params->context = find_context(word);
		return params->context ? 0 : -ENOENT;
	}
	return parse_number(params, key, word);
}

static bool is_task(const struct target_params *params)
{
	return params->context == &target_contexts[0];
}

static int check(struct target_params *params)
{
	if (!params->func || !params->context || cpumask_empty(&params->cpus) ||
	    !params->batch || !params->depth)
		return -EINVAL;
	if (params->func->flags & params->context->refuses)
		return -EOPNOTSUPP;
	if (!params->threads)
		params->threads = is_task(params) ? 1 :
				  cpumask_weight(&params->cpus);
	if (is_task(params) && (params->async || params->threads != 1))
		return -EINVAL;
	return 0;
}

static int parse(struct target_params *params, char *line)
{
	char *word;
	int ret;

	params->batch = 1;
	params->depth = 1;
	params->period_ns = 100 * NSEC_PER_USEC;
	cpumask_copy(&params->cpus, cpu_online_mask);
	while ((word = strsep(&line, "\n "))) {
		ret = *word ? parse_word(params, word) : 0;
		if (ret)
			return ret;
	}
	return check(params);
}

static int start(struct target_run *run)
{
	const struct target_params *params = &run->params;
	struct target_worker *worker;
	int cpu = -1, ret = 0;

	/* Late enough for all timers to be set by then. */
	run->first_jiffy = jiffies + 2 + params->threads / 8;
	while (!ret && run->nr_workers < params->threads) {
		cpu = cpumask_next(cpu, &params->cpus);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(&params->cpus);
		worker = &run->workers[run->nr_workers];
		worker->run = run;
		worker->cpu = cpu;
		worker->left = params->calls;
		init_completion(&worker->done);
		ret = params->context->start(worker);
		if (!ret)
			run->nr_workers++;
	}
	return ret;
}

/* Return: 0 when all workers are done, -EINTR for a signal before that. */
static int join(struct target_run *run)
{
	struct target_worker *worker;
	u64 i;

	for (i = 0; i < run->nr_workers; i++) {
		worker = &run->workers[i];
		if (worker->joined)
			continue;
		if (wait_for_completion_interruptible(&worker->done))
			return -EINTR;
		worker->joined = true;
		if (run->params.context->release)
			run->params.context->release(worker);
	}
	return 0;
}

static void stop(struct target_run *run)
{
	WRITE_ONCE(run->stop, true);
	wake_up_all(&run->stopped);
}

/* For where there is no way back; each worker ends after one more call. */
static void stop_and_join(struct target_run *run)
{
	u64 i;

	stop(run);
	for (i = 0; i < run->nr_workers; i++) {
		if (run->workers[i].joined)
			continue;
		wait_for_completion(&run->workers[i].done);
		if (run->params.context->release)
			run->params.context->release(&run->workers[i]);
	}
}

static void free_run(struct target_run *run)
{
	kvfree(run);
	atomic_dec(&nr_running);
}

static struct target_run *alloc_run(const struct target_params *params)
{
	struct target_run *run = kvzalloc(struct_size(run, workers,
						      params->threads),
					  GFP_KERNEL);

	if (run) {
		run->params = *params;
		init_waitqueue_head(&run->stopped);
		atomic_inc(&nr_running);
	}
	return run;
}

static int run_params(const struct target_params *params)
{
	struct target_run *run = alloc_run(params);
	int ret = -ENODEV;

	if (!run)
		return -ENOMEM;
	cpus_read_lock();
	if (cpumask_subset(&params->cpus, cpu_online_mask))
		ret = start(run);
	cpus_read_unlock();
	if (!ret && params->async) {
		mutex_lock(&runs_lock);
		list_add_tail(&run->list, &runs);
		mutex_unlock(&runs_lock);
		return 0;
	}
	if (!ret)
		ret = join(run);
	stop_and_join(run);
	free_run(run);
	return ret;
}

/**
 * target_run() - Do what a line of parameters says
 * @line: see struct target_params; is overwritten
 *
 * Return: 0 when all its calls were made (asynchronous: were begun), or an
 * error.
 */
int target_run(char *line)
{
	struct target_params *params = kzalloc(sizeof(*params), GFP_KERNEL);
	int ret = -ENOMEM;

	if (params) {
		ret = parse(params, line);
		if (!ret)
			ret = run_params(params);
	}
	kfree(params);
	return ret;
}

/**
 * target_wait() - Wait until all asynchronous runs have ended
 *
 * Return: 0 or -EINTR.
 */
int target_wait(void)
{
	struct target_run *run;
	int ret = mutex_lock_interruptible(&join_lock);

	if (ret)
		return ret;
	while (!ret) {
		mutex_lock(&runs_lock);
		run = list_first_entry_or_null(&runs, struct target_run, list);
		mutex_unlock(&runs_lock);
		if (!run)
			break;
		ret = join(run);
		if (ret)
			break;
		/* Only he who holds join_lock takes one off the list. */
		mutex_lock(&runs_lock);
		list_del(&run->list);
		mutex_unlock(&runs_lock);
		free_run(run);
	}
	mutex_unlock(&join_lock);
	return ret;
}

/**
 * target_stop() - Let all asynchronous runs end; does not wait for it
 */
void target_stop(void)
{
	struct target_run *run;

	mutex_lock(&runs_lock);
	list_for_each_entry(run, &runs, list)
		stop(run);
	mutex_unlock(&runs_lock);
}

/**
 * target_end() - End all asynchronous runs and wait for it, whatever happens
 *
 * For module exit, when no file is open that could start or join any.
 */
void target_end(void)
{
	struct target_run *run, *next;

	list_for_each_entry_safe(run, next, &runs, list) {
		stop_and_join(run);
		free_run(run);
	}
}

/**
 * target_running() - Whether there is a run that was not yet joined
 */
bool target_running(void)
{
	return atomic_read(&nr_running);
}
