// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

static const struct {
	unsigned long call;
	const char *verb;
} changes[] = {
	[KTLAT_CHANGE_DELETE]	= { KTLAT_IOC_PROBE_DELETE, "remove" },
	[KTLAT_CHANGE_ENABLE]	= { KTLAT_IOC_PROBE_ENABLE, "enable" },
	[KTLAT_CHANGE_DISABLE]	= { KTLAT_IOC_PROBE_DISABLE, "disable" },
	[KTLAT_CHANGE_RESET]	= { KTLAT_IOC_PROBE_RESET, "reset" },
};

/**
 * ktlat_add_probe() - Add a probe to the session
 * @k: handle, opened for writing
 * @request: what to probe, as ktlat_parse_spec() and ktlat_resolve_specs() left
 *	it, with the options filled in; the answers in it are not looked at
 * @id: where to put the id of the probe
 * @err: why it failed
 */
int ktlat_add_probe(struct ktlat *k, const struct ktlat_probe_add *request,
		    __u64 *id, struct ktlat_error *err)
{
	struct ktlat_probe_add add = *request;
	int ret;

	add.size = sizeof(add);
	add.id = 0;
	add.refusal = KTLAT_REFUSED_NOT;
	add.refused_point = 0;
	ret = ktl_ioctl(k, KTLAT_IOC_PROBE_ADD, &add);
	if (ret)
		return ktl_refused(&add, -ret, err);
	*id = add.id;
	return 0;
}

static int fail_change(const char *verb, __u64 id, int code,
		       struct ktlat_error *err)
{
	char which[32] = "the probes";

	if (id)
		snprintf(which, sizeof(which), "probe %llu",
			 (unsigned long long)id);
	switch (code) {
	case ENOENT:
		return ktl_fail(err, code,
				"cannot %s %s: there is no such probe; ktlat-ctl list shows those there are",
				verb, which);
	case EPERM:
		return ktl_fail(err, code,
				"cannot %s %s: it takes CAP_PERFMON, and CAP_SYS_ADMIN for a probe of another user; run as root",
				verb, which);
	case ENODEV:
		return ktl_fail(err, code,
				"cannot %s %s: the module that held its function was unloaded, or it is a group without functions; remove it and add it again",
				verb, which);
	case EADDRINUSE:
		return ktl_fail(err, code,
				"cannot %s %s: another trampoline is on its function by now; remove the probe and add it again",
				verb, which);
	case EBUSY:
		return ktl_fail(err, code, "cannot %s %s: %s", verb, which,
				ktl_reason_of_refusal(KTLAT_REFUSED_OFF));
	case EUNATCH:
		return ktl_fail(err, code, "cannot %s %s: %s", verb, which,
				ktl_reason_of_refusal(KTLAT_REFUSED_FTRACE));
	default:
		return ktl_fail(err, code,
				"cannot %s %s: %s; see ktlat-ctl status",
				verb, which, strerror(code));
	}
}

static int change(struct ktlat *k, enum ktlat_change what,
		  struct ktlat_probe_ref *ref, struct ktlat_error *err)
{
	int ret = ktl_ioctl(k, changes[what].call, ref);

	if (ret)
		return fail_change(changes[what].verb, ref->id, -ret, err);
	return ref->count;
}

/**
 * ktlat_change_probe() - Remove, enable, disable or reset a probe
 * @k: handle, opened for writing
 * @what: which of these
 * @id: the probe
 * @err: why it failed
 *
 * Returns the number of probes that it was done to, or a negative errno.
 */
int ktlat_change_probe(struct ktlat *k, enum ktlat_change what, __u64 id,
		       struct ktlat_error *err)
{
	struct ktlat_probe_ref ref = { .size = sizeof(ref), .id = id };

	return change(k, what, &ref, err);
}

/**
 * ktlat_change_all() - Remove, enable, disable or reset every own probe
 * @k: handle, opened for writing
 * @what: which of these
 * @err: why it failed
 *
 * Returns the number of probes that it was done to, or a negative errno.
 */
int ktlat_change_all(struct ktlat *k, enum ktlat_change what,
		     struct ktlat_error *err)
{
	struct ktlat_probe_ref ref = {
		.size = sizeof(ref),
		.flags = KTLAT_REF_ALL,
	};

	return change(k, what, &ref, err);
}

/**
 * ktlat_get_probe() - Ask what a probe is
 * @k: handle
 * @id: the probe
 * @info: the answer
 * @err: why it failed; ENOENT if there is no such probe
 */
int ktlat_get_probe(struct ktlat *k, __u64 id, struct ktlat_probe_info *info,
		    struct ktlat_error *err)
{
	int ret;

	*info = (struct ktlat_probe_info){ .size = sizeof(*info), .id = id };
	ret = ktl_ioctl(k, KTLAT_IOC_PROBE_GET, info);
	if (ret)
		return fail_change("look at", id, -ret, err);
	return 0;
}

/**
 * ktlat_next_probe() - Walk the probes of the session
 * @k: handle
 * @after: id of the probe before, 0 to begin with
 * @info: the answer
 * @err: why it failed
 *
 * Returns 1, 0 after the last probe, or a negative errno.
 */
int ktlat_next_probe(struct ktlat *k, __u64 after,
		     struct ktlat_probe_info *info, struct ktlat_error *err)
{
	int ret;

	*info = (struct ktlat_probe_info){ .size = sizeof(*info), .id = after };
	ret = ktl_ioctl(k, KTLAT_IOC_PROBE_NEXT, info);
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return fail_change("list", 0, -ret, err);
	return 1;
}
