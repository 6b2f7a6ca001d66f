// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack table, one step at a time. What may happen in between is explored in
 * tests/model and tests/stress.
 */
#include "unit.h"

#include "core/stacks.h"

#define SLOTS	16

static struct {
	struct ktlat_stacks_header header;
	struct ktlat_stack slots[SLOTS];
} memory __attribute__((aligned(64)));

static struct ktlat_stacks stacks;
static struct ktlat_stacks_header *header;

static int setup(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof(memory));
	header = &memory.header;
	ktlat_stacks_init(&stacks, header, sizeof(*header), SLOTS, 0);
	return 0;
}

/* Stack number n, of some depth. */
static struct ktlat_stacks_key stack_of(__u64 n, __u32 nr)
{
	static __u64 frames[KTLAT_STACK_DEPTH];

	for (__u32 i = 0; i < nr; i++)
		frames[i] = 0xffffffff81000000ULL + n * 64 + i;
	return (struct ktlat_stacks_key){ .frames = frames, .nr = nr };
}

static __u32 put(__u64 n, __u32 nr)
{
	struct ktlat_stacks_key key = stack_of(n, nr);

	return ktlat_stacks_put(&stacks, &key);
}

static void is_there(__u32 id, __u64 n, __u32 nr)
{
	const struct ktlat_stack *stack = ktlat_stacks_get(header, id);
	struct ktlat_stacks_key key = stack_of(n, nr);

	assert_non_null(stack);
	assert_int_equal(stack->nr, nr);
	assert_memory_equal(stack->frames, key.frames, nr * sizeof(__u64));
}

static void test_header(void **state)
{
	(void)state;
	assert_int_equal(header->magic, KTLAT_STACKS_MAGIC);
	assert_memory_equal(&header->magic, "KTSTCK", 6);
	assert_int_equal(header->nr_slots, SLOTS);
	assert_int_equal(header->slot_size, 512);
	assert_int_equal(header->slot_offset, 128);
	assert_int_equal(header->depth, 60);
	assert_ptr_equal(stacks.slots, memory.slots);
}

static void test_once(void **state)
{
	__u32 first = put(1, 5), second = put(2, 5);

	(void)state;
	assert_true(first && second && first != second);
	is_there(first, 1, 5);
	is_there(second, 2, 5);
	assert_int_equal(header->stored, 2);
	assert_int_equal(header->dropped, 0);
}

/* Not a byte is written. */
static void test_found_again(void **state)
{
	static char before[sizeof(memory)];
	__u32 ids[3] = { put(1, 5), put(2, KTLAT_STACK_DEPTH), put(3, 0) };

	(void)state;
	memcpy(before, &memory, sizeof(memory));
	assert_int_equal(put(1, 5), ids[0]);
	assert_int_equal(put(2, KTLAT_STACK_DEPTH), ids[1]);
	assert_int_equal(put(3, 0), ids[2]);
	assert_memory_equal(before, &memory, sizeof(memory));
}

/* One frame more or less, another frame, another kind: other stacks. */
static void test_told_apart(void **state)
{
	__u64 frames[4] = { 10, 20, 30, 40 };
	struct ktlat_stacks_key key = { .frames = frames, .nr = 4 };
	__u32 ids[4];

	(void)state;
	ids[0] = ktlat_stacks_put(&stacks, &key);
	key.nr = 3;
	ids[1] = ktlat_stacks_put(&stacks, &key);
	key.nr = 4;
	frames[3]++;
	ids[2] = ktlat_stacks_put(&stacks, &key);
	key.flags = KTLAT_STACK_USER;
	ids[3] = ktlat_stacks_put(&stacks, &key);
	assert_int_equal(header->stored, 4);
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_int_not_equal(ids[i], ids[j]);
}

/* The hash may be the same, the frames are not: that is looked at. */
static void test_same_hash(void **state)
{
	__u32 id = put(1, 5);
	struct ktlat_stack *slot = &memory.slots[id - 1];

	(void)state;
	slot->frames[4]++;
	assert_int_not_equal(put(1, 5), id);
	assert_int_equal(header->stored, 2);
}

/* Every stack is stored or counted as dropped; those that are stored stay. */
static void test_full(void **state)
{
	__u32 ids[1000];

	(void)state;
	for (__u64 n = 0; n < 1000; n++)
		ids[n] = put(n, 9);
	assert_true(header->stored > SLOTS / 2 && header->stored <= SLOTS);
	assert_int_equal(header->stored + header->dropped, 1000);
	for (__u64 n = 0; n < 1000; n++)
		if (ids[n]) {
			is_there(ids[n], n, 9);
			assert_int_equal(put(n, 9), ids[n]);
		}
	assert_int_equal(header->stored + header->dropped, 1000);
}

/* A table with fewer slots than a search looks at. */
static void test_tiny(void **state)
{
	(void)state;
	ktlat_stacks_init(&stacks, header, sizeof(*header), 1, 0);
	assert_int_equal(put(1, 3), 1);
	assert_int_equal(put(2, 3), 0);
	assert_int_equal(put(1, 3), 1);
	assert_int_equal(header->dropped, 1);
}

/* A slot that is being filled is passed by, and shown to nobody. */
static void test_filling(void **state)
{
	__u32 id = put(1, 5), other;

	(void)state;
	memory.slots[id - 1].state = KTLAT_STACK_FILLING;
	assert_null(ktlat_stacks_get(header, id));
	other = put(1, 5);
	assert_int_not_equal(other, id);
	is_there(other, 1, 5);
}

static void test_no_such_id(void **state)
{
	(void)state;
	for (__u32 id = 0; id <= SLOTS; id++)
		assert_null(ktlat_stacks_get(header, id));
	assert_null(ktlat_stacks_get(header, SLOTS + 1));
	assert_null(ktlat_stacks_get(header, ~0U));
}

/* A newer module may have longer slots. */
static void test_longer_slots(void **state)
{
	struct {
		struct ktlat_stacks_header header;
		struct {
			struct ktlat_stack stack;
			__u64 more[8];
		} slots[2];
	} longer = { .header = { .slot_offset = sizeof(longer.header),
				 .nr_slots = 2, .slot_size = 576 },
		     .slots[1].stack = { .state = 2, .nr = 1,
					 .frames = { 77 } } };

	(void)state;
	assert_null(ktlat_stacks_get(&longer.header, 1));
	assert_int_equal(ktlat_stacks_get(&longer.header, 2)->frames[0], 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_once, setup),
		cmocka_unit_test_setup(test_found_again, setup),
		cmocka_unit_test_setup(test_told_apart, setup),
		cmocka_unit_test_setup(test_same_hash, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_tiny, setup),
		cmocka_unit_test_setup(test_filling, setup),
		cmocka_unit_test_setup(test_no_such_id, setup),
		cmocka_unit_test_setup(test_longer_slots, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
