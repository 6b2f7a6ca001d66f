// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every short interleaving of nested writers of a histogram and a reader, on weakly
 * ordered CPUs (model.h). The code is hist.h itself.
 *
 * Each call is entered and returns at once, and all take equally long. A reader that
 * counts by returns must find of as many calls what was recorded; one that counts by
 * buckets must find no call that was not entered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/hist.h"

#define LATENCY	1
#define NEVER	(~0ULL) /* min, before any call */

/**
 * struct scene - What is explored
 * @calls: of the outermost context
 * @interrupts: calls that come in between, in all
 * @depth: how deep they nest
 * @buckets: there are some
 */
struct scene {
	unsigned int calls, interrupts, depth;
	bool buckets;
};

static const struct scene *scene;
static struct ktlat_counters *const counters = (void *)model_memory;

/* What the readers came to. */
static unsigned long counted;

static __u64 *bucket(void)
{
	return &ktlat_hist_buckets(counters)[LATENCY];
}

static void record(void)
{
	env_local_inc(&counters->entries);
	if (scene->buckets)
		ktlat_hist_record(counters, 0, LATENCY);
	else
		ktlat_hist_count(counters, LATENCY);
}

static void run_writers(void)
{
	memset(model_memory, 0, sizeof(model_memory));
	counters->min_ns = NEVER;
	model_writer_start();
	model_writer_interrupts(scene->interrupts);
	for (unsigned int i = 0; i < scene->calls; i++)
		record();
	model_writer_flush();
	model_require(counters->returns == counters->entries,
		"a return was lost");
}

/* The readers */

static void by_returns(void)
{
	__u64 returns = env_read_acquire(&counters->returns);
	__u64 entries;

	counted += returns;
	model_require(env_read(&counters->sum_ns) >= returns * LATENCY,
		"a return came before its latency");
	model_require(!returns || env_read(&counters->min_ns) == LATENCY,
		"a return came before min");
	model_require(!returns || env_read(&counters->max_ns) == LATENCY,
		"a return came before max");
	model_require(!scene->buckets || env_read(bucket()) >= returns,
		"a return came before its bucket");
	env_read_barrier();
	entries = env_read(&counters->entries);
	model_require(entries >= returns, "a return came before its entry");
}

static void by_buckets(void)
{
	__u64 count = env_read(bucket());

	counted += count;
	env_read_barrier();
	model_require(env_read(&counters->entries) >= count,
		"a bucket came before its entry");
}

static void explore(const struct scene *what, enum model_fault fault,
		    void (*read)(void))
{
	void (*const readers[])(void) = { read, NULL };
	const struct model model = {
		.fault = fault,
		.write = run_writers,
		.readers = readers,
		.depth = what->depth,
		.interrupt = record,
	};

	scene = what;
	counted = 0;
	model_explore(model);
}

static void holds(const struct scene *what, void (*read)(void),
		  const char *name)
{
	explore(what, FAULT_NONE, read);
	printf("# %u + %u calls, depth %u, %s: %lu ways to write, %lu to read\n",
	       what->calls, what->interrupts, what->depth, name,
	       model_found.ways, model_found.readings);
	if (model_found.violation)
		fail_msg("%s", model_found.violation);
	assert_true(counted);
}

static const struct scene with_buckets = {
	.calls = 2, .interrupts = 1, .depth = 1, .buckets = true,
};
static const struct scene without_buckets = {
	.calls = 2, .interrupts = 1, .depth = 1,
};

static void test_order(void **state)
{
	static const struct scene nested = {
		.calls = 1, .interrupts = 2, .depth = 2, .buckets = true,
	};

	(void)state;
	holds(&with_buckets, by_returns, "by returns");
	holds(&with_buckets, by_buckets, "by buckets");
	holds(&without_buckets, by_returns, "no buckets");
	holds(&nested, by_returns, "by returns");
	holds(&nested, by_buckets, "by buckets");
}

/* What is found where something is taken out. */
static void find(const struct scene *what, enum model_fault fault,
		 void (*read)(void), const char *name)
{
	explore(what, fault, read);
	model_expect(name);
}

static void test_without_barriers(void **state)
{
	(void)state;
	find(&with_buckets, FAULT_NO_WRITE_BARRIER, by_returns, "no write barrier");
	find(&with_buckets, FAULT_NO_WRITE_BARRIER, by_buckets, "no write barrier");
	find(&without_buckets, FAULT_NO_WRITE_BARRIER, by_returns, "no write barrier");
	find(&with_buckets, FAULT_NO_ACQUIRE, by_returns, "no acquire");
	find(&with_buckets, FAULT_NO_READ_BARRIER, by_buckets, "no read barrier");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_without_barriers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
