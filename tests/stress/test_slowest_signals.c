// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer of slowest calls that is interrupted at each of its instructions (step.h): by
 * writers in other contexts, as softirqs, interrupts and NMIs are; or by writers in the
 * same one. A thread reads what is just being written.
 */
#include "stress_slowest.h"

#if defined(__x86_64__)

#include "step.h"

#define SLOTS	3
#define CALLS	32 /* in an interval, at most */

static struct ktlat_slowest slowest;
static struct ktlat_slowest_header *header;
static bool one_context;

/* The calls of an interval, in the order in which they ended, and where. */
static struct {
	__u64 id;
	unsigned int context;
	bool dropped;
} calls[CALLS];
static unsigned int nr_calls, refused[STRESS_CONTEXTS];
static __u64 last_id;
static unsigned long all_dropped;

/* The reader. */
static pthread_t thread;
static int done;
static unsigned long read_whole, read_torn, too_late;

static void end_call(void)
{
	unsigned int at = one_context ? 0 : step_level;
	unsigned int i = __atomic_fetch_add(&nr_calls, 1, __ATOMIC_RELAXED);
	__u64 id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	struct ktlat_slowest_context *context =
		ktlat_slowest_context(&slowest, 0, at);
	struct ktlat_slowest_record record;

	calls[i].id = id;
	calls[i].context = at;
	calls[i].dropped = false;
	if (!ktlat_slowest_wants(&slowest, context, stress_latency(id)))
		return;
	if (ktlat_slowest_reserve(&slowest, context, stress_latency(id),
				  &record)) {
		stress_fill(record.slot, id);
		ktlat_slowest_commit(&slowest, context, &record);
	} else if (env_read(&context->dropped) != refused[at]) {
		/* Those that came in between have seen to their own. */
		calls[i].dropped = true;
		refused[at]++;
	}
}

/* How many calls of the context were slower. */
static unsigned int slower_than(unsigned int context, __u64 latency)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < nr_calls; i++)
		nr += !calls[i].dropped && calls[i].context == context &&
		      stress_latency(calls[i].id) > latency;
	return nr;
}

static bool is_kept(const struct ktlat_event *events, int nr, __u64 id)
{
	for (int i = 0; i < nr; i++)
		if (events[i].probe_id == id)
			return true;
	return false;
}

/* What is stepped next is its first call, or one that is to take another's place. */
static void begin_interval(void)
{
	nr_calls = 0;
	__atomic_store_n(&header->interval, header->interval + 1,
			 __ATOMIC_RELEASE);
	for (unsigned int i = 0; header->interval % 4 && i < SLOTS; i++)
		end_call();
}

/* Is it just the slowest calls of each context that are there? */
static bool all_there(void)
{
	struct ktlat_event events[STRESS_CONTEXTS][SLOTS];
	int nr[STRESS_CONTEXTS], sum = 0;
	bool right = true;

	for (unsigned int i = 0; i < STRESS_CONTEXTS; i++) {
		nr[i] = ktlat_slowest_read(header, 0, i, header->interval,
					   events[i]);
		right &= nr[i] >= 0 &&
			 !ktlat_slowest_context(&slowest, 0, i)->busy;
		for (int j = 0; j < nr[i]; j++)
			right &= stress_whole(&events[i][j]);
		sum += nr[i];
	}
	for (unsigned int i = 0; i < nr_calls; i++) {
		unsigned int at = calls[i].context;
		bool slow = slower_than(at, stress_latency(calls[i].id)) < SLOTS;

		all_dropped += calls[i].dropped;
		right &= is_kept(events[at], nr[at], calls[i].id) ==
			 (slow && !calls[i].dropped);
		sum -= slow && !calls[i].dropped;
	}
	begin_interval();
	return right && !sum;
}

static void *chase(void *unused)
{
	struct ktlat_event events[SLOTS];

	do {
		__u64 interval = __atomic_load_n(&header->interval,
						 __ATOMIC_ACQUIRE);

		for (unsigned int i = 0; i < STRESS_CONTEXTS; i++) {
			int nr = ktlat_slowest_read(header, 0, i, interval,
						    events);

			too_late += nr < 0;
			for (int j = 0; j < nr; j++) {
				read_whole += stress_whole(&events[j]);
				read_torn += !stress_whole(&events[j]);
			}
		}
	} while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE));
	return unused;
}

static const unsigned int bursts[STEP_BURSTS] = { 1, SLOTS + 1, 2, 5, SLOTS, 4 };

static void step_through_all(void)
{
	unsigned long wrong;
	unsigned int nr;

	header = stress_make(&slowest, 1, SLOTS);
	memset(refused, 0, sizeof(refused));
	nr_calls = 0;
	all_dropped = read_whole = read_torn = too_late = 0;
	__atomic_store_n(&done, 0, __ATOMIC_RELEASE);
	if (pthread_create(&thread, NULL, chase, NULL))
		abort();
	step_begin(end_call, step_burst);
	nr = step_count();
	assert_true(all_there());
	wrong = step_all(nr, 23, bursts, all_there);
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	printf("# %u instructions; %lu, %lu and %lu interrupts one, two and three deep; %llu calls, %lu dropped; read meanwhile: %lu whole, %lu torn, %lu times too late\n",
	       nr, step_at_depth[1], step_at_depth[2], step_at_depth[3],
	       (unsigned long long)last_id, all_dropped, read_whole, read_torn,
	       too_late);
	assert_int_equal(wrong, 0);
	assert_int_equal(read_torn, 0);
	assert_true(read_whole > 0);
	free(header);
}

static void test_other_contexts(void **state)
{
	(void)state;
	one_context = false;
	step_through_all();
	assert_int_equal(all_dropped, 0);
}

static void test_same_context(void **state)
{
	(void)state;
	one_context = true;
	step_through_all();
	assert_true(all_dropped > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_contexts),
		cmocka_unit_test(test_same_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	printf("1..0 # SKIP single steps are known on x86-64 only\n");
	return 0;
}

#endif
