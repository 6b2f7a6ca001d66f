// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every short interleaving of the writers of one context and a reader of its slowest
 * calls, on weakly ordered CPUs (model.h). The code is slowest.h itself. An interrupt is
 * a call in the same context, or the worker on another CPU that begins a new interval.
 *
 * What was kept is known from the writers' side alone. The reader must be given calls of
 * the interval that it asked for only, whole, and each once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/slowest.h"

#define CALLS_MAX	16
#define SLOTS_MAX	2
#define WORDS(bytes)	((bytes) / sizeof(__u64))
#define BANKS_AT	WORDS(sizeof(struct ktlat_slowest_header) + \
			      sizeof(struct ktlat_slowest_context))

/**
 * struct scene - What is explored
 * @slots: of a bank
 * @quiet: what happens at first: c is a call, n a new interval
 * @then: what happens then, and may be interrupted
 * @interrupts: by what, in this order
 * @depth: how deep they nest
 * @interval: which the reader wants
 * @over: no call of that interval comes any more
 */
struct scene {
	unsigned int slots;
	const char *quiet, *then, *interrupts;
	unsigned int depth, interval;
	bool over;
};

static const struct scene *scene;
static struct ktlat_slowest slowest;
static struct ktlat_slowest_header *header;
static struct ktlat_slowest_context *context;

/* In this order they come: slower and faster ones than those before. */
static const __u64 latencies[CALLS_MAX] = {
	20, 10, 30, 25, 5, 40, 35, 50, 15, 60, 55, 70, 65, 80, 75, 90
};

/* The truth of the way that is taken: of each call, where it was kept, or 0. */
static __u64 kept_in[CALLS_MAX];
static unsigned int calls, nr_interrupts, nesting, refused;

/* What the reader came to. */
static unsigned long accepted, late, dropped;

/* The writers */

/* How many calls were kept in an interval that are at least as slow. */
static unsigned int as_slow(__u64 interval, __u64 latency)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < calls; i++)
		nr += kept_in[i] == interval && latencies[i] >= latency;
	return nr;
}

static void end_call(void)
{
	unsigned int id = calls++;
	__u64 latency = latencies[id], interval = header->interval;
	struct ktlat_slowest_record record;

	nesting++;
	if (ktlat_slowest_wants(&slowest, context, latency) &&
	    ktlat_slowest_reserve(&slowest, context, latency, &record)) {
		kept_in[id] = context->interval;
		env_write(&record.slot->probe_id, id);
		env_write(&record.slot->latency_ns, latency);
		ktlat_slowest_commit(&slowest, context, &record);
	} else if (context->dropped == refused) {
		/* It may be of the interval that was when it ended, or of a later one. */
		while (interval <= header->interval &&
		       as_slow(interval, latency) < scene->slots)
			interval++;
		model_require(interval <= header->interval, "a slow call was not kept");
	} else {
		model_require(nesting > 1, "a call was dropped for no reason");
		refused++;
	}
	model_writer_flush();
	nesting--;
}

static void happen(char what)
{
	if (what == 'c')
		end_call();
	else
		header->interval++;
}

static void interrupt(void)
{
	happen(scene->interrupts[nr_interrupts++]);
}

static struct ktlat_slowest_bank *bank_of(__u64 interval)
{
	return ktlat_slowest_bank(&slowest, context, interval);
}

/* Nobody writes now: are the slots those of the slowest calls that were kept? */
static void check_bank(__u64 interval)
{
	const struct ktlat_event *slots = ktlat_slowest_slots(bank_of(interval));

	for (unsigned int i = 0; i < scene->slots; i++) {
		if (!slots[i].sequence)
			continue;
		model_require(kept_in[slots[i].probe_id] == interval,
			"a slot holds a call of another interval");
		model_require(as_slow(interval, slots[i].latency_ns) <= scene->slots,
			"a slower call was given up");
	}
}

static void run_writers(void)
{
	memset(model_memory, 0, sizeof(model_memory));
	memset(kept_in, 0, sizeof(kept_in));
	calls = nr_interrupts = refused = 0;
	header = (struct ktlat_slowest_header *)model_memory;
	header->cpu_offset = sizeof(*header);
	header->nr_cpus = 1;
	header->nr_contexts = 1;
	header->nr_slots = scene->slots;
	ktlat_slowest_init(&slowest, header);
	context = ktlat_slowest_context(&slowest, 0, 0);
	model_writer_start();
	model_writer_interrupts(0);
	for (const char *what = scene->quiet; *what; what++)
		happen(*what);
	/* The reader has seen all of that. */
	model_writer_start();
	model_writer_interrupts(strlen(scene->interrupts));
	for (const char *what = scene->then; *what; what++)
		happen(*what);
	model_require(!context->busy, "it was left busy");
	model_require(context->dropped == refused, "dropped without a count");
	dropped += refused;
	for (unsigned int i = 0; i < 2; i++)
		if (bank_of(i)->interval)
			check_bank(bank_of(i)->interval);
}

/* The reader */

static void check_events(const struct ktlat_event *events, int nr)
{
	for (int i = 0; i < nr; i++) {
		__u64 id = events[i].probe_id;

		accepted++;
		model_require(id < CALLS_MAX && events[i].latency_ns == latencies[id],
			"a torn record was accepted");
		model_require(kept_in[id % CALLS_MAX] == scene->interval,
			"a call of another interval was accepted");
		for (int j = 0; j < i; j++)
			model_require(events[j].probe_id != id, "read twice");
	}
}

/* How many calls of the interval should be there. */
static int all(void)
{
	unsigned int kept = as_slow(scene->interval, 0);

	return kept < scene->slots ? kept : scene->slots;
}

/* When the writers are done, it finds what is there. */
static void check_end(void)
{
	__u64 there = bank_of(scene->interval)->interval;
	struct ktlat_event events[SLOTS_MAX];
	int nr;

	model_reader_sees_all();
	nr = ktlat_slowest_read(header, 0, 0, scene->interval, events);
	check_events(events, nr);
	model_require(nr == (there > scene->interval ? -1 : all()),
		"not all that was kept was found");
}

/* One way of the reader. */
static void run_reader(void)
{
	struct ktlat_event events[SLOTS_MAX];
	int nr = ktlat_slowest_read(header, 0, 0, scene->interval, events);

	late += nr < 0;
	check_events(events, nr);
	model_require(!scene->over || nr < 0 || nr == all(), "a part was taken for all");
	if (!model_found.violation)
		check_end();
}

/* The sequence of a slot: the first of its 16 words, behind the 8 of the bank. */
static bool is_mark(unsigned int word)
{
	unsigned int bank = WORDS(ktlat_slowest_bank_bytes(scene->slots));
	unsigned int at = word < BANKS_AT ? 0 : (word - BANKS_AT) % bank;

	return at >= 8 && at % 16 == 8;
}

static void explore_with(const struct scene *what, enum model_fault fault)
{
	static void (*const readers[])(void) = { run_reader, NULL };
	const struct model model = {
		.fault = fault,
		.write = run_writers,
		.readers = readers,
		.depth = what->depth,
		.interrupt = interrupt,
		.is_mark = is_mark,
		.first_watched = BANKS_AT,
	};

	scene = what;
	accepted = late = dropped = 0;
	model_explore(model);
}

static void explore(const struct scene *what)
{
	explore_with(what, FAULT_NONE);
	printf("# %u slots, %s, %s interrupted by %s: %lu ways to write, %lu different, %lu to read; %lu calls read, %lu times too late, %lu dropped\n",
	       what->slots, what->quiet, what->then, what->interrupts,
	       model_found.ways, model_found.traces, model_found.readings,
	       accepted, late, dropped);
	if (model_found.violation)
		fail_msg("%s", model_found.violation);
	assert_true(accepted);
}

#define EXPLORE_ALL(scenes) \
	do { \
		for (unsigned int i = 0; \
		     i < sizeof(scenes) / sizeof((scenes)[0]); i++) \
			explore(&(scenes)[i]); \
	} while (0)

/* Slots are written again and again. */
static void test_one_interval(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 1, .quiet = "c", .then = "ccc", .interrupts = "",
		  .interval = 1 },
		{ .slots = 2, .quiet = "cc", .then = "cccc", .interrupts = "",
		  .interval = 1 },
		{ .slots = 1, .quiet = "c", .then = "cc", .interrupts = "cc",
		  .depth = 2, .interval = 1 },
		{ .slots = 2, .quiet = "c", .then = "cc", .interrupts = "c",
		  .depth = 1, .interval = 1 },
		/* A call that would not have been kept in the interval before. */
		{ .slots = 1, .quiet = "cccn", .then = "c", .interrupts = "c",
		  .depth = 1, .interval = 2 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

/* The bank is taken for a later interval under the reader's eyes. */
static void test_overtaken(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 1, .quiet = "c", .then = "nncc", .interrupts = "",
		  .interval = 1, .over = true },
		{ .slots = 2, .quiet = "cc", .then = "nncc", .interrupts = "",
		  .interval = 1, .over = true },
		{ .slots = 2, .quiet = "ccnn", .then = "cc", .interrupts = "",
		  .interval = 3 },
		{ .slots = 1, .quiet = "cn", .then = "cc", .interrupts = "nc",
		  .depth = 1, .interval = 1 },
		{ .slots = 1, .quiet = "c", .then = "cc", .interrupts = "nnc",
		  .depth = 1, .interval = 3 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

/* Where what is found. */
static const struct scene replacing = {
	.slots = 1, .quiet = "c", .then = "cc", .interrupts = "", .interval = 1,
};

static const struct scene clearing = {
	.slots = 1, .quiet = "c", .then = "nnc", .interrupts = "", .interval = 1,
	.over = true,
};

static const struct scene cleared = {
	.slots = 1, .quiet = "cnn", .then = "c", .interrupts = "", .interval = 3,
};

/* What is found where something is taken out. */
static void find(enum model_fault fault, const struct scene *where,
		 const char *name)
{
	explore_with(where, fault);
	model_expect(name);
}

static void test_without_write_barrier(void **state)
{
	(void)state;
	find(FAULT_NO_WRITE_BARRIER, &replacing, "without A");
	find(FAULT_NO_WRITE_BARRIER, &clearing, "without E");
}

static void test_without_read_barrier(void **state)
{
	(void)state;
	find(FAULT_NO_READ_BARRIER, &replacing, "without D");
	find(FAULT_NO_READ_BARRIER, &clearing, "without F");
}

static void test_without_release(void **state)
{
	(void)state;
	find(FAULT_NO_RELEASE, &replacing, "without B");
	find(FAULT_NO_RELEASE, &cleared, "without G");
}

static void test_without_acquire(void **state)
{
	(void)state;
	find(FAULT_NO_ACQUIRE, &replacing, "without C");
	find(FAULT_NO_ACQUIRE, &cleared, "without H");
}

static void test_without_mark(void **state)
{
	(void)state;
	find(FAULT_NO_MARK, &replacing, "without the mark of a slot");
	find(FAULT_NO_MARK, &cleared, "without the mark of a cleared slot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_interval),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_without_write_barrier),
		cmocka_unit_test(test_without_release),
		cmocka_unit_test(test_without_acquire),
		cmocka_unit_test(test_without_read_barrier),
		cmocka_unit_test(test_without_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
