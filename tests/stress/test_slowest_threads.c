// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads for CPUs that keep their slowest calls, one for the worker that begins each
 * interval, and readers right behind; built with ThreadSanitizer, which finds every
 * access that another CPU can meet and that is not marked.
 *
 * A writer nests by ending a call in the next context with a record half written.
 */
#include "stress_slowest.h"

#define CPUS		2
#define READERS		2
#define SLOTS		8
#define INTERVALS	60
#define CALLS		40000 /* of each CPU */
#define IDS		(CPUS * CALLS + 1)

static struct ktlat_slowest slowest;
static struct ktlat_slowest_header *header;

/* Of each call the interval before and after it ended. */
static struct {
	__u32 from, to;
} ended[IDS];

/* How many calls a CPU has ended, those of all contexts: so a grace period can be told. */
static unsigned int quiet[CPUS];
#define QUIET_FOR_GOOD	(~0U)
static int done;

/**
 * struct reader - A thread that reads, and what it found
 * @thread: the thread
 * @seen: the last interval that it has looked at
 * @nr: of each interval, how many calls; 0 if it was not read
 * @best: these calls, slowest first
 * @torn: records that were not what was written
 * @late: intervals that were gone
 */
struct reader {
	pthread_t thread;
	__u64 seen;
	__u32 nr[INTERVALS + 2];
	struct ktlat_event best[INTERVALS + 2][SLOTS];
	__u64 torn, late;
};

static struct reader readers[READERS];

static void end_call(__u32 cpu, __u32 at, __u64 *id)
{
	struct ktlat_slowest_context *context =
		ktlat_slowest_context(&slowest, cpu, at);
	struct ktlat_slowest_record record;
	__u64 mine = (*id)++;

	ended[mine].from = env_read(&header->interval);
	if (ktlat_slowest_wants(&slowest, context, stress_latency(mine)) &&
	    ktlat_slowest_reserve(&slowest, context, stress_latency(mine),
				  &record)) {
		if (at + 1 < STRESS_CONTEXTS)
			end_call(cpu, at + 1, id);
		stress_fill(record.slot, mine);
		ktlat_slowest_commit(&slowest, context, &record);
	}
	ended[mine].to = env_read(&header->interval);
}

static void *write_all(void *argument)
{
	__u32 cpu = (size_t)argument;
	__u64 id = 1 + (__u64)cpu * CALLS, end = id + CALLS - STRESS_CONTEXTS;

	for (__u64 i = 0; id < end; i++) {
		end_call(cpu, i % STRESS_CONTEXTS, &id);
		__atomic_store_n(&quiet[cpu], quiet[cpu] + 1, __ATOMIC_RELEASE);
		if (i % 16 == 0)
			sched_yield();
	}
	__atomic_store_n(&quiet[cpu], QUIET_FOR_GOOD, __ATOMIC_RELEASE);
	return NULL;
}

static unsigned int calls_of(unsigned int cpu)
{
	return __atomic_load_n(&quiet[cpu], __ATOMIC_ACQUIRE);
}

/* Each CPU has ended so many calls since, or all of its own. */
static void wait_for_calls(unsigned int nr)
{
	unsigned int until[CPUS];

	for (unsigned int i = 0; i < CPUS; i++)
		until[i] = calls_of(i) + nr;
	for (unsigned int i = 0; i < CPUS; i++)
		while (calls_of(i) < until[i] && until[i] >= nr)
			sched_yield();
}

/* As the kernel's worker does. */
static void *advance(void *unused)
{
	for (__u64 n = 1; n <= INTERVALS; n++) {
		wait_for_calls(CALLS / INTERVALS / 4);
		env_write(&header->interval, n + 1);
		wait_for_calls(2);
		env_write_release(&header->complete, n);
		/* On a busy machine, too, some are read. */
		for (unsigned int i = 0; n % 10 == 1 && i < READERS; i++)
			while (__atomic_load_n(&readers[i].seen,
					       __ATOMIC_ACQUIRE) < n)
				sched_yield();
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return unused;
}

static void read_interval(struct reader *mine, __u64 interval, bool live)
{
	struct ktlat_event events[SLOTS], best[SLOTS];
	bool whole = true;
	__u32 nr = 0;

	for (__u32 cpu = 0; cpu < CPUS; cpu++)
		for (__u32 at = 0; at < STRESS_CONTEXTS; at++) {
			int found = ktlat_slowest_read(header, cpu, at, interval,
						       events);

			whole &= found >= 0;
			for (int i = 0; i < found; i++) {
				mine->torn += !stress_whole(&events[i]);
				nr = ktlat_slowest_merge(best, nr, SLOTS,
							 &events[i]);
			}
		}
	if (live)
		return;
	mine->late += !whole;
	if (whole) {
		mine->nr[interval] = nr;
		memcpy(mine->best[interval], best, nr * sizeof(best[0]));
	}
}

static void *read_all(void *argument)
{
	struct reader *mine = argument;
	__u64 last = 0;
	int over;

	do {
		__u64 complete;

		over = __atomic_load_n(&done, __ATOMIC_ACQUIRE);
		complete = env_read_acquire(&header->complete);
		if (complete > last)
			read_interval(mine, complete, false);
		last = complete;
		__atomic_store_n(&mine->seen, last, __ATOMIC_RELEASE);
		read_interval(mine, env_read(&header->interval), true);
	} while (!over);
	return NULL;
}

/* Are these the slowest calls that ended in it, as far as it is known where? */
static void check_interval(const struct reader *reader, __u64 interval)
{
	const struct ktlat_event *best = reader->best[interval];
	__u32 nr = reader->nr[interval], slower = 0;

	for (__u32 i = 0; i < nr; i++) {
		__u64 id = best[i].probe_id;

		assert_in_range(interval, ended[id].from, ended[id].to);
		assert_true(!i || best[i].latency_ns < best[i - 1].latency_ns);
		slower += ended[id].from == ended[id].to;
	}
	/* So many of those that are sure to belong here, and no more, are as slow. */
	for (__u64 id = 1; id < IDS; id++)
		slower -= nr == SLOTS && ended[id].from == interval &&
			  ended[id].to == interval &&
			  stress_latency(id) >= best[nr - 1].latency_ns;
	assert_int_equal(nr == SLOTS ? slower : 0, 0);
}

static void test_threads(void **state)
{
	pthread_t writers[CPUS], worker;
	__u64 checked = 0, late = 0;

	(void)state;
	header = stress_make(&slowest, CPUS, SLOTS);
	for (unsigned int i = 0; i < READERS; i++)
		if (pthread_create(&readers[i].thread, NULL, read_all,
				   &readers[i]))
			abort();
	for (size_t i = 0; i < CPUS; i++)
		if (pthread_create(&writers[i], NULL, write_all, (void *)i))
			abort();
	if (pthread_create(&worker, NULL, advance, NULL))
		abort();
	for (unsigned int i = 0; i < CPUS; i++)
		pthread_join(writers[i], NULL);
	pthread_join(worker, NULL);
	for (unsigned int i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		assert_int_equal(readers[i].torn, 0);
		late += readers[i].late;
		for (__u64 n = 1; n <= INTERVALS; n++) {
			checked += readers[i].nr[n] == SLOTS;
			check_interval(&readers[i], n);
		}
	}
	printf("# %d intervals and %d readers: %llu times read whole, %llu times too late\n",
	       INTERVALS, READERS, (unsigned long long)checked,
	       (unsigned long long)late);
	assert_true(checked >= READERS);
	free(header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
