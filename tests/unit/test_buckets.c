// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bucket arithmetic of ktlat.h against a list of edges that is built from
 * the words of the definition, in 128 bits, and searched.
 */
#include "unit.h"

#define END_OF_VALUES	((__uint128_t)1 << 64)

static __uint128_t edges[(65 << KTLAT_PRECISION_MAX) + 1];
static __u32 nr_edges;

/*
 * "Values below 2^(p+1) have a bucket each. Above, each power of two is split
 * into 2^p buckets of equal width."
 */
static void build_edges(__u32 precision)
{
	__uint128_t edge = 0, power = (__uint128_t)2 << precision;

	nr_edges = 0;
	for (; edge < power; edge++)
		edges[nr_edges++] = edge;
	for (; power < END_OF_VALUES; power *= 2)
		for (edge = power; edge < 2 * power; edge += power >> precision)
			edges[nr_edges++] = edge;
	edges[nr_edges] = END_OF_VALUES;
}

static __u32 search(__uint128_t value)
{
	__u32 low = 0, high = nr_edges;

	while (high - low > 1) {
		__u32 middle = (low + high) / 2;

		if (edges[middle] <= value)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void test_number(void **state)
{
	__u32 p;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		build_edges(p);
		assert_int_equal(ktlat_nr_buckets(p), nr_edges);
	}
}

static void test_every_edge(void **state)
{
	__u32 p, i;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		build_edges(p);
		for (i = 0; i < nr_edges; i++) {
			__u64 low = edges[i], high = edges[i + 1] - 1;

			assert_true(ktlat_bucket_low(i, p) == low);
			assert_true(ktlat_bucket_high(i, p) == high);
			assert_int_equal(ktlat_bucket_index(low, p), i);
			assert_int_equal(ktlat_bucket_index(high, p), i);
			assert_int_equal(ktlat_bucket_index(low / 2 + high / 2,
							    p),
					 search(low / 2 + high / 2));
		}
	}
}

static void test_width(void **state)
{
	__u32 p, i;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		build_edges(p);
		for (i = 0; i < nr_edges; i++) {
			__uint128_t error = ktlat_bucket_high(i, p) -
				     ktlat_bucket_low(i, p);

			assert_true(error << p <= ktlat_bucket_low(i, p));
		}
	}
}

static void test_many_values(void **state)
{
	__u64 value = 88172645463325252ULL;
	int i;
	__u32 p;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		build_edges(p);
		for (i = 0; i < 200000; i++) {
			__u64 scaled;

			/* xorshift64 (Marsaglia), at every magnitude */
			value ^= value << 13;
			value ^= value >> 7;
			value ^= value << 17;
			scaled = value >> (i % 64);
			assert_int_equal(ktlat_bucket_index(scaled, p),
					 search(scaled));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_every_edge),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_many_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
