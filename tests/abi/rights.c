// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what: without capabilities, and with some of them. A descriptor
 * that root has opened gives no right by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "abi.h"

#define NOBODY	65534
#define BIT(cap) (1ULL << (cap))

struct as {
	__u64 caps;
	long memlock; /* -1: as it is */
	int (*func)(int fd, void *arg);
	void *arg;
};

static __u64 private_id, public_id;

static void set_caps(__u64 caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	if (syscall(SYS_capset, &header, data))
		die("capset");
}

/* Become another user, with the capabilities given and no other. */
static int become(int fd, void *arg)
{
	const struct as *as = arg;
	struct rlimit limit = { as->memlock, as->memlock };

	if (as->memlock >= 0 && setrlimit(RLIMIT_MEMLOCK, &limit))
		die("setrlimit");
	if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		die("setuid");
	set_caps(as->caps);
	return as->func(fd, as->arg);
}

/* Return: what @func returned, run by nobody with @caps. */
static int with_caps(__u64 caps, int (*func)(int fd, void *arg), int fd,
		     void *arg)
{
	struct as as = { .caps = caps, .memlock = -1, .func = func,
			 .arg = arg };

	return in_child(become, fd, &as);
}

static int opens(int flags, void *unused)
{
	int fd = open(KTLAT_DEVICE_PATH, flags);

	(void)unused;
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int adds(int fd, void *unused)
{
	struct ktlat_probe_add add = function_probe(TARGET);
	int got = call(fd, KTLAT_IOC_PROBE_ADD, &add);

	(void)unused;
	if (!got)
		on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	return got;
}

/* Nothing begins there, but that is not for everybody to know. */
static int adds_by_address(int fd, void *unused)
{
	struct ktlat_probe_add add = function_probe(TARGET);

	(void)unused;
	add.point[0].address = 1;
	return call(fd, KTLAT_IOC_PROBE_ADD, &add);
}

static int new_sessions(int fd, void *unused)
{
	struct ktlat_session_new session = { .size = sizeof(session) };

	(void)unused;
	return call(fd, KTLAT_IOC_SESSION_NEW, &session);
}

static int does(int fd, void *request)
{
	return on_probe(fd, *(unsigned long *)request, public_id);
}

static int sees(int fd, void *id)
{
	struct ktlat_probe_info info;

	return get_probe(fd, *(__u64 *)id, &info);
}

/* Adds a probe that captures who calls, which is an address, and deletes it. */
static int captures(int fd, void *unused)
{
	struct ktlat_probe_add add = function_probe(TARGET);
	int got;

	(void)unused;
	add.value[0] = (struct ktlat_fetch){
		.from = KTLAT_FETCH_CALLER, .type = KTLAT_FETCH_UNSIGNED, .bits = 64
	};
	got = call(fd, KTLAT_IOC_PROBE_ADD, &add);
	return got ? got : on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

/* A probe that writes who calls to the rings, and one that keeps it. */
static __u64 writes_values(int fd, bool slowest)
{
	struct ktlat_probe_add add = function_probe(TARGET);

	add.value[0] = (struct ktlat_fetch){
		.from = KTLAT_FETCH_CALLER, .type = KTLAT_FETCH_UNSIGNED, .bits = 64
	};
	if (slowest)
		add.slow = (struct ktlat_slow){
			.slowest = 1, .interval_ns = KTLAT_INTERVAL_MIN
		};
	else
		add.flags = KTLAT_PROBE_EVENTS;
	return call(fd, KTLAT_IOC_PROBE_ADD, &add) ? 0 : add.id;
}

/* Return: whether what a probe captures, or wants to be true, is told. */
static int shows_values(int fd, void *id)
{
	struct ktlat_probe_info info;

	if (get_probe(fd, *(__u64 *)id, &info))
		return -errno;
	return info.value[0].from != KTLAT_FETCH_NOTHING;
}

/* Return: how many probes NEXT lists; 100 if INFO says another number. */
static int lists(int fd, void *unused)
{
	struct ktlat_probe_info info = { .size = sizeof(info) };
	unsigned int n = 0;

	(void)unused;
	while (!call(fd, KTLAT_IOC_PROBE_NEXT, &info))
		n++;
	return n == get_info(fd).nr_probes ? n : 100;
}

static int shows_address(int fd, void *unused)
{
	struct ktlat_probe_info info;
	int got = get_probe(fd, public_id, &info);

	(void)unused;
	return got ? got : info.point[0].address != 0;
}

static int maps(int fd, void *info)
{
	struct ktlat_probe_info *i = info;
	void *map = mmap(NULL, i->map_size, PROT_READ, MAP_SHARED, fd,
			 i->map_offset);

	return map == MAP_FAILED ? -errno : 0;
}

static void unprivileged(int fd)
{
	static const struct {
		const char *name;
		unsigned long request;
	} changes[] = {
		{ "DELETE", KTLAT_IOC_PROBE_DELETE },
		{ "ENABLE", KTLAT_IOC_PROBE_ENABLE },
		{ "DISABLE", KTLAT_IOC_PROBE_DISABLE },
		{ "RESET", KTLAT_IOC_PROBE_RESET },
	};
	struct ktlat_probe_info info;
	unsigned int i;

	ok(with_caps(0, opens, O_RDONLY, NULL) == -EACCES,
	   "nobody cannot open the device: EACCES");
	ok(with_caps(0, adds, fd, NULL) == -EPERM,
	   "nor add a probe, by root's descriptor: EPERM");
	ok(with_caps(0, new_sessions, fd, NULL) == -EPERM,
	   "nor make a session: EPERM");
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		ok(with_caps(0, does, fd, (void *)&changes[i].request) ==
		   -EPERM, "nor %s: EPERM", changes[i].name);
	ok(with_caps(0, sees, fd, &private_id) == -ENOENT,
	   "a probe that is not public: ENOENT");
	ok(with_caps(0, sees, fd, &public_id) == 0, "one that is: seen");
	ok(with_caps(0, lists, fd, NULL) == 1, "and it is the only one seen");
	ok(with_caps(0, shows_address, fd, NULL) == 0, "without its address");
	get_probe(fd, public_id, &info);
	ok(with_caps(0, maps, fd, &info) == 0, "its figures can be mapped");
	get_probe(fd, private_id, &info);
	ok(with_caps(0, maps, fd, &info) < 0, "those of the other cannot");
}

static void with_some(int fd)
{
	const __u64 perfmon = BIT(CAP_PERFMON), admin = BIT(CAP_SYS_ADMIN);
	unsigned long reset = KTLAT_IOC_PROBE_RESET;

	ok(with_caps(perfmon, adds, fd, NULL) == 0, "CAP_PERFMON can add");
	ok(with_caps(admin, adds, fd, NULL) == 0, "CAP_SYS_ADMIN can add");
	ok(with_caps(perfmon | BIT(CAP_SYSLOG), adds_by_address, fd, NULL) ==
	   -EACCES, "CAP_PERFMON adds nothing by its address");
	ok(with_caps(admin, adds_by_address, fd, NULL) == -ENXIO,
	   "CAP_SYS_ADMIN is told that nothing is there");
	ok(with_caps(perfmon, captures, fd, NULL) == -EPERM,
	   "CAP_PERFMON captures no values: EPERM");
	ok(with_caps(perfmon | BIT(CAP_SYSLOG), captures, fd, NULL) == 0,
	   "with CAP_SYSLOG it does");
	ok(with_caps(BIT(CAP_SYS_PTRACE) | BIT(CAP_SYSLOG), adds, fd, NULL) ==
	   -EPERM, "others cannot: EPERM");
	ok(with_caps(perfmon, lists, fd, NULL) == 2,
	   "CAP_PERFMON sees every probe");
	ok(with_caps(perfmon, does, fd, &reset) == -EPERM,
	   "but cannot reset another's: EPERM");
	ok(with_caps(admin, does, fd, &reset) == 0, "CAP_SYS_ADMIN can");
	ok(with_caps(perfmon, shows_address, fd, NULL) == 0,
	   "CAP_PERFMON sees no address");
	ok(with_caps(perfmon | BIT(CAP_SYSLOG), shows_address, fd, NULL) == 1,
	   "with CAP_SYSLOG it does");
	ok(with_caps(BIT(CAP_SYSLOG), shows_address, fd, NULL) == 1,
	   "so does CAP_SYSLOG alone, of a public probe");
}

static int hits_memlock(int fd, void *unused)
{
	struct ktlat_probe_add add = function_probe(TARGET);
	int got = call(fd, KTLAT_IOC_PROBE_ADD, &add);

	(void)unused;
	return got == -ENOMEM ? (int)add.refusal : got;
}

/* Return: 0 if INFO reports the limit and, after it was hit, no use. */
static int told_memlock(int fd, void *limit)
{
	struct ktlat_info info = get_info(fd);

	return info.memory_max != *(__u64 *)limit || info.memory_bytes != 0;
}

static int makes_rings(int fd, void *unused)
{
	struct ktlat_rings_info rings = rings_of(KTLAT_SLOTS_MIN);

	(void)unused;
	return call(fd, KTLAT_IOC_RINGS_MAKE, &rings);
}

static int sees_rings(int fd, void *unused)
{
	struct ktlat_rings_info rings = rings_of(0);

	(void)unused;
	return call(fd, KTLAT_IOC_RINGS_GET, &rings);
}

static int deletes_rings(int fd, void *unused)
{
	struct ktlat_rings_info rings = rings_of(0);

	(void)unused;
	return call(fd, KTLAT_IOC_RINGS_DELETE, &rings);
}

static int maps_rings(int fd, void *rings)
{
	struct ktlat_rings_info *info = rings;
	void *map = mmap(NULL, info->map_size, PROT_READ, MAP_SHARED, fd,
			 info->map_offset);

	return map == MAP_FAILED ? -errno : 0;
}

static int maps_stacks(int fd, void *rings)
{
	struct ktlat_rings_info *info = rings;
	void *map = mmap(NULL, info->stacks_size, PROT_READ, MAP_SHARED, fd,
			 info->stacks_offset);

	return map == MAP_FAILED ? -errno : 0;
}

/* They are full of addresses. */
static void stacks(int fd)
{
	const __u64 perfmon = BIT(CAP_PERFMON), admin = BIT(CAP_SYS_ADMIN),
		    syslog = BIT(CAP_SYSLOG);
	struct ktlat_rings_info info = rings_of(KTLAT_SLOTS_MIN);

	info.nr_stacks = KTLAT_STACKS_MIN;
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "stacks of root");
	ok(with_caps(syslog, maps_stacks, fd, &info) == -ENXIO,
	   "CAP_SYSLOG alone maps no stacks: ENXIO");
	ok(with_caps(perfmon, maps_stacks, fd, &info) == -EPERM,
	   "nor does CAP_PERFMON alone: EPERM");
	ok(with_caps(admin, maps_stacks, fd, &info) == -EPERM,
	   "nor CAP_SYS_ADMIN alone: EPERM");
	ok(with_caps(perfmon | syslog, maps_stacks, fd, &info) == 0,
	   "both can");
	ok(!deletes_rings(fd, NULL), "and they are deleted");
}

/* Values can be addresses. */
static void values(int fd)
{
	const __u64 perfmon = BIT(CAP_PERFMON), syslog = BIT(CAP_SYSLOG);
	struct ktlat_rings_info info = rings_of(KTLAT_SLOTS_MIN);
	struct ktlat_probe_info probe;
	__u64 id = writes_values(fd, true);

	get_probe(fd, id, &probe);
	probe.map_offset = probe.slowest_offset;
	probe.map_size = probe.slowest_size;
	ok(with_caps(perfmon, maps, fd, &probe) == -EPERM,
	   "slowest calls with values: CAP_PERFMON alone maps them not: EPERM");
	ok(with_caps(perfmon | syslog, maps, fd, &probe) == 0, "with CAP_SYSLOG it does");
	ok(with_caps(perfmon, shows_values, fd, &id) == 0,
	   "CAP_PERFMON alone is not told which");
	ok(with_caps(perfmon | syslog, shows_values, fd, &id) == 1, "with CAP_SYSLOG it is");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id);
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "rings of root");
	id = writes_values(fd, false);
	ok(id, "a probe writes values to them");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id);
	ok(with_caps(perfmon, maps_rings, fd, &info) == -EPERM,
	   "rings that had values: CAP_PERFMON alone maps them not: EPERM");
	ok(with_caps(perfmon | syslog, maps_rings, fd, &info) == 0, "with CAP_SYSLOG it does");
	deletes_rings(fd, NULL);
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "other rings");
	ok(with_caps(perfmon, maps_rings, fd, &info) == 0, "CAP_PERFMON alone maps them");
	ok(!writes_values(fd, false), "and no probe may write values to them");
	deletes_rings(fd, NULL);
}

static void rings(int fd)
{
	const __u64 perfmon = BIT(CAP_PERFMON), admin = BIT(CAP_SYS_ADMIN);
	struct ktlat_rings_info info = rings_of(KTLAT_SLOTS_MIN);

	ok(with_caps(0, makes_rings, fd, NULL) == -EPERM,
	   "nobody can make rings: EPERM");
	ok(with_caps(BIT(CAP_SYSLOG), makes_rings, fd, NULL) == -EPERM,
	   "nor with CAP_SYSLOG: EPERM");
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "rings of root");
	ok(with_caps(0, sees_rings, fd, NULL) == -ENOENT,
	   "nobody sees them: ENOENT");
	ok(with_caps(0, maps_rings, fd, &info) == -ENXIO,
	   "nor can map them: ENXIO");
	ok(with_caps(0, deletes_rings, fd, NULL) == -EPERM,
	   "nor delete them: EPERM");
	ok(with_caps(perfmon, sees_rings, fd, NULL) == 0,
	   "CAP_PERFMON sees them");
	ok(with_caps(perfmon, maps_rings, fd, &info) == 0, "and can map them");
	ok(with_caps(admin, maps_rings, fd, &info) == 0,
	   "CAP_SYS_ADMIN can map them");
	ok(with_caps(perfmon, deletes_rings, fd, NULL) == -EPERM,
	   "CAP_PERFMON cannot delete another's: EPERM");
	ok(with_caps(admin, deletes_rings, fd, NULL) == 0,
	   "CAP_SYS_ADMIN can");
	ok(with_caps(perfmon, makes_rings, fd, NULL) == 0,
	   "CAP_PERFMON can make rings");
	ok(!deletes_rings(fd, NULL), "which root can delete");
}

static int rings_hit_memlock(int fd, void *unused)
{
	struct ktlat_rings_info rings = rings_of(KTLAT_SLOTS_MAX);
	int got = call(fd, KTLAT_IOC_RINGS_MAKE, &rings);

	(void)unused;
	return got == -ENOMEM ? (int)rings.refusal : got;
}

static void memlock(int fd)
{
	struct as as = { .caps = BIT(CAP_PERFMON), .memlock = 8192,
			 .func = hits_memlock };
	__u64 limit = as.memlock, none = ~0ULL;

	ok(in_child(become, fd, &as) == KTLAT_REFUSED_MEMLOCK,
	   "over RLIMIT_MEMLOCK: ENOMEM, with that reason");
	as.func = rings_hit_memlock;
	ok(in_child(become, fd, &as) == KTLAT_REFUSED_MEMLOCK,
	   "so is it with rings");
	as.func = told_memlock;
	as.arg = &limit;
	ok(in_child(become, fd, &as) == 0, "INFO tells the limit");
	as.caps |= BIT(CAP_IPC_LOCK);
	as.func = hits_memlock;
	ok(in_child(become, fd, &as) == 0, "CAP_IPC_LOCK may pass it");
	as.func = told_memlock;
	as.arg = &none;
	as.memlock = -1;
	note("the probe of that user is now in the default session");
	ok(in_child(become, fd, &as) != 0, "and its memory is accounted");
}

int main(void)
{
	struct ktlat_probe_add add = function_probe(TARGET);
	int fd = open_device(O_RDWR);
	struct ktlat_probe_ref all = { .size = sizeof(all),
				       .flags = KTLAT_REF_ALL };
	struct ktlat_probe_info info = { .size = sizeof(info) };

	private_id = add_probe(fd, add);
	add.flags = KTLAT_PROBE_PUBLIC;
	public_id = add_probe(fd, add);
	unprivileged(fd);
	with_some(fd);
	rings(fd);
	stacks(fd);
	values(fd);
	memlock(fd);
	/* "All" means one's own; what nobody left behind stays. */
	expect(0, fd, KTLAT_IOC_PROBE_DELETE, &all, "delete all");
	ok(all.count == 2, "which are the two of root");
	ok(!call(fd, KTLAT_IOC_PROBE_NEXT, &info) && info.uid == NOBODY,
	   "the one of nobody is left");
	ok(!on_probe(fd, KTLAT_IOC_PROBE_DELETE, info.id),
	   "root can delete it");
	ok(get_info(fd).nr_probes == 0 && get_info(fd).memory_bytes == 0,
	   "nothing is left");
	return done();
}
