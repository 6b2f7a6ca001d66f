// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer of stacks that is interrupted at each of its instructions (step.h) by writers
 * to the same table, of the same stack and of others.
 */
#include "stress_stacks.h"

#if defined(__x86_64__)

#include "step.h"

#define SLOTS	8
#define KINDS	3

static struct ktlat_stacks stacks;
static unsigned long attempts, found, refused, wrong_id, twice;

static void put_one(void)
{
	__u64 number = 1 + __atomic_fetch_add(&attempts, 1, __ATOMIC_RELAXED) % KINDS;
	__u32 id = stress_put(&stacks, number);

	found += !!id;
	refused += !id;
	wrong_id += id && !stress_is(&stacks, id, number);
}

/* Nobody writes now; the next time begins with an empty table. */
static bool all_there(void)
{
	struct ktlat_stacks_header *header = stacks.header;
	__u64 wrong = wrong_id, stored = stress_search(&stacks, &wrong);
	bool right = !wrong && stored == header->stored &&
		     refused == header->dropped && found + refused == attempts &&
		     (!refused || stored == SLOTS);

	twice += stored > KINDS;
	memset(header, 0, sizeof(*header) + SLOTS * sizeof(struct ktlat_stack));
	ktlat_stacks_init(&stacks, header, sizeof(*header), SLOTS, 0);
	attempts = found = refused = wrong_id = 0;
	return right;
}

static const unsigned int bursts[STEP_BURSTS] = { 1, 2, 3, 4, 5, 6 };

static void test_every_instruction(void **state)
{
	unsigned long wrong;
	unsigned int nr;

	(void)state;
	stress_make(&stacks, SLOTS);
	step_begin(put_one, step_burst);
	nr = step_count();
	assert_true(all_there());
	wrong = step_all(nr, 29, bursts, all_there);
	printf("# %u instructions; %lu, %lu and %lu interrupts one, two and three deep; a stack was there twice %lu times\n",
	       nr, step_at_depth[1], step_at_depth[2], step_at_depth[3], twice);
	assert_int_equal(wrong, 0);
	assert_true(step_at_depth[3] > nr && twice > 0);
	free(stacks.header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instruction),
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
