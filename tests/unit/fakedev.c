// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for the kernel under ktlat-ctl: linked into it with --wrap, it
 * answers for /dev/ktlat out of a file, and moves /proc/kallsyms and /sys
 * below $KTLAT_FAKE_ROOT. Which answers it gives is decided by the names of
 * the functions that are probed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakedev.h"
#include "fakemap.h"

static bool anonymous;

static const char *moved(const char *path, char room[FAKE_PATH_LEN])
{
	const char *root = getenv("KTLAT_FAKE_ROOT");

	if (strcmp(path, KTLAT_DEVICE_PATH) && strcmp(path, "/proc/kallsyms") &&
	    strncmp(path, "/sys/", 5))
		return path;
	snprintf(room, FAKE_PATH_LEN, "%s%s", root ? root : "/nonexistent",
		 path);
	return room;
}

/* Root may open anything; the fake device has its own idea of permission. */
int __wrap_open64(const char *path, int flags, ...)
{
	const char *refuse = getenv("KTLAT_FAKE_OPEN_ERRNO");
	char room[FAKE_PATH_LEN];
	va_list arguments;
	mode_t mode;

	if (!strcmp(path, KTLAT_DEVICE_PATH) && refuse) {
		errno = atoi(refuse);
		return -1;
	}
	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return __real_open64(moved(path, room), flags, mode);
}

FILE *__wrap_fopen64(const char *path, const char *mode)
{
	char room[FAKE_PATH_LEN];

	return __real_fopen64(moved(path, room), mode);
}

int __wrap_access(const char *path, int mode)
{
	char room[FAKE_PATH_LEN];

	return __real_access(moved(path, room), mode);
}

DIR *__wrap_opendir(const char *path)
{
	char room[FAKE_PATH_LEN];

	return __real_opendir(moved(path, room));
}

static struct ktlat_probe_info *find(struct fake_device *device, __u64 id,
				     bool next)
{
	struct ktlat_probe_info *found = NULL;
	int i;

	for (i = 0; i < FAKE_PROBES; i++) {
		struct ktlat_probe_info *info = &device->probes[i];

		if (!info->id || device->anonymous[i] != anonymous ||
		    (next ? info->id <= id : info->id != id))
			continue;
		if (!found || info->id < found->id)
			found = info;
	}
	return found;
}

static void *rings_of(struct fake_device *device)
{
	return (void *)device + FAKE_RINGS_OFFSET;
}

static void *stacks_of(struct fake_device *device)
{
	return (void *)device + FAKE_STACKS_OFFSET;
}

static void *slowest_of(struct fake_device *device, int slot)
{
	return (void *)device + FAKE_SLOWEST_OFFSET +
	       (size_t)slot * FAKE_SLOWEST_STRIDE;
}

/* Of call @call: its number, or as a text, and of every tenth it could not be read. */
static void put_values(const struct ktlat_probe_info *info, int call,
		       struct ktlat_event *event)
{
	int i;

	if (info->value[0].from)
		event->flags |= KTLAT_EVENT_VALUES;
	for (i = 0; i < KTLAT_VALUES && info->value[i].from; i++) {
		const struct ktlat_fetch *fetch = &info->value[i];

		if (fetch->type == KTLAT_FETCH_STRING)
			snprintf((char *)event->values, sizeof(event->values),
				 "\"call\\%d\xe4", call);
		else if (fetch->from == KTLAT_FETCH_CALLER)
			event->values[i] = FAKE_CALLER;
		else
			event->values[i] = -(__u64)call;
		if (call % 10)
			continue;
		event->values[i] = 0;
		event->flags |= i ? KTLAT_EVENT_UNREAD_2 : KTLAT_EVENT_UNREAD_1;
	}
}

/*
 * A thousand calls on each CPU, most of them near one microsecond. Those that are
 * kept have a stack.
 */
static void make_calls(struct fake_device *device, void *map, int slot)
{
	const struct ktlat_probe_info *info = &device->probes[slot];
	struct ktlat_event event;
	int i;

	for (i = 0; i < 1000 * FAKEMAP_CPUS; i++) {
		__u64 latency = 1000 + i % 50 + (i % 100 ? 0 : i * 1000);

		fakemap_record(map, i % FAKEMAP_CPUS, latency);
		fakerings_describe(&event, info->id, i, latency);
		put_values(info, i, &event);
		if (info->slow.slowest && !(i % 100) && device->rings.nr_stacks)
			event.stack_id = fakestacks_put(stacks_of(device), i);
		if (info->slow.slowest)
			fakeslowest_keep(slowest_of(device, slot), &event);
		if (info->flags & KTLAT_PROBE_EVENTS)
			fakerings_record(rings_of(device), &event);
	}
}

struct refused {
	const char *name;
	__u32 refusal;
	int code;
};

static int refuse(struct ktlat_probe_add *add)
{
	static const struct refused refused[] = {
		{ "f_blacklisted", KTLAT_REFUSED_BLACKLIST, EADDRNOTAVAIL },
		{ "f_notrace", KTLAT_REFUSED_NOTRACE, EOPNOTSUPP },
		{ "f_noreturn", KTLAT_REFUSED_NORETURN, ENOTRECOVERABLE },
		{ "f_ours", KTLAT_REFUSED_OURS, ELOOP },
		{ "f_lockdown", KTLAT_REFUSED_LOCKDOWN, EPERM },
		{ "f_memlock", KTLAT_REFUSED_MEMLOCK, ENOMEM },
		{ "f_limit", KTLAT_REFUSED_LIMIT, EDQUOT },
		{ "f_off", KTLAT_REFUSED_FTRACE, EUNATCH },
		{ "f_tw", KTLAT_REFUSED_UNKNOWN, ENOENT },
		{ "f_copied", KTLAT_REFUSED_UNKNOWN, ENOENT },
		{ "f_perm", KTLAT_REFUSED_NOT, EPERM },
		{ "f_nomem", KTLAT_REFUSED_NOT, ENOMEM },
		{ "g_memlock", KTLAT_REFUSED_MEMLOCK, ENOMEM },
		{ "g_large", KTLAT_REFUSED_NOT, ENOMEM },
		{ "g_slots", KTLAT_REFUSED_SLOTS, ENOSPC },
	};
	const int nr = sizeof(refused) / sizeof(*refused);
	int i;

	if (add->point[1].offset == 1) {
		add->refusal = KTLAT_REFUSED_OFFSET;
		add->refused_point = 1;
		return -EILSEQ;
	}
	if (add->backend == KTLAT_BACKEND_DIRECT &&
	    add->value[0].from == KTLAT_FETCH_ARGUMENT) {
		add->refusal = KTLAT_REFUSED_VALUES;
		return -EBADSLT;
	}
	for (i = 0; i < nr; i++) {
		if (strcmp(add->point[0].name, refused[i].name))
			continue;
		add->refusal = refused[i].refusal;
		return -refused[i].code;
	}
	if (strncmp(add->point[0].name, "f_", 2) &&
	    strncmp(add->point[0].name, "do_sys_", 7) &&
	    add->kind != KTLAT_KIND_TRACEPOINT &&
	    add->kind != KTLAT_KIND_GROUP) {
		add->refusal = KTLAT_REFUSED_UNKNOWN;
		return -ENOENT;
	}
	return 0;
}

static void describe(struct ktlat_probe_info *info,
		     const struct ktlat_probe_add *add, int slot)
{
	*info = (struct ktlat_probe_info){
		.id = add->id,
		.kind = add->kind,
		.backend = add->backend ?: add->kind,
		.state = add->flags & KTLAT_PROBE_DISABLED ?
			 KTLAT_STATE_DISABLED : KTLAT_STATE_ARMED,
		.flags = (add->flags &
			  (KTLAT_PROBE_PUBLIC | KTLAT_PROBE_EVENTS)) |
			 (add->kind == KTLAT_KIND_FUNCTION ?
			  KTLAT_PROBE_INEXACT : 0),
		.precision = add->precision,
		.match = add->match,
		.pool = add->pool,
		.starts = add->starts,
		.map_offset = FAKE_MAP_OFFSET + slot * FAKE_MAP_STRIDE,
		.map_size = fakemap_group_size(add->precision,
					       add->functions ?: 1),
		.cost_ps = add->kind == KTLAT_KIND_FUNCTION ? 559300 : 0,
		.share_ps = add->kind == KTLAT_KIND_FUNCTION ? 207234 : 0,
	};
	memcpy(info->point, add->point, sizeof(info->point));
	info->point[0].address = FAKE_ADDRESS;
	memcpy(info->value, add->value, sizeof(info->value));
	memcpy(info->condition, add->condition, sizeof(info->condition));
	info->slow = add->slow;
	info->by = add->by;
	if (add->slow.slowest) {
		info->slowest_offset = FAKE_SLOWEST_OFFSET +
				       (__u64)slot * FAKE_SLOWEST_STRIDE;
		info->slowest_size = FAKE_SLOWEST_STRIDE;
	}
}

static struct ktlat_point *functions_of(struct fake_device *device, int slot)
{
	return (void *)device + FAKE_FUNCTION_OFFSET +
	       slot * FAKE_FUNCTION_STRIDE;
}

static void *map_of(struct fake_device *device, int slot)
{
	return (void *)device + FAKE_MAP_OFFSET +
	       (size_t)slot * FAKE_MAP_STRIDE;
}

/* What is called f_calls_N_NS was called N times, for so long each time. */
static void make_named_calls(void *map, __u32 function, const char *name)
{
	unsigned long long latency;
	unsigned int nr, i;

	if (sscanf(name, "f_calls_%u_%llu", &nr, &latency) == 2)
		for (i = 0; i < nr; i++)
			fakemap_record_in(map, i % FAKEMAP_CPUS, function,
					  latency);
}

static int refuse_function(const struct ktlat_probe_info *info,
			   struct ktlat_function *function)
{
	static const struct refused refused[] = {
		{ "f_notrace", KTLAT_REFUSED_NOTRACE, EOPNOTSUPP },
		{ "f_taken", KTLAT_REFUSED_TAKEN, EADDRINUSE },
		{ "f_elsewhere", KTLAT_REFUSED_ADDRESS, ENXIO },
		{ "f_full", KTLAT_REFUSED_NOT, ENOBUFS },
		{ "f_enabled", KTLAT_REFUSED_NOT, EALREADY },
		{ "f_rights", KTLAT_REFUSED_RIGHTS, EACCES },
	};
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		if (strcmp(function->point.name, refused[i].name))
			continue;
		function->refusal = refused[i].refusal;
		return -refused[i].code;
	}
	if (info->backend != KTLAT_BACKEND_KRETPROBE &&
	    !(function->flags & KTLAT_PROBE_REGISTERS)) {
		function->refusal = KTLAT_REFUSED_PROTOTYPE;
		return -EPROTOTYPE;
	}
	return 0;
}

static int add_function(struct fake_device *device,
			struct ktlat_function *function)
{
	struct ktlat_probe_info *info = find(device, function->id, false);
	int ret = info ? refuse_function(info, function) : -ENOENT;
	int slot;

	if (ret)
		return ret;
	slot = info - device->probes;
	if (info->state != KTLAT_STATE_DISABLED)
		return -EALREADY;
	if (info->functions == device->rooms[slot])
		return -ENOBUFS;
	function->index = info->functions++;
	functions_of(device, slot)[function->index] = function->point;
	fakemap_begin(map_of(device, slot), function->index);
	make_named_calls(map_of(device, slot), function->index,
			 function->point.name);
	return 0;
}

static int get_function(struct fake_device *device,
			struct ktlat_function *function)
{
	struct ktlat_probe_info *info = find(device, function->id, false);

	if (!info || function->index >= info->functions)
		return -ENOENT;
	function->point = functions_of(device, info - device->probes)
			  [function->index];
	return 0;
}

static bool has_rings(const struct fake_device *device)
{
	return device->rings.nr_slots && device->rings.anonymous == anonymous;
}

static int refuse_events(const struct fake_device *device,
			 struct ktlat_probe_add *add)
{
	if (!(add->flags & KTLAT_PROBE_EVENTS))
		return 0;
	if (!has_rings(device)) {
		add->refusal = KTLAT_REFUSED_RINGS;
		return -ENOLINK;
	}
	return 0;
}

static int add_probe(struct fake_device *device, struct ktlat_probe_add *add)
{
	int slot, ret = refuse(add) ?: refuse_events(device, add);
	void *map;

	if (ret)
		return ret;
	if (add->functions > FAKE_FUNCTIONS)
		return -EINVAL;
	for (slot = 0; device->probes[slot].id; slot++)
		;
	add->id = ++device->last_id;
	device->anonymous[slot] = anonymous;
	describe(&device->probes[slot], add, slot);
	device->rooms[slot] = add->functions;
	map = map_of(device, slot);
	if (add->kind == KTLAT_KIND_GROUP)
		fakemap_init_group(map, add->id, add->precision,
				   add->functions);
	else
		fakemap_init(map, add->id, add->precision);
	if (add->slow.slowest)
		fakeslowest_make(slowest_of(device, slot),
				 &device->probes[slot]);
	if (!strncmp(add->point[0].name, "f_busy", 6))
		make_calls(device, map, slot);
	return 0;
}

static int change_one(struct ktlat_probe_info *info, unsigned long call)
{
	if (call == KTLAT_IOC_PROBE_ENABLE &&
	    !strcmp(info->point[0].name, "g_taken"))
		return -EADDRINUSE;
	if (call == KTLAT_IOC_PROBE_DELETE)
		info->id = 0;
	else if (call == KTLAT_IOC_PROBE_ENABLE)
		info->state = KTLAT_STATE_ARMED;
	else if (call == KTLAT_IOC_PROBE_DISABLE)
		info->state = KTLAT_STATE_DISABLED;
	return 0;
}

static int change(struct fake_device *device, unsigned long call,
		  struct ktlat_probe_ref *ref)
{
	__u64 id = ref->id;
	bool all = ref->flags & KTLAT_REF_ALL;
	struct ktlat_probe_info *info = find(device, id, all);

	if (!info && !all)
		return -ENOENT;
	for (; info; info = all ? find(device, id, true) : NULL) {
		int ret;

		id = info->id;
		ret = change_one(info, call);
		if (ret)
			return ret;
		ref->count++;
	}
	return 0;
}

static int tell(struct fake_device *device, struct ktlat_probe_info *answer,
		bool next)
{
	const struct ktlat_probe_info *info = find(device, answer->id, next);

	if (!info)
		return -ENOENT;
	*answer = *info;
	return 0;
}

static void inform(const struct fake_device *device, struct ktlat_info *info)
{
	info->abi_version = device->abi_version;
	info->features = KTLAT_FEATURE_KRETPROBE | KTLAT_FEATURE_PAIR;
	if (!getenv("KTLAT_FAKE_NO_DIRECT_GROUPS"))
		info->features |= KTLAT_FEATURE_DIRECT_GROUP;
	if (!getenv("KTLAT_FAKE_NO_GROUPS"))
		info->features |= KTLAT_FEATURE_KRETPROBE_GROUP;
	info->session_id = anonymous ? 2 : 1;
	info->session_kind = anonymous ? KTLAT_SESSION_ANONYMOUS :
					 KTLAT_SESSION_DEFAULT;
	info->clock = KTLAT_CLOCK_MONOTONIC;
	info->page_size = 4096;
	info->nr_cpus = FAKEMAP_CPUS;
	info->precision_max = KTLAT_PRECISION_MAX;
	info->precision_default = KTLAT_PRECISION_DEFAULT;
	info->max_probes = 1024;
	info->memory_bytes = 123456;
	info->memory_max = 8 << 20;
}

static int answer_for_rings(struct fake_device *device, unsigned long call,
			    void *argument)
{
	struct fake_rings *rings = &device->rings;
	struct ktlat_rings_info *info = argument;
	int ret;

	if (call == KTLAT_IOC_RINGS_MAKE) {
		if (rings->anonymous != anonymous)
			*rings = (struct fake_rings){ .anonymous = anonymous };
		ret = fakerings_make(rings, rings_of(device), argument);
		if (!ret && rings->nr_stacks)
			fakestacks_make(stacks_of(device), rings->nr_stacks);
		return ret;
	}
	if (!has_rings(device))
		return -ENOENT;
	if (call == KTLAT_IOC_RINGS_GET) {
		fakerings_tell(rings, argument);
		info->stacks_offset = rings->nr_stacks ? FAKE_STACKS_OFFSET : 0;
		info->stacks_size = rings->nr_stacks ? FAKE_STACKS_SIZE : 0;
	} else if (call == KTLAT_IOC_RINGS_DELETE) {
		*rings = (struct fake_rings){ 0 };
	} else {
		rings->nr_seen++;
		rings->seen = fakerings_all(rings_of(device));
	}
	return 0;
}

static int answer(struct fake_device *device, unsigned long call,
		  void *argument)
{
	switch (call) {
	case KTLAT_IOC_INFO:
		inform(device, argument);
		return 0;
	case KTLAT_IOC_SESSION_NEW:
		anonymous = true;
		if (device->rings.anonymous)
			device->rings = (struct fake_rings){ 0 };
		return 0;
	case KTLAT_IOC_PROBE_ADD:
		return add_probe(device, argument);
	case KTLAT_IOC_FUNCTION_ADD:
		return add_function(device, argument);
	case KTLAT_IOC_FUNCTION_GET:
		return get_function(device, argument);
	case KTLAT_IOC_RINGS_MAKE:
	case KTLAT_IOC_RINGS_GET:
	case KTLAT_IOC_RINGS_DELETE:
	case KTLAT_IOC_RINGS_SEEN:
		return answer_for_rings(device, call, argument);
	case KTLAT_IOC_CLOCK_GET:
		fakerings_clock(argument);
		return 0;
	case KTLAT_IOC_PROBE_GET:
		return tell(device, argument, false);
	case KTLAT_IOC_PROBE_NEXT:
		return tell(device, argument, true);
	default:
		return change(device, call, argument);
	}
}

static struct fake_device *map_device(void)
{
	const char *root = getenv("KTLAT_FAKE_ROOT");
	struct fake_device *device;
	char path[FAKE_PATH_LEN];
	int own;

	/* The caller's descriptor may be for reading only; ours is not. */
	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH, root);
	own = __real_open64(path, O_RDWR | O_CLOEXEC);
	device = mmap(NULL, FAKE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, own,
		      0);
	close(own);
	return device;
}

static bool is_device(int fd)
{
	struct stat stat;

	return !fstat(fd, &stat) && S_ISREG(stat.st_mode) &&
	       stat.st_size == FAKE_SIZE;
}

/* A file is always readable; the device is once something was written. */
int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask)
{
	struct fake_device *device;
	bool readable;

	if (!nr || !is_device(fds[0].fd))
		return __real_ppoll(fds, nr, timeout, mask);
	device = map_device();
	readable = has_rings(device) &&
		   device->rings.seen != fakerings_all(rings_of(device));
	munmap(device, FAKE_SIZE);
	fds[0].revents = readable ? POLLIN : 0;
	return readable ? 1 : __real_ppoll(fds + 1, nr - 1, timeout, mask);
}

/* Stacks are for who may see addresses. */
void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset)
{
	if (offset == FAKE_STACKS_OFFSET && is_device(fd) &&
	    getenv("KTLAT_FAKE_NO_SYSLOG")) {
		errno = EPERM;
		return MAP_FAILED;
	}
	return __real_mmap64(addr, len, prot, flags, fd, offset);
}

int __wrap_ioctl(int fd, unsigned long call, ...)
{
	struct fake_device *device;
	va_list arguments;
	void *argument;

	va_start(arguments, call);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if ((call >> 8 & 0xff) != KTLAT_IOC_MAGIC)
		return __real_ioctl(fd, call, argument);

	device = map_device();
	errno = -answer(device, call, argument);
	munmap(device, FAKE_SIZE);
	return errno ? -1 : 0;
}
