// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writers and readers of one stack table as threads; built with ThreadSanitizer, which
 * finds every access that another CPU can meet and that is not marked.
 */
#include "stress_stacks.h"

#define WRITERS	4
#define READERS	2
#define PUTS	20000 /* of each writer */
#define KINDS	2000

/**
 * struct party - A thread
 * @thread: the thread
 * @stacks: the table
 * @seed: what it goes by
 * @found: ids that it got, or stacks that it read
 * @refused: how often it got no id
 * @wrong: stacks that were not what they should be
 */
struct party {
	pthread_t thread;
	const struct ktlat_stacks *stacks;
	__u64 seed;
	__u64 found, refused, wrong;
};

static int done;

static void *write_all(void *argument)
{
	struct party *mine = argument;
	__u64 random = mine->seed;

	for (unsigned int i = 0; i < PUTS; i++) {
		__u64 number;
		__u32 id;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		number = 1 + (random >> 33) % KINDS;
		id = stress_put(mine->stacks, number);
		mine->refused += !id;
		mine->found += !!id;
		mine->wrong += id && !stress_is(mine->stacks, id, number);
	}
	return NULL;
}

/* What is there only ever grows. */
static void *read_all(void *argument)
{
	struct party *mine = argument;
	__u64 before = 0, now;
	int last;

	/* Once more when all is there, as it may not have run before. */
	do {
		last = __atomic_load_n(&done, __ATOMIC_ACQUIRE);
		now = stress_search(mine->stacks, &mine->wrong);
		mine->wrong += now < before;
		mine->found += now;
		before = now;
	} while (!last);
	return NULL;
}

static void start(struct party *party, const struct ktlat_stacks *stacks,
		  __u64 seed, void *(*run)(void *argument))
{
	*party = (struct party){ .stacks = stacks, .seed = seed };
	if (pthread_create(&party->thread, NULL, run, party))
		abort();
}

/* How many different stacks there are. */
static __u64 kinds_there(const struct ktlat_stacks *stacks)
{
	static bool there[KINDS + 1];
	__u64 nr = 0;

	memset(there, 0, sizeof(there));
	for (__u32 id = 1; id <= stacks->header->nr_slots; id++) {
		const struct ktlat_stack *stack =
			ktlat_stacks_get(stacks->header, id);

		if (stack)
			there[stress_number(stack)] = true;
	}
	for (unsigned int i = 1; i <= KINDS; i++)
		nr += there[i];
	return nr;
}

static void run(__u32 slots, __u64 *dropped)
{
	struct party writers[WRITERS], readers[READERS];
	__u64 refused = 0, wrong = 0, kinds;
	struct ktlat_stacks stacks;

	stress_make(&stacks, slots);
	__atomic_store_n(&done, 0, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < READERS; i++)
		start(&readers[i], &stacks, i, read_all);
	/* Two by two they meet with the same stacks in the same order. */
	for (unsigned int i = 0; i < WRITERS; i++)
		start(&writers[i], &stacks, i / 2, write_all);
	for (unsigned int i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		refused += writers[i].refused;
		wrong += writers[i].wrong;
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		wrong += readers[i].wrong;
		assert_true(readers[i].found > 0);
	}
	assert_int_equal(stress_search(&stacks, &wrong), stacks.header->stored);
	assert_int_equal(wrong, 0);
	assert_int_equal(stacks.header->dropped, refused);
	kinds = kinds_there(&stacks);
	assert_in_range(stacks.header->stored - kinds, 0, kinds * (WRITERS - 1));
	printf("# %u slots: %llu stacks stored, %llu of them twice; %llu of %u dropped\n",
	       slots, (unsigned long long)stacks.header->stored,
	       (unsigned long long)(stacks.header->stored - kinds),
	       (unsigned long long)refused, WRITERS * PUTS);
	*dropped = refused;
	free(stacks.header);
}

static void test_room(void **state)
{
	__u64 dropped;

	(void)state;
	/*
	 * Writers that meet may each store the same stack, and one is dropped where all
	 * slots in its reach are taken: so there is to be room for that, too.
	 */
	run(16 * KINDS / 1000 * 1024, &dropped);
	assert_int_equal(dropped, 0);
}

static void test_full(void **state)
{
	__u64 dropped;

	(void)state;
	run(512, &dropped);
	assert_true(dropped > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
