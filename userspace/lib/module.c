// SPDX-License-Identifier: GPL-2.0-only
#include <grp.h>
#include <libkmod.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define SYSFS		"/sys/module/ktlat/"
/* devtmpfs makes the node a moment after the module is in. */
#define NODE_TRIES	100
#define NODE_WAIT_NS	(20 * 1000 * 1000)

static bool read_line(const char *path, char *text, int size)
{
	FILE *file = fopen(path, "re");
	bool done;

	if (!file)
		return false;
	done = fgets(text, size, file);
	if (done)
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return done;
}

/**
 * ktlat_get_module() - Is the module loaded?
 * @module: what the kernel says about it
 */
void ktlat_get_module(struct ktlat_module *module)
{
	char text[KTLAT_VERSION_LEN];

	memset(module, 0, sizeof(*module));
	module->loaded = read_line(SYSFS "initstate", text, sizeof(text)) &&
			 !strcmp(text, "live");
	if (read_line(SYSFS "refcnt", text, sizeof(text)))
		module->refcnt = atoi(text);
	read_line(SYSFS "version", module->version, sizeof(module->version));
}

/* Gives the node to the group ktlat, where there is one, as udev would. */
static int open_to_group(struct ktlat_error *err)
{
	struct group *group = getgrnam("ktlat");

	if (!group)
		return 0;
	if (chown(KTLAT_DEVICE_PATH, 0, group->gr_gid) ||
	    chmod(KTLAT_DEVICE_PATH, 0660))
		return ktl_fail(err, errno,
				"cannot give " KTLAT_DEVICE_PATH " to the group ktlat: %s; do it by hand",
				strerror(errno));
	return 0;
}

static int wait_for_node(struct ktlat_error *err)
{
	const struct timespec pause = { .tv_nsec = NODE_WAIT_NS };
	int tries;

	for (tries = 0; tries < NODE_TRIES; tries++) {
		if (!access(KTLAT_DEVICE_PATH, F_OK))
			return open_to_group(err);
		nanosleep(&pause, NULL);
	}
	return ktl_fail(err, ENOENT,
			"cannot find " KTLAT_DEVICE_PATH ": the module is loaded, yet no device node appeared; check that devtmpfs is mounted on /dev");
}

static int fail_load(const char *path, int code, struct ktlat_error *err)
{
	struct utsname kernel = { 0 };

	uname(&kernel);
	switch (code) {
	case ENOENT:
		if (path)
			break;
		return ktl_fail(err, ENOENT,
				"cannot load the module ktlat: it is not installed for the kernel %s; install it, or give its file: ktlat-ctl load PATH",
				kernel.release);
	case EPERM:
		return ktl_fail(err, code, geteuid() ?
				"cannot load the module ktlat: no permission; run as root" :
				"cannot load the module ktlat: the kernel does not let root load it: it may want a signature (Secure Boot; sign it, and enrol the key with mokutil), or take no more modules (sysctl kernel.modules_disabled), or this is a container");
	case EKEYREJECTED:
	case ENOKEY:
		return ktl_fail(err, code,
				"cannot load the module ktlat: it is not signed with a key that this machine trusts (Secure Boot); sign it, and enrol the key with mokutil");
	case EEXIST:
		return ktl_fail(err, code,
				"cannot load the module ktlat: it is loaded already; to replace it run ktlat-ctl unload first");
	case ENOEXEC:
		return ktl_fail(err, code,
				"cannot load the module ktlat: it was built for another kernel than %s; build it for this one",
				kernel.release);
	}
	return ktl_fail(err, code,
			"cannot load %s: %s; see the kernel log",
			path ? path : "the module ktlat", strerror(code));
}

static int insert(struct kmod_ctx *ctx, const char *path,
		  const char *parameters)
{
	struct kmod_module *module;
	int ret;

	if (path)
		ret = kmod_module_new_from_path(ctx, path, &module);
	else
		ret = kmod_module_new_from_name(ctx, "ktlat", &module);
	if (ret)
		return ret;
	if (path)
		ret = kmod_module_insert_module(module, 0, parameters);
	else if (!kmod_module_get_path(module))
		ret = -ENOENT;
	else
		ret = kmod_module_probe_insert_module(module,
						      KMOD_PROBE_FAIL_ON_LOADED,
						      parameters, NULL, NULL,
						      NULL);
	kmod_module_unref(module);
	return ret;
}

/* libkmod logs to stderr by itself; we say it once, in our own words. */
static void be_silent(void *data, int priority, const char *file, int line,
		      const char *function, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

/**
 * ktlat_load_module() - Load the module and wait for its device
 * @path: file of the module, or NULL for the one that is installed
 * @parameters: module parameters "NAME=VALUE NAME=VALUE", or NULL
 * @err: why it failed
 */
int ktlat_load_module(const char *path, const char *parameters,
		      struct ktlat_error *err)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	int ret;

	if (!ctx)
		return ktl_fail(err, ENOMEM, "out of memory");
	kmod_set_log_fn(ctx, be_silent, NULL);
	ret = insert(ctx, path, parameters ? parameters : "");
	kmod_unref(ctx);
	if (ret)
		return fail_load(path, -ret, err);
	return wait_for_node(err);
}

/* Writes "FUNC (3), OTHER (1)": functions with calls in flight. */
static void list_functions(struct ktlat *k, char *text, size_t size)
{
	struct ktlat_held held = { 0 };
	size_t len = 0;

	while (len < size && !ktlat_next_held(k, &held, NULL))
		len += snprintf(text + len, size - len, "%s%s (%llu)",
				len ? ", " : "", held.point.name,
				(unsigned long long)held.in_flight);
}

/* No process holds it, so calls do. */
static int fail_in_flight(struct ktlat_error *err)
{
	char functions[512] = "";
	struct ktlat *k;

	if (!ktlat_open(&k, 0, NULL)) {
		list_functions(k, functions, sizeof(functions));
		ktlat_close(k);
	}
	return ktl_fail(err, EBUSY,
			"cannot unload the module ktlat: calls are in flight in %s; wait for them to return, ktlat-ctl status shows them",
			*functions ? functions : "probed functions");
}

static int fail_held(struct ktlat_error *err)
{
	struct ktlat_module module;
	char holders[512];
	const char *are;

	ktlat_get_module(&module);
	are = module.refcnt == 1 ? " is" : "s are";
	ktl_list_holders(holders, sizeof(holders));
	if (*holders)
		return ktl_fail(err, EBUSY,
				"cannot unload the module ktlat: %d reference%s held, the device is in use by %s; end them first",
				module.refcnt, are, holders);
	return fail_in_flight(err);
}

static int remove_module(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;
	int ret;

	if (!ctx)
		return -ENOMEM;
	kmod_set_log_fn(ctx, be_silent, NULL);
	ret = kmod_module_new_from_name(ctx, "ktlat", &module);
	if (!ret)
		ret = kmod_module_remove_module(module, 0);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return ret;
}

/*
 * Probes of the direct backend hold the module, and so do their last calls, for
 * some tenths of a second at least. Where nobody else holds it, the probes go,
 * as they would with the module, and we wait a moment. Returns whether to try
 * again.
 */
static bool remove_probes(void)
{
	const struct timespec pause = { .tv_nsec = NODE_WAIT_NS };
	struct ktlat_module module;
	char holders[8];
	struct ktlat *k;
	int tries, nr;

	ktl_list_holders(holders, sizeof(holders));
	if (*holders || ktlat_open(&k, KTLAT_OPEN_WRITE, NULL))
		return false;
	nr = ktlat_change_all(k, KTLAT_CHANGE_DELETE, NULL);
	ktlat_close(k);
	for (tries = 0; nr >= 0 && tries < NODE_TRIES; tries++) {
		ktlat_get_module(&module);
		if (!module.refcnt)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/**
 * ktlat_unload_module() - Unload the module, and its probes with it
 * @err: why it failed; EBUSY says who holds it
 */
int ktlat_unload_module(struct ktlat_error *err)
{
	int ret = remove_module();

	if ((ret == -EBUSY || ret == -EAGAIN) && remove_probes())
		ret = remove_module();
	switch (-ret) {
	case 0:
		return 0;
	case EBUSY:
	case EAGAIN:
		return fail_held(err);
	case ENOENT:
		return ktl_fail(err, ENOENT,
				"cannot unload the module ktlat: it is not loaded; nothing is left to do");
	case EPERM:
		return ktl_fail(err, EPERM,
				"cannot unload the module ktlat: no permission; run as root");
	default:
		return ktl_fail(err, -ret,
				"cannot unload the module ktlat: %s; see the kernel log",
				strerror(-ret));
	}
}
