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
	LIE(nr_buckets, 0, EPROTO),
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
	LIE(bucket_offset, 0, EPROTO),
	LIE(bucket_offset, 129, EPROTO),
	LIE(bucket_offset, 1ULL << 32, EPROTO),
	LIE(bucket_offset, ~7ULL, EPROTO),
};

static void test_lies(void **state)
{
	size_t size = fakemap_size(PRECISION), i;
	struct ktlat_snapshot snap = { 0 };
	void *base = malloc(size);

	(void)state;
	for (i = 0; i < ARRAY_LEN(lies); i++) {
		const struct lie *lie = &lies[i];
		struct ktlat_error err;
		int ret;

		fakemap_init(base, ID, PRECISION);
		memcpy(base + lie->offset, &lie->value, lie->width);
		ret = ktlat_read_figures(base, size, ID, &snap, &err);
		if (ret != -lie->want)
			fail_msg("%s: %d", lie->name, ret);
		assert_int_equal(err.code, lie->want);
		assert_non_null(strstr(err.text, "probe 7"));
	}
	ktlat_free_snapshot(&snap);
	free(base);
}

/* The mapping itself is shorter than what it holds. */
static void test_short(void **state)
{
	size_t full = fakemap_size(PRECISION), size;
	struct ktlat_snapshot snap = { 0 };
	void *whole = malloc(full);

	(void)state;
	fakemap_init(whole, ID, PRECISION);
	for (size = 0; size < full; size += 40) {
		/* Exactly so long, for the sanitizer to see a step too far. */
		void *base = malloc(size);
		int ret;

		memcpy(base, whole, size);
		ret = ktlat_read_figures(base, size, ID, &snap, NULL);
		assert_true(ret == -EPROTO || (!ret && size + 200 > full));
		free(base);
	}
	ktlat_free_snapshot(&snap);
	free(whole);
}

static bool stop;

/* Each generation g holds g calls on each CPU, entries and returns alike. */
static void fill(void *base, __u64 generation)
{
	__u32 cpu;

	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++) {
		struct ktlat_counters *counters =
			fakemap_counters(base, generation, cpu);

		__atomic_store_n(&counters->entries, generation,
				 __ATOMIC_RELAXED);
		__atomic_store_n(&counters->sum_ns, generation,
				 __ATOMIC_RELAXED);
		__atomic_store_n(fakemap_buckets(base, generation, cpu),
				 generation, __ATOMIC_RELAXED);
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

static void test_resets(void **state)
{
	size_t size = fakemap_size(PRECISION);
	struct ktlat_snapshot snap = { 0 };
	void *base = malloc(size);
	int i, whole = 0;
	pthread_t thread;

	(void)state;
	fakemap_init(base, ID, PRECISION);
	fill(base, 1);
	assert_int_equal(pthread_create(&thread, NULL, reset_again_and_again,
					base), 0);
	for (i = 0; i < 20000; i++) {
		int ret = ktlat_read_figures(base, size, ID, &snap, NULL);

		assert_true(!ret || ret == -EAGAIN);
		if (ret)
			continue;
		whole++;
		assert_true(snap.count == FAKEMAP_CPUS * snap.generation);
		assert_true(snap.entries == snap.count);
		assert_true(snap.sum_ns == snap.count);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(whole > 0);
	ktlat_free_snapshot(&snap);
	free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
