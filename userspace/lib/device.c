// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* Returns 0 or a negative errno. */
int ktl_ioctl(struct ktlat *k, unsigned long call, void *argument)
{
	return ioctl(k->fd, call, argument) < 0 ? -errno : 0;
}

static int fail_missing(struct ktlat_error *err)
{
	struct ktlat_module module;

	ktlat_get_module(&module);
	if (module.loaded)
		return ktl_fail(err, ENOENT,
				"cannot open " KTLAT_DEVICE_PATH ": the module ktlat is loaded, yet the device node is missing; check that devtmpfs is mounted on /dev");
	return ktl_fail(err, ENOENT,
			"cannot open " KTLAT_DEVICE_PATH ": the module ktlat is not loaded; load it as root with: ktlat-ctl load");
}

static int fail_open(int code, struct ktlat_error *err)
{
	switch (code) {
	case ENOENT:
		return fail_missing(err);
	case EACCES:
	case EPERM:
		return ktl_fail(err, code,
				"cannot open " KTLAT_DEVICE_PATH ": no permission; run as root, or as a member of the group ktlat");
	case ENXIO:
	case ENODEV:
		return ktl_fail(err, code,
				"cannot open " KTLAT_DEVICE_PATH ": no module answers behind the device node; remove the stale node and run: ktlat-ctl load");
	default:
		return ktl_fail(err, code,
				"cannot open " KTLAT_DEVICE_PATH ": %s; see ktlat-ctl status",
				strerror(code));
	}
}

static int check_abi(struct ktlat *k, struct ktlat_error *err)
{
	struct ktlat_info info;
	int ret = ktlat_get_info(k, &info, err);

	if (ret)
		return ret;
	if (info.abi_version != KTLAT_ABI_VERSION)
		return ktl_fail(err, EPROTO,
				"cannot use " KTLAT_DEVICE_PATH ": ktlat-ctl speaks ABI %u, the module %u: install the two from the same version",
				KTLAT_ABI_VERSION, info.abi_version);
	return 0;
}

/**
 * ktlat_open() - Open the device, bound to the default session
 * @out: where to put the handle
 * @flags: %KTLAT_OPEN_WRITE to configure, 0 to look
 * @err: why it failed
 *
 * Refuses (EPROTO) a module that speaks another ABI version.
 */
int ktlat_open(struct ktlat **out, unsigned int flags, struct ktlat_error *err)
{
	int mode = flags & KTLAT_OPEN_WRITE ? O_RDWR : O_RDONLY;
	struct ktlat *k = malloc(sizeof(*k));
	int ret;

	if (!k)
		return ktl_fail(err, ENOMEM, "out of memory");

	k->fd = open(KTLAT_DEVICE_PATH, mode | O_CLOEXEC);
	if (k->fd < 0) {
		ret = fail_open(errno, err);
		free(k);
		return ret;
	}
	ret = check_abi(k, err);
	if (ret) {
		ktlat_close(k);
		return ret;
	}
	*out = k;
	return 0;
}

/**
 * ktlat_close() - Close the device
 * @k: handle, or NULL
 *
 * An anonymous session ends here unless a mapping of one of its probes is
 * still held.
 */
void ktlat_close(struct ktlat *k)
{
	if (!k)
		return;
	close(k->fd);
	free(k);
}

/* The descriptor, to be given to poll(); see ktlat_note_rings_seen(). */
int ktlat_get_fd(const struct ktlat *k)
{
	return k->fd;
}

/**
 * ktlat_get_info() - Ask what the module is and what it can do
 * @k: handle
 * @info: the answer
 * @err: why it failed
 */
int ktlat_get_info(struct ktlat *k, struct ktlat_info *info,
		   struct ktlat_error *err)
{
	int ret;

	*info = (struct ktlat_info){ .size = sizeof(*info) };
	ret = ktl_ioctl(k, KTLAT_IOC_INFO, info);
	if (ret)
		return ktl_fail(err, -ret,
				"cannot use " KTLAT_DEVICE_PATH ": it does not answer as ktlat does (%s): install ktlat-ctl and the module from the same version",
				strerror(-ret));
	return 0;
}

/**
 * ktlat_new_session() - Bind the handle to a fresh anonymous session
 * @k: handle, opened for writing
 * @id: where to put the id of the session, or NULL
 * @err: why it failed
 */
int ktlat_new_session(struct ktlat *k, __u64 *id, struct ktlat_error *err)
{
	struct ktlat_session_new session = { .size = sizeof(session) };
	int ret = ktl_ioctl(k, KTLAT_IOC_SESSION_NEW, &session);

	if (ret == -EPERM)
		return ktl_fail(err, EPERM,
				"cannot start a session: it takes CAP_PERFMON or CAP_SYS_ADMIN; run as root");
	if (ret)
		return ktl_fail(err, -ret,
				"cannot start a session: %s; see ktlat-ctl status",
				strerror(-ret));
	if (id)
		*id = session.id;
	return 0;
}
