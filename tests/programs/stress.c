// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress SECONDS ROUND: everything that can be done to the device, at once, on
 * functions that somebody else has other CPUs call all the time, for that long and until
 * each actor has had a turn. What is counted is not looked at; that is for detectors in the
 * kernel to judge. Here everybody has to get on.
 *
 * A call may be refused, as another one of us is at it, or the target is just being
 * unloaded. Seeds are the numbers of actors and round, so each does the same in each
 * run, and something else in each round.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"
#include "actors.h"
#include "core/ring.h"

#define CPU_ONLINE	"/sys/devices/system/cpu/cpu3/online"
/* Nobody is stuck who has got on within this many seconds. */
#define PATIENCE	300

static unsigned int seed, nr_round;
static int fd = -1;

static unsigned int any(unsigned int nr)
{
	return rand_r(&seed) % nr;
}

/* None in which a task sleeps for ever: a direct probe on it would hold the module. */
static const char *any_function(void)
{
	static const char *const functions[] = {
		"ktlat_target_busy", "ktlat_target_loop", "ktlat_target_begin",
		"ktlat_target_kernel", "vfs_getattr", "ktime_get_real_ts64",
	};

	return functions[any(ARRAY_SIZE(functions))];
}

/* A register, or what lies where it leads to, be it there or not. */
static struct ktlat_fetch any_fetch(void)
{
	struct ktlat_fetch fetch = {
		.from = any(2) ? KTLAT_FETCH_ARGUMENT : KTLAT_FETCH_RETURN,
		.type = KTLAT_FETCH_UNSIGNED,
		.bits = 64,
		.nr_steps = any(4),
	};

	if (fetch.from == KTLAT_FETCH_ARGUMENT)
		fetch.index = any(6);
	if (fetch.nr_steps)
		fetch.bytes = 8;
	return fetch;
}

/* Calls are told apart, by a table that has not room for all of them. */
static void add_key(struct ktlat_probe_add *add)
{
	add->by = any(KTLAT_BY_VALUES + 1);
	if (add->by == KTLAT_BY_EVENT && (add->kind != KTLAT_KIND_TRACEPOINT ||
					  *add->point[1].name))
		add->by = KTLAT_BY_COMM;
	if (add->by == KTLAT_BY_VALUES && add->kind != KTLAT_KIND_FUNCTION)
		add->by = KTLAT_BY_PID;
	if (add->by)
		add->keys = KTLAT_KEYS_MIN;
	if (add->by == KTLAT_BY_VALUES) {
		add->backend = KTLAT_BACKEND_KRETPROBE;
		add->flags &= ~KTLAT_PROBE_REGISTERS;
		add->value[0] = any_fetch();
	}
}

static struct ktlat_probe_add any_probe(bool rings)
{
	static const char *const tracepoints[] = {
		"softirq", "hrtimer_expire", "sched_wakeup", "sched_runq", "syscall",
		"timer_expire", "workqueue_execute", "irq_handler",
	};
	struct ktlat_probe_add add;

	switch (any(8)) {
	case 0:
		add = tracepoint_probe(tracepoints[any(ARRAY_SIZE(tracepoints))]);
		break;
	case 1:
		add = pair_probe("ktlat_target_begin", "ktlat_target_end");
		add.match = any(2) ? KTLAT_MATCH_TASK : KTLAT_MATCH_CPU;
		break;
	case 2:
		add = function_probe(any_function());
		add.backend = KTLAT_BACKEND_KRETPROBE;
		add.pool = any(2);
		break;
	case 3:
		add = function_probe(any_function());
		add.backend = KTLAT_BACKEND_FPROBE;
		break;
	case 4:
		add = between_tracepoints("sched_wakeup", "sched_switch",
					  any(2) ? KTLAT_MATCH_CPU : KTLAT_MATCH_ARGUMENT);
		if (add.match == KTLAT_MATCH_ARGUMENT) {
			add.argument[0] = (struct ktlat_argument){ .index = 1, .bytes = 8 };
			add.argument[1] = (struct ktlat_argument){ .index = 3, .bytes = 8 };
		}
		break;
	case 5:
		add = function_probe("ktlat_target_loop");
		strcpy(add.point[0].module, "ktlat_target");
		add.flags |= KTLAT_PROBE_PENDING;
		break;
	default:
		add = function_probe(any_function());
		add.backend = KTLAT_BACKEND_DIRECT;
		add.flags = KTLAT_PROBE_REGISTERS;
	}
	add.precision = any(KTLAT_PRECISION_MAX + 1);
	if (any(3) == 0)
		add.flags |= KTLAT_PROBE_DISABLED;
	if (any(4) == 0)
		add.filter.min_ns = any(100000);
	if (any(2))
		add_key(&add);
	if (!rings)
		return add;
	if (any(2))
		add.flags |= KTLAT_PROBE_EVENTS;
	if (any(2))
		add.flags |= KTLAT_PROBE_USER_STACK;
	if (any(2))
		add.slow.ns = 1 + any(1000000);
	else
		add.slow.ppm = any(2) * 990000;
	add.slow.slowest = any(2) * 4;
	if (add.slow.slowest)
		add.slow.interval_ns = KTLAT_INTERVAL_MIN;
	return add;
}

static volatile __u64 sink;

/* Reads all of it, while it is written to. */
static void read_through(__u64 size, __u64 offset)
{
	const __u64 *map;
	__u64 i;

	if (!size)
		return;
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, offset);
	if (map == MAP_FAILED)
		return;
	for (i = 0; i < size / sizeof(*map); i++)
		sink += LOAD(map[i]);
	munmap((void *)map, size);
}

static void read_probe(__u64 id)
{
	struct ktlat_probe_info info;

	if (get_probe(fd, id, &info))
		return;
	read_through(info.map_size, info.map_offset);
	read_through(info.slowest_size, info.slowest_offset);
	read_through(info.keys_size, info.keys_offset);
}

/* What can be done to a probe, in any order, and then it goes. */
static void use(__u64 id)
{
	static const unsigned long requests[] = {
		KTLAT_IOC_PROBE_RESET, KTLAT_IOC_PROBE_DISABLE,
		KTLAT_IOC_PROBE_ENABLE,
	};
	unsigned int i;

	for (i = any(5); i; i--) {
		on_probe(fd, requests[any(ARRAY_SIZE(requests))], id);
		read_probe(id);
	}
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id);
}

static bool add_and_use(bool rings)
{
	struct ktlat_probe_add add = any_probe(rings);

	if (!call(fd, KTLAT_IOC_PROBE_ADD, &add))
		use(add.id);
	return true;
}

static void begin(bool session)
{
	if (fd < 0)
		fd = open_device(O_RDWR);
	if (session)
		new_session(fd);
}

/* One turn each. Return: whether it can go on. */

static bool churn_in_session(void)
{
	begin(any(4) == 0);
	return add_and_use(false);
}

static bool churn_in_default(void)
{
	begin(false);
	return add_and_use(false);
}

static bool read_default(void)
{
	struct ktlat_probe_info info = { .size = sizeof(info) };
	struct ktlat_held held = { .size = sizeof(held) };

	begin(false);
	while (!call(fd, KTLAT_IOC_PROBE_NEXT, &info))
		read_probe(info.id);
	while (!call(fd, KTLAT_IOC_HELD_NEXT, &held))
		;
	get_info(fd);
	return true;
}

static void follow(const struct ktlat_rings_info *rings)
{
	struct ktlat_rings_seen seen = { .size = sizeof(seen) };
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct ktlat_ring_reader reader;
	struct ktlat_event event;
	const char *map;
	__u32 cpu;

	map = mmap(NULL, rings->map_size, PROT_READ, MAP_SHARED, fd,
		   rings->map_offset);
	if (map == MAP_FAILED)
		return;
	call(fd, KTLAT_IOC_RINGS_SEEN, &seen);
	for (cpu = 0; cpu < rings->nr_rings; cpu++) {
		ktlat_ring_reader_init(&reader,
				       (const void *)(map + cpu * rings->ring_stride), 1);
		while (ktlat_ring_read(&reader, &event) != KTLAT_RING_EMPTY &&
		       reader.read < 1000)
			;
	}
	poll(&wait, 1, any(200));
	munmap((void *)map, rings->map_size);
	read_through(rings->stacks_size, rings->stacks_offset);
}

static bool record(void)
{
	struct ktlat_flight_info flight = {
		.size = sizeof(flight), .before = 8, .after = any(8),
		.after_ns = any(20000000),
	};
	struct ktlat_probe_add adds[2];
	struct ktlat_rings_info rings, none;
	unsigned int i;

	begin(any(4) == 0);
	rings = rings_of(16 << any(6));
	rings.nr_stacks = any(2) * 64;
	if (call(fd, KTLAT_IOC_RINGS_MAKE, &rings))
		return true;
	for (i = 0; i < ARRAY_SIZE(adds); i++) {
		adds[i] = any_probe(true);
		if (call(fd, KTLAT_IOC_PROBE_ADD, &adds[i]))
			adds[i].id = 0;
	}
	if (any(2))
		call(fd, KTLAT_IOC_FLIGHT_ARM, &flight);
	for (i = any(4); i; i--)
		follow(&rings);
	if (any(2))
		call(fd, KTLAT_IOC_FLIGHT_THAW, &flight);
	for (i = 0; i < ARRAY_SIZE(adds); i++)
		if (adds[i].id)
			use(adds[i].id);
	none = rings_of(0);
	call(fd, KTLAT_IOC_RINGS_DELETE, &none);
	return true;
}

/* Of the target: its address is that of the load we are in, or refused. */
static void add_function(__u64 group, const char *name)
{
	struct ktlat_function function = {
		.size = sizeof(function),
		.flags = KTLAT_PROBE_REGISTERS,
		.id = group,
		.point.module = "ktlat_target",
	};
	unsigned long long address;
	char line[512], found[256];
	FILE *file = fopen("/proc/kallsyms", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &address, found) == 2 &&
		    !strcmp(found, name))
			function.point.address = address;
	}
	if (file)
		fclose(file);
	strcpy(function.point.name, name);
	call(fd, KTLAT_IOC_FUNCTION_ADD, &function);
}

static bool group(void)
{
	struct ktlat_probe_add add = function_probe("all of them");

	begin(any(4) == 0);
	add.kind = KTLAT_KIND_GROUP;
	add.backend = any(2) ? KTLAT_BACKEND_DIRECT : KTLAT_BACKEND_KRETPROBE;
	add.functions = 4;
	add.flags = KTLAT_PROBE_DISABLED;
	if (call(fd, KTLAT_IOC_PROBE_ADD, &add))
		return true;
	add_function(add.id, "ktlat_target_outer");
	add_function(add.id, "ktlat_target_inner");
	on_probe(fd, KTLAT_IOC_PROBE_ENABLE, add.id);
	use(add.id);
	return true;
}

static bool plug(void)
{
	int file = open(CPU_ONLINE, O_WRONLY | O_CLOEXEC);
	bool on = any(2);

	if (file < 0)
		return false;
	usleep(any(300000));
	/* EBUSY: the kernel is just at it for somebody else. */
	on = write(file, on ? "1" : "0", 1) > 0 || errno == EBUSY || errno == EINVAL;
	close(file);
	return on;
}

/* A process with rings and probes is killed, wherever it is. */
static bool killed(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return false;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		begin(true);
		for (;;)
			record();
	}
	usleep(any(500000));
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid;
}

static const struct actor list[] = {
	{ "probes of a session", churn_in_session },
	{ "probes of the default session", churn_in_default },
	{ "reader", read_default },
	{ "recorder", record },
	{ "groups", group },
	{ "CPU hotplug", plug },
	{ "killed", killed },
};

static void sow(unsigned int actor, const pid_t *pids)
{
	(void)pids;
	seed = 100 * nr_round + actor + 1;
}

int main(int argc, char **argv)
{
	const struct actors actors = {
		.list = list,
		.nr = ARRAY_SIZE(list),
		.patience = PATIENCE,
		.begin = sow,
	};
	unsigned int stuck;
	int file;

	if (argc != 3)
		die("stress SECONDS ROUND");
	nr_round = strtoul(argv[2], NULL, 10);
	stuck = actors_run(&actors, strtoul(argv[1], NULL, 10));
	file = open(CPU_ONLINE, O_WRONLY);
	if (file < 0 || (write(file, "1", 1) < 0 && errno != EINVAL))
		die(CPU_ONLINE);
	return stuck > 0;
}
