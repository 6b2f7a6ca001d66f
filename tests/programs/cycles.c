// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycles N: a direct probe comes and goes N times on a function that every CPU
 * calls all the time: from a task of ours, and from interrupts that somebody else
 * has started. Each fifth time one goes while two calls sleep below it, which are
 * left there. What is counted has to agree with what the function itself counts.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "../abi/abi.h"

#define TARGET_DIR	"/sys/kernel/debug/ktlat_target/"
#define SLEEPER		"ktlat_target_killable"
#define SLEEPERS	2
/* Trampolines are left for this many functions to be held, and for the others. */
#define MAX_HELD	200
/* As long as anything may take on a machine that is slow. */
#define PATIENCE_S	120

static int fd;
static __u64 recorded;
static unsigned int nr_held, nr_cpus;

/* What a function of the target knows of itself. */
struct truth {
	__u64 started;
	__u64 returned;
};

static struct truth truth_of(const char *function)
{
	static char text[1 << 20];
	struct truth truth = {};
	int file = open(TARGET_DIR "stats", O_RDONLY);
	size_t size = 0;
	ssize_t got;
	char name[64], *at;

	if (file < 0)
		die("stats");
	while ((got = read(file, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	close(file);
	text[size] = '\0';
	snprintf(name, sizeof(name), "\"%s\"", function);
	at = strstr(text, name);
	at = at ? strstr(at, "],\"started\":") : NULL;
	if (!at || sscanf(at, "],\"started\":%llu,\"returned\":%llu",
			  &truth.started, &truth.returned) != 2)
		die("stats cannot be read");
	return truth;
}

static void run(const char *line)
{
	int file = open(TARGET_DIR "run", O_WRONLY);

	if (file < 0 || write(file, line, strlen(line)) < 0)
		die("run");
	close(file);
}

/* The task that calls on a CPU: it gives way, as we are to get on. */
static void hammer(unsigned int cpu)
{
	cpu_set_t set;

	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || nice(19) != 19)
		die("hammer");
	for (;;) {
		run("func=busy ctx=task calls=20");
		usleep(1000);
	}
}

static bool within_patience(bool (*func)(void *arg), void *arg)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (!func(arg)) {
		if (time(NULL) > end)
			return false;
		usleep(10000);
	}
	return true;
}

static bool has_started(void *goal)
{
	return truth_of(TARGET).started >= *(__u64 *)goal;
}

static bool sleepers_have_started(void *goal)
{
	return truth_of(SLEEPER).started == *(__u64 *)goal;
}

static bool all_have_returned(void *map)
{
	return SUM_OF(map, returns) == SUM_OF(map, entries);
}

/* Nothing is held but by those that sleep. */
static bool only_sleepers(void *nr_wanted)
{
	struct ktlat_held held = { .size = sizeof(held) };
	unsigned int nr = 0;

	for (; !call(fd, KTLAT_IOC_HELD_NEXT, &held); nr++)
		if (strcmp(held.point.name, SLEEPER) ||
		    held.in_flight != SLEEPERS)
			return false;
	return nr == *(unsigned int *)nr_wanted;
}

static __u64 add_direct(const char *function)
{
	struct ktlat_probe_add add = function_probe(function);

	add.backend = KTLAT_BACKEND_DIRECT;
	add.flags = KTLAT_PROBE_REGISTERS;
	return add_probe(fd, add);
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

/*
 * The final figures, of a probe that was added between @before and @armed, and
 * was still there at @last. Between a call's entry and the line where the
 * function counts it there can be one task, softirq and hardirq on each CPU.
 */
static const char *judge(const void *map, struct truth before,
			 struct truth armed, struct truth last)
{
	__u64 entries = SUM_OF(map, entries), returns = SUM_OF(map, returns);
	__u64 between = 3 * nr_cpus;
	struct truth now = truth_of(TARGET);

	recorded += returns;
	if (returns > now.returned - before.returned)
		return "more were recorded than have returned";
	if (entries > now.started - before.started + between)
		return "more were entered than were called";
	if (entries + between < last.started - armed.started)
		return "fewer were entered than were called";
	if (returns + between < entries)
		return "more are in flight than can be";
	if (sum_of_buckets(map) != returns)
		return "the buckets do not hold what has returned";
	if (SUM_OF(map, recursed) || SUM_OF(map, abandoned))
		return "some were lost";
	return NULL;
}

/* Half of the time it is disabled before it goes: then all entries return. */
static const char *hit(bool disable)
{
	struct truth before = truth_of(TARGET), armed, last;
	__u64 id = add_direct(TARGET), goal;
	const char *wrong;
	size_t size;
	void *map = map_probe(fd, id, &size);

	if (!map)
		return "cannot be mapped";
	armed = truth_of(TARGET);
	goal = armed.started + 200;
	if (!within_patience(has_started, &goal))
		return "the function is not called";
	last = truth_of(TARGET);
	if (disable && on_probe(fd, KTLAT_IOC_PROBE_DISABLE, id))
		return "disable failed";
	if (disable && !within_patience(all_have_returned, map))
		return "calls have not returned";
	if (on_probe(fd, KTLAT_IOC_PROBE_DELETE, id))
		return "delete failed";
	wrong = judge(map, before, armed, last);
	if (!wrong && disable && !all_have_returned(map))
		wrong = "it was entered after it was disabled";
	munmap(map, size);
	return wrong;
}

static const char *lay_down(void)
{
	__u64 id = add_direct(SLEEPER), goal = SLEEPERS * ++nr_held;
	const char *wrong = NULL;
	size_t size;
	void *map = map_probe(fd, id, &size);

	if (!map)
		return "cannot be mapped";
	run("func=killable ctx=kthread threads=2 calls=1 delay_ns=1000000000000 async=1");
	if (!within_patience(sleepers_have_started, &goal))
		wrong = "no one lies down";
	else if (on_probe(fd, KTLAT_IOC_PROBE_DELETE, id))
		wrong = "delete failed";
	else if (SUM_OF(map, entries) != SLEEPERS || SUM_OF(map, returns))
		wrong = "other figures than those of the sleepers";
	munmap(map, size);
	return wrong;
}

static const char *cycle(unsigned int i)
{
	const char *wrong = NULL;

	if (i % 5 == 4 && nr_held < MAX_HELD)
		wrong = lay_down();
	if (!wrong)
		wrong = hit(i % 2);
	if (!wrong && i % 2 && !within_patience(only_sleepers, &nr_held))
		wrong = "others are held than those that sleep";
	return wrong;
}

int main(int argc, char **argv)
{
	unsigned int i, nr = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
	const char *wrong = NULL;

	fd = open_device(O_RDWR);
	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	for (i = 0; i < nr_cpus; i++)
		hammer(i);
	for (i = 0; i < nr && !wrong; i++)
		wrong = cycle(i);
	ok(!wrong, "%u cycles", nr);
	if (wrong)
		note("cycle %u: %s", i - 1, wrong);
	ok(within_patience(only_sleepers, &nr_held), "%u are held", nr_held);
	ok(recorded >= 100ULL * nr, "%llu calls were recorded", recorded);
	return done();
}
