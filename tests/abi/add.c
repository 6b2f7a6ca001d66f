// SPDX-License-Identifier: GPL-2.0-only
/*
 * What PROBE_ADD takes and what it refuses with EINVAL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "abi.h"

#define FIELD(member) offsetof(struct ktlat_probe_add, member)

enum base { FUNCTION, PAIR, TRACEPOINT };

static const char *const base_names[] = { "function", "pair", "tracepoint" };

/* One 32-bit member set to a value, in a request that is right otherwise. */
static const struct {
	const char *what;
	enum base base;
	size_t field;
	__u32 value;
	int want;
} words[] = {
	{ "kind 0", FUNCTION, FIELD(kind), 0, -EINVAL },
	{ "kind 4", FUNCTION, FIELD(kind), 4, -EINVAL },
	{ "kind ~0", FUNCTION, FIELD(kind), ~0, -EINVAL },
	{ "backend 6", FUNCTION, FIELD(backend), 6, -EINVAL },
	{ "backend direct", PAIR, FIELD(backend), KTLAT_BACKEND_DIRECT,
	  -EINVAL },
	{ "backend ~0", FUNCTION, FIELD(backend), ~0, -EINVAL },
	{ "backend kretprobe", FUNCTION, FIELD(backend),
	  KTLAT_BACKEND_KRETPROBE, 0 },
	{ "backend fprobe", PAIR, FIELD(backend), KTLAT_BACKEND_FPROBE,
	  -EINVAL },
	{ "backend pair", FUNCTION, FIELD(backend), KTLAT_BACKEND_PAIR,
	  -EINVAL },
	{ "backend tracepoint", FUNCTION, FIELD(backend),
	  KTLAT_BACKEND_TRACEPOINT, -EINVAL },
	{ "backend kretprobe", PAIR, FIELD(backend), KTLAT_BACKEND_KRETPROBE,
	  -EINVAL },
	{ "backend pair", PAIR, FIELD(backend), KTLAT_BACKEND_PAIR, 0 },
	{ "backend pair", TRACEPOINT, FIELD(backend), KTLAT_BACKEND_PAIR,
	  -EINVAL },
	{ "backend tracepoint", TRACEPOINT, FIELD(backend),
	  KTLAT_BACKEND_TRACEPOINT, 0 },
	{ "precision 0", FUNCTION, FIELD(precision), 0, 0 },
	{ "precision 7", FUNCTION, FIELD(precision), 7, 0 },
	{ "precision 8", FUNCTION, FIELD(precision), 8, -EINVAL },
	{ "precision ~0", FUNCTION, FIELD(precision), ~0, -EINVAL },
	{ "precision 8", PAIR, FIELD(precision), 8, -EINVAL },
	{ "precision 8", TRACEPOINT, FIELD(precision), 8, -EINVAL },
	{ "match by task", FUNCTION, FIELD(match), 1, -EINVAL },
	{ "match by task", TRACEPOINT, FIELD(match), 1, -EINVAL },
	{ "match 0", PAIR, FIELD(match), 0, -EINVAL },
	{ "match by CPU", PAIR, FIELD(match), 2, 0 },
	{ "match 3", PAIR, FIELD(match), 3, -EINVAL },
	{ "pool 1", FUNCTION, FIELD(pool), 1, 0 },
	{ "pool too large", FUNCTION, FIELD(pool), KTLAT_POOL_MAX + 1,
	  -EINVAL },
	{ "pool ~0", FUNCTION, FIELD(pool), ~0, -EINVAL },
	{ "pool", PAIR, FIELD(pool), 1, -EINVAL },
	{ "pool", TRACEPOINT, FIELD(pool), 1, -EINVAL },
	{ "starts", FUNCTION, FIELD(starts), 16, -EINVAL },
	{ "starts 15", PAIR, FIELD(starts), 15, -EINVAL },
	{ "starts 16", PAIR, FIELD(starts), 16, 0 },
	{ "starts 2^20", PAIR, FIELD(starts), KTLAT_STARTS_MAX, 0 },
	{ "starts 2^20 + 1", PAIR, FIELD(starts), KTLAT_STARTS_MAX + 1,
	  -EINVAL },
	{ "starts ~0", TRACEPOINT, FIELD(starts), ~0, -EINVAL },
	{ "flag public", FUNCTION, FIELD(flags), KTLAT_PROBE_PUBLIC, 0 },
	{ "flag disabled", PAIR, FIELD(flags), KTLAT_PROBE_DISABLED, 0 },
	{ "flag registers", FUNCTION, FIELD(flags), KTLAT_PROBE_REGISTERS, 0 },
	{ "flag registers", PAIR, FIELD(flags), KTLAT_PROBE_REGISTERS,
	  -EINVAL },
	{ "flag registers", TRACEPOINT, FIELD(flags), KTLAT_PROBE_REGISTERS,
	  -EINVAL },
	{ "flag pending without a module", FUNCTION, FIELD(flags),
	  KTLAT_PROBE_PENDING, -EINVAL },
	{ "flag pending without a module", PAIR, FIELD(flags),
	  KTLAT_PROBE_PENDING, -EINVAL },
	{ "flag pending", TRACEPOINT, FIELD(flags), KTLAT_PROBE_PENDING,
	  -EINVAL },
	{ "flag inexact", FUNCTION, FIELD(flags), KTLAT_PROBE_INEXACT,
	  -EINVAL },
	{ "filter by nothing known", FUNCTION, FIELD(filter.flags), 1 << 5,
	  -EINVAL },
	{ "filter, reserved", FUNCTION, FIELD(filter.reserved), 1, -EINVAL },
	{ "filter by pid 0", FUNCTION, FIELD(filter.flags), KTLAT_FILTER_PID, 0 },
	{ "pid without a flag", FUNCTION, FIELD(filter.pid), 1, -EINVAL },
	{ "tgid without a flag", PAIR, FIELD(filter.tgid), 1, -EINVAL },
	{ "comm without a flag", FUNCTION, FIELD(filter.comm), 'x', -EINVAL },
	{ "cgroup without a flag", FUNCTION, FIELD(filter.cgroup_id), 1,
	  -EINVAL },
	{ "CPUs without a flag", TRACEPOINT, FIELD(filter.cpus[127]), 1,
	  -EINVAL },
	{ "filter by no CPU", TRACEPOINT, FIELD(filter.flags),
	  KTLAT_FILTER_CPU, 0 },
	{ "min_ns", PAIR, FIELD(filter.min_ns), 1000, 0 },
	{ "slow without rings", FUNCTION, FIELD(slow.ns), 1000, -ENOLINK },
	{ "slow ppm without rings", FUNCTION, FIELD(slow.ppm), 999999,
	  -ENOLINK },
	{ "slow ppm of all", FUNCTION, FIELD(slow.ppm), 1000000, -EINVAL },
	{ "slowest without an interval", FUNCTION, FIELD(slow.slowest), 1,
	  -EINVAL },
	{ "interval without slowest", FUNCTION, FIELD(slow.interval_ns),
	  1000000000, -EINVAL },
	{ "slow, reserved", FUNCTION, FIELD(slow.reserved), 1, -EINVAL },
	{ "by cpu", FUNCTION, FIELD(by), KTLAT_BY_CPU, 0 },
	{ "by comm", PAIR, FIELD(by), KTLAT_BY_COMM, 0 },
	{ "by event", TRACEPOINT, FIELD(by), KTLAT_BY_EVENT, 0 },
	{ "by event", FUNCTION, FIELD(by), KTLAT_BY_EVENT, -EINVAL },
	{ "by event", PAIR, FIELD(by), KTLAT_BY_EVENT, -EINVAL },
	{ "by nothing known", TRACEPOINT, FIELD(by), KTLAT_BY_EVENT + 1,
	  -EINVAL },
	{ "a system call of none", TRACEPOINT, FIELD(syscall[0]), 1, -EINVAL },
	{ "a system call", FUNCTION, FIELD(syscall[1]), 1, -EINVAL },
	{ "an argument", TRACEPOINT, FIELD(argument[0]), 0x0801, -EINVAL },
	{ "an argument", PAIR, FIELD(argument[1]), 0x0801, -EINVAL },
	{ "match by argument", PAIR, FIELD(match), KTLAT_MATCH_ARGUMENT, -EINVAL },
	{ "two tracepoints without a match", TRACEPOINT, FIELD(point[1].name),
	  'x', -EINVAL },
	{ "keys without by", FUNCTION, FIELD(keys), KTLAT_KEYS_MIN, -EINVAL },
	/* Members of points; the low halves of 64-bit ones. */
	{ "address of nothing", FUNCTION, FIELD(point[0].address), 1, -ENXIO },
	{ "address of nothing", PAIR, FIELD(point[1].address), 1, -ENXIO },
	{ "address not 0", TRACEPOINT, FIELD(point[0].address), 1, -EINVAL },
	{ "second point: address", FUNCTION, FIELD(point[1].address), 1,
	  -EINVAL },
	{ "offset not 0", FUNCTION, FIELD(point[0].offset), 4, -EINVAL },
	{ "offset not 0", TRACEPOINT, FIELD(point[0].offset), 4, -EINVAL },
	{ "second point: name", FUNCTION, FIELD(point[1].name), 'x', -EINVAL },
	{ "second point: module", FUNCTION, FIELD(point[1].module), 'x',
	  -EINVAL },
	{ "second point: offset", TRACEPOINT, FIELD(point[1].offset), 1,
	  -EINVAL },
};

static int fd;

static struct ktlat_probe_add base_of(enum base base)
{
	switch (base) {
	case PAIR:
		return pair_probe("ktlat_target_begin", "ktlat_target_end");
	case TRACEPOINT:
		return tracepoint_probe("softirq");
	default:
		return function_probe(TARGET);
	}
}

static void try_words(void)
{
	struct ktlat_probe_add add;
	char text[80];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		add = base_of(words[i].base);
		*(__u32 *)((char *)&add + words[i].field) = words[i].value;
		snprintf(text, sizeof(text), "%s, %s",
			 base_names[words[i].base], words[i].what);
		if (expect(words[i].want, fd, KTLAT_IOC_PROBE_ADD, &add, text)) {
			if (!words[i].want)
				on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
		}
	}
}

/* Refused for want of a word on its arguments, or of the backend. */
static void nobody_vouches(void)
{
	struct ktlat_probe_add add = base_of(FUNCTION);
	bool there = get_info(fd).features & KTLAT_FEATURE_DIRECT;

	add.backend = KTLAT_BACKEND_DIRECT;
	expect(there ? -EPROTOTYPE : -EPROTONOSUPPORT, fd, KTLAT_IOC_PROBE_ADD,
	       &add, "function, backend direct, nobody vouches");
}

static void strings_without_end(void)
{
	struct ktlat_probe_add add = base_of(FUNCTION);

	memset(add.point[0].name, 'x', sizeof(add.point[0].name));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "unterminated name");
	add = base_of(FUNCTION);
	memset(add.point[0].module, 'x', sizeof(add.point[0].module));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "unterminated module");
	add = base_of(PAIR);
	memset(add.point[1].name, 'x', sizeof(add.point[1].name));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "unterminated name of the second point");
	add = base_of(TRACEPOINT);
	memset(add.point[0].name, 'x', sizeof(add.point[0].name));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "unterminated name of a tracepoint pair");
}

/* What waits for a module has names that nobody knows yet, and they are shown. */
static void names_to_show(void)
{
	struct ktlat_probe_add add = base_of(FUNCTION);

	add.flags = KTLAT_PROBE_PENDING;
	strcpy(add.point[0].module, "ktlat_absent");
	if (expect(0, fd, KTLAT_IOC_PROBE_ADD, &add, "pending"))
		on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	strcpy(add.point[0].name, "two\nlines");
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "pending, a name of two lines");
	add = base_of(FUNCTION);
	add.flags = KTLAT_PROBE_PENDING;
	strcpy(add.point[0].module, "\33[2J");
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "pending, a module that moves the cursor");
	add = base_of(PAIR);
	add.flags = KTLAT_PROBE_PENDING;
	strcpy(add.point[0].name, "ktlat_there_is_no_such_function");
	strcpy(add.point[1].module, "ktlat_absent");
	expect(-ENOENT, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "pending, but for a point that no module will bring");
}

/* What GET tells about a probe is what was asked for. */
static void told_back(void)
{
	struct ktlat_probe_add add = base_of(PAIR);
	struct ktlat_probe_info info;

	add.flags = KTLAT_PROBE_PUBLIC | KTLAT_PROBE_DISABLED;
	add.precision = 3;
	add.starts = 65;
	add.match = KTLAT_MATCH_CPU;
	strcpy(add.point[0].module, "ktlat_target");
	add.id = add_probe(fd, add);
	ok(!get_probe(fd, add.id, &info) && info.id == add.id, "GET finds it");
	ok(info.flags == (KTLAT_PROBE_PUBLIC | KTLAT_PROBE_INEXACT),
	   "told back: flags, and that kprobes can miss");
	ok(info.kind == KTLAT_KIND_PAIR, "told back: kind");
	ok(info.backend == KTLAT_BACKEND_PAIR, "told: the backend chosen");
	ok(info.state == KTLAT_STATE_DISABLED, "told back: state");
	ok(info.precision == 3, "told back: precision");
	ok(info.match == KTLAT_MATCH_CPU, "told back: match");
	ok(info.starts >= 65, "room for as many starts as asked for");
	ok(info.pool == 0, "a pair has no pool");
	ok(info.uid == getuid(), "told: the owner");
	ok(!strcmp(info.point[0].name, "ktlat_target_begin") &&
	   !strcmp(info.point[1].name, "ktlat_target_end") &&
	   !strcmp(info.point[0].module, "ktlat_target"),
	   "told back: points");
	ok(info.point[0].address && info.point[1].address &&
	   info.point[0].address != info.point[1].address, "told: addresses");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

static void defaults(void)
{
	struct ktlat_probe_add add = base_of(FUNCTION);
	struct ktlat_probe_info info;

	add.id = add_probe(fd, add);
	get_probe(fd, add.id, &info);
	if (get_info(fd).features & KTLAT_FEATURE_FPROBE) {
		ok(info.backend == KTLAT_BACKEND_FPROBE, "a function: fprobe");
		ok(info.flags == (info.pool ? 0 : KTLAT_PROBE_INEXACT),
		   "a fprobe with a pool that has lost nothing is exact");
	} else {
		ok(info.backend == KTLAT_BACKEND_KRETPROBE,
		   "a function: kretprobe");
		ok(info.flags == KTLAT_PROBE_INEXACT,
		   "a kretprobe's loss is a bound");
	}
	ok(info.state == KTLAT_STATE_ARMED, "it is armed at once");
	ok(info.starts == 0, "it has no starts");
	ok(info.pool >= get_info(fd).nr_cpus ||
	   (!info.pool && info.backend == KTLAT_BACKEND_FPROBE),
	   "the pool grows with the CPUs, if there is one");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	add = base_of(TRACEPOINT);
	add.id = add_probe(fd, add);
	get_probe(fd, add.id, &info);
	ok(info.starts == KTLAT_STARTS_MIN * get_info(fd).nr_cpus,
	   "starts that end on the same CPU: the least for each CPU");
	ok(!info.flags, "a tracepoint pair is exact");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	add = base_of(PAIR);
	add.id = add_probe(fd, add);
	get_probe(fd, add.id, &info);
	ok(info.starts == KTLAT_STARTS_DEFAULT,
	   "starts that end in the same task: the default number");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	add.starts = 17;
	add.id = add_probe(fd, add);
	get_probe(fd, add.id, &info);
	ok(info.starts == 32, "starts are rounded up to a power of two");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

int main(void)
{
	struct ktlat_info before;

	fd = open_device(O_RDWR);
	before = get_info(fd);
	try_words();
	nobody_vouches();
	strings_without_end();
	names_to_show();
	told_back();
	defaults();
	ok(get_info(fd).memory_bytes == before.memory_bytes &&
	   get_info(fd).nr_probes == before.nr_probes, "nothing is left");
	return done();
}
