// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults [CALL]: each call to the device is made again and again, and each time the
 * next one of the allocations that it leads to fails, until it has made them all. It
 * may succeed all the same, or fail with ENOMEM; then nothing has changed, and it
 * succeeds when it is made anew. Only the call of that name, where one is given.
 *
 * Needs a kernel with fault injection; see tests/debug/faults.t.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "abi.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
/* No call of ours makes as many allocations. */
#define NTH_MAX		5000

static int fd, fail_nth;
static __u64 id;
static unsigned int only;
static struct ktlat_probe_info info;
static struct ktlat_rings_info rings;

/* The nth allocation of this task from now on fails. */
static void arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, len, 0) != len)
		die(FAIL_NTH);
}

/* Return: whether it has failed. */
static bool disarm(void)
{
	char text[16] = {};
	bool failed;

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		die(FAIL_NTH);
	failed = atoi(text) == 0;
	arm(0);
	return failed;
}

/* What is added: one of each way to measure. */

static struct ktlat_probe_add function_by(__u32 backend)
{
	struct ktlat_probe_add add = function_probe(TARGET);

	add.backend = backend;
	if (backend == KTLAT_BACKEND_DIRECT)
		add.flags |= KTLAT_PROBE_REGISTERS;
	return add;
}

static struct ktlat_probe_add wishful(__u32 backend)
{
	struct ktlat_probe_add add = function_by(backend);

	add.flags |= KTLAT_PROBE_EVENTS | KTLAT_PROBE_USER_STACK;
	add.filter.flags = KTLAT_FILTER_PID;
	add.slow.ppm = 990000;
	add.slow.slowest = 4;
	add.slow.interval_ns = 1000000000;
	return add;
}

static struct ktlat_probe_add keyed(struct ktlat_probe_add add, __u32 by)
{
	add.by = by;
	add.keys = KTLAT_KEYS_MIN; /* each page is an allocation */
	return add;
}

/* With an argument and what is returned as its key. */
static struct ktlat_probe_add with_values(void)
{
	struct ktlat_probe_add add = keyed(function_by(KTLAT_BACKEND_KRETPROBE),
					   KTLAT_BY_VALUES);

	add.value[0] = (struct ktlat_fetch){
		.from = KTLAT_FETCH_ARGUMENT, .type = KTLAT_FETCH_UNSIGNED, .bits = 64,
	};
	add.value[1] = (struct ktlat_fetch){
		.from = KTLAT_FETCH_RETURN, .type = KTLAT_FETCH_SIGNED, .bits = 64,
	};
	return add;
}

static struct ktlat_probe_add pending(void)
{
	struct ktlat_probe_add add = function_probe(TARGET);

	strcpy(add.point[0].module, "ktlat_absent");
	add.flags |= KTLAT_PROBE_PENDING;
	return add;
}

static struct ktlat_probe_add group_by(__u32 backend)
{
	struct ktlat_probe_add add = function_probe("some functions");

	add.kind = KTLAT_KIND_GROUP;
	add.backend = backend;
	add.functions = 2;
	add.flags = KTLAT_PROBE_DISABLED;
	return add;
}

static int try_add(struct ktlat_probe_add add)
{
	int got = call(fd, KTLAT_IOC_PROBE_ADD, &add);

	id = add.id;
	return got;
}

static int add_kretprobe(void)
{
	return try_add(function_by(KTLAT_BACKEND_KRETPROBE));
}

static int add_fprobe(void)
{
	return try_add(function_by(KTLAT_BACKEND_FPROBE));
}

static int add_direct(void)
{
	return try_add(function_by(KTLAT_BACKEND_DIRECT));
}

static int add_pair(void)
{
	return try_add(pair_probe("ktlat_target_begin", "ktlat_target_end"));
}

static int add_tracepoint(void)
{
	return try_add(tracepoint_probe("sched_wakeup"));
}

static int add_between_tracepoints(void)
{
	return try_add(between_tracepoints("sched_wakeup", "sched_switch",
					   KTLAT_MATCH_CPU));
}

static int add_keyed(void)
{
	return try_add(keyed(function_by(KTLAT_BACKEND_KRETPROBE), KTLAT_BY_COMM));
}

static int add_keyed_direct(void)
{
	return try_add(keyed(function_by(KTLAT_BACKEND_DIRECT), KTLAT_BY_CGROUP));
}

static int add_keyed_tracepoint(void)
{
	return try_add(keyed(tracepoint_probe("softirq"), KTLAT_BY_EVENT));
}

static int add_with_values(void)
{
	return try_add(with_values());
}

static int add_pending(void)
{
	return try_add(pending());
}

static int add_group(void)
{
	return try_add(group_by(KTLAT_BACKEND_DIRECT));
}

static int add_kretprobe_group(void)
{
	return try_add(group_by(KTLAT_BACKEND_KRETPROBE));
}

static int add_wishful(void)
{
	return try_add(wishful(KTLAT_BACKEND_KRETPROBE));
}

static int add_wishful_direct(void)
{
	return try_add(wishful(KTLAT_BACKEND_DIRECT));
}

/* What else is called. */

static int on_it(unsigned long request)
{
	return on_probe(fd, request, id);
}

static int reset(void)
{
	return on_it(KTLAT_IOC_PROBE_RESET);
}

static int enable(void)
{
	return on_it(KTLAT_IOC_PROBE_ENABLE);
}

static int disable(void)
{
	return on_it(KTLAT_IOC_PROBE_DISABLE);
}

static int delete(void)
{
	return on_it(KTLAT_IOC_PROBE_DELETE);
}

static int get(void)
{
	return get_probe(fd, id, &info);
}

static int open_it(void)
{
	int another = open(KTLAT_DEVICE_PATH, O_RDWR | O_CLOEXEC);

	if (another < 0)
		return -errno;
	close(another);
	return 0;
}

static int session(void)
{
	struct ktlat_session_new new = { .size = sizeof(new) };

	return call(fd, KTLAT_IOC_SESSION_NEW, &new);
}

static int make_rings(void)
{
	rings = rings_of(64);
	rings.nr_stacks = 64;
	return call(fd, KTLAT_IOC_RINGS_MAKE, &rings);
}

static int delete_rings(void)
{
	rings = rings_of(0);
	return call(fd, KTLAT_IOC_RINGS_DELETE, &rings);
}

static int see_rings(void)
{
	struct ktlat_rings_seen seen = { .size = sizeof(seen) };

	return call(fd, KTLAT_IOC_RINGS_SEEN, &seen);
}

static int arm_flight(void)
{
	struct ktlat_flight_info flight = {
		.size = sizeof(flight),
		.before = 8,
		.after = 8,
		.after_ns = 1000000,
	};

	return call(fd, KTLAT_IOC_FLIGHT_ARM, &flight);
}

static int thaw_flight(void)
{
	struct ktlat_flight_info flight = { .size = sizeof(flight) };

	return call(fd, KTLAT_IOC_FLIGHT_THAW, &flight);
}

static int try_map(__u64 size, __u64 offset)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	return munmap(map, size) ? -errno : 0;
}

static int map_figures(void)
{
	return try_map(info.map_size, info.map_offset);
}

static int map_slowest(void)
{
	return try_map(info.slowest_size, info.slowest_offset);
}

static int map_keys(void)
{
	return try_map(info.keys_size, info.keys_offset);
}

static int map_rings(void)
{
	return try_map(rings.map_size, rings.map_offset);
}

static int map_stacks(void)
{
	return try_map(rings.stacks_size, rings.stacks_offset);
}

static __u64 address_of(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	unsigned long long address;
	char line[512], found[256];

	if (!file)
		die("kallsyms");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &address, found) == 2 &&
		    !strcmp(found, name)) {
			fclose(file);
			return address;
		}
	}
	die(name);
}

static int add_function(void)
{
	static __u64 address;
	struct ktlat_function function = {
		.size = sizeof(function),
		.flags = KTLAT_PROBE_REGISTERS,
		.id = id,
	};

	if (!address)
		address = address_of(TARGET);
	function.point.address = address;
	strcpy(function.point.name, TARGET);
	strcpy(function.point.module, "ktlat_target");
	return call(fd, KTLAT_IOC_FUNCTION_ADD, &function);
}

static int nothing(void)
{
	return 0;
}

/* Two steps that are one. */

static int then(int got, int (*next)(void))
{
	return got ? got : next();
}

static int group_with_function(void)
{
	return then(add_group(), add_function);
}

static int group_enabled(void)
{
	return then(group_with_function(), enable);
}

static int kretprobe_group_with_function(void)
{
	return then(add_kretprobe_group(), add_function);
}

static int kretprobe_group_enabled(void)
{
	return then(kretprobe_group_with_function(), enable);
}

static int kretprobe_disabled(void)
{
	return then(add_kretprobe(), disable);
}

static int direct_disabled(void)
{
	return then(add_direct(), disable);
}

static int delete_all(void)
{
	int got = id ? delete() : 0;

	id = 0;
	return got;
}

static int added_and_told(void)
{
	return then(add_wishful(), get);
}

static int keyed_and_told(void)
{
	return then(add_keyed(), get);
}

static int rings_away(void)
{
	return then(delete_all(), delete_rings);
}

static int rings_and_told(void)
{
	return then(make_rings(), added_and_told);
}

/*
 * Before the call, the call, and after one that succeeded; what "before" has made is
 * there all the time, and goes with "end".
 */
static const struct walk {
	const char *name;
	int (*begin)(void);
	int (*call)(void);
	int (*undo)(void);
	int (*end)(void);
	__u64 feature;
} walks[] = {
	{ "open", nothing, open_it, nothing, nothing, 0 },
	{ "session", nothing, session, nothing, nothing, 0 },
	{ "rings", nothing, make_rings, delete_rings, nothing, 0 },
	{ "rings-seen", make_rings, see_rings, nothing, delete_rings, 0 },
	{ "flight", make_rings, arm_flight, thaw_flight, delete_rings, 0 },
	{ "map-rings", make_rings, map_rings, nothing, delete_rings, 0 },
	{ "map-stacks", make_rings, map_stacks, nothing, delete_rings, 0 },
	{ "kretprobe", nothing, add_kretprobe, delete, nothing, 0 },
	{ "fprobe", nothing, add_fprobe, delete, nothing, KTLAT_FEATURE_FPROBE },
	{ "direct", nothing, add_direct, delete, nothing, KTLAT_FEATURE_DIRECT },
	{ "pair", nothing, add_pair, delete, nothing, 0 },
	{ "tracepoint", nothing, add_tracepoint, delete, nothing, 0 },
	{ "tracepoints", nothing, add_between_tracepoints, delete, nothing, 0 },
	{ "keys", nothing, add_keyed, delete, nothing, 0 },
	{ "direct-keys", nothing, add_keyed_direct, delete, nothing, KTLAT_FEATURE_DIRECT },
	{ "tracepoint-keys", nothing, add_keyed_tracepoint, delete, nothing, 0 },
	{ "values", nothing, add_with_values, delete, nothing, 0 },
	{ "pending", nothing, add_pending, delete, nothing, 0 },
	{ "events", make_rings, add_wishful, delete, delete_rings, 0 },
	{ "direct-events", make_rings, add_wishful_direct, delete, delete_rings,
	  KTLAT_FEATURE_DIRECT },
	{ "map", rings_and_told, map_figures, nothing, rings_away, 0 },
	{ "map-slowest", rings_and_told, map_slowest, nothing, rings_away, 0 },
	{ "map-keys", keyed_and_told, map_keys, nothing, delete_all, 0 },
	{ "get", add_kretprobe, get, nothing, delete_all, 0 },
	{ "reset", add_kretprobe, reset, nothing, delete_all, 0 },
	{ "reset-direct", add_direct, reset, nothing, delete_all, KTLAT_FEATURE_DIRECT },
	{ "enable", kretprobe_disabled, enable, disable, delete_all, 0 },
	{ "enable-direct", direct_disabled, enable, disable, delete_all,
	  KTLAT_FEATURE_DIRECT },
	{ "group", nothing, add_group, delete, nothing, KTLAT_FEATURE_DIRECT_GROUP },
	{ "function", nothing, group_with_function, delete, nothing,
	  KTLAT_FEATURE_DIRECT_GROUP },
	{ "group-enable", nothing, group_enabled, delete, nothing,
	  KTLAT_FEATURE_DIRECT_GROUP },
	{ "kretprobe-group", nothing, add_kretprobe_group, delete, nothing,
	  KTLAT_FEATURE_KRETPROBE_GROUP },
	{ "kretprobe-function", nothing, kretprobe_group_with_function, delete, nothing,
	  KTLAT_FEATURE_KRETPROBE_GROUP },
	{ "kretprobe-group-enable", nothing, kretprobe_group_enabled, delete, nothing,
	  KTLAT_FEATURE_KRETPROBE_GROUP },
};

/* A call of several steps that fails may have taken the first of them. */
static void settle(void)
{
	if (get_info(fd).nr_probes)
		delete_all();
	id = 0;
}

static const char *step(const struct walk *walk, unsigned int nth, bool *failed)
{
	struct ktlat_info before = get_info(fd), after;
	int got;

	arm(nth);
	got = walk->call();
	*failed = disarm();
	if (!got)
		return walk->undo() ? "cannot be undone" : NULL;
	if (!*failed)
		return "fails though nothing failed";
	if (got != -ENOMEM)
		return error_name(got);
	if (walk->begin == nothing)
		settle();
	after = get_info(fd);
	if (memcmp(&before, &after, sizeof(before)))
		return "fails and has changed something";
	return NULL;
}

static void run_walk(const struct walk *walk)
{
	const char *wrong = NULL;
	unsigned int nth;
	bool failed = true;

	new_session(fd);
	id = 0;
	if (walk->begin())
		wrong = "cannot begin";
	for (nth = only ? only : 1; !wrong && failed && nth < NTH_MAX; nth++)
		wrong = step(walk, nth, &failed);
	if (!wrong && walk->end())
		wrong = "cannot end";
	if (!wrong && (get_info(fd).nr_probes || get_info(fd).memory_bytes))
		wrong = "something is left";
	if (!ok(!wrong, "%s: %u allocations, each of which fails", walk->name, nth - 2))
		note("the %uth: %s", nth - 1, wrong);
}

int main(int argc, char **argv)
{
	__u64 features;
	unsigned int i;

	fd = open_device(O_RDWR);
	fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		die(FAIL_NTH);
	features = get_info(fd).features;
	for (i = 0; i < ARRAY_SIZE(walks); i++) {
		if (argc > 1 && strcmp(argv[1], walks[i].name))
			continue;
		if (walks[i].feature & ~features)
			continue;
		run_walk(&walks[i]);
	}
	return done();
}
