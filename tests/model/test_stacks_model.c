// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every short interleaving of nested writers of a stack table and a reader, on weakly
 * ordered CPUs (model.h). The code is stacks.h itself.
 *
 * A stack tells by itself whether it is whole. The reader must find whole ones only,
 * and every one whose id it was told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/stacks.h"

#define SLOTS	2
#define FRAMES	2
#define HEADER	(sizeof(struct ktlat_stacks_header) / sizeof(__u64))

/**
 * struct scene - What is explored
 * @writes: stacks that the outermost context meets with
 * @interrupts: stacks that contexts meet with which interrupt, in all
 * @depth: how deep they nest
 * @kinds: how many of the stacks are different
 */
struct scene {
	unsigned int writes, interrupts, depth, kinds;
};

static const struct scene *scene;
static struct ktlat_stacks stacks;

/* The truth of the way that is taken. */
static unsigned int attempts, found, dropped;

/* What the readers came to. */
static unsigned long accepted, twice, refused;

/* Where the reader is told an id. */
static __u64 *mailbox(void)
{
	return &stacks.header->reserved3[0];
}

/* A frame tells what the others are. */
static __u64 frame(__u64 kind, unsigned int i)
{
	return kind << 8 | i;
}

static bool is_whole(const struct ktlat_stack *stack)
{
	__u64 kind = env_read(&stack->frames[0]) >> 8;

	if (!kind || env_read(&stack->nr) != FRAMES)
		return false;
	for (unsigned int i = 0; i < FRAMES; i++)
		if (env_read(&stack->frames[i]) != frame(kind, i))
			return false;
	return true;
}

/* The writers */

/* Who gets an id finds the stack there; who gets none finds no slot free. */
static void check_put(__u32 id, __u64 kind, __u64 stored)
{
	if (!id) {
		for (unsigned int i = 0; i < SLOTS; i++)
			model_require(stacks.slots[i].state,
				"a stack was dropped for no reason");
		dropped++;
		return;
	}
	model_require(id <= SLOTS && stacks.slots[id - 1].frames[0] == frame(kind, 0),
		"the id is that of another stack");
	found += stacks.header->stored == stored;
}

static void put(void)
{
	__u64 kind = 1 + attempts++ % scene->kinds;
	__u64 frames[FRAMES], stored = stacks.header->stored;
	struct ktlat_stacks_key key = { .frames = frames, .nr = FRAMES };
	__u32 id;

	for (unsigned int i = 0; i < FRAMES; i++)
		frames[i] = frame(kind, i);
	id = ktlat_stacks_put(&stacks, &key);
	/* As a record would, in its slot of the ring. */
	if (id)
		env_write_release(mailbox(), id);
	model_writer_flush();
	check_put(id, kind, stored);
}

static void check_writers(void)
{
	unsigned int whole = 0;

	for (unsigned int i = 0; i < SLOTS; i++)
		whole += stacks.slots[i].state > KTLAT_STACK_FILLING;
	model_require(stacks.header->stored == whole, "stored != what there is");
	model_require(stacks.header->dropped == dropped, "dropped without a count");
	twice += whole > scene->kinds;
	refused += dropped;
}

static void run_writers(void)
{
	memset(model_memory, 0, sizeof(model_memory));
	attempts = found = dropped = 0;
	ktlat_stacks_init(&stacks, (void *)model_memory,
			  sizeof(struct ktlat_stacks_header), SLOTS, 0);
	model_writer_start();
	model_writer_interrupts(scene->interrupts);
	for (unsigned int i = 0; i < scene->writes; i++)
		put();
	check_writers();
}

/* The reader */

static void check_stack(const struct ktlat_stack *stack)
{
	accepted++;
	model_require(is_whole(stack), "a torn stack was accepted");
}

static void follow(void)
{
	__u32 id = env_read_acquire(mailbox());
	const struct ktlat_stack *stack = ktlat_stacks_get(stacks.header, id);

	model_require(!id || stack, "a stack that was told of is not there");
	if (stack)
		check_stack(stack);
}

static void search(void)
{
	for (__u32 id = 1; id <= SLOTS; id++) {
		const struct ktlat_stack *stack =
			ktlat_stacks_get(stacks.header, id);

		if (stack)
			check_stack(stack);
	}
}

static void explore_with(const struct scene *what, enum model_fault fault,
			 void (*const *readers)(void))
{
	const struct model model = {
		.fault = fault,
		.write = run_writers,
		.readers = readers,
		.depth = what->depth,
		.interrupt = put,
		.first_watched = HEADER,
		.reader_looks_at = &((struct ktlat_stacks_header *)
				     model_memory)->reserved3[0],
	};

	scene = what;
	accepted = twice = refused = 0;
	model_explore(model);
}

static void explore(const struct scene *what)
{
	static void (*const readers[])(void) = { follow, search, NULL };

	explore_with(what, FAULT_NONE, readers);
	printf("# %u + %u stacks of %u kinds, depth %u: %lu ways to write, %lu different, %lu to read; %lu stacks read, one twice there %lu times, %lu dropped\n",
	       what->writes, what->interrupts, what->kinds, what->depth,
	       model_found.ways, model_found.traces, model_found.readings,
	       accepted, twice, refused);
	if (model_found.violation)
		fail_msg("%s", model_found.violation);
	assert_true(accepted);
}

static void test_same(void **state)
{
	static const struct scene same = {
		.writes = 1, .interrupts = 3, .depth = 3, .kinds = 1,
	};

	(void)state;
	explore(&same);
	/* The rare case that stacks.h tells of is met with here. */
	assert_true(twice && refused);
}

static void test_different(void **state)
{
	static const struct scene scenes[] = {
		{ .writes = 2, .interrupts = 2, .depth = 2, .kinds = 2 },
		{ .writes = 1, .interrupts = 3, .depth = 3, .kinds = 3 },
	};

	(void)state;
	explore(&scenes[0]);
	explore(&scenes[1]);
	assert_true(refused);
}

/* What is found where something is taken out. */
static void find(enum model_fault fault, void (*reader)(void),
		 const char *name)
{
	void (*const readers[])(void) = { reader, NULL };
	static const struct scene short_one = {
		.writes = 2, .interrupts = 1, .depth = 1, .kinds = 2,
	};

	explore_with(&short_one, fault, readers);
	model_expect(name);
}

/* The stack is shown before it is filled in. */
static void test_without_release(void **state)
{
	(void)state;
	find(FAULT_NO_RELEASE, follow, "without release");
	find(FAULT_NO_RELEASE, search, "without release");
}

static void test_without_acquire(void **state)
{
	(void)state;
	find(FAULT_NO_ACQUIRE, follow, "without acquire");
	find(FAULT_NO_ACQUIRE, search, "without acquire");
}

/* Two writers fill one slot. */
static void test_without_atomic(void **state)
{
	(void)state;
	find(FAULT_NO_ATOMIC, search, "without atomic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_without_release),
		cmocka_unit_test(test_without_acquire),
		cmocka_unit_test(test_without_atomic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
