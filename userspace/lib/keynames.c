// SPDX-License-Identifier: GPL-2.0-only
/* What the words of a key stand for. */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define CGROUP_MOUNT	"/sys/fs/cgroup"
/* Of a cgroup's file handle: FILEID_KERNFS of include/linux/exportfs.h. */
#define HANDLE_KERNFS	0xfe

/**
 * struct ktlat_key_names - What is needed to name the keys of a probe
 * @by: &enum ktlat_by
 * @tells: what the tracepoint is about, where keys are that
 * @addresses: functions of the kernel; NULL before the first is asked for
 * @cgroups: descriptor of where cgroup2 is mounted, or -1
 */
struct ktlat_key_names {
	__u32 by;
	enum ktl_tells tells;
	struct ktl_addresses *addresses;
	int cgroups;
};

/* enum in include/linux/interrupt.h, in its order, by the names of /proc/softirqs. */
static const char * const softirqs[] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET",
	"SCHED", "HRTIMER", "RCU",
};

static const char * const block_ops[] = {
	[KTLAT_BLOCK_OTHER]		= "other",
	[KTLAT_BLOCK_READ]		= "read",
	[KTLAT_BLOCK_WRITE]		= "write",
	[KTLAT_BLOCK_FLUSH]		= "flush",
	[KTLAT_BLOCK_DISCARD]		= "discard",
	[KTLAT_BLOCK_SECURE_ERASE]	= "secure erase",
	[KTLAT_BLOCK_WRITE_ZEROES]	= "write zeroes",
	[KTLAT_BLOCK_DRIVER]		= "driver",
};

static const char * const net_entries[] = {
	[KTLAT_NET_NAPI_GRO_FRAGS]		= "napi_gro_frags",
	[KTLAT_NET_NAPI_GRO_RECEIVE]		= "napi_gro_receive",
	[KTLAT_NET_NETIF_RECEIVE_SKB]		= "netif_receive_skb",
	[KTLAT_NET_NETIF_RECEIVE_SKB_LIST]	= "netif_receive_skb_list",
	[KTLAT_NET_NETIF_RX]			= "netif_rx",
	[KTLAT_NET_NETIF_RX_NI]			= "netif_rx_ni",
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
	const struct ktl_preset *preset = NULL;

	if (!names)
		return NULL;
	names->by = info->by;
	names->cgroups = -1;
	if (info->kind == KTLAT_KIND_TRACEPOINT && info->by == KTLAT_BY_EVENT)
		preset = ktl_find_preset_by_name(info->point[0].name);
	if (preset)
		names->tells = preset->tells;
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

static bool name_number(const char * const *list, size_t nr, __u64 number,
			char text[KTLAT_KEY_LEN])
{
	if (number >= nr || !list[number])
		return false;
	strcpy(text, list[number]);
	return true;
}

static bool name_event(struct ktlat_key_names *names, const __u64 words[2],
		       char text[KTLAT_KEY_LEN])
{
	switch (names->tells) {
	case KTL_TELLS_IRQ:
		return name_irq(words[0], text);
	case KTL_TELLS_SOFTIRQ:
		return name_number(softirqs, KTL_ARRAY_SIZE(softirqs), words[0],
				   text);
	case KTL_TELLS_BLOCK:
		return name_number(block_ops, KTL_ARRAY_SIZE(block_ops),
				   words[0], text);
	case KTL_TELLS_NET:
		return name_number(net_entries, KTL_ARRAY_SIZE(net_entries),
				   words[0], text);
	case KTL_TELLS_SYSCALL:
		return ktl_name_syscall(words[0], words[1], text);
	case KTL_TELLS_FUNCTION:
		return name_function(names, words[0], text);
	default:
		return false;
	}
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
	return names->tells == KTL_TELLS_FUNCTION;
}

/**
 * ktlat_key_is_syscall() - Is a key a system call, of a process of 32 bits if its second
 * word is 1?
 * @names: of its probe
 */
bool ktlat_key_is_syscall(const struct ktlat_key_names *names)
{
	return names->tells == KTL_TELLS_SYSCALL;
}
