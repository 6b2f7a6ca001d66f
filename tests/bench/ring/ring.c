// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c - what it costs to write a record to an event ring, and to read it.
 *
 *   ring [ROUNDS]
 *
 * Writes on CPU 0 and reads on CPU 1. Every figure is the best of many rounds of as
 * many records as the ring has slots, and those of each kind take turns, so that
 * what else runs on the machine spoils rounds and not figures. The yardstick is a
 * memcpy() of a record into slots of the same number and size.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/ring.h"
#include "lttng.h"

#define SLOTS		4096
#define ROUNDS		500
#define ROUNDS_MAX	100000
#define HEADER_BYTES	4096

/**
 * struct best - The best rounds so far, in ns for a record
 * @memcpy: of a plain copy
 * @alone: of a write with no reader near
 * @chased: of a write with a reader on its heels
 * @read: of a read with no writer near
 * @lttng: of an event of LTTng-UST
 * @chases: all rounds of that kind
 * @nr_chases: how many
 */
struct best {
	double memcpy, alone, chased, read, lttng;
	double chases[ROUNDS_MAX];
	int nr_chases;
};

static struct ktlat_ring ring;
static struct ktlat_event *copies;

/*
 * What the reader's thread is told and tells, in lines of its own: it stores to them
 * for each record, and the writer reads the rest for each.
 */
static struct {
	_Alignas(128) int chasing;
	int quit;
	__u64 chased_to; /* the last record that it has come to */
} chaser;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void keep(double *best, double began)
{
	double ns = (now() - began) / SLOTS;

	if (!*best || ns < *best)
		*best = ns;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("ring: two CPUs are needed");
		exit(1);
	}
}

/* A record of which nothing is known when this is compiled. */
static void make_event(struct ktlat_event *event)
{
	__u64 *words = (__u64 *)event;

	for (unsigned int i = 0; i < sizeof(*event) / sizeof(*words); i++)
		words[i] = random();
}

static void copy_records(const struct ktlat_event *event)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		memcpy(&copies[i], event, sizeof(*event));
		env_local_barrier();
	}
}

static __always_inline void fill(struct ktlat_event *slot,
				 const struct ktlat_event *event)
{
	const __u64 *from = (const __u64 *)event;
	__u64 *to = (__u64 *)slot;

	/* All but the first one, which is the sequence. */
#pragma GCC unroll 16
	for (unsigned int i = 1; i < sizeof(*event) / sizeof(*to); i++)
		env_write(&to[i], from[i]);
}

static void write_records(const struct ktlat_event *event)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		struct ktlat_ring_record record;

		if (!ktlat_ring_reserve(&ring, &record))
			continue;
		fill(record.slot, event);
		ktlat_ring_commit(&ring, &record);
	}
}

static void read_records(void)
{
	struct ktlat_ring_reader reader;
	struct ktlat_event event;

	ktlat_ring_reader_init(&reader, ring.header,
			       ktlat_ring_oldest(ring.header));
	while (ktlat_ring_read(&reader, &event) == KTLAT_RING_EVENT)
		env_local_barrier();
	if (reader.read != SLOTS || reader.lost) {
		fprintf(stderr, "ring: read %llu of %u records\n",
			(unsigned long long)reader.read, SLOTS);
		exit(1);
	}
}

/* Follows the writer as closely as it can. */
static void *chase(void *unused)
{
	struct ktlat_ring_reader reader;
	struct ktlat_event event;

	pin(1);
	ktlat_ring_reader_init(&reader, ring.header, 1);
	while (!__atomic_load_n(&chaser.quit, __ATOMIC_RELAXED)) {
		if (!__atomic_load_n(&chaser.chasing, __ATOMIC_RELAXED)) {
			sched_yield();
			continue;
		}
		ktlat_ring_read(&reader, &event);
		__atomic_store_n(&chaser.chased_to, reader.cursor - 1,
				 __ATOMIC_RELAXED);
	}
	printf("chasing reader: %llu records read, %llu lost\n",
	       (unsigned long long)reader.read,
	       (unsigned long long)reader.lost);
	if (reader.read + reader.lost != ktlat_ring_last(ring.header)) {
		fprintf(stderr, "ring: read + lost != written\n");
		exit(1);
	}
	return unused;
}

static __u64 behind(void)
{
	return ktlat_ring_last(ring.header) -
	       __atomic_load_n(&chaser.chased_to, __ATOMIC_RELAXED);
}

static void wait_for_reader(void)
{
	while (behind())
		sched_yield();
}

/*
 * The reader begins on the writer's heels. The round counts if it has read at least
 * half of the records by the time the last one was written.
 */
static void run_chased(struct best *best, const struct ktlat_event *event)
{
	double began, ns = 0;

	__atomic_store_n(&chaser.chasing, 1, __ATOMIC_RELAXED);
	wait_for_reader();
	began = now();
	write_records(event);
	keep(&ns, began);
	if (behind() <= SLOTS / 2) {
		best->chases[best->nr_chases++] = ns;
		if (!best->chased || ns < best->chased)
			best->chased = ns;
	}
	wait_for_reader();
	__atomic_store_n(&chaser.chasing, 0, __ATOMIC_RELAXED);
}

static void run_round(struct best *best, const struct ktlat_event *event)
{
	double began;

	copy_records(event);
	began = now();
	copy_records(event);
	keep(&best->memcpy, began);

	write_records(event);
	began = now();
	write_records(event);
	keep(&best->alone, began);
	began = now();
	read_records();
	keep(&best->read, began);

	run_chased(best, event);
	began = now();
	lttng_records(event, SLOTS);
	keep(&best->lttng, began);
}

static void row(const char *what, double ns, double yardstick)
{
	printf("%-34s %8.2f ns %8.2f\n", what, ns, ns / yardstick);
}

/* Zeroed, on pages of its own. */
static void *memory(size_t bytes)
{
	void *memory;

	if (posix_memalign(&memory, HEADER_BYTES, bytes))
		exit(1);
	return memset(memory, 0, bytes);
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, int nr)
{
	qsort(values, nr, sizeof(*values), compare);
	return nr ? values[nr / 2] : 0;
}

static void print(struct best *best)
{
	char chased[64];

	snprintf(chased, sizeof(chased), "  the median of %d such rounds",
		 best->nr_chases);
	row("memcpy() of a record", best->memcpy, best->memcpy);
	row("write, no reader near", best->alone, best->memcpy);
	row("write, a reader chasing", best->chased, best->memcpy);
	row(chased, median(best->chases, best->nr_chases), best->memcpy);
	row("read", best->read, best->memcpy);
	if (lttng_is_tracing())
		row("LTTng-UST tracepoint", best->lttng, best->memcpy);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
	static struct best best;
	struct ktlat_event event;
	pthread_t thread;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: ring [ROUNDS]\n");
		return 2;
	}
	pin(0);
	copies = memory(SLOTS * sizeof(event));
	ktlat_ring_init(&ring, memory(HEADER_BYTES + SLOTS * sizeof(event)),
			HEADER_BYTES, SLOTS);
	make_event(&event);
	if (pthread_create(&thread, NULL, chase, NULL))
		return 1;
	for (int i = 0; i < rounds; i++)
		run_round(&best, &event);
	__atomic_store_n(&chaser.chasing, 1, __ATOMIC_RELAXED);
	wait_for_reader();
	__atomic_store_n(&chaser.quit, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	if (!best.nr_chases) {
		fprintf(stderr, "ring: the reader never kept up: more rounds are needed\n");
		return 1;
	}
	print(&best);
	return 0;
}
