/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that stands in for the device. */
#ifndef FAKEDEV_H
#define FAKEDEV_H

#include <dirent.h>
#include <ktlat.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "fakemap.h"
#include "fakerings.h"
#include "fakeslowest.h"
#include "fakestacks.h"

#define FAKE_PATH_LEN	4200
#define FAKE_PROBES	16
/* Where the functions of groups are, those of each probe in one piece. */
#define FAKE_FUNCTIONS		2500
#define FAKE_FUNCTION_OFFSET	0x10000
#define FAKE_FUNCTION_STRIDE	0x200000
/* The file has holes: it takes no more room than what is written. */
#define FAKE_MAP_OFFSET	0x4000000
#define FAKE_MAP_STRIDE	0x4000000
#define FAKE_RINGS_OFFSET	(FAKE_MAP_OFFSET + FAKE_PROBES * FAKE_MAP_STRIDE)
#define FAKE_STACKS_OFFSET	(FAKE_RINGS_OFFSET + FAKEMAP_CPUS * FAKE_RING_STRIDE)
#define FAKE_SLOWEST_OFFSET	(FAKE_STACKS_OFFSET + FAKE_STACKS_SIZE)
#define FAKE_SIZE	(FAKE_SLOWEST_OFFSET + FAKE_PROBES * FAKE_SLOWEST_STRIDE)
/* Where each probe is, for all who look. */
#define FAKE_ADDRESS	0xffffffff81234560ULL
/* Who calls, where that is captured. */
#define FAKE_CALLER	0xffffffff81003030ULL
/* CLOCK_MONOTONIC at the start of the first call that is an event. */
#define FAKE_FIRST_NS	5000000000ULL
/* And from one to the next. */
#define FAKE_CALL_NS	2000ULL

/* What --wrap makes of the functions of libc. */
int __real_open64(const char *path, int flags, ...);
FILE *__real_fopen64(const char *path, const char *mode);
int __real_access(const char *path, int mode);
DIR *__real_opendir(const char *path);
void *__real_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset);
int __real_ioctl(int fd, unsigned long call, void *argument);
int __real_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout,
		 const sigset_t *mask);

/**
 * struct fake_device - What the device remembers; the mappings come behind it
 * @abi_version: that it tells
 * @last_id: the id that was given last
 * @probes: all probes; id 0 for none
 * @anonymous: which of them are in the anonymous session
 * @rooms: how many functions each may have
 * @rings: the event rings
 */
struct fake_device {
	__u32 abi_version;
	__u64 last_id;
	struct ktlat_probe_info probes[FAKE_PROBES];
	bool anonymous[FAKE_PROBES];
	__u32 rooms[FAKE_PROBES];
	struct fake_rings rings;
};

#endif /* FAKEDEV_H */
