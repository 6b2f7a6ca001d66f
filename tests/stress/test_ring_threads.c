// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writers and readers of rings as threads; built with ThreadSanitizer, which finds
 * every access that another CPU can meet and that is not marked.
 *
 * A writer nests by calling itself with a record half written. Its ring is small, so
 * that readers are overtaken, and nested writers lap the ring.
 */
#include "stress.h"

#define RINGS	2
#define READERS	2 /* of each */
#define SLOTS	32
#define RECORDS	20000 /* of the outermost level, for each ring */
#define ROOM	(RECORDS * 64ULL)

static struct stress_ring rings[RINGS];
static __thread unsigned int depth, turn;

/* Up to three levels deep, and now and then more than the ring holds. */
static void nest(struct stress_ring *ring)
{
	unsigned int times = ++turn % 11 == 0 ? SLOTS + 3 : turn % 3;

	if (depth == 3)
		return;
	depth++;
	for (unsigned int i = 0; i < times; i++)
		stress_write(ring, i ? NULL : nest);
	depth--;
}

static void *write_all(void *argument)
{
	struct stress_ring *ring = argument;

	for (unsigned int i = 0; i < RECORDS; i++) {
		stress_write(ring, nest);
		/* Readers shall find something, on a busy machine, too. */
		if (i % 8 == 0)
			sched_yield();
	}
	__atomic_store_n(&ring->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void test_threads(void **state)
{
	struct stress_reader readers[RINGS][READERS];
	pthread_t writers[RINGS];

	(void)state;
	for (unsigned int i = 0; i < RINGS; i++) {
		stress_init(&rings[i], SLOTS, ROOM);
		for (unsigned int j = 0; j < READERS; j++)
			stress_start(&readers[i][j], &rings[i]);
		if (pthread_create(&writers[i], NULL, write_all, &rings[i]))
			abort();
	}
	for (unsigned int i = 0; i < RINGS; i++) {
		const struct ktlat_ring_header *header = rings[i].ring.header;

		pthread_join(writers[i], NULL);
		assert_int_equal(header->last, rings[i].taken);
		assert_int_equal(header->last + header->dropped,
				 rings[i].attempts);
		assert_true(header->dropped > 0);
		for (unsigned int j = 0; j < READERS; j++) {
			stress_check(&readers[i][j]);
			printf("# ring %u: %llu written, %llu dropped; reader %u: %llu read, %llu lost\n",
			       i, (unsigned long long)header->last,
			       (unsigned long long)header->dropped, j,
			       (unsigned long long)readers[i][j].reader.read,
			       (unsigned long long)readers[i][j].reader.lost);
		}
		stress_free(&rings[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
