// SPDX-License-Identifier: GPL-2.0-only
/*
 * churn64 CYCLES: add, hit, read, reset, remove, again and again, on a function
 * that other CPUs call all the time. Each reading has to make sense by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "abi.h"

static int fd;

static struct ktlat_probe_add probe_of_cycle(unsigned int cycle)
{
	struct ktlat_probe_add add;

	switch (cycle % 8) {
	case 3:
		add = pair_probe("ktlat_target_begin", "ktlat_target_end");
		break;
	case 5:
		add = tracepoint_probe("hrtimer_expire");
		break;
	default:
		add = function_probe(TARGET);
	}
	add.precision = cycle % (KTLAT_PRECISION_MAX + 1);
	return add;
}

static bool is_hit(void *map)
{
	sched_yield();
	return SUM_OF(map, entries) > 0;
}

static __u64 sum_of_buckets(const void *map)
{
	const struct ktlat_map_header *header = map;
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < header->nr_buckets; i++)
		sum += sum_of(map, header->bucket_offset + i * sizeof(__u64));
	return sum;
}

/* A live reading errs to the side of calls in flight. Return: what is wrong. */
static const char *read_figures(const void *map)
{
	__u64 returns = SUM_OF(map, returns);
	__u64 buckets, entries;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	buckets = sum_of_buckets(map);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	entries = SUM_OF(map, entries);
	if (returns > buckets)
		return "more returns than calls in buckets";
	if (buckets > entries)
		return "more calls in buckets than entries";
	if (returns && SUM_OF(map, sum_ns) == 0)
		return "no time was spent in calls";
	return NULL;
}

static const char *use(__u64 id, void *map)
{
	const struct ktlat_map_header *header = map;
	const char *wrong;

	if (!eventually(is_hit, map))
		return "not hit";
	wrong = read_figures(map);
	if (wrong)
		return wrong;
	if (on_probe(fd, KTLAT_IOC_PROBE_RESET, id))
		return "reset failed";
	if (LOAD(header->generation) != 1)
		return "reset did not begin a new generation";
	if (!eventually(is_hit, map))
		return "not hit after the reset";
	wrong = read_figures(map);
	if (wrong)
		return wrong;
	if (on_probe(fd, KTLAT_IOC_PROBE_DELETE, id))
		return "delete failed";
	return LOAD(header->removed) ? NULL : "not marked as removed";
}

static const char *cycle(unsigned int i)
{
	const char *wrong;
	size_t size;
	__u64 id;
	void *map;

	id = add_probe(fd, probe_of_cycle(i));
	map = map_probe(fd, id, &size);
	if (!map)
		return "cannot be mapped";
	wrong = use(id, map);
	munmap(map, size);
	return wrong;
}

int main(int argc, char **argv)
{
	unsigned int i, nr = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
	const char *wrong = NULL;

	fd = open_device(O_RDWR);
	for (i = 0; i < nr && !wrong; i++)
		wrong = cycle(i);
	ok(!wrong, "%u cycles", nr);
	if (wrong)
		note("cycle %u: %s", i - 1, wrong);
	ok(get_info(fd).nr_probes == 0 && get_info(fd).memory_bytes == 0,
	   "nothing is left");
	return done();
}
