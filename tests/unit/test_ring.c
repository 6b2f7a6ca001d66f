// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event ring, one step at a time. What may happen in between is explored in
 * tests/model and tests/stress.
 */
#include "unit.h"

#include "core/ring.h"

#define SLOTS	16

static struct {
	struct ktlat_ring_header header;
	struct ktlat_event slots[SLOTS];
} memory __attribute__((aligned(64)));

static struct ktlat_ring ring;
static struct ktlat_ring_header *header;

static int setup(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof(memory));
	header = &memory.header;
	ktlat_ring_init(&ring, header, sizeof(*header), SLOTS);
	return 0;
}

static void fill(struct ktlat_ring_record *record, __u64 value)
{
	env_write(&record->slot->probe_id, value);
	env_write(&record->slot->reserved[3], ~value);
}

/* Begins a record that there is room for. */
static void begin(struct ktlat_ring_record *record)
{
	if (!ktlat_ring_reserve(&ring, record))
		abort();
}

static int write_one(__u64 value)
{
	struct ktlat_ring_record record;

	if (!ktlat_ring_reserve(&ring, &record))
		return 0;
	fill(&record, value);
	ktlat_ring_commit(&ring, &record);
	return 1;
}

/* Records 1 to @nr, with their numbers in them. */
static void write_numbers(__u64 nr)
{
	for (__u64 i = 1; i <= nr; i++)
		assert_true(write_one(i));
}

static void read_number(struct ktlat_ring_reader *reader, __u64 number)
{
	struct ktlat_event event;

	assert_int_equal(ktlat_ring_read(reader, &event), KTLAT_RING_EVENT);
	assert_int_equal(event.sequence, number);
	assert_int_equal(event.probe_id, number);
	assert_int_equal(event.reserved[3], ~number);
}

static void read_nothing(struct ktlat_ring_reader *reader)
{
	struct ktlat_event event;

	assert_int_equal(ktlat_ring_read(reader, &event), KTLAT_RING_EMPTY);
}

static void read_loss(struct ktlat_ring_reader *reader, __u64 lost)
{
	struct ktlat_event event;
	__u64 before = reader->lost;

	assert_int_equal(ktlat_ring_read(reader, &event), KTLAT_RING_LOST);
	assert_int_equal(reader->lost - before, lost);
}

static void test_header(void **state)
{
	(void)state;
	assert_int_equal(header->magic, KTLAT_RING_MAGIC);
	assert_int_equal(header->nr_slots, SLOTS);
	assert_int_equal(header->slot_size, 128);
	assert_int_equal(header->slot_offset, 128);
	assert_true(header->stop == KTLAT_RING_NEVER);
	assert_ptr_equal(ring.slots, memory.slots);
}

static void test_in_order(void **state)
{
	struct ktlat_ring_reader reader;

	(void)state;
	ktlat_ring_reader_init(&reader, header, 1);
	read_nothing(&reader);
	write_numbers(SLOTS);
	assert_int_equal(header->last, SLOTS);
	for (__u64 i = 1; i <= SLOTS; i++)
		read_number(&reader, i);
	read_nothing(&reader);
	assert_int_equal(reader.read, SLOTS);
	assert_int_equal(reader.lost, 0);
}

/* Number 1 went when number 17 came; and two slots more are given up. */
static void test_overtaken(void **state)
{
	struct ktlat_ring_reader reader;

	(void)state;
	ktlat_ring_reader_init(&reader, header, 1);
	write_numbers(SLOTS + 1);
	read_loss(&reader, 1 + SLOTS / 8);
	for (__u64 i = 2 + SLOTS / 8; i <= SLOTS + 1; i++)
		read_number(&reader, i);
	read_nothing(&reader);
	assert_int_equal(reader.read + reader.lost, header->last);
}

/* Many laps behind, and exact to the record. */
static void test_many_laps(void **state)
{
	struct ktlat_ring_reader reader;
	struct ktlat_event event;

	(void)state;
	ktlat_ring_reader_init(&reader, header, 1);
	write_numbers(1000 * SLOTS + 5);
	while (ktlat_ring_read(&reader, &event) != KTLAT_RING_EMPTY)
		assert_true(reader.cursor <= header->last + 1);
	assert_int_equal(reader.read + reader.lost, 1000 * SLOTS + 5);
	assert_true(reader.read >= SLOTS - SLOTS / 8 - 1);
}

/* All that is there, however late one comes. */
static void test_oldest(void **state)
{
	struct ktlat_ring_reader reader;

	(void)state;
	assert_int_equal(ktlat_ring_oldest(header), 1);
	write_numbers(SLOTS);
	assert_int_equal(ktlat_ring_oldest(header), 1);
	write_one(SLOTS + 1);
	assert_int_equal(ktlat_ring_oldest(header), 2);
	ktlat_ring_reader_init(&reader, header, ktlat_ring_oldest(header));
	for (__u64 i = 2; i <= SLOTS + 1; i++)
		read_number(&reader, i);
	read_nothing(&reader);
	assert_int_equal(reader.lost, 0);
}

/* A newer module may have longer slots. */
static void test_longer_slots(void **state)
{
	struct {
		struct ktlat_ring_header header;
		struct {
			struct ktlat_event event;
			__u64 more[8];
		} slots[2];
	} longer = { .header = { .slot_offset = sizeof(longer.header),
				 .nr_slots = 2, .slot_size = 192 } };
	struct ktlat_ring_reader reader;

	(void)state;
	for (__u64 i = 1; i <= 2; i++)
		longer.slots[i % 2].event = (struct ktlat_event){
			.sequence = i, .probe_id = i,
			.reserved = { 0, 0, 0, ~i },
		};
	ktlat_ring_reader_init(&reader, &longer.header, 1);
	read_number(&reader, 1);
	read_number(&reader, 2);
	read_nothing(&reader);
}

/* A record that is being written holds up its readers, and loses nothing. */
static void test_nested(void **state)
{
	struct ktlat_ring_record outer = { 0 }, inner = { 0 };
	struct ktlat_ring_reader reader;

	(void)state;
	ktlat_ring_reader_init(&reader, header, 1);
	begin(&outer);
	begin(&inner);
	fill(&inner, 2);
	assert_true(write_one(3));
	ktlat_ring_commit(&ring, &inner);
	read_nothing(&reader);
	assert_int_equal(header->open, 1);
	fill(&outer, 1);
	ktlat_ring_commit(&ring, &outer);
	assert_int_equal(header->open, 0);
	for (__u64 i = 1; i <= 3; i++)
		read_number(&reader, i);
	read_nothing(&reader);
}

/*
 * The hole, step by step: the outer writer has filled a part of its slot when nested
 * ones come all the way round to it. Returns how many of those were written.
 * Where it is @hidden from them what is open, they take its slot.
 */
static __u64 lap(int hidden, struct ktlat_ring_record *outer)
{
	__u64 open, written = 0;

	write_numbers(SLOTS);
	begin(outer);
	env_write(&outer->slot->probe_id, outer->number);
	open = header->open;
	assert_int_equal(open, outer->number);
	if (hidden)
		header->open = 0;
	for (__u64 i = 1; i <= SLOTS; i++)
		written += write_one(outer->number + i);
	header->open = open;
	return written;
}

static void test_lapping(void **state)
{
	struct ktlat_ring_reader reader;
	struct ktlat_ring_record outer = { 0 };

	(void)state;
	assert_int_equal(lap(0, &outer), SLOTS - 1);
	assert_int_equal(header->dropped, 1);
	env_write(&outer.slot->reserved[3], ~outer.number);
	ktlat_ring_commit(&ring, &outer);
	assert_int_equal(header->last, 2 * SLOTS);
	ktlat_ring_reader_init(&reader, header, ktlat_ring_oldest(header));
	for (__u64 i = SLOTS + 1; i <= 2 * SLOTS; i++)
		read_number(&reader, i);
	read_nothing(&reader);
}

/* Without the guard, a torn record passes. */
static void test_lapping_unguarded(void **state)
{
	struct ktlat_ring_reader reader;
	struct ktlat_ring_record outer = { 0 };
	struct ktlat_event event;

	(void)state;
	assert_int_equal(lap(1, &outer), SLOTS);
	env_write(&outer.slot->reserved[3], ~outer.number);
	ktlat_ring_reader_init(&reader, header, header->last);
	assert_int_equal(ktlat_ring_read(&reader, &event), KTLAT_RING_EVENT);
	assert_int_equal(event.probe_id, outer.number + SLOTS);
	assert_int_equal(event.reserved[3], ~outer.number);
}

/* Two before, three after; the window stays until the ring is thawed. */
static void test_freeze(void **state)
{
	struct ktlat_ring_reader reader;

	(void)state;
	write_numbers(SLOTS);
	ktlat_ring_freeze(header, ktlat_ring_last(header) + 3);
	for (__u64 i = 1; i <= 3; i++)
		assert_true(write_one(SLOTS + i));
	for (__u64 i = 0; i < 100; i++)
		assert_false(write_one(0));
	assert_int_equal(header->last, SLOTS + 3);
	assert_int_equal(header->frozen, 100);
	assert_int_equal(header->dropped, 0);
	assert_int_equal(header->open, 0);
	ktlat_ring_reader_init(&reader, header, ktlat_ring_oldest(header));
	for (__u64 i = 4; i <= SLOTS + 3; i++)
		read_number(&reader, i);
	read_nothing(&reader);
	ktlat_ring_thaw(header);
	assert_true(write_one(SLOTS + 4));
	read_number(&reader, SLOTS + 4);
	assert_int_equal(reader.lost, 0);
}

/* The first freeze counts; one that comes too late stops the ring at once. */
static void test_freeze_again(void **state)
{
	(void)state;
	write_numbers(5);
	ktlat_ring_freeze(header, 7);
	ktlat_ring_freeze(header, 100);
	assert_true(write_one(6));
	assert_true(write_one(7));
	assert_false(write_one(8));
	ktlat_ring_thaw(header);
	ktlat_ring_freeze(header, 3);
	assert_false(write_one(8));
	assert_int_equal(header->last, 7);
}

/* What was begun before the freeze is completed. */
static void test_freeze_open(void **state)
{
	struct ktlat_ring_record outer = { 0 };
	struct ktlat_ring_reader reader;

	(void)state;
	begin(&outer);
	ktlat_ring_freeze(header, ktlat_ring_last(header));
	assert_false(write_one(2));
	assert_int_equal(header->open, 1);
	fill(&outer, 1);
	ktlat_ring_commit(&ring, &outer);
	ktlat_ring_reader_init(&reader, header, 1);
	read_number(&reader, 1);
	read_nothing(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_in_order, setup),
		cmocka_unit_test_setup(test_overtaken, setup),
		cmocka_unit_test_setup(test_many_laps, setup),
		cmocka_unit_test_setup(test_oldest, setup),
		cmocka_unit_test_setup(test_longer_slots, setup),
		cmocka_unit_test_setup(test_nested, setup),
		cmocka_unit_test_setup(test_lapping, setup),
		cmocka_unit_test_setup(test_lapping_unguarded, setup),
		cmocka_unit_test_setup(test_freeze, setup),
		cmocka_unit_test_setup(test_freeze_again, setup),
		cmocka_unit_test_setup(test_freeze_open, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
