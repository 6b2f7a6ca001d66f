// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slowest calls, one step at a time. What may happen in between is explored in
 * tests/model and tests/stress.
 */
#include "unit.h"

#include "core/slowest.h"

#define CPUS		2
#define CONTEXTS	4
#define SLOTS		4
#define CALLS		1000

static struct {
	struct ktlat_slowest_header header;
	struct {
		struct ktlat_slowest_context context;
		struct {
			struct ktlat_slowest_bank bank;
			struct ktlat_event slots[SLOTS];
		} banks[2];
	} parts[CPUS][CONTEXTS];
} memory __attribute__((aligned(64)));

static struct ktlat_slowest slowest;
static struct ktlat_slowest_header *header;

static int setup(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof(memory));
	header = &memory.header;
	header->cpu_offset = sizeof(*header);
	header->cpu_stride = sizeof(memory.parts[0]);
	header->nr_cpus = CPUS;
	header->nr_contexts = CONTEXTS;
	header->nr_slots = SLOTS;
	ktlat_slowest_init(&slowest, header);
	return 0;
}

static void fill(struct ktlat_slowest_record *record, __u64 latency, __u64 id)
{
	env_write(&record->slot->latency_ns, latency);
	env_write(&record->slot->probe_id, id);
}

/* Returns whether it was kept. */
static int end_call(__u32 cpu, __u32 context, __u64 latency, __u64 id)
{
	struct ktlat_slowest_context *at =
		ktlat_slowest_context(&slowest, cpu, context);
	struct ktlat_slowest_record record;

	if (!ktlat_slowest_wants(&slowest, at, latency) ||
	    !ktlat_slowest_reserve(&slowest, at, latency, &record))
		return 0;
	fill(&record, latency, id);
	ktlat_slowest_commit(&slowest, at, &record);
	return 1;
}

/* As the kernel's worker does. */
static void next_interval(void)
{
	header->interval++;
	header->complete = header->interval - 1;
}

static void test_header(void **state)
{
	(void)state;
	assert_memory_equal(&header->magic, "KTSLOW", 6);
	assert_int_equal(header->context_stride, sizeof(memory.parts[0][0]));
	assert_int_equal(header->bank_stride,
			 sizeof(memory.parts[0][0].banks[0]));
	assert_int_equal(header->interval, 1);
	assert_int_equal(header->complete, 0);
	assert_ptr_equal(ktlat_slowest_context(&slowest, 1, 2),
			 &memory.parts[1][2].context);
	assert_ptr_equal(ktlat_slowest_bank(&slowest,
					    &memory.parts[1][2].context, 5),
			 &memory.parts[1][2].banks[1]);
}

static int is_slower(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return left < right ? 1 : left > right ? -1 : 0;
}

/* Finds the slowest of an interval, as a reader does. */
static __u32 read_all(__u64 interval, struct ktlat_event *best)
{
	struct ktlat_event events[SLOTS];
	__u32 nr = 0;

	for (__u32 cpu = 0; cpu < CPUS; cpu++)
		for (__u32 context = 0; context < CONTEXTS; context++) {
			int found = ktlat_slowest_read(header, cpu, context,
						       interval, events);

			assert_true(found >= 0);
			for (int i = 0; i < found; i++)
				nr = ktlat_slowest_merge(best, nr, SLOTS,
							 &events[i]);
		}
	return nr;
}

/* Against all calls, sorted. */
static void test_against_sorting(void **state)
{
	static __u64 truth[CALLS];
	struct ktlat_event best[SLOTS];
	__u64 random = 1;

	(void)state;
	for (__u64 interval = 1; interval <= 20; interval++) {
		for (unsigned int i = 0; i < CALLS; i++) {
			random = random * 6364136223846793005ULL + 1;
			truth[i] = random >> 20;
			end_call(random >> 19 & 1, random >> 17 & 3, truth[i],
				 interval);
		}
		next_interval();
		qsort(truth, CALLS, sizeof(truth[0]), is_slower);
		assert_int_equal(read_all(interval, best), SLOTS);
		for (unsigned int i = 0; i < SLOTS; i++) {
			assert_int_equal(best[i].latency_ns, truth[i]);
			assert_int_equal(best[i].probe_id, interval);
		}
	}
}

static void test_few(void **state)
{
	struct ktlat_event best[SLOTS];

	(void)state;
	assert_int_equal(read_all(1, best), 0);
	assert_true(end_call(0, 0, 0, 7));
	assert_true(end_call(1, 3, 5, 8));
	next_interval();
	assert_int_equal(read_all(1, best), 2);
	assert_int_equal(best[0].probe_id, 8);
	assert_int_equal(best[1].probe_id, 7);
}

/* Fast ones do not even ask; of equal ones, the first stay. */
static void test_floor(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SLOTS; i++)
		assert_true(end_call(0, 0, 100, i));
	assert_false(ktlat_slowest_wants(&slowest,
					 ktlat_slowest_context(&slowest, 0, 0),
					 100));
	assert_false(end_call(0, 0, 100, 9));
	assert_true(end_call(0, 0, 101, 9));
	assert_true(end_call(0, 0, ~0ULL, 9));
	assert_true(ktlat_slowest_wants(&slowest,
					ktlat_slowest_context(&slowest, 0, 1),
					0));
}

/* A new interval begins with nothing, whatever was slow before. */
static void test_new_interval(void **state)
{
	struct ktlat_event best[SLOTS];

	(void)state;
	for (unsigned int i = 0; i < SLOTS; i++)
		end_call(0, 0, 1000 + i, 1);
	next_interval();
	assert_true(end_call(0, 0, 3, 2));
	assert_int_equal(read_all(2, best), 1);
	assert_int_equal(best[0].latency_ns, 3);
	assert_int_equal(read_all(1, best), SLOTS);
	assert_int_equal(best[0].latency_ns, 1000 + SLOTS - 1);
}

/* No call in an interval leaves the bank with what was there two intervals ago. */
static void test_idle(void **state)
{
	struct ktlat_event best[SLOTS];

	(void)state;
	end_call(0, 0, 1000, 1);
	next_interval();
	next_interval();
	next_interval();
	assert_int_equal(read_all(3, best), 0);
	end_call(0, 0, 2000, 4);
	next_interval();
	assert_int_equal(read_all(4, best), 1);
	assert_int_equal(best[0].latency_ns, 2000);
}

static void test_too_late(void **state)
{
	struct ktlat_event events[SLOTS];

	(void)state;
	end_call(0, 0, 1000, 1);
	next_interval();
	next_interval();
	assert_int_equal(ktlat_slowest_read(header, 0, 0, 1, events), 1);
	end_call(0, 0, 5, 3);
	assert_int_equal(ktlat_slowest_read(header, 0, 0, 1, events), -1);
	memory.parts[0][0].banks[1].bank.interval = KTLAT_SLOWEST_NEVER;
	assert_int_equal(ktlat_slowest_read(header, 0, 0, 3, events), -1);
}

/* One that is being written is not read, and nobody else comes in between. */
static void test_nested(void **state)
{
	struct ktlat_slowest_context *context =
		ktlat_slowest_context(&slowest, 0, 0);
	struct ktlat_slowest_record record;
	struct ktlat_event best[SLOTS];

	(void)state;
	assert_true(ktlat_slowest_reserve(&slowest, context, 50, &record));
	assert_false(end_call(0, 0, 60, 2));
	assert_int_equal(context->dropped, 1);
	assert_true(end_call(0, 3, 70, 3));
	assert_int_equal(read_all(1, best), 1);
	fill(&record, 50, 1);
	ktlat_slowest_commit(&slowest, context, &record);
	assert_int_equal(context->busy, 0);
	assert_int_equal(read_all(1, best), 2);
	assert_int_equal(best[1].probe_id, 1);
}

/* One that was not to be kept leaves nothing behind. */
static void test_not_kept(void **state)
{
	struct ktlat_slowest_context *context =
		ktlat_slowest_context(&slowest, 0, 0);
	struct ktlat_slowest_record record;

	(void)state;
	for (unsigned int i = 0; i < SLOTS; i++)
		end_call(0, 0, 100, i);
	assert_false(ktlat_slowest_reserve(&slowest, context, 99, &record));
	assert_int_equal(context->busy, 0);
	assert_int_equal(context->dropped, 0);
}

/* A newer module may have longer slots, parts and headers. */
static void test_longer_slots(void **state)
{
	struct {
		struct ktlat_slowest_header header;
		__u64 more[8];
		struct ktlat_slowest_context context;
		__u64 of_context[8];
		struct {
			struct ktlat_slowest_bank bank;
			__u64 of_bank[8];
			struct {
				struct ktlat_event event;
				__u64 of_slot[8];
			} slots[2];
		} banks[2];
	} longer = {
		.header = {
			.cpu_offset = offsetof(typeof(longer), context),
			.bank_offset = 128, .bank_stride = 512,
			.slot_offset = 128, .slot_size = 192, .nr_slots = 2,
		},
		.banks[1].bank.interval = 3,
		.banks[1].slots = {
			{ .event = { .sequence = 1, .latency_ns = 11 } },
			{ .event = { .sequence = 2, .latency_ns = 22 } },
		},
	};
	struct ktlat_event events[2];

	(void)state;
	assert_int_equal(ktlat_slowest_read(&longer.header, 0, 0, 3, events), 2);
	assert_int_equal(events[0].latency_ns, 11);
	assert_int_equal(events[1].latency_ns, 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_against_sorting, setup),
		cmocka_unit_test_setup(test_few, setup),
		cmocka_unit_test_setup(test_floor, setup),
		cmocka_unit_test_setup(test_new_interval, setup),
		cmocka_unit_test_setup(test_idle, setup),
		cmocka_unit_test_setup(test_too_late, setup),
		cmocka_unit_test_setup(test_nested, setup),
		cmocka_unit_test_setup(test_not_kept, setup),
		cmocka_unit_test_setup(test_longer_slots, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
