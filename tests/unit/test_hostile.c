// SPDX-License-Identifier: GPL-2.0-only
/* Mappings that lie about themselves, and one that is reset all the time. */
#include <pthread.h>
#include <unistd.h>

#include "fakemap.h"
#include "unit.h"

#define ID		7
#define PRECISION	2

/* One lie each: where in the header, and what it says. */
struct lie {
	const char *name;
	size_t offset;
	size_t width;
	__u64 value;
	int want;
};

#define LIE(member, value, want)					\
	{ #member " = " #value,						\
	  offsetof(struct ktlat_map_header, member),			\
	  sizeof(((struct ktlat_map_header *)0)->member), value, want }

static const struct lie lies[] = {
	LIE(magic, 0, EPROTO),
	LIE(magic, ~0ULL, EPROTO),
	LIE(probe_id, 8, ESTALE),
	LIE(precision, 8, EPROTO),
	LIE(precision, ~0U, EPROTO),
	LIE(precision, 3, EPROTO),
	LIE(nr_buckets, 1, EPROTO),
	LIE(nr_buckets, 253, EPROTO),
	LIE(nr_buckets, ~0U, EPROTO),
	LIE(nr_cpus, 0, EPROTO),
	LIE(nr_cpus, FAKEMAP_CPUS + 1, EPROTO),
	LIE(nr_cpus, ~0U, EPROTO),
	LIE(cpu_offset, 0, EPROTO),
	LIE(cpu_offset, 4100, EPROTO),
	LIE(cpu_offset, 8192, EPROTO),
	LIE(cpu_offset, ~7ULL, EPROTO),
	LIE(cpu_stride, 0, EPROTO),
	LIE(cpu_stride, 4096, EPROTO),
	LIE(cpu_stride, 1ULL << 63, EPROTO),
	LIE(cpu_stride, ~7ULL, EPROTO),
	LIE(generation_stride, 0, EPROTO),
	LIE(generation_stride, 1ULL << 40, EPROTO),
	LIE(generation_stride, ~7ULL, EPROTO),
	LIE(nr_functions, 0, EPROTO),
	LIE(nr_functions, 2, EPROTO),
	LIE(nr_functions, ~0U, EPROTO),
	LIE(function_stride, 4, EPROTO),
	LIE(bucket_offset, 0, EPROTO),
	LIE(bucket_offset, 129, EPROTO),
	LIE(bucket_offset, 1ULL << 32, EPROTO),
	LIE(bucket_offset, ~7ULL, EPROTO),
};

/* What of a group must not be said; the mapping is one of three functions. */
static const struct lie group_lies[] = {
	LIE(nr_functions, 0, EPROTO),
	LIE(nr_functions, 4, EPROTO),
	LIE(nr_functions, KTLAT_FUNCTIONS_MAX + 1, EPROTO),
	LIE(nr_functions, ~0U, EPROTO),
	LIE(function_stride, 0, EPROTO),
	LIE(function_stride, 8, EPROTO),
	LIE(function_stride, 2060, EPROTO),
	LIE(function_stride, 1ULL << 20, EPROTO),
	LIE(function_stride, 1ULL << 63, EPROTO),
	LIE(function_stride, ~7ULL, EPROTO),
	LIE(generation_stride, 4096, EPROTO),
	LIE(cpu_stride, 8192, EPROTO),
	LIE(probe_id, 8, ESTALE),
};

typedef int (*read_fn)(const void *base, size_t size, __u64 id,
		       struct ktlat_snapshot *snap, struct ktlat_error *err);

static void check_lies(const struct lie *lie, size_t nr, __u32 functions,
		       read_fn read_it)
{
	size_t size = fakemap_group_size(PRECISION, functions);
	struct ktlat_snapshot snap = { 0 };
	void *base = malloc(size);

	for (; nr--; lie++) {
		struct ktlat_error err;
		int ret;

		fakemap_init_group(base, ID, PRECISION, functions);
		memcpy(base + lie->offset, &lie->value, lie->width);
		ret = read_it(base, size, ID, &snap, &err);
		if (ret != -lie->want)
			fail_msg("%s: %d", lie->name, ret);
		assert_int_equal(err.code, lie->want);
		assert_non_null(strstr(err.text, "probe 7"));
	}
	ktlat_free_snapshot(&snap);
	free(base);
}

static void test_lies(void **state)
{
	(void)state;
	check_lies(lies, ARRAY_LEN(lies), 1, ktlat_read_figures);
	check_lies(group_lies, ARRAY_LEN(group_lies), 3, ktlat_read_group);
}

/* The mapping itself is shorter than what it holds. */
static void check_short(__u32 functions, read_fn read_it)
{
	size_t full = fakemap_group_size(PRECISION, functions), size;
	struct ktlat_snapshot snap = { 0 };
	void *whole = malloc(full);

	fakemap_init_group(whole, ID, PRECISION, functions);
	for (size = 0; size < full; size += 40) {
		/* Exactly so long, for the sanitizer to see a step too far. */
		void *base = malloc(size);
		int ret;

		memcpy(base, whole, size);
		ret = read_it(base, size, ID, &snap, NULL);
		assert_true(ret == -EPROTO || (!ret && size + 200 > full));
		free(base);
	}
	ktlat_free_snapshot(&snap);
	free(whole);
}

static void test_short(void **state)
{
	(void)state;
	check_short(1, ktlat_read_figures);
	check_short(3, ktlat_read_group);
}

static bool stop;

#define FUNCTIONS	3

/* Each generation g holds g calls on each CPU, entries and returns alike. */
static void fill(void *base, __u64 generation)
{
	const struct ktlat_map_header *header = base;
	__u32 cpu, function;

	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++) {
		for (function = 0; function < header->nr_functions;
		     function++) {
			struct fake_figures figures =
				fakemap_figures(base, generation, cpu,
						function);
			struct ktlat_counters *counters = figures.counters;

			__atomic_store_n(&counters->entries, generation,
					 __ATOMIC_RELAXED);
			__atomic_store_n(&counters->returns, generation,
					 __ATOMIC_RELAXED);
			__atomic_store_n(&counters->sum_ns, generation,
					 __ATOMIC_RELAXED);
			__atomic_store_n(figures.buckets, generation,
					 __ATOMIC_RELAXED);
		}
	}
}

static void *reset_again_and_again(void *base)
{
	struct ktlat_map_header *header = base;
	__u64 generation = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		__atomic_store_n(&header->generation, ++generation,
				 __ATOMIC_RELEASE);
		/* What the grace period does in the module. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		fill(base, generation + 1);
		if (generation % 64 == 0)
			usleep(10);
	}
	return NULL;
}

/* Figures of one generation, and of no other. */
static void check_whole(const struct ktlat_snapshot *snap, __u32 functions)
{
	assert_true(snap->count ==
		    functions * FAKEMAP_CPUS * snap->generation);
	assert_true(snap->entries == snap->count);
	assert_true(snap->sum_ns == snap->count);
}

static void check_resets(__u32 functions, read_fn read_it)
{
	size_t size = fakemap_group_size(PRECISION, functions);
	struct ktlat_snapshot snap = { 0 };
	void *base = malloc(size);
	int i, whole = 0;
	pthread_t thread;
	__u32 j;

	fakemap_init_group(base, ID, PRECISION, functions);
	fill(base, 1);
	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	assert_int_equal(pthread_create(&thread, NULL, reset_again_and_again,
					base), 0);
	for (i = 0; i < 20000; i++) {
		int ret = read_it(base, size, ID, &snap, NULL);

		assert_true(!ret || ret == -EAGAIN);
		if (ret)
			continue;
		whole++;
		check_whole(&snap, functions);
		for (j = 0; j < snap.nr_members; j++)
			check_whole(&snap.members[j], 1);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(whole > 0);
	ktlat_free_snapshot(&snap);
	free(base);
}

static void test_resets(void **state)
{
	(void)state;
	check_resets(1, ktlat_read_figures);
}

static void test_resets_of_a_group(void **state)
{
	(void)state;
	check_resets(FUNCTIONS, ktlat_read_group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_resets),
		cmocka_unit_test(test_resets_of_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
