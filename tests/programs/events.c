// SPDX-License-Identifier: GPL-2.0-only
/*
 * events [OPTION=VALUE...] SLOTS BACKEND FUNCTION... -- COMMAND...: gives a session
 * of its own rings, writes the calls of functions to them while a command runs,
 * reads along, and tells as JSON what was read, and what the kernel says that it
 * wrote.
 *
 * BACKEND is that of enum ktlat_backend_id, by name. Each FUNCTION becomes a
 * probe; FROM..TO for a pair. Options, of all probes: min_ns, pid, tgid, comm, cpu and
 * cgroup filter; slow_ns and slow_ppm make calls slow; only=1 writes those alone.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"
#include "core/ring.h"

#define MAX_PROBES 16
#define NR_CONTEXTS 4

static const char *const backends[] = {
	[KTLAT_BACKEND_KRETPROBE] = "kretprobe",
	[KTLAT_BACKEND_PAIR] = "pair",
	[KTLAT_BACKEND_TRACEPOINT] = "tracepoint",
	[KTLAT_BACKEND_DIRECT] = "direct",
	[KTLAT_BACKEND_FPROBE] = "fprobe",
};

static const char *const contexts[NR_CONTEXTS] = {
	[KTLAT_CONTEXT_TASK] = "task",
	[KTLAT_CONTEXT_SOFTIRQ] = "softirq",
	[KTLAT_CONTEXT_HARDIRQ] = "hardirq",
	[KTLAT_CONTEXT_NMI] = "nmi",
};

/* A probe, and what its events amount to. */
struct probe {
	const char *name;
	__u64 id;
	void *map;
	__u64 events;
	__u64 slow;
	__u64 contexts[NR_CONTEXTS];
	__u64 sum_ns, min_ns, max_ns;
	struct ktlat_event last;
};

static int fd;
static struct probe probes[MAX_PROBES];
static unsigned int nr_probes;
static struct ktlat_rings_info rings;
static const char *rings_map;
static struct ktlat_ring_reader *readers;
/* Records in which something cannot be, and the tick before the first. */
static __u64 wrong, begin;
/* How often we were woken. */
static __u64 wakes;

/* By the clock that stamps events. */
static __u64 now(void)
{
	struct ktlat_clock_now clock = { .size = sizeof(clock) };

	if (call(fd, KTLAT_IOC_CLOCK_GET, &clock))
		die("clock");
	return clock.ticks;
}

static const struct ktlat_ring_header *header_of(__u32 cpu)
{
	return (const void *)(rings_map + cpu * rings.ring_stride);
}

static void make_rings(__u32 nr_slots)
{
	__u32 cpu;

	rings = rings_of(nr_slots);
	if (call(fd, KTLAT_IOC_RINGS_MAKE, &rings))
		die("rings");
	rings_map = mmap(NULL, rings.map_size, PROT_READ, MAP_SHARED, fd,
			 rings.map_offset);
	readers = calloc(rings.nr_rings, sizeof(*readers));
	if (rings_map == MAP_FAILED || !readers)
		die("map of rings");
	for (cpu = 0; cpu < rings.nr_rings; cpu++)
		ktlat_ring_reader_init(&readers[cpu], header_of(cpu), 1);
}

static __u32 backend_named(const char *name)
{
	__u32 i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if (backends[i] && !strcmp(backends[i], name))
			return i;
	die(name);
}

/* What each probe is to be like; from the options. */
static struct ktlat_filter filter;
static struct ktlat_slow slow;
static unsigned int only;

static bool is_option(const char *arg, const char *name, const char **value)
{
	size_t len = strlen(name);

	*value = arg + len + 1;
	return !strncmp(arg, name, len) && arg[len] == '=';
}

static void take_option(const char *arg)
{
	const char *value;
	__u64 n;

	if (is_option(arg, "comm", &value)) {
		filter.flags |= KTLAT_FILTER_COMM;
		strncpy(filter.comm, value, sizeof(filter.comm) - 1);
		return;
	}
	n = strtoull(strchr(arg, '=') + 1, NULL, 0);
	if (is_option(arg, "min_ns", &value)) {
		filter.min_ns = n;
	} else if (is_option(arg, "pid", &value)) {
		filter.flags |= KTLAT_FILTER_PID;
		filter.pid = n;
	} else if (is_option(arg, "tgid", &value)) {
		filter.flags |= KTLAT_FILTER_TGID;
		filter.tgid = n;
	} else if (is_option(arg, "cgroup", &value)) {
		filter.flags |= KTLAT_FILTER_CGROUP;
		filter.cgroup_id = n;
	} else if (is_option(arg, "cpu", &value)) {
		filter.flags |= KTLAT_FILTER_CPU;
		filter.cpus[n / 64] |= 1ULL << n % 64;
	} else if (is_option(arg, "slow_ns", &value)) {
		slow.ns = n;
	} else if (is_option(arg, "slow_ppm", &value)) {
		slow.ppm = n;
	} else if (is_option(arg, "only", &value)) {
		only = n;
	} else {
		die(arg);
	}
}

static struct ktlat_probe_add wish_for(const char *name, __u32 backend)
{
	char from[KTLAT_NAME_LEN];
	const char *to = strstr(name, "..");

	if (backend == KTLAT_BACKEND_TRACEPOINT)
		return tracepoint_probe(name);
	if (backend != KTLAT_BACKEND_PAIR)
		return function_probe(name);
	if (!to)
		die(name);
	snprintf(from, sizeof(from), "%.*s", (int)(to - name), name);
	return pair_probe(from, to + 2);
}

static void add(const char *name, __u32 backend)
{
	struct probe *probe = &probes[nr_probes++];
	struct ktlat_probe_add wish = wish_for(name, backend);
	size_t size;

	wish.backend = backend;
	wish.flags = only ? 0 : KTLAT_PROBE_EVENTS;
	if (backend == KTLAT_BACKEND_DIRECT)
		wish.flags |= KTLAT_PROBE_REGISTERS;
	wish.filter = filter;
	wish.slow = slow;
	probe->name = name;
	probe->id = add_probe(fd, wish);
	probe->map = map_probe(fd, probe->id, &size);
	probe->min_ns = ~0ULL;
	if (!probe->map)
		die("map of a probe");
}

static struct probe *probe_of(__u64 id)
{
	unsigned int i;

	for (i = 0; i < nr_probes; i++)
		if (probes[i].id == id)
			return &probes[i];
	return NULL;
}

static bool is_sound(const struct ktlat_event *event, __u32 cpu, __u64 number)
{
	return event->sequence == number && event->cpu == cpu &&
	       event->start_cpu == KTLAT_CPU_UNKNOWN &&
	       event->context < NR_CONTEXTS &&
	       !(event->flags & ~KTLAT_EVENT_SLOW) &&
	       !event->function && !event->stack_id && !event->user_stack_id &&
	       !event->values[0] && !event->values[1] && !event->reserved[0] &&
	       !event->reserved[3] && !event->comm[KTLAT_COMM_LEN - 1] &&
	       event->comm[0] && event->start >= begin &&
	       event->start <= now() && !event->pid == !event->tgid;
}

static void take(const struct ktlat_event *event, __u32 cpu, __u64 number)
{
	struct probe *probe = probe_of(event->probe_id);

	if (!probe || !is_sound(event, cpu, number)) {
		wrong++;
		return;
	}
	probe->events++;
	probe->slow += !!(event->flags & KTLAT_EVENT_SLOW);
	probe->contexts[event->context]++;
	probe->sum_ns += event->latency_ns;
	if (event->latency_ns < probe->min_ns)
		probe->min_ns = event->latency_ns;
	if (event->latency_ns > probe->max_ns)
		probe->max_ns = event->latency_ns;
	probe->last = *event;
}

/* Reads whatever is there. */
static void read_all(void)
{
	enum ktlat_ring_result result;
	struct ktlat_event event;
	__u64 number;
	__u32 cpu;

	for (cpu = 0; cpu < rings.nr_rings; cpu++) {
		do {
			number = readers[cpu].cursor;
			result = ktlat_ring_read(&readers[cpu], &event);
			if (result == KTLAT_RING_EVENT)
				take(&event, cpu, number);
		} while (result != KTLAT_RING_EMPTY);
	}
}

static int start(char **argv)
{
	pid_t pid = fork();
	int pidfd;

	if (!pid) {
		/* What it says is not part of what we say. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	pidfd = pid < 0 ? -1 : syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		die("pidfd_open");
	return pidfd;
}

static void run(char **argv)
{
	struct ktlat_rings_seen seen = { .size = sizeof(seen) };
	struct pollfd waits[] = {
		{ .fd = start(argv), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int status;

	do {
		wakes += !!waits[1].revents;
		if (call(fd, KTLAT_IOC_RINGS_SEEN, &seen))
			die("seen");
		read_all();
		if (poll(waits, 2, -1) < 0)
			die("poll");
	} while (!waits[0].revents);
	if (wait(&status) < 0 || status)
		die("command");
}

static void tell_ring(__u32 cpu)
{
	const struct ktlat_ring_header *header = header_of(cpu);
	const struct ktlat_ring_reader *reader = &readers[cpu];

	printf("%s{\"cpu\":%u,\"last\":%llu,\"dropped\":%llu,\"frozen\":%llu,\"read\":%llu,\"lost\":%llu}",
	       cpu ? "," : "", cpu, header->last, header->dropped,
	       header->frozen, reader->read, reader->lost);
}

static void tell_probe(const struct probe *p, bool first)
{
	unsigned int i;

	printf("%s\n{\"name\":\"%s\",\"events\":%llu,\"sum_ns\":%llu,\"min_ns\":%llu,\"max_ns\":%llu",
	       first ? "" : ",", p->name, p->events, p->sum_ns, p->min_ns,
	       p->max_ns);
	printf(",\"slow\":%llu,\"filtered\":%llu", p->slow,
	       SUM_OF(p->map, filtered));
	printf(",\"returns\":%llu,\"returns_sum_ns\":%llu",
	       SUM_OF(p->map, returns), SUM_OF(p->map, sum_ns));
	for (i = 0; i < NR_CONTEXTS; i++)
		printf(",\"%s\":%llu", contexts[i], p->contexts[i]);
	printf(",\"last\":{\"pid\":%u,\"tgid\":%u,\"comm\":\"%s\",\"cpu\":%u,\"cgroup_id\":%llu}}",
	       p->last.pid, p->last.tgid, p->last.comm, p->last.cpu,
	       p->last.cgroup_id);
}

static void tell(void)
{
	unsigned int i;

	printf("{\"wrong\":%llu,\"wakes\":%llu,\"rings\":[", wrong, wakes);
	for (i = 0; i < rings.nr_rings; i++)
		tell_ring(i);
	printf("],\"probes\":[");
	for (i = 0; i < nr_probes; i++)
		tell_probe(&probes[i], !i);
	printf("]}\n");
}

int main(int argc __attribute__((unused)), char **argv)
{
	struct ktlat_probe_ref all = { .size = sizeof(all),
				       .flags = KTLAT_REF_ALL };
	__u32 backend;

	while (*++argv && strchr(*argv, '='))
		take_option(*argv);
	if (!argv[0] || !argv[1] || !argv[2])
		die("usage");
	backend = backend_named(argv[1]);
	fd = open_device(O_RDWR);
	new_session(fd);
	make_rings(strtoul(argv[0], NULL, 0));
	begin = now();
	for (argv += 2; *argv && strcmp(*argv, "--"); argv++)
		add(*argv, backend);
	if (!*argv || !argv[1])
		die("no command");
	run(argv + 1);
	if (call(fd, KTLAT_IOC_PROBE_DISABLE, &all))
		die("disable");
	read_all();
	tell();
	return 0;
}
