// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer that is interrupted at each of its instructions (step.h) by writers to the
 * same ring, while other threads read.
 */
#include "stress.h"

#if defined(__x86_64__)

#include "step.h"

#define SLOTS		8
#define READERS		2
#define ROOM		3000000ULL

static struct stress_ring ring;
static bool blind; /* interrupts do not see what the outermost writer has open */

/* How often an interrupt came in all, and with a record of an outer one open. */
static unsigned long interrupts, in_window;

static void write_one(void)
{
	stress_write(&ring, NULL);
}

static void interrupt(void)
{
	struct ktlat_ring_header *header = ring.ring.header;
	__u64 open = header->open;

	interrupts++;
	in_window += !!open;
	if (blind)
		header->open = 0;
	step_burst();
	if (blind)
		header->open = open;
}

/* Is everything that the ring should hold there? Nobody writes now. */
static bool all_there(void)
{
	const struct ktlat_ring_header *header = ring.ring.header;
	struct ktlat_ring_reader reader;
	struct ktlat_event event;

	ktlat_ring_reader_init(&reader, header, ktlat_ring_oldest(header));
	while (reader.cursor <= header->last) {
		__u64 number = reader.cursor;

		if (ktlat_ring_read(&reader, &event) != KTLAT_RING_EVENT ||
		    !stress_right(&ring, &event, number))
			return false;
	}
	return header->open == 0 && header->last == ring.taken &&
	       header->last + header->dropped == ring.attempts;
}

/* More than a lap from each level, exactly one, and less. */
static const unsigned int bursts[STEP_BURSTS] = { SLOTS + 1, 1, SLOTS, 2, SLOTS - 1, 3 };

static void begin(void)
{
	stress_init(&ring, SLOTS, ROOM);
	step_begin(write_one, interrupt);
	interrupts = in_window = 0;
}

static void test_every_instruction(void **state)
{
	struct stress_reader readers[READERS];
	unsigned long wrong;
	unsigned int nr;

	(void)state;
	blind = false;
	begin();
	for (unsigned int i = 0; i < READERS; i++)
		stress_start(&readers[i], &ring);
	nr = step_count();
	wrong = step_all(nr, 11, bursts, all_there);
	__atomic_store_n(&ring.done, 1, __ATOMIC_RELEASE);
	printf("# %u instructions; %lu interrupts, %lu of them with a record open, %lu, %lu and %lu one, two and three deep; %llu records written, %llu dropped\n",
	       nr, interrupts, in_window, step_at_depth[1],
	       step_at_depth[2], step_at_depth[3],
	       (unsigned long long)ring.taken,
	       (unsigned long long)ring.ring.header->dropped);
	for (unsigned int i = 0; i < READERS; i++) {
		stress_check(&readers[i]);
		printf("# reader %u: %llu read, %llu lost\n", i,
		       (unsigned long long)readers[i].reader.read,
		       (unsigned long long)readers[i].reader.lost);
	}
	assert_int_equal(wrong, 0);
	assert_true(step_at_depth[3] > nr && in_window > interrupts / 2);
	assert_true(ring.ring.header->dropped > 0);
	stress_free(&ring);
}

/* The replay of the hole: without the guard, a lap goes wrong, and it is seen. */
static void test_without_guard(void **state)
{
	unsigned int nr, wrong = 0;

	(void)state;
	blind = true;
	begin();
	nr = step_count();
	for (unsigned int first = 1; first <= nr; first++) {
		step_run(first, 0, 0, SLOTS);
		wrong += !all_there();
	}
	printf("# without the guard, %u of %u windows go wrong\n", wrong, nr);
	assert_true(wrong > 0);
	stress_free(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instruction),
		cmocka_unit_test(test_without_guard),
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
