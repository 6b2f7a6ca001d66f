/* SPDX-License-Identifier: GPL-2.0-only */
/* Records whose content tells by itself whether they are whole. */
#ifndef STRESS_H
#define STRESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ring.h"

#define STRESS_WORDS	(sizeof(struct ktlat_event) / sizeof(__u64))

/**
 * struct stress_ring - A ring and the truth about it
 * @ring: the ring
 * @attempts: records that were to be written; by the writer alone
 * @taken: those that were
 * @owner: for each number, which attempt wrote it
 * @room: how many numbers @owner has room for
 * @done: the writer has ended
 */
struct stress_ring {
	struct ktlat_ring ring;
	__u64 attempts, taken;
	__u64 *owner;
	__u64 room;
	int done;
};

/**
 * struct stress_reader - A thread that reads, and what it found
 * @of: the ring
 * @thread: the thread
 * @reader: what it read and lost
 * @wrong: records that were not what was written
 */
struct stress_reader {
	struct stress_ring *of;
	pthread_t thread;
	struct ktlat_ring_reader reader;
	__u64 wrong;
};

static inline void stress_init(struct stress_ring *ring, __u32 slots,
			       __u64 room)
{
	struct ktlat_ring_header *header;
	size_t bytes = sizeof(*header) + slots * sizeof(struct ktlat_event);
	void *memory;

	if (posix_memalign(&memory, 4096, bytes))
		abort();
	header = memset(memory, 0, bytes);
	memset(ring, 0, sizeof(*ring));
	ktlat_ring_init(&ring->ring, header, sizeof(*header), slots);
	ring->owner = calloc(room + 1, sizeof(*ring->owner));
	ring->room = room;
	if (!ring->owner)
		abort();
}

static inline void stress_free(struct stress_ring *ring)
{
	free(ring->ring.header);
	free(ring->owner);
}

/* What a word of the record of an attempt holds; never the same twice. */
static inline __u64 stress_word(__u64 attempt, unsigned int word)
{
	return (attempt * STRESS_WORDS + word) * 0x9e3779b97f4a7c15ULL;
}

/* Writes one; @between is called with a part of it written. */
static inline void stress_write(struct stress_ring *ring,
				void (*between)(struct stress_ring *ring))
{
	__u64 attempt = __atomic_add_fetch(&ring->attempts, 1,
					   __ATOMIC_RELAXED);
	struct ktlat_ring_record record;

	if (!ktlat_ring_reserve(&ring->ring, &record))
		return;
	if (record.number > ring->room)
		abort();
	env_write(&ring->owner[record.number], attempt);
	for (unsigned int i = 1; i < STRESS_WORDS; i++) {
		env_write((__u64 *)record.slot + i, stress_word(attempt, i));
		if (between && i == STRESS_WORDS / 2)
			between(ring);
	}
	ktlat_ring_commit(&ring->ring, &record);
	env_local_inc(&ring->taken);
}

/* Is this the record of that number, and whole? */
static inline bool stress_right(const struct stress_ring *ring,
				const struct ktlat_event *event, __u64 number)
{
	const __u64 *words = (const __u64 *)event;
	__u64 attempt;

	if (event->sequence != number || number > ring->room)
		return false;
	attempt = env_read(&ring->owner[number]);
	for (unsigned int i = 1; i < STRESS_WORDS; i++)
		if (words[i] != stress_word(attempt, i))
			return false;
	return attempt;
}

/* Reads until the writer has ended and nothing is left. */
static inline void *stress_read(void *argument)
{
	struct stress_reader *mine = argument;
	struct stress_ring *ring = mine->of;
	struct ktlat_event event;

	ktlat_ring_reader_init(&mine->reader, ring->ring.header, 1);
	for (;;) {
		int done = __atomic_load_n(&ring->done, __ATOMIC_ACQUIRE);
		__u64 number = mine->reader.cursor;

		switch (ktlat_ring_read(&mine->reader, &event)) {
		case KTLAT_RING_EVENT:
			if (!stress_right(ring, &event, number))
				mine->wrong++;
			break;
		case KTLAT_RING_EMPTY:
			if (done)
				return NULL;
			sched_yield();
			break;
		case KTLAT_RING_LOST:
			break;
		}
	}
}

static inline void stress_start(struct stress_reader *reader,
				struct stress_ring *ring)
{
	reader->of = ring;
	reader->wrong = 0;
	if (pthread_create(&reader->thread, NULL, stress_read, reader))
		abort();
}

/* The writer must have ended. */
static inline void stress_check(struct stress_reader *reader)
{
	const struct ktlat_ring_header *header = reader->of->ring.header;

	pthread_join(reader->thread, NULL);
	assert_int_equal(reader->wrong, 0);
	assert_int_equal(reader->reader.read + reader->reader.lost,
			 header->last);
	assert_int_equal(reader->reader.read + reader->reader.lost +
			 header->dropped, reader->of->attempts);
}

#endif /* STRESS_H */
