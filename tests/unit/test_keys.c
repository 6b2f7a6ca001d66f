// SPDX-License-Identifier: GPL-2.0-only
/* Keys as they are read out of a mapping, subtracted and named. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fakemap.h"
#include "internal.h"
#include "unit.h"

#define ID		7
#define PRECISION	2
#define SLOTS		17

static struct ktlat device;
static void *base;
static struct ktlat_keys_map *map;

static int set_up(void **state)
{
	size_t size = fakemap_group_size(PRECISION, SLOTS);
	const struct ktlat_probe_info info = {
		.id = ID, .keys = SLOTS - 1, .keys_size = size,
	};
	struct ktlat_error err;

	(void)state;
	device.fd = memfd_create("keys", MFD_CLOEXEC);
	if (device.fd < 0 || ftruncate(device.fd, size))
		return -1;
	base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, device.fd, 0);
	if (base == MAP_FAILED)
		return -1;
	fakemap_init_group(base, ID, PRECISION, SLOTS);
	for (__u32 slot = 0; slot < SLOTS; slot++)
		fakemap_begin(base, slot);
	return ktlat_map_keys(&device, &info, &map, &err);
}

static int tear_down(void **state)
{
	(void)state;
	ktlat_unmap_keys(map);
	munmap(base, fakemap_group_size(PRECISION, SLOTS));
	return close(device.fd);
}

/* A slot of a CPU gets calls of a key. */
static void put(__u32 cpu, __u32 slot, __u64 word, __u64 state, int calls,
		__u64 latency)
{
	struct ktlat_counters *counters =
		fakemap_figures(base, 0, cpu, slot).counters;

	while (calls--)
		fakemap_record_in(base, cpu, slot, latency);
	counters->key_state = state;
	counters->key[0] = word;
}

static const struct ktlat_snapshot *figures_of(const struct ktlat_keys *keys,
					       __u64 word)
{
	for (size_t i = 0; i < keys->nr; i++)
		if (keys->list[i]->words[0] == word && !keys->list[i]->words[1])
			return &keys->list[i]->figures;
	fail();
	return NULL;
}

/* The same key lies elsewhere on another CPU; one that is just being made is none yet. */
static void test_read(void **state)
{
	struct ktlat_keys keys = { .nr = 0 };
	struct ktlat_error err;

	(void)state;
	put(0, 3, 41, KTLAT_KEY_USED, 2, 100);
	put(1, 5, 41, KTLAT_KEY_USED, 1, 300);
	put(2, 3, 42, KTLAT_KEY_USED, 4, 50);
	put(2, 4, 43, KTLAT_KEY_USED, 0, 0);
	put(2, 6, 44, KTLAT_KEY_FILLING, 1, 10);
	put(1, 0, 0, 0, 5, 7);
	assert_int_equal(ktlat_read_keys(map, &keys, &err), 0);
	assert_int_equal(keys.nr, 2);
	assert_int_equal(figures_of(&keys, 41)->count, 3);
	assert_int_equal(figures_of(&keys, 41)->sum_ns, 500);
	assert_int_equal(figures_of(&keys, 41)->min_ns, 100);
	assert_int_equal(figures_of(&keys, 41)->max_ns, 300);
	assert_int_equal(figures_of(&keys, 42)->count, 4);
	assert_int_equal(keys.other.count, 5);
	assert_int_equal(keys.other.sum_ns, 35);
	ktlat_free_keys(&keys);
}

static void test_subtract(void **state)
{
	struct ktlat_keys older = { .nr = 0 }, newer = { .nr = 0 };
	struct ktlat_keys delta = { .nr = 0 };
	struct ktlat_error err;

	(void)state;
	put(0, 3, 41, KTLAT_KEY_USED, 2, 100);
	put(0, 4, 42, KTLAT_KEY_USED, 1, 100);
	assert_int_equal(ktlat_read_keys(map, &older, &err), 0);
	put(1, 3, 41, KTLAT_KEY_USED, 5, 1000);
	put(1, 4, 43, KTLAT_KEY_USED, 6, 100);
	put(1, 0, 0, 0, 1, 9);
	assert_int_equal(ktlat_read_keys(map, &newer, &err), 0);
	assert_int_equal(ktlat_subtract_keys(&newer, &older, &delta, &err), 0);
	assert_int_equal(delta.nr, 3);
	assert_int_equal(figures_of(&delta, 41)->count, 5);
	assert_int_equal(figures_of(&delta, 41)->sum_ns, 5000);
	assert_int_equal(figures_of(&delta, 42)->count, 0);
	assert_int_equal(figures_of(&delta, 43)->count, 6);
	assert_int_equal(delta.other.count, 1);
	ktlat_free_keys(&older);
	ktlat_free_keys(&newer);
	ktlat_free_keys(&delta);
}

static void test_lies(void **state)
{
	struct ktlat_map_header *header = base;
	struct ktlat_keys keys = { .nr = 0 };
	struct ktlat_error err;

	(void)state;
	header->nr_functions = SLOTS + 1;
	assert_int_equal(ktlat_read_keys(map, &keys, &err), -EPROTO);
	header->nr_functions = SLOTS;
	header->cpu_stride = ~0ULL;
	assert_int_equal(ktlat_read_keys(map, &keys, &err), -EPROTO);
	assert_int_equal(keys.nr, 0);
}

/* The name of a key of such a probe; empty if it has none. */
static const char *name(__u32 by, const char *event, const struct ktlat_key *key)
{
	static char text[KTLAT_KEY_LEN];
	struct ktlat_probe_info info = { .by = by };
	struct ktlat_key_names *names;
	bool found;

	if (*event) {
		info.kind = KTLAT_KIND_TRACEPOINT;
		strcpy(info.point[0].name, event);
	}
	names = ktlat_open_key_names(&info);
	assert_non_null(names);
	found = ktlat_name_key(names, key, text);
	assert_int_equal(found, *text != '\0');
	ktlat_close_key_names(names);
	return text;
}

static void test_names(void **state)
{
	struct ktlat_key key = { .words = { 3 } };

	(void)state;
	assert_string_equal(name(KTLAT_BY_EVENT, "softirq", &key), "NET_RX");
	key.words[0] = 99;
	assert_string_equal(name(KTLAT_BY_EVENT, "softirq", &key), "");
	assert_string_equal(name(KTLAT_BY_CPU, "", &key), "");
	key.words[0] = getpid();
	assert_string_equal(name(KTLAT_BY_PID, "", &key), "test_keys");
	key.words[0] = 0;
	assert_string_equal(name(KTLAT_BY_TGID, "", &key), "idle");
	key.words[0] = ~0ULL;
	assert_string_equal(name(KTLAT_BY_EVENT, "syscall", &key), "");
#ifdef __x86_64__
	key.words[0] = 110;
	assert_string_equal(name(KTLAT_BY_EVENT, "syscall", &key), "getppid");
	key.words[0] = 64;
	key.words[1] = 1;
	assert_string_equal(name(KTLAT_BY_EVENT, "syscall", &key), "getppid");
#endif
	memcpy(key.words, "\033]0;a name\xff\n\0\0\0\0\0", 16);
	assert_string_equal(name(KTLAT_BY_COMM, "", &key), "?]0;a name??");
	memcpy(key.words, "sixteen letters!", 16);
	assert_string_equal(name(KTLAT_BY_COMM, "", &key), "sixteen letters!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_subtract, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lies, set_up, tear_down),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
