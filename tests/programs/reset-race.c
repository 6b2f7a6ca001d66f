// SPDX-License-Identifier: GPL-2.0-only
/*
 * reset-race KIND N: reset a probe N times while it is hit. After each reset no
 * figure may hold a part of a call from before it: entries are never fewer than
 * what has become of them.
 *
 * KIND is "pair", of two functions that a thread of ours passes in turn and
 * that rests while we read, or the name of a tracepoint pair, which is read live
 * by the rules of ktlat.h.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "abi.h"

/* Written by the one, read by the other thread. */
static int rest, resting, end;

static void set(int *flag, int value)
{
	__atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

static void wait_for(int *flag, int value)
{
	while (__atomic_load_n(flag, __ATOMIC_SEQ_CST) != value)
		;
}

static void pin_to(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
}

/* Starts and ends; sleeps now and then, for timers and wake-ups. */
static void *hit(void *unused)
{
	unsigned long i;

	(void)unused;
	pin_to(1);
	for (i = 0; !__atomic_load_n(&end, __ATOMIC_SEQ_CST); i++) {
		syscall(SYS_getpriority, PRIO_PROCESS, 0);
		syscall(SYS_getppid);
		if (i % 64 == 0)
			usleep(1);
		if (!__atomic_load_n(&rest, __ATOMIC_SEQ_CST))
			continue;
		set(&resting, 1);
		wait_for(&rest, 0);
		set(&resting, 0);
	}
	return NULL;
}

static struct ktlat_probe_add probe_of(const char *kind)
{
	if (strcmp(kind, "pair"))
		return tracepoint_probe(kind);
	return pair_probe("__x64_sys_getpriority", "__x64_sys_getppid");
}

/* What has become of entries, then entries: the order of a live reading. */
static bool adds_up(const void *map, unsigned long nr)
{
	__u64 returns = SUM_OF(map, returns), missed = SUM_OF(map, missed);
	__u64 recursed = SUM_OF(map, recursed);
	__u64 abandoned = SUM_OF(map, abandoned);
	__u64 entries;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	entries = SUM_OF(map, entries);
	if (entries >= returns + missed + recursed + abandoned)
		return true;
	printf("reset %lu: %llu entries, %llu returns, %llu missed, %llu recursed, %llu abandoned\n",
	       nr, entries, returns, missed, recursed, abandoned);
	return false;
}

static bool reset_and_read(int fd, __u64 id, const void *map, unsigned long nr)
{
	const struct ktlat_map_header *header = map;
	bool good;

	usleep(rand() % 500);
	if (on_probe(fd, KTLAT_IOC_PROBE_RESET, id))
		die("reset");
	if (header->generation != nr) {
		printf("reset %lu began generation %llu\n", nr,
		       header->generation);
		return false;
	}
	set(&rest, 1);
	wait_for(&resting, 1);
	good = adds_up(map, nr);
	set(&rest, 0);
	wait_for(&resting, 0);
	return good;
}

int main(int argc, char **argv)
{
	unsigned long i, bad = 0, nr = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	pthread_t thread;
	__u64 hits = 0, id;
	size_t size;
	void *map;
	int fd;

	if (!nr)
		die("reset-race KIND N");
	fd = open_device(O_RDWR);
	new_session(fd);
	id = add_probe(fd, probe_of(argv[1]));
	map = map_probe(fd, id, &size);
	if (!map || pthread_create(&thread, NULL, hit, NULL))
		die("cannot start");
	pin_to(0);
	for (i = 1; i <= nr; i++) {
		bad += !reset_and_read(fd, id, map, i);
		hits += SUM_OF(map, returns);
	}
	set(&end, 1);
	pthread_join(thread, NULL);
	printf("%lu resets, %lu wrong readings, %llu calls read\n", nr, bad,
	       hits);
	return bad || !hits;
}
