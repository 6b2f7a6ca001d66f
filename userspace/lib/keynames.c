// SPDX-License-Identifier: GPL-2.0-only
/* What the words of a key stand for. */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define CGROUP_MOUNT	"/sys/fs/cgroup"
/* Of a cgroup's file handle: FILEID_KERNFS of include/linux/exportfs.h. */
#define HANDLE_KERNFS	0xfe

/**
 * struct ktlat_key_names - What is needed to name the keys of a probe
 * @by: &enum ktlat_by
 * @event: of the tracepoint; empty for another probe
 * @addresses: functions of the kernel; NULL before the first is asked for
 * @cgroups: descriptor of where cgroup2 is mounted, or -1
 */
struct ktlat_key_names {
	__u32 by;
	char event[KTLAT_NAME_LEN];
	struct ktl_addresses *addresses;
	int cgroups;
};

/* enum in include/linux/interrupt.h, in its order, by the names of /proc/softirqs. */
static const char * const softirqs[] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET",
	"SCHED", "HRTIMER", "RCU",
};

/**
 * ktlat_open_key_names() - Get ready to name the keys of a probe
 * @info: the probe
 *
 * Returns NULL without memory.
 */
struct ktlat_key_names *ktlat_open_key_names(const struct ktlat_probe_info *info)
{
	struct ktlat_key_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->by = info->by;
	names->cgroups = -1;
	if (info->kind == KTLAT_KIND_TRACEPOINT)
		memcpy(names->event, info->point[0].name, sizeof(names->event));
	return names;
}

/**
 * ktlat_close_key_names() - Let go of them
 * @names: these, or NULL
 */
void ktlat_close_key_names(struct ktlat_key_names *names)
{
	if (!names)
		return;
	if (names->addresses)
		ktl_free_addresses(names->addresses);
	if (names->cgroups >= 0)
		close(names->cgroups);
	free(names);
}

/* The first line of a file, without its end. */
static bool read_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = file && fgets(text, size, file);

	if (file)
		fclose(file);
	if (found)
		text[strcspn(text, "\n")] = '\0';
	return found && *text;
}

static void name_comm(const __u64 words[2], char text[KTLAT_KEY_LEN])
{
	memset(text, 0, KTLAT_COMM_LEN + 1);
	memcpy(text, words, KTLAT_COMM_LEN);
}

/* Tasks and folders are called whatever their owner likes. */
static void make_harmless(char *text)
{
	for (; *text; text++)
		if (!isascii(*text) || !isprint((unsigned char)*text))
			*text = '?';
}

/* What a task that is still there is called. */
static bool name_task(__u64 pid, char text[KTLAT_KEY_LEN])
{
	char path[64];

	if (!pid) {
		strcpy(text, "idle");
		return true;
	}
	snprintf(path, sizeof(path), "/proc/%llu/comm", (unsigned long long)pid);
	return read_line(path, text, KTLAT_KEY_LEN);
}

/* By its id, which is all that its file handle has. Takes CAP_DAC_READ_SEARCH. */
static bool name_cgroup(struct ktlat_key_names *names, __u64 id,
			char text[KTLAT_KEY_LEN])
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle = { .handle_bytes = sizeof(id),
			    .handle_type = HANDLE_KERNFS } };
	char path[PATH_MAX], link[64];
	const char *folder = path + strlen(CGROUP_MOUNT);
	ssize_t len;
	int fd;

	if (names->cgroups < 0)
		names->cgroups = open(CGROUP_MOUNT, O_RDONLY | O_CLOEXEC);
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(names->cgroups, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len < 0)
		return false;
	path[len] = '\0';
	if (strncmp(path, CGROUP_MOUNT, strlen(CGROUP_MOUNT)) ||
	    strlen(folder) >= KTLAT_KEY_LEN)
		return false;
	strcpy(text, *folder ? folder : "/");
	return true;
}

static bool name_function(struct ktlat_key_names *names, __u64 address,
			  char text[KTLAT_KEY_LEN])
{
	struct ktlat_frame frame;

	if (!names->addresses)
		names->addresses = ktl_read_addresses();
	if (!names->addresses)
		return false;
	/* It looks for what is before a return address. */
	ktl_find_address(names->addresses, address + 1, &frame);
	if (!*frame.name || frame.offset != 1)
		return false;
	if (strcmp(frame.module, KTLAT_VMLINUX))
		snprintf(text, KTLAT_KEY_LEN, "%s:%s", frame.module, frame.name);
	else
		snprintf(text, KTLAT_KEY_LEN, "%s", frame.name);
	return true;
}

/**
 * ktlat_find_place() - Which function a return address belongs to
 * @names: of whatever probe
 * @address: where a call goes on
 * @place: the answer; its names are good for as long as @names
 *
 * Returns whether it is known.
 */
bool ktlat_find_place(struct ktlat_key_names *names, __u64 address,
		      struct ktlat_frame *place)
{
	if (!names->addresses)
		names->addresses = ktl_read_addresses();
	ktl_find_address(names->addresses, address, place);
	return *place->name;
}

static bool name_irq(__u64 irq, char text[KTLAT_KEY_LEN])
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/irq/%llu/actions",
		 (unsigned long long)irq);
	return read_line(path, text, KTLAT_KEY_LEN);
}

static bool name_softirq(__u64 vector, char text[KTLAT_KEY_LEN])
{
	if (vector >= KTL_ARRAY_SIZE(softirqs))
		return false;
	strcpy(text, softirqs[vector]);
	return true;
}

/* Of which architecture the 32-bit calls of this one are. */
static __u32 compat_arch(void)
{
	switch (seccomp_arch_native()) {
	case SCMP_ARCH_X86_64:
		return SCMP_ARCH_X86;
	case SCMP_ARCH_AARCH64:
		return SCMP_ARCH_ARM;
	default:
		return SCMP_ARCH_NATIVE;
	}
}

static bool name_syscall(const __u64 words[2], char text[KTLAT_KEY_LEN])
{
	__u32 arch = words[1] ? compat_arch() : SCMP_ARCH_NATIVE;
	char *name = words[0] <= INT_MAX ?
		     seccomp_syscall_resolve_num_arch(arch, words[0]) : NULL;

	if (!name)
		return false;
	snprintf(text, KTLAT_KEY_LEN, "%s", name);
	free(name);
	return true;
}

static bool name_event(struct ktlat_key_names *names, const __u64 words[2],
		       char text[KTLAT_KEY_LEN])
{
	if (!strcmp(names->event, "irq_handler"))
		return name_irq(words[0], text);
	if (!strcmp(names->event, "softirq"))
		return name_softirq(words[0], text);
	if (!strcmp(names->event, "syscall"))
		return name_syscall(words, text);
	return name_function(names, words[0], text);
}

/**
 * ktlat_name_key() - What a key is called
 * @names: of its probe
 * @key: the key
 * @text: its name, if there is one: that of a task that is still there, the folder of a
 *	cgroup, what asked for an interrupt, a softirq, a function, a system call; for
 *	%KTLAT_BY_COMM the key itself. Else empty. What is not printable ASCII is a '?'
 *
 * Returns whether there is one.
 */
bool ktlat_name_key(struct ktlat_key_names *names, const struct ktlat_key *key,
		    char text[KTLAT_KEY_LEN])
{
	bool found = false;

	switch (names->by) {
	case KTLAT_BY_COMM:
		name_comm(key->words, text);
		found = true;
		break;
	case KTLAT_BY_PID:
	case KTLAT_BY_TGID:
		found = name_task(key->words[0], text);
		break;
	case KTLAT_BY_CGROUP:
		found = name_cgroup(names, key->words[0], text);
		break;
	case KTLAT_BY_EVENT:
		found = name_event(names, key->words, text);
		break;
	}
	if (!found)
		*text = '\0';
	make_harmless(text);
	return found;
}

/**
 * ktlat_key_is_address() - Is a key the address of a function?
 * @names: of its probe
 */
bool ktlat_key_is_address(const struct ktlat_key_names *names)
{
	return names->by == KTLAT_BY_EVENT &&
	       strcmp(names->event, "irq_handler") &&
	       strcmp(names->event, "softirq") &&
	       strcmp(names->event, "syscall");
}

/**
 * ktlat_key_is_syscall() - Is a key a system call, of a process of 32 bits if its second
 * word is 1?
 * @names: of its probe
 */
bool ktlat_key_is_syscall(const struct ktlat_key_names *names)
{
	return names->by == KTLAT_BY_EVENT && !strcmp(names->event, "syscall");
}
