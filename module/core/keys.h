/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - finding the figures of a key in the table of one CPU.
 *
 * The writer is the CPU that owns the table, with preemption off, in any context. A key
 * has its place by its hash, or one of the next few; it is put there once and stays, so
 * the only thing that nested writers can meet is a slot that is just being filled:
 *
 *	writer of a new key			reader
 *
 *	state: FREE -> FILLING, exchange
 *	key = ...
 *	A: store USED to state, release		B: load state, acquire: USED?
 *						load key
 *
 * A pairs with B. Who has interrupted the writer in between finds FILLING, cannot tell
 * whether it is the same key, and must not make a second slot for one: its call is
 * counted in the slot of what found no room. Whose exchange fails was interrupted by a
 * writer that is done by now, so it finds USED there.
 */
#ifndef KTLAT_CORE_KEYS_H
#define KTLAT_CORE_KEYS_H

#include "env.h"

/* p of a key's histogram. */
#define KTLAT_KEYS_PRECISION	2

/* In how many slots a key may be. */
#define KTLAT_KEYS_REACH	16

/**
 * struct ktlat_keys - A table, as the writers see it; constant
 * @areas: the area of CPU 0
 * @cpu_stride: from one area to the next, in bytes
 * @generation_stride: from one generation to the next in an area, in bytes
 * @slot_stride: from one slot to the next in a generation, in bytes
 * @mask: slots for keys, less one; in front of them is the one of what found no room
 * @shift: 64 less the binary logarithm of the slots for keys
 */
struct ktlat_keys {
	char *areas;
	__u64 cpu_stride;
	__u64 generation_stride;
	__u64 slot_stride;
	__u64 mask;
	__u32 shift;
};

static __always_inline struct ktlat_counters *
ktlat_keys_slot(const struct ktlat_keys *keys, char *generation, __u64 slot)
{
	return (struct ktlat_counters *)(generation + slot * keys->slot_stride);
}

/*
 * The slot where the search for a key begins. Fibonacci hashing (D. Knuth, TAOCP 3, 6.4),
 * the second word with another odd factor: the highest bits of a product are those that
 * all bits of a word have a say in, and names of tasks often differ in the last ones.
 */
static __always_inline __u64 ktlat_keys_home(const struct ktlat_keys *keys,
					     const __u64 key[2])
{
	return (key[0] * 0x9e3779b97f4a7c15ULL ^
		key[1] * 0xc2b2ae3d27d4eb4fULL) >> keys->shift;
}

/* Makes a free slot that of a key; returns 0 if somebody who came in between has. */
static __always_inline int ktlat_keys_fill(struct ktlat_counters *slot,
					   const __u64 key[2])
{
	if (!env_local_exchange(&slot->key_state, 0, KTLAT_KEY_FILLING))
		return 0;
	env_write(&slot->key[0], key[0]);
	env_write(&slot->key[1], key[1]);
	/* A: pairs with B, in readers. */
	env_write_release(&slot->key_state, KTLAT_KEY_USED);
	return 1;
}

/**
 * ktlat_keys_find() - The figures that a call of this key goes into
 * @keys: the table
 * @generation: the present one, in the area of the running CPU
 * @key: two words
 *
 * Context: any; preemption off (in user space: one thread, and its signals). Return:
 * those of the key, or of what found no room.
 */
static __always_inline struct ktlat_counters *
ktlat_keys_find(const struct ktlat_keys *keys, char *generation,
		const __u64 key[2])
{
	__u64 home = ktlat_keys_home(keys, key);

	for (__u64 i = 0; i < KTLAT_KEYS_REACH; i++) {
		struct ktlat_counters *slot =
			ktlat_keys_slot(keys, generation,
					1 + ((home + i) & keys->mask));

		if (!env_read(&slot->key_state) && ktlat_keys_fill(slot, key))
			return slot;
		if (env_read(&slot->key_state) == KTLAT_KEY_FILLING)
			break;
		/* Of this CPU: what has been filled is seen whole. */
		if (env_read(&slot->key[0]) == key[0] &&
		    env_read(&slot->key[1]) == key[1])
			return slot;
	}
	return ktlat_keys_slot(keys, generation, 0);
}

#endif /* KTLAT_CORE_KEYS_H */
