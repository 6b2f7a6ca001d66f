// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load that is known, by the arguments of this program:
 *
 *   syscalls N     N system calls
 *   sleeps N NS    N times asleep for NS, so N wake-ups and long calls
 *   waits N NS     N times a thread is woken while its CPU is busy for NS
 *
 * Prints the sum in ns of what it knows to have passed in the sleeps or waits:
 * stamped inside of them, so they have taken longer.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "abi.h"

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static __u64 make_syscalls(unsigned long nr)
{
	while (nr--)
		syscall(SYS_getppid);
	return 0;
}

static __u64 make_sleeps(unsigned long nr, __u64 ns)
{
	const struct timespec time = { ns / 1000000000, ns % 1000000000 };
	unsigned long i;

	for (i = 0; i < nr; i++)
		if (nanosleep(&time, NULL))
			die("nanosleep");
	return nr * ns;
}

/* A thread and the ways to wake it and to hear that it has run. */
struct waiter {
	pthread_t thread;
	long tid;
	unsigned long nr;
	int wake;
	int ran;
};

static void pass(int fd)
{
	const __u64 one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		die("write to eventfd");
}

static void await(int fd)
{
	__u64 count;

	if (read(fd, &count, sizeof(count)) != sizeof(count))
		die("read from eventfd");
}

static void *wait_main(void *arg)
{
	struct waiter *waiter = arg;
	unsigned long i;

	waiter->tid = syscall(SYS_gettid);
	pass(waiter->ran);
	for (i = 0; i < waiter->nr; i++) {
		await(waiter->wake);
		pass(waiter->ran);
	}
	return NULL;
}

/* Does it wait to be woken? Its state comes after its name, in brackets. */
static int is_asleep(const struct waiter *waiter)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/stat", waiter->tid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		die(path);
	fclose(file);
	return state == 'S';
}

/* Both on CPU 0; the thread is made before we rise above it. */
static void start_waiter(struct waiter *waiter)
{
	const struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
	waiter->wake = eventfd(0, 0);
	waiter->ran = eventfd(0, 0);
	if (pthread_create(&waiter->thread, NULL, wait_main, waiter))
		die("pthread_create");
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
	await(waiter->ran);
}

static __u64 make_waits(unsigned long nr, __u64 ns)
{
	struct waiter waiter = { .nr = nr };
	__u64 sum = 0, start;
	unsigned long i;

	start_waiter(&waiter);
	for (i = 0; i < nr; i++) {
		/* Leaves the CPU to it, and to others. */
		do
			usleep(1000);
		while (!is_asleep(&waiter));
		pass(waiter.wake);
		start = now();
		while (now() < start + ns)
			;
		sum += now() - start;
		await(waiter.ran);
	}
	pthread_join(waiter.thread, NULL);
	return sum;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	unsigned long nr = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	__u64 ns = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	__u64 sum;

	if (!strcmp(what, "syscalls"))
		sum = make_syscalls(nr);
	else if (!strcmp(what, "sleeps"))
		sum = make_sleeps(nr, ns);
	else if (!strcmp(what, "waits"))
		sum = make_waits(nr, ns);
	else
		die("syscalls, sleeps or waits");
	printf("%llu\n", (unsigned long long)sum);
	return 0;
}
