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

	if (!strcmp(path, KTLAT_DEVICE_PATH) && refuse) {
		errno = atoi(refuse);
		return -1;
	}
	return __real_open64(moved(path, room), flags);
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

/* A thousand calls on each CPU, most of them near one microsecond. */
static void make_calls(void *map)
{
	int i;

	for (i = 0; i < 1000 * FAKEMAP_CPUS; i++)
		fakemap_record(map, i % FAKEMAP_CPUS,
			       1000 + i % 50 + (i % 100 ? 0 : i * 1000));
}

static int refuse(struct ktlat_probe_add *add)
{
	static const struct {
		const char *name;
		__u32 refusal;
		int code;
	} refused[] = {
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
	};
	const int nr = sizeof(refused) / sizeof(*refused);
	int i;

	if (add->point[1].offset == 1) {
		add->refusal = KTLAT_REFUSED_OFFSET;
		add->refused_point = 1;
		return -EILSEQ;
	}
	for (i = 0; i < nr; i++) {
		if (strcmp(add->point[0].name, refused[i].name))
			continue;
		add->refusal = refused[i].refusal;
		return -refused[i].code;
	}
	if (strncmp(add->point[0].name, "f_", 2) &&
	    add->kind != KTLAT_KIND_TRACEPOINT) {
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
		.flags = (add->flags & KTLAT_PROBE_PUBLIC) |
			 (add->kind == KTLAT_KIND_FUNCTION ?
			  KTLAT_PROBE_INEXACT : 0),
		.precision = add->precision,
		.match = add->match,
		.pool = add->pool,
		.starts = add->starts,
		.map_offset = FAKE_MAP_OFFSET + slot * FAKE_MAP_STRIDE,
		.map_size = fakemap_size(add->precision),
		.cost_ps = add->kind == KTLAT_KIND_FUNCTION ? 559300 : 0,
		.share_ps = add->kind == KTLAT_KIND_FUNCTION ? 207234 : 0,
	};
	memcpy(info->point, add->point, sizeof(info->point));
}

static int add_probe(struct fake_device *device, struct ktlat_probe_add *add)
{
	int slot, ret = refuse(add);
	void *map;

	if (ret)
		return ret;
	for (slot = 0; device->probes[slot].id; slot++)
		;
	add->id = ++device->last_id;
	device->anonymous[slot] = anonymous;
	describe(&device->probes[slot], add, slot);
	map = (void *)device + FAKE_MAP_OFFSET + slot * FAKE_MAP_STRIDE;
	fakemap_init(map, add->id, add->precision);
	if (!strncmp(add->point[0].name, "f_busy", 6))
		make_calls(map);
	return 0;
}

static void change_one(struct ktlat_probe_info *info, unsigned long call)
{
	if (call == KTLAT_IOC_PROBE_DELETE)
		info->id = 0;
	else if (call == KTLAT_IOC_PROBE_ENABLE)
		info->state = KTLAT_STATE_ARMED;
	else if (call == KTLAT_IOC_PROBE_DISABLE)
		info->state = KTLAT_STATE_DISABLED;
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
		id = info->id;
		change_one(info, call);
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

static int answer(struct fake_device *device, unsigned long call,
		  void *argument)
{
	switch (call) {
	case KTLAT_IOC_INFO:
		inform(device, argument);
		return 0;
	case KTLAT_IOC_SESSION_NEW:
		anonymous = true;
		return 0;
	case KTLAT_IOC_PROBE_ADD:
		return add_probe(device, argument);
	case KTLAT_IOC_PROBE_GET:
		return tell(device, argument, false);
	case KTLAT_IOC_PROBE_NEXT:
		return tell(device, argument, true);
	default:
		return change(device, call, argument);
	}
}

int __wrap_ioctl(int fd, unsigned long call, ...)
{
	const char *root = getenv("KTLAT_FAKE_ROOT");
	struct fake_device *device;
	char path[FAKE_PATH_LEN];
	va_list arguments;
	void *argument;
	int own;

	va_start(arguments, call);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if ((call >> 8 & 0xff) != KTLAT_IOC_MAGIC)
		return __real_ioctl(fd, call, argument);

	/* The caller's descriptor may be for reading only; ours is not. */
	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH, root);
	own = __real_open64(path, O_RDWR | O_CLOEXEC);
	device = mmap(NULL, FAKE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, own,
		      0);
	close(own);
	errno = -answer(device, call, argument);
	munmap(device, FAKE_SIZE);
	return errno ? -1 : 0;
}
