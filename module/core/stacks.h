/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stacks.h - the stack table: each stack is stored once, and named by an id.
 *
 * All CPUs write, in any context; nobody waits for anybody. A stack lies in one of
 * the first few slots from its home on, which its hash tells. Slots are taken and
 * never given back, so a search ends at the first one that is free.
 *
 *	writer of a stack			writer that looks for it, and readers
 *
 *	state: 0 to FILLING, cmpxchg
 *	fill the slot				C: load state, acquire: whole?
 *	B: store the hash to state, release	read the slot
 *
 * B pairs with C: who finds a stack whole finds what was filled in. It never changes
 * again, so there is nothing to look at a second time.
 *
 * The cmpxchg pairs with nothing: it decides who fills a slot. Who comes to a slot
 * that is being filled passes on, as it may be what this CPU was doing when it was
 * interrupted, and stores its stack in the next one, be it the same. So a stack may be
 * there more than once; which is rare, as it takes two who meet with it first.
 *
 * A writer that finds its stack writes nothing.
 */
#ifndef KTLAT_CORE_STACKS_H
#define KTLAT_CORE_STACKS_H

#include "env.h"

/* In how many slots a stack may lie. */
#define KTLAT_STACKS_REACH	8

/* In the state of every stack that is whole; so it is neither of the other two. */
#define KTLAT_STACKS_WHOLE	2

/**
 * struct ktlat_stacks - What the writers of a table read
 * @header: start of the table
 * @slots: its slot 0
 * @mask: number of slots less one; a power of two less one
 * @seed: of the hash: the id of a stack is to tell nothing of its addresses
 */
struct ktlat_stacks {
	struct ktlat_stacks_header *header;
	struct ktlat_stack *slots;
	__u64 mask;
	__u64 seed;
};

/**
 * ktlat_stacks_init() - Make a table of zeroed memory
 * @stacks: what the writers will use
 * @header: its header, followed by the slots
 * @slot_offset: from @header to slot 0, in bytes; a multiple of 64
 * @nr_slots: a power of two
 * @seed: any number
 *
 * The caller fills in whose table it is. Context: there is no writer yet.
 */
static inline void ktlat_stacks_init(struct ktlat_stacks *stacks,
				     struct ktlat_stacks_header *header,
				     __u64 slot_offset, __u32 nr_slots,
				     __u64 seed)
{
	header->magic = KTLAT_STACKS_MAGIC;
	header->slot_offset = slot_offset;
	header->nr_slots = nr_slots;
	header->slot_size = sizeof(struct ktlat_stack);
	header->depth = KTLAT_STACK_DEPTH;
	stacks->header = header;
	stacks->slots = (struct ktlat_stack *)((char *)header + slot_offset);
	stacks->mask = nr_slots - 1;
	stacks->seed = seed;
}

/**
 * struct ktlat_stacks_key - A stack that is looked for
 * @frames: see struct ktlat_stack
 * @nr: number of frames, at most %KTLAT_STACK_DEPTH
 * @flags: KTLAT_STACK_*
 */
struct ktlat_stacks_key {
	const __u64 *frames;
	__u64 nr;
	__u64 flags;
};

/* What the state of a slot with this stack is. */
static inline __u64 ktlat_stacks_hash(const struct ktlat_stacks *stacks,
				      const struct ktlat_stacks_key *key)
{
	__u64 hash = stacks->seed ^ (key->flags << 32 | key->nr);

	for (__u64 i = 0; i < key->nr; i++) {
		hash = (hash ^ key->frames[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	return hash | KTLAT_STACKS_WHOLE;
}

/* Is it this stack that lies there, whole? */
static inline int ktlat_stacks_is(const struct ktlat_stack *slot,
				  const struct ktlat_stacks_key *key)
{
	if (env_read(&slot->nr) != key->nr || env_read(&slot->flags) != key->flags)
		return 0;
	for (__u64 i = 0; i < key->nr; i++)
		if (env_read(&slot->frames[i]) != key->frames[i])
			return 0;
	return 1;
}

/* The slot has been taken by us. */
static inline void ktlat_stacks_fill(struct ktlat_stack *slot,
				     const struct ktlat_stacks_key *key,
				     __u64 hash)
{
	env_write(&slot->nr, key->nr);
	env_write(&slot->flags, key->flags);
	for (__u64 i = 0; i < key->nr; i++)
		env_write(&slot->frames[i], key->frames[i]);
	/* B: pairs with C in ktlat_stacks_put() and ktlat_stacks_get(). */
	env_write_release(&slot->state, hash);
}

/**
 * ktlat_stacks_put() - The id of a stack, which is stored if it is not there
 * @stacks: the table
 * @key: the stack
 *
 * Context: any; preemption off, so that a slot is soon whole.
 * Return: its id, or 0 if there is no room.
 */
static __always_inline __u32
ktlat_stacks_put(const struct ktlat_stacks *stacks,
		 const struct ktlat_stacks_key *key)
{
	__u64 hash = ktlat_stacks_hash(stacks, key);

	for (__u64 i = 0; i < KTLAT_STACKS_REACH && i <= stacks->mask; i++) {
		__u64 index = ((hash >> 32) + i) & stacks->mask;
		struct ktlat_stack *slot = &stacks->slots[index];
		/* C: pairs with B in ktlat_stacks_fill(). */
		__u64 state = env_read_acquire(&slot->state);

		if (state == hash && ktlat_stacks_is(slot, key))
			return index + 1;
		if (!state &&
		    !env_cmpxchg(&slot->state, 0, KTLAT_STACK_FILLING)) {
			ktlat_stacks_fill(slot, key, hash);
			env_inc(&stacks->header->stored);
			return index + 1;
		}
	}
	env_inc(&stacks->header->dropped);
	return 0;
}

/**
 * ktlat_stacks_get() - Find a stack by its id
 * @header: start of the table; its constants have been checked
 * @id: any
 *
 * Context: any. Return: the stack, which will not change; or NULL if there is none.
 */
static inline const struct ktlat_stack *
ktlat_stacks_get(const struct ktlat_stacks_header *header, __u32 id)
{
	const struct ktlat_stack *stack;

	if (!id || id > header->nr_slots)
		return NULL;
	stack = (const void *)((const char *)header + header->slot_offset +
			       (__u64)header->slot_size * (id - 1));
	/* C: pairs with B in ktlat_stacks_fill(). */
	if (env_read_acquire(&stack->state) <= KTLAT_STACK_FILLING)
		return NULL;
	return stack;
}

#endif /* KTLAT_CORE_STACKS_H */
