// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every short interleaving of nested writers of a ring and a reader, on weakly
 * ordered CPUs (model.h). The code is ring.h itself.
 *
 * What was written is known from the writers' side alone: who was given which
 * number, and what was then filled in. The reader must be given each number once
 * at most, whole, and at the end have read or lost every one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ring.h"

#define RECORDS_MAX	32

/**
 * struct scene - What is explored
 * @slots: of the ring
 * @before: records that are there already
 * @writes: records of the outermost context
 * @interrupts: records of contexts that interrupt, in all
 * @depth: how deep they nest
 * @stop: the ring freezes after that record, or 0
 * @trigger: the record of that number freezes it, one record later, or 0
 * @reads: how often the reader tries while the writers are at work
 * @from_oldest: it begins with what it takes for the oldest record
 */
struct scene {
	unsigned int slots, before, writes, interrupts, depth, stop, trigger,
		     reads;
	bool from_oldest;
};

static const struct scene *scene;
static struct ktlat_ring ring;

/* The truth of the way that is taken. */
static __u64 content[RECORDS_MAX]; /* of each number; 0 for none */
static unsigned int attempts, taken, refused;
static __u64 stop; /* no number above that is given; 0 for no limit */

/* What the reader came to. */
static unsigned long accepted, overtaken, dropped;

/* The writers */

/*
 * Records are refused for a reason only: the ring is to be frozen; or as many as it
 * has slots were begun since the outermost writer came; or other ones came between
 * again and again.
 */
static void check_refusal(__u64 begun, __u64 begun_outermost)
{
	__u64 last = ring.header->last;

	refused++;
	model_require(stop || last - begun_outermost >= scene->slots ||
		last - begun >= KTLAT_NESTING,
		"a record was refused for no reason");
}

static void freeze_after(__u64 number)
{
	ktlat_ring_freeze(ring.header, number);
	/* Those that came before this are there already. */
	stop = number > ring.header->last ? number : ring.header->last;
}

static void write_record(void)
{
	static unsigned int nesting;
	static __u64 begun_outermost;
	__u64 id = ++attempts, begun = ring.header->last;
	struct ktlat_ring_record record;

	if (!nesting++)
		begun_outermost = begun;
	if (ktlat_ring_reserve(&ring, &record)) {
		taken++;
		model_require(record.number < RECORDS_MAX && !content[record.number],
			"a number was given twice");
		content[record.number % RECORDS_MAX] = id;
		env_write(&record.slot->start, id);
		env_write(&record.slot->latency_ns, ~id);
		ktlat_ring_commit(&ring, &record);
		if (record.number == scene->trigger)
			freeze_after(record.number + 1);
	} else {
		check_refusal(begun, begun_outermost);
	}
	model_writer_flush();
	nesting--;
}

static void check_writers(void)
{
	const struct ktlat_ring_header *header = ring.header;

	model_require(header->last == taken, "numbers have gaps");
	model_require(header->open == 0, "the guard was left behind");
	model_require(header->dropped + header->frozen == refused,
		"not all refused records were counted");
	model_require(header->last + header->dropped + header->frozen == attempts,
		"last + dropped + frozen != all");
	model_require(!stop || header->last <= stop, "written after the freeze");
	model_require(!stop || header->last == stop || !header->frozen,
		"frozen too early");
	dropped += header->dropped;
}

static void run_writers(void)
{
	memset(model_memory, 0, sizeof(model_memory));
	memset(content, 0, sizeof(content));
	attempts = taken = refused = 0;
	ktlat_ring_init(&ring, (void *)model_memory,
			sizeof(struct ktlat_ring_header), scene->slots);
	stop = scene->stop;
	if (stop)
		ring.header->stop = stop;
	model_writer_start();
	for (unsigned int i = 0; i < scene->before + scene->writes; i++) {
		model_writer_interrupts(i < scene->before ? 0 :
					scene->interrupts);
		write_record();
	}
	check_writers();
}

/* The reader */

static void check_event(const struct ktlat_event *event, __u64 number)
{
	accepted++;
	model_require(event->sequence == number, "a record with another number");
	model_require(number < RECORDS_MAX && content[number],
		"a record that was never written");
	model_require(event->start == content[number % RECORDS_MAX] &&
		event->latency_ns == ~content[number % RECORDS_MAX],
		"a torn record was accepted");
}

static enum ktlat_ring_result read_once(struct ktlat_ring_reader *reader)
{
	struct ktlat_ring_reader old = *reader;
	struct ktlat_event event;
	enum ktlat_ring_result result = ktlat_ring_read(reader, &event);

	switch (result) {
	case KTLAT_RING_EMPTY:
		model_require(!memcmp(&old, reader, sizeof(old)),
			"the reader moved, and told nothing");
		break;
	case KTLAT_RING_EVENT:
		check_event(&event, old.cursor);
		model_require(reader->cursor == old.cursor + 1 &&
			reader->read == old.read + 1, "read twice");
		break;
	case KTLAT_RING_LOST:
		overtaken++;
		model_require(reader->cursor > old.cursor &&
			reader->cursor - old.cursor ==
			reader->lost - old.lost, "lost without a count");
		break;
	}
	return result;
}

/* When the writers are done, it finds all that is left. */
static void check_sum(struct ktlat_ring_reader *reader, __u64 start)
{
	unsigned int tries = 0;

	model_reader_sees_all();
	while (read_once(reader) != KTLAT_RING_EMPTY && !model_found.violation)
		model_require(++tries <= 2 * RECORDS_MAX, "the reader does not end");
	model_require(reader->read + reader->lost + start - 1 == taken,
		"read + lost != written");
	model_require(reader->read + reader->lost + start - 1 + refused == attempts,
		"read + lost + dropped != all");
}

/* One way of the reader. */
static void run_reader(void)
{
	__u64 start = scene->from_oldest ? ktlat_ring_oldest(ring.header) : 1;
	struct ktlat_ring_reader reader;

	ktlat_ring_reader_init(&reader, ring.header, start);
	for (unsigned int i = 0; i < scene->reads; i++) {
		__u64 state[] = { i, start, reader.cursor, reader.read,
				  reader.lost };

		if (model_reader_been_here(state, 5))
			return;
		read_once(&reader);
		if (model_found.violation)
			return;
	}
	check_sum(&reader, start);
}

/* Slots are 16 words, and the first one is the sequence. */
static bool is_mark(unsigned int word)
{
	return word >= 16 && word % 16 == 0;
}

static void explore_with(const struct scene *what, enum model_fault fault)
{
	static void (*const readers[])(void) = { run_reader, NULL };
	const struct model model = {
		.fault = fault,
		.write = run_writers,
		.readers = readers,
		.depth = what->depth,
		.interrupt = write_record,
		.guard = &((struct ktlat_ring_header *)model_memory)->open,
		.is_mark = is_mark,
		.reader_looks_at = what->from_oldest ?
			&((struct ktlat_ring_header *)model_memory)->last :
			NULL,
		.first_watched = 16,
	};

	scene = what;
	accepted = overtaken = dropped = 0;
	model_explore(model);
}

static void explore(const struct scene *what)
{
	explore_with(what, FAULT_NONE);
	printf("# %u slots, %u + %u records, depth %u, %u reads: %lu ways to write, %lu different, %lu to read; %lu read, %lu times overtaken, %lu dropped\n",
	       what->slots, what->before + what->writes, what->interrupts,
	       what->depth, what->reads, model_found.ways, model_found.traces,
	       model_found.readings, accepted, overtaken, dropped);
	if (model_found.violation)
		fail_msg("%s", model_found.violation);
	assert_true(accepted && overtaken);
}

/* The scenes */

#define EXPLORE_ALL(scenes) \
	do { \
		for (unsigned int i = 0; \
		     i < sizeof(scenes) / sizeof((scenes)[0]); i++) \
			explore(&(scenes)[i]); \
	} while (0)

static void test_two_slots(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 2, .writes = 3, .reads = 4 },
		{ .slots = 2, .before = 2, .writes = 2, .interrupts = 2,
		  .depth = 2, .reads = 3 },
		{ .slots = 2, .writes = 2, .interrupts = 3, .depth = 3,
		  .reads = 3 },
		{ .slots = 2, .before = 1, .writes = 1, .interrupts = 4,
		  .depth = 3, .reads = 2 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

static void test_four_slots(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 4, .before = 4, .writes = 1, .interrupts = 3,
		  .depth = 3, .reads = 3 },
		{ .slots = 4, .before = 1, .writes = 1, .interrupts = 5,
		  .depth = 1, .reads = 3 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

/* Minutes, so only if KTLAT_LONG is in the environment. */
static void test_long(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 2, .before = 2, .writes = 2, .interrupts = 3,
		  .depth = 3, .reads = 4 },
		{ .slots = 2, .before = 2, .writes = 1, .interrupts = 4,
		  .depth = 4, .reads = 3 },
		{ .slots = 2, .writes = 1, .interrupts = 5, .depth = 3,
		  .reads = 2 },
		{ .slots = 4, .before = 2, .writes = 1, .interrupts = 5,
		  .depth = 3, .reads = 3 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

/* The reader asks where to begin. */
static void test_from_oldest(void **state)
{
	static const struct scene late = {
		.slots = 2, .before = 3, .writes = 1, .interrupts = 3,
		.depth = 3, .reads = 2, .from_oldest = true,
	};

	(void)state;
	explore(&late);
}

/* The last record is the one it was to be, whoever writes it. */
static void test_freeze(void **state)
{
	static const struct scene scenes[] = {
		{ .slots = 2, .writes = 2, .interrupts = 3, .depth = 3,
		  .reads = 3, .stop = 3 },
		{ .slots = 2, .writes = 3, .interrupts = 3, .depth = 3,
		  .reads = 2, .trigger = 2 },
	};

	(void)state;
	EXPLORE_ALL(scenes);
}

/* What is found where something is taken out. */
static void find(enum model_fault fault, const char *name)
{
	static const struct scene short_one = {
		.slots = 2, .before = 2, .writes = 2, .interrupts = 2,
		.depth = 2, .reads = 4,
	};

	explore_with(&short_one, fault);
	model_expect(name);
}

#define TEST_WITHOUT(what, fault) \
	static void test_without_##what(void **state) \
	{ \
		(void)state; \
		find(fault, "without " #what); \
	}

TEST_WITHOUT(write_barrier, FAULT_NO_WRITE_BARRIER)
TEST_WITHOUT(release, FAULT_NO_RELEASE)
TEST_WITHOUT(acquire, FAULT_NO_ACQUIRE)
TEST_WITHOUT(read_barrier, FAULT_NO_READ_BARRIER)
TEST_WITHOUT(local_barrier_l, FAULT_NO_LOCAL_BARRIER_L)
TEST_WITHOUT(local_barrier_m, FAULT_NO_LOCAL_BARRIER_M)
TEST_WITHOUT(atomic, FAULT_NO_ATOMIC)
TEST_WITHOUT(guard, FAULT_NO_GUARD)
TEST_WITHOUT(mark, FAULT_NO_MARK)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_slots),
		cmocka_unit_test(test_four_slots),
		cmocka_unit_test(test_from_oldest),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_without_write_barrier),
		cmocka_unit_test(test_without_release),
		cmocka_unit_test(test_without_acquire),
		cmocka_unit_test(test_without_read_barrier),
		cmocka_unit_test(test_without_local_barrier_l),
		cmocka_unit_test(test_without_local_barrier_m),
		cmocka_unit_test(test_without_atomic),
		cmocka_unit_test(test_without_guard),
		cmocka_unit_test(test_without_mark),
	};

	const struct CMUnitTest long_tests[] = {
		cmocka_unit_test(test_long),
	};

	if (getenv("KTLAT_LONG"))
		return cmocka_run_group_tests(long_tests, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
