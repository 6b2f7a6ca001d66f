// SPDX-License-Identifier: GPL-2.0-only
/* Reading a mapping, and what is computed from what was read. */
#include "fakemap.h"
#include "unit.h"

#define ID	7

static __u64 random_state = 88172645463325252ULL;

static __u64 random_latency(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> (16 + random_state % 48);
}

static void *new_map(__u32 precision)
{
	void *base = malloc(fakemap_size(precision));

	assert_non_null(base);
	fakemap_init(base, ID, precision);
	return base;
}

static void *new_group(__u32 precision, __u32 room, __u32 functions)
{
	void *base = malloc(fakemap_group_size(precision, room));

	assert_non_null(base);
	fakemap_init_group(base, ID, precision, room);
	while (functions--)
		fakemap_begin(base, functions);
	return base;
}

static void read_group(void *base, struct ktlat_snapshot *snap)
{
	const struct ktlat_map_header *header = base;
	size_t size = fakemap_group_size(header->precision,
					 header->nr_functions);
	struct ktlat_error err = { .text = "" };

	if (ktlat_read_group(base, size, ID, snap, &err))
		fail_msg("%s", err.text);
}

static void read_map(void *base, struct ktlat_snapshot *snap)
{
	const struct ktlat_map_header *header = base;
	struct ktlat_error err = { .text = "" };
	int ret = ktlat_read_figures(base, fakemap_size(header->precision), ID,
				     snap, &err);

	if (ret)
		fail_msg("%s", err.text);
}

static void test_empty(void **state)
{
	struct ktlat_snapshot snap = { 0 };
	void *base = new_map(5);
	double coverage;

	(void)state;
	read_map(base, &snap);
	assert_int_equal(snap.count, 0);
	assert_true(snap.min_ns == ~0ULL);
	assert_int_equal(snap.max_ns, 0);
	assert_int_equal(snap.nr_buckets, 1920);
	assert_false(ktlat_coverage(&snap, &coverage));
	ktlat_free_snapshot(&snap);
	free(base);
}

static void test_all_cpus(void **state)
{
	struct ktlat_snapshot snap = { 0 };
	void *base = new_map(5);
	struct ktlat_counters *counters = fakemap_counters(base, 0, 2);
	double coverage;

	(void)state;
	fakemap_record(base, 0, 100);
	fakemap_record(base, 1, 5000);
	fakemap_record(base, 2, 40);
	counters->entries += 18;
	counters->filtered = 3;
	counters->missed = 2;
	counters->recursed = 5;
	counters->abandoned = 1;
	counters->unmatched = 9;
	counters->clock_backwards = 4;
	read_map(base, &snap);
	assert_int_equal(snap.entries, 21);
	assert_int_equal(snap.count, 3);
	assert_int_equal(snap.filtered, 3);
	assert_int_equal(snap.sum_ns, 5140);
	assert_int_equal(snap.min_ns, 40);
	assert_int_equal(snap.max_ns, 5000);
	assert_int_equal(snap.missed, 2);
	assert_int_equal(snap.recursed, 5);
	assert_int_equal(snap.abandoned, 1);
	assert_int_equal(snap.unmatched, 9);
	assert_int_equal(snap.clock_backwards, 4);
	assert_int_equal(snap.in_flight, 7);
	assert_true(ktlat_coverage(&snap, &coverage));
	assert_float_equal(coverage, 0.3, 1e-12);
	ktlat_free_snapshot(&snap);
	free(base);
}

/* What a probe that feeds the rings only counts. */
static void test_no_histogram(void **state)
{
	struct ktlat_snapshot older = { 0 }, newer = { 0 }, delta = { 0 };
	struct ktlat_snapshot net = { 0 }, sum = { 0 }, other = { 0 };
	struct ktlat_error err = { .text = "" };
	void *base = new_map(5), *buckets = new_map(5);
	struct ktlat_map_header *header = base;

	(void)state;
	fakemap_record(base, 0, 100);
	fakemap_record(base, 2, 40);
	header->nr_buckets = 0;
	read_map(base, &older);
	assert_int_equal(older.nr_buckets, 0);
	assert_int_equal(older.count, 2);
	assert_int_equal(older.entries, 2);
	assert_int_equal(older.sum_ns, 140);
	assert_int_equal(older.min_ns, 40);
	assert_int_equal(older.max_ns, 100);
	assert_int_equal(older.in_flight, 0);

	fakemap_record(base, 1, 5000);
	read_map(base, &newer);
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, &err), 0);
	assert_int_equal(delta.count, 1);
	assert_int_equal(delta.sum_ns, 5000);
	assert_int_equal(delta.max_ns, 5000);
	assert_int_equal(ktlat_take_share(&newer, 50, &net, &err), 0);
	assert_int_equal(net.min_ns, 0);
	assert_int_equal(net.sum_ns, 4990);
	assert_int_equal(ktlat_merge(&sum, &newer, &err), 0);
	assert_int_equal(ktlat_merge(&sum, &older, &err), 0);
	assert_int_equal(sum.count, 5);
	assert_int_equal(sum.max_ns, 5000);

	read_map(buckets, &other);
	assert_int_equal(ktlat_merge(&sum, &other, &err), -EINVAL);
	assert_int_equal(ktlat_subtract(&newer, &other, &delta, &err), -EINVAL);
	ktlat_free_snapshot(&older);
	ktlat_free_snapshot(&newer);
	ktlat_free_snapshot(&delta);
	ktlat_free_snapshot(&net);
	ktlat_free_snapshot(&sum);
	ktlat_free_snapshot(&other);
	free(base);
	free(buckets);
}

static void test_generations(void **state)
{
	struct ktlat_snapshot snap = { 0 };
	void *base = new_map(3);
	struct ktlat_map_header *header = base;

	(void)state;
	fakemap_record(base, 0, 100);
	header->generation = 1;
	read_map(base, &snap);
	assert_int_equal(snap.count, 0);
	fakemap_record(base, 1, 100);
	fakemap_record(base, 1, 100);
	read_map(base, &snap);
	assert_int_equal(snap.count, 2);
	assert_int_equal(snap.generation, 1);
	header->generation = 2;
	read_map(base, &snap);
	assert_int_equal(snap.count, 1);
	ktlat_free_snapshot(&snap);
	free(base);
}

/* A call seen in its bucket and not yet in min and max. */
static void test_torn_extremes(void **state)
{
	struct ktlat_snapshot snap = { 0 };
	void *base = new_map(5);

	(void)state;
	fakemap_buckets(base, 0, 0)[ktlat_bucket_index(1000, 5)]++;
	read_map(base, &snap);
	assert_int_equal(ktlat_bucket_index(snap.min_ns, 5),
			 ktlat_bucket_index(1000, 5));
	assert_int_equal(ktlat_bucket_index(snap.max_ns, 5),
			 ktlat_bucket_index(1000, 5));
	assert_true(snap.in_flight == 0);
	ktlat_free_snapshot(&snap);
	free(base);
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

/* The smallest value that at least ppm millionths of all do not exceed. */
static __u64 true_percentile(const __u64 *sorted, size_t nr, __u32 ppm)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if ((__uint128_t)(i + 1) * 1000000 >=
		    (__uint128_t)nr * ppm)
			return sorted[i];
	return sorted[nr - 1];
}

static void check_percentiles(__u32 precision, size_t nr)
{
	static const __u32 shares[] = { 1, 10000, 333333, 500000, 900000,
					990000, 999000, 999999, 1000000 };
	__u64 *values = calloc(nr, sizeof(*values));
	struct ktlat_snapshot snap = { 0 };
	void *base = new_map(precision);
	size_t i;

	for (i = 0; i < nr; i++) {
		values[i] = random_latency();
		fakemap_record(base, i % FAKEMAP_CPUS, values[i]);
	}
	qsort(values, nr, sizeof(*values), compare);
	read_map(base, &snap);
	for (i = 0; i < ARRAY_LEN(shares); i++) {
		__u64 want = true_percentile(values, nr, shares[i]);
		__u64 got = ktlat_percentile(&snap, shares[i]);

		assert_true(got >= want);
		assert_true(got <= values[nr - 1]);
		assert_int_equal(ktlat_bucket_index(got, precision),
				 ktlat_bucket_index(want, precision));
	}
	ktlat_free_snapshot(&snap);
	free(values);
	free(base);
}

static void test_percentiles(void **state)
{
	__u32 p;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		check_percentiles(p, 1);
		check_percentiles(p, 2);
		check_percentiles(p, 999);
		check_percentiles(p, 10000);
	}
}

static void test_rank_of_huge_counts(void **state)
{
	__u64 buckets[65] = { [3] = 1ULL << 62, [4] = 1ULL << 62 };
	struct ktlat_snapshot snap = {
		.nr_buckets = 65,
		.buckets = buckets,
		.count = 1ULL << 63,
		.min_ns = 4,
		.max_ns = 15,
	};

	(void)state;
	assert_int_equal(ktlat_percentile(&snap, 500000), 7);
	assert_int_equal(ktlat_percentile(&snap, 500001), 15);
	assert_int_equal(ktlat_percentile(&snap, 1000000), 15);
}

static void test_subtract(void **state)
{
	struct ktlat_snapshot older = { 0 }, newer = { 0 }, delta = { 0 };
	void *base = new_map(5);

	(void)state;
	fakemap_record(base, 0, 10);
	fakemap_record(base, 0, 100000);
	read_map(base, &older);
	fakemap_record(base, 1, 1000);
	fakemap_record(base, 2, 1001);
	fakemap_counters(base, 0, 1)->entries += 3;
	fakemap_counters(base, 0, 1)->missed += 1;
	read_map(base, &newer);
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), 0);
	assert_true(delta.delta);
	assert_int_equal(delta.count, 2);
	assert_int_equal(delta.sum_ns, 2001);
	assert_int_equal(delta.entries, 5);
	assert_int_equal(delta.missed, 1);
	assert_int_equal(delta.in_flight, 2);
	assert_true(delta.min_ns <= 1000 && delta.min_ns > 1000 - 1000 / 32);
	assert_true(delta.max_ns >= 1001 && delta.max_ns < 1001 + 1001 / 32);

	assert_int_equal(ktlat_subtract(&newer, &newer, &delta, NULL), 0);
	assert_int_equal(delta.count, 0);
	assert_true(delta.min_ns == ~0ULL);
	assert_int_equal(delta.max_ns, 0);
	ktlat_free_snapshot(&older);
	ktlat_free_snapshot(&newer);
	ktlat_free_snapshot(&delta);
	free(base);
}

static void test_subtract_after_reset(void **state)
{
	struct ktlat_snapshot older = { 0 }, newer = { 0 }, delta = { 0 };
	void *base = new_map(5);
	struct ktlat_map_header *header = base;

	(void)state;
	fakemap_record(base, 0, 10);
	fakemap_record(base, 0, 10);
	read_map(base, &older);
	header->generation++;
	fakemap_record(base, 1, 1000);
	read_map(base, &newer);
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), 0);
	assert_false(delta.delta);
	assert_int_equal(delta.count, 1);
	assert_int_equal(delta.min_ns, 1000);
	newer.probe_id++;
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), -EINVAL);
	ktlat_free_snapshot(&older);
	ktlat_free_snapshot(&newer);
	ktlat_free_snapshot(&delta);
	free(base);
}

static void test_merge(void **state)
{
	struct ktlat_snapshot a = { 0 }, b = { 0 }, all = { 0 };
	void *base = new_map(5), *other = new_map(4);

	(void)state;
	fakemap_record(base, 0, 10);
	read_map(base, &a);
	fakemap_record(base, 0, 3000);
	read_map(base, &b);
	assert_int_equal(ktlat_merge(&all, &b, NULL), 0);
	assert_int_equal(ktlat_merge(&all, &a, NULL), 0);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.sum_ns, 3020);
	assert_int_equal(all.min_ns, 10);
	assert_int_equal(all.max_ns, 3000);
	assert_int_equal(all.buckets[10], 2);
	read_map(other, &a);
	assert_int_equal(ktlat_merge(&all, &a, NULL), -EINVAL);
	ktlat_free_snapshot(&a);
	ktlat_free_snapshot(&b);
	ktlat_free_snapshot(&all);
	free(base);
	free(other);
}

/* Each latency by itself, as it has to come out. */
static __u64 less(__u64 latency, __u64 share)
{
	return latency > share ? latency - share : 0;
}

static void check_net(const struct ktlat_snapshot *net, const __u64 *sorted,
		      size_t nr, __u64 share)
{
	static const __u32 ranks[] = { 1, 333333, 500000, 990000, 1000000 };
	__u64 sum = 0, low, high, count = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		sum += less(sorted[i], share);
	assert_true(net->net && net->net_ns == share);
	assert_true(net->min_ns == less(sorted[0], share));
	assert_true(net->max_ns == less(sorted[nr - 1], share));
	assert_true(net->min_ns ? net->sum_ns == sum : net->sum_ns <= sum);
	for (i = 0; i < ARRAY_LEN(ranks); i++) {
		__u64 want = true_percentile(sorted, nr, ranks[i]);
		__u64 got = ktlat_percentile(net, ranks[i]);
		__u64 width = (want > share ? want : share) >> net->precision;

		assert_true(got >= less(want, share));
		assert_true(got <= less(want, share) + width);
		assert_true(got <= net->max_ns);
	}
	for (i = 0; i < net->nr_buckets; i++) {
		ktlat_get_bounds(net, i, &low, &high);
		assert_true(low <= high);
		count += net->buckets[i];
		/* Those that would be below 0 have one bucket together. */
		assert_true(!net->buckets[i] || high ||
			    i == ktlat_bucket_index(share, net->precision));
	}
	assert_int_equal(count, nr);
}

static void test_net(void **state)
{
	static const __u64 shares[] = { 0, 1, 63, 64, 1000, 123457, ~0ULL };
	struct ktlat_snapshot gross = { 0 }, net = { 0 };
	__u64 values[500];
	__u32 p;
	size_t i;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		void *base = new_map(p);

		for (i = 0; i < ARRAY_LEN(values); i++) {
			/* So small that their sum is no more than 64 bits. */
			values[i] = random_latency() >> 10;
			fakemap_record(base, i % FAKEMAP_CPUS, values[i]);
		}
		qsort(values, ARRAY_LEN(values), sizeof(*values), compare);
		read_map(base, &gross);
		for (i = 0; i < ARRAY_LEN(shares); i++) {
			assert_int_equal(ktlat_take_share(&gross, shares[i],
							  &net, NULL), 0);
			check_net(&net, values, ARRAY_LEN(values), shares[i]);
		}
		free(base);
	}
	ktlat_free_snapshot(&gross);
	ktlat_free_snapshot(&net);
}

/* All calls longer than the share: the sum is exact. */
static void test_net_sum(void **state)
{
	struct ktlat_snapshot gross = { 0 }, net = { 0 }, all = { 0 };
	void *base = new_map(5);

	(void)state;
	read_map(base, &gross);
	assert_int_equal(ktlat_take_share(&gross, 100, &net, NULL), 0);
	assert_true(net.min_ns == ~0ULL && !net.max_ns && !net.sum_ns);
	fakemap_record(base, 0, 100);
	fakemap_record(base, 1, 350);
	read_map(base, &gross);
	assert_int_equal(ktlat_take_share(&gross, 100, &net, NULL), 0);
	assert_int_equal(net.sum_ns, 250);
	assert_int_equal(net.count, 2);
	assert_int_equal(ktlat_merge(&all, &net, NULL), 0);
	assert_int_equal(ktlat_merge(&all, &net, NULL), 0);
	assert_int_equal(all.sum_ns, 500);
	assert_int_equal(ktlat_merge(&all, &gross, NULL), -EINVAL);
	ktlat_free_snapshot(&gross);
	ktlat_free_snapshot(&net);
	ktlat_free_snapshot(&all);
	free(base);
}

static void test_share_of_a_probe(void **state)
{
	struct ktlat_probe_info info = { .share_ps = 0 };
	__u64 share;

	(void)state;
	assert_false(ktlat_get_share(&info, &share));
	info.share_ps = 1;
	assert_true(ktlat_get_share(&info, &share));
	assert_int_equal(share, 0);
	info.share_ps = 207500;
	assert_true(ktlat_get_share(&info, &share));
	assert_int_equal(share, 208);
}

/* Every figure of each function, and what they come to. */
static void test_group(void **state)
{
	struct ktlat_snapshot snap = { 0 };
	void *base = new_group(2, 5, 3);
	struct fake_figures figures = fakemap_figures(base, 0, 1, 2);

	(void)state;
	fakemap_record_in(base, 0, 0, 100);
	fakemap_record_in(base, 1, 0, 300);
	fakemap_record_in(base, 2, 2, 5000);
	figures.counters->entries += 15;
	figures.counters->missed = 2;
	figures.counters->recursed = 5;
	figures.counters->abandoned = 1;
	read_group(base, &snap);
	/* As many as there is room for; the last two were never begun. */
	assert_int_equal(snap.nr_members, 5);
	assert_int_equal(snap.count, 3);
	assert_int_equal(snap.entries, 18);
	assert_int_equal(snap.sum_ns, 5400);
	assert_int_equal(snap.min_ns, 100);
	assert_int_equal(snap.max_ns, 5000);
	assert_int_equal(snap.missed, 2);
	assert_int_equal(snap.recursed, 5);
	assert_int_equal(snap.abandoned, 1);
	assert_int_equal(snap.in_flight, 7);

	assert_int_equal(snap.members[0].count, 2);
	assert_int_equal(snap.members[0].sum_ns, 400);
	assert_int_equal(snap.members[0].min_ns, 100);
	assert_int_equal(snap.members[0].max_ns, 300);
	assert_int_equal(snap.members[0].in_flight, 0);
	assert_int_equal(snap.members[1].count, 0);
	assert_true(snap.members[1].min_ns == ~0ULL);
	assert_int_equal(snap.members[2].entries, 16);
	assert_int_equal(snap.members[2].in_flight, 7);
	assert_int_equal(snap.members[2].min_ns, 5000);
	assert_true(snap.members[4].min_ns == ~0ULL);
	ktlat_free_snapshot(&snap);
	free(base);
}

/* Memory for no buckets is none that is freed. */
static void test_group_without_histogram(void **state)
{
	struct ktlat_snapshot older = { 0 }, newer = { 0 }, delta = { 0 };
	struct ktlat_snapshot net = { 0 };
	struct ktlat_error err = { .text = "" };
	void *base = new_group(3, 2, 2);
	struct ktlat_map_header *header = base;
	int i;

	(void)state;
	header->nr_buckets = 0;
	read_group(base, &older);
	for (i = 1; i <= 3; i++) {
		fakemap_counters(base, 0, 0)->entries++;
		fakemap_counters(base, 0, 0)->returns++;
		fakemap_counters(base, 0, 0)->sum_ns += 100;
		fakemap_counters(base, 0, 0)->min_ns = 100;
		fakemap_counters(base, 0, 0)->max_ns = 100;
		read_group(base, &newer);
		assert_int_equal(newer.members[0].count, i);
		assert_int_equal(newer.members[1].count, 0);
		assert_int_equal(ktlat_subtract(&newer, &older, &delta, &err),
				 0);
		assert_int_equal(delta.members[0].count, i);
		assert_int_equal(ktlat_take_share(&newer, 10, &net, &err), 0);
		assert_int_equal(net.members[0].min_ns, 90);
		assert_int_equal(net.sum_ns, i * 90);
	}
	ktlat_free_snapshot(&older);
	ktlat_free_snapshot(&newer);
	ktlat_free_snapshot(&delta);
	ktlat_free_snapshot(&net);
	free(base);
}

/* A snapshot is used again for groups of other sizes, and for no group. */
static void test_group_used_again(void **state)
{
	static const __u32 rooms[] = { 1, 300, 2, 40, 40, 1 };
	struct ktlat_snapshot snap = { 0 };
	void *single = new_map(7);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rooms); i++) {
		void *base = new_group(i % 3, rooms[i], rooms[i]);

		fakemap_record_in(base, 0, rooms[i] - 1, 77);
		read_group(base, &snap);
		assert_int_equal(snap.nr_members, rooms[i]);
		assert_int_equal(snap.members[rooms[i] - 1].sum_ns, 77);
		assert_int_equal(snap.sum_ns, 77);
		/* What ktlat_take_snapshot() does for one that has fewer. */
		snap.nr_members = 0;
		free(base);
	}
	read_map(single, &snap);
	assert_null(snap.members);
	assert_int_equal(snap.nr_members, 0);
	ktlat_free_snapshot(&snap);
	free(single);
}

static void test_group_generations(void **state)
{
	struct ktlat_snapshot older = { 0 }, newer = { 0 }, delta = { 0 };
	void *base = new_group(2, 2, 2);
	struct ktlat_map_header *header = base;

	(void)state;
	fakemap_record_in(base, 0, 0, 10);
	fakemap_record_in(base, 0, 1, 20);
	read_group(base, &older);
	fakemap_record_in(base, 1, 1, 1000);
	read_group(base, &newer);
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), 0);
	assert_true(delta.delta && delta.members[1].delta);
	assert_int_equal(delta.count, 1);
	assert_int_equal(delta.sum_ns, 1000);
	assert_int_equal(delta.members[0].count, 0);
	assert_int_equal(delta.members[0].sum_ns, 0);
	assert_int_equal(delta.members[1].count, 1);
	assert_int_equal(delta.members[1].sum_ns, 1000);
	assert_true(delta.members[1].min_ns <= 1000 &&
		    delta.members[1].min_ns >= 800);

	header->generation++;
	fakemap_record_in(base, 0, 1, 3);
	read_group(base, &newer);
	assert_int_equal(newer.members[1].generation, 1);
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), 0);
	assert_false(delta.delta || delta.members[1].delta);
	assert_int_equal(delta.count, 1);
	assert_int_equal(delta.members[0].count, 0);
	assert_int_equal(delta.members[1].min_ns, 3);
	/* One more function has come to the group. */
	older.generation++;
	older.nr_members = 1;
	assert_int_equal(ktlat_subtract(&newer, &older, &delta, NULL), 0);
	assert_int_equal(delta.nr_members, 2);
	assert_int_equal(delta.members[1].count, 1);
	ktlat_free_snapshot(&older);
	ktlat_free_snapshot(&newer);
	ktlat_free_snapshot(&delta);
	free(base);
}

static void test_group_merge(void **state)
{
	struct ktlat_snapshot snap = { 0 }, all = { 0 };
	void *base = new_group(2, 2, 2);

	(void)state;
	fakemap_record_in(base, 0, 0, 10);
	fakemap_record_in(base, 0, 1, 20);
	read_group(base, &snap);
	assert_int_equal(ktlat_merge(&all, &snap, NULL), 0);
	assert_int_equal(ktlat_merge(&all, &snap, NULL), 0);
	assert_int_equal(all.count, 4);
	assert_int_equal(all.nr_members, 0);
	ktlat_free_snapshot(&snap);
	ktlat_free_snapshot(&all);
	free(base);
}

/* The share is taken off the calls of each function. */
static void test_group_net(void **state)
{
	struct ktlat_snapshot gross = { 0 }, net = { 0 };
	void *base = new_group(2, 3, 2);

	(void)state;
	fakemap_record_in(base, 0, 0, 50);
	fakemap_record_in(base, 0, 1, 120);
	fakemap_record_in(base, 1, 1, 1000);
	read_group(base, &gross);
	assert_int_equal(ktlat_take_share(&gross, 20, &net, NULL), 0);
	assert_int_equal(net.nr_members, 3);
	assert_int_equal(net.sum_ns, 1110);
	assert_int_equal(net.min_ns, 30);
	assert_true(net.members[0].net && net.members[2].net);
	assert_int_equal(net.members[0].sum_ns, 30);
	assert_int_equal(net.members[0].max_ns, 30);
	assert_int_equal(net.members[1].sum_ns, 1080);
	assert_int_equal(net.members[1].min_ns, 100);
	assert_int_equal(net.members[2].count, 0);
	assert_int_equal(net.members[2].sum_ns, 0);
	ktlat_free_snapshot(&gross);
	ktlat_free_snapshot(&net);
	free(base);
}

#define FUNCTIONS	40
#define CALLS		200

static void check_percentile(const struct ktlat_snapshot *snap,
			     const __u64 *sorted, size_t nr, __u32 ppm)
{
	__u64 want = true_percentile(sorted, nr, ppm);
	__u64 got = ktlat_percentile(snap, ppm);

	assert_true(got >= want && got <= sorted[nr - 1]);
	assert_int_equal(ktlat_bucket_index(got, snap->precision),
			 ktlat_bucket_index(want, snap->precision));
}

/* Of each function, and of all calls of all of them. */
static void test_group_percentiles(void **state)
{
	static __u64 all[FUNCTIONS * CALLS];
	struct ktlat_snapshot snap = { 0 };
	void *base = new_group(2, FUNCTIONS, FUNCTIONS);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(all); i++) {
		all[i] = random_latency();
		fakemap_record_in(base, i % FAKEMAP_CPUS, i / CALLS, all[i]);
	}
	read_group(base, &snap);
	for (i = 0; i < FUNCTIONS; i++) {
		__u64 *own = &all[i * CALLS];

		qsort(own, CALLS, sizeof(*own), compare);
		check_percentile(&snap.members[i], own, CALLS, 500000);
		check_percentile(&snap.members[i], own, CALLS, 990000);
		assert_true(snap.members[i].min_ns == own[0]);
		assert_true(snap.members[i].max_ns == own[CALLS - 1]);
	}
	qsort(all, ARRAY_LEN(all), sizeof(*all), compare);
	check_percentile(&snap, all, ARRAY_LEN(all), 500000);
	check_percentile(&snap, all, ARRAY_LEN(all), 990000);
	check_percentile(&snap, all, ARRAY_LEN(all), 999000);
	ktlat_free_snapshot(&snap);
	free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_all_cpus),
		cmocka_unit_test(test_no_histogram),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_torn_extremes),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_rank_of_huge_counts),
		cmocka_unit_test(test_subtract),
		cmocka_unit_test(test_subtract_after_reset),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_group_without_histogram),
		cmocka_unit_test(test_group_used_again),
		cmocka_unit_test(test_group_generations),
		cmocka_unit_test(test_group_merge),
		cmocka_unit_test(test_group_net),
		cmocka_unit_test(test_group_percentiles),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_net_sum),
		cmocka_unit_test(test_share_of_a_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
