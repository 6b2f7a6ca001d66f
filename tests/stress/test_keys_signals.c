// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer that counts a call under its key, and is interrupted at each of its
 * instructions (step.h) by others that count under the same key, or under one that has
 * its place nearby. Each call has to be in one slot, and no key in two.
 */
#include <stdlib.h>
#include <string.h>

#include "core/hist.h"
#include "core/keys.h"
#include "stress.h"

#if defined(__x86_64__)

#include "step.h"

#define SLOTS	16
#define KEYS	3
#define BUCKETS	252

struct slot {
	struct ktlat_counters counters;
	__u64 buckets[BUCKETS];
};

static struct slot table[1 + SLOTS];
static const struct ktlat_keys keys = {
	.areas = (char *)table,
	.slot_stride = sizeof(struct slot),
	.mask = SLOTS - 1,
	.shift = 64 - 4, /* SLOTS is 2^4 */
};

/* All begin their search in the same slot. */
static __u64 words[KEYS][2];
static __u64 made[KEYS];
static unsigned int turn;
static unsigned long other, calls;

static void find_neighbours(void)
{
	__u64 word = 1;
	int nr = 0;

	while (nr < KEYS) {
		const __u64 key[2] = { word++, 7 };

		if (ktlat_keys_home(&keys, key) == 5)
			memcpy(words[nr++], key, sizeof(key));
	}
}

/* The one that is stepped has the first key; those that come in between, all. */
static void end_call(void)
{
	unsigned int key = step_level ? __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % KEYS : 0;

	ktlat_hist_record(ktlat_keys_find(&keys, (char *)table, words[key]),
			  KTLAT_KEYS_PRECISION, key + 1);
	__atomic_fetch_add(&made[key], 1, __ATOMIC_RELAXED);
}

static unsigned int slots_of(const __u64 key[2], __u64 *count)
{
	unsigned int nr = 0;

	*count = 0;
	for (int i = 1; i <= SLOTS; i++) {
		const struct ktlat_counters *slot = &table[i].counters;

		if (!slot->key_state || memcmp(slot->key, key, sizeof(slot->key)))
			continue;
		*count += slot->returns;
		nr++;
	}
	return nr;
}

/* Ends a round: the next one begins with an empty table. */
static bool all_there(void)
{
	__u64 all = table[0].counters.returns, sum = table[0].counters.sum_ns;
	__u64 wanted = 0, wanted_sum = 0;
	bool right = true;

	other += all;
	for (int key = 0; key < KEYS; key++) {
		__u64 count;

		right &= slots_of(words[key], &count) <= 1 && count <= made[key];
		all += count;
		sum += count * (key + 1);
		wanted += made[key];
		wanted_sum += made[key] * (key + 1);
	}
	for (int i = 1; i <= SLOTS; i++)
		right &= table[i].counters.key_state != KTLAT_KEY_FILLING;
	right &= all == wanted && sum == wanted_sum;
	calls += wanted;
	memset(table, 0, sizeof(table));
	memset(made, 0, sizeof(made));
	return right;
}

static const unsigned int bursts[STEP_BURSTS] = { 1, KEYS, 2, KEYS + 2, 4, 3 };

static void test_keys(void **state)
{
	unsigned int nr;

	(void)state;
	find_neighbours();
	step_begin(end_call, step_burst);
	nr = step_count();
	assert_true(all_there());
	assert_int_equal(step_all(nr, 23, bursts, all_there), 0);
	printf("# %u instructions; %lu, %lu and %lu interrupts one, two and three deep; %lu calls, %lu of them in the midst of a new key\n",
	       nr, step_at_depth[1], step_at_depth[2], step_at_depth[3], calls,
	       other);
	assert_true(other > 0);
	assert_true(other < calls / 4);
}

/* What finds no room is counted all the same. */
static void test_full(void **state)
{
	__u64 sum = 0;

	(void)state;
	for (__u64 i = 0; i < 1000; i++) {
		const __u64 key[2] = { i % 100, 0 };

		ktlat_hist_record(ktlat_keys_find(&keys, (char *)table, key),
				  KTLAT_KEYS_PRECISION, 1);
	}
	for (int i = 1; i <= SLOTS; i++) {
		assert_int_equal(table[i].counters.key_state, KTLAT_KEY_USED);
		assert_int_equal(table[i].counters.returns, 10);
		sum += table[i].counters.returns;
	}
	assert_int_equal(sum + table[0].counters.returns, 1000);
}

/* Threads of a pool differ in the last characters of their names: all find room. */
static void test_names(void **state)
{
	static const char * const forms[] = {
		"worker%llu", "nginx-%llu", "kworker/3:%llu", "thread%03llu",
		"a-longer-name%llu", NULL,
	};
	static struct slot large[1 + 256];
	const struct ktlat_keys wide = {
		.slot_stride = sizeof(struct slot),
		.mask = 255,
		.shift = 64 - 8,
	};

	(void)state;
	for (const char * const *form = forms; *form; form++) {
		memset(large, 0, sizeof(large));
		for (unsigned long long i = 0; i < 100; i++) {
			char name[2 * sizeof(__u64) + 8] = "";
			__u64 key[2];

			snprintf(name, sizeof(name), *form, i);
			memcpy(key, name, sizeof(key));
			ktlat_hist_record(ktlat_keys_find(&wide, (char *)large, key),
					  KTLAT_KEYS_PRECISION, 1);
		}
		assert_int_equal(large[0].counters.returns, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_full),
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
