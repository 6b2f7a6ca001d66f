/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks that tell by themselves whether they are whole. */
#ifndef STRESS_STACKS_H
#define STRESS_STACKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/stacks.h"

/* Frame i of stack number n; frame 0 is the number. */
static inline __u64 stress_frame(__u64 number, __u64 i)
{
	return i ? (number * KTLAT_STACK_DEPTH + i) * 0x9e3779b97f4a7c15ULL :
		   number;
}

/* From 1 to as deep as can be. */
static inline __u64 stress_depth(__u64 number)
{
	return 1 + number % KTLAT_STACK_DEPTH;
}

static inline __u32 stress_put(const struct ktlat_stacks *stacks, __u64 number)
{
	__u64 frames[KTLAT_STACK_DEPTH];
	struct ktlat_stacks_key key = {
		.frames = frames, .nr = stress_depth(number),
	};

	for (__u64 i = 0; i < key.nr; i++)
		frames[i] = stress_frame(number, i);
	return ktlat_stacks_put(stacks, &key);
}

/* Which stack this is, if it is one and whole; else 0. Numbers are from 1 on. */
static inline __u64 stress_number(const struct ktlat_stack *stack)
{
	__u64 number = env_read(&stack->frames[0]);

	if (!number || env_read(&stack->nr) != stress_depth(number))
		return 0;
	for (__u64 i = 1; i < stress_depth(number); i++)
		if (env_read(&stack->frames[i]) != stress_frame(number, i))
			return 0;
	return number;
}

static inline bool stress_is(const struct ktlat_stacks *stacks, __u32 id,
			     __u64 number)
{
	const struct ktlat_stack *stack = ktlat_stacks_get(stacks->header, id);

	return stack && stress_number(stack) == number;
}

/* Goes through the table: how many stacks there are, and how many are not whole. */
static inline __u64 stress_search(const struct ktlat_stacks *stacks, __u64 *wrong)
{
	__u64 nr = 0;

	for (__u32 id = 1; id <= stacks->header->nr_slots; id++) {
		const struct ktlat_stack *stack =
			ktlat_stacks_get(stacks->header, id);

		nr += !!stack;
		*wrong += stack && !stress_number(stack);
	}
	return nr;
}

static inline void stress_make(struct ktlat_stacks *stacks, __u32 slots)
{
	struct ktlat_stacks_header *header;
	size_t bytes = sizeof(*header) + slots * sizeof(struct ktlat_stack);
	void *memory;

	if (posix_memalign(&memory, 4096, bytes))
		abort();
	header = memset(memory, 0, bytes);
	ktlat_stacks_init(stacks, header, sizeof(*header), slots, 0);
}

#endif /* STRESS_STACKS_H */
