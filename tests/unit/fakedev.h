/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that stands in for the device. */
#ifndef FAKEDEV_H
#define FAKEDEV_H

#include <ktlat.h>
#include <stdbool.h>
#include <stdio.h>

#define FAKE_PATH_LEN	4200
#define FAKE_PROBES	16
#define FAKE_MAP_OFFSET	0x10000
#define FAKE_MAP_STRIDE	0x80000
#define FAKE_SIZE	(FAKE_MAP_OFFSET + FAKE_PROBES * FAKE_MAP_STRIDE)

/* What --wrap makes of the functions of libc. */
int __real_open64(const char *path, int flags, ...);
FILE *__real_fopen64(const char *path, const char *mode);
int __real_access(const char *path, int mode);
int __real_ioctl(int fd, unsigned long call, void *argument);

/**
 * struct fake_device - What the device remembers; the mappings come behind it
 * @abi_version: that it tells
 * @last_id: the id that was given last
 * @probes: all probes; id 0 for none
 * @anonymous: which of them are in the anonymous session
 */
struct fake_device {
	__u32 abi_version;
	__u64 last_id;
	struct ktlat_probe_info probes[FAKE_PROBES];
	bool anonymous[FAKE_PROBES];
};

#endif /* FAKEDEV_H */
