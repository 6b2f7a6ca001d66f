// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

static int fail_flight(const char *what, int code, struct ktlat_error *err)
{
	const char *why = strerror(code);
	const char *advice = "see ktlat-ctl status";

	if (code == ENOENT) {
		why = "the session has no event rings";
		advice = "add a probe with --slow first";
	} else if (code == EBUSY) {
		why = "it is armed, or holds a slow call";
		advice = "save that, and thaw it by record --flight --thaw";
	} else if (code == EINVAL) {
		why = "the rings do not hold so many calls";
		advice = "lower --before and --after, or make the rings anew with more --slots";
	} else if (code == EPERM) {
		advice = "it takes CAP_PERFMON, and CAP_SYS_ADMIN for rings of another user; run as root";
	}
	return ktl_fail(err, code, "cannot %s the flight recorder: %s; %s",
			what, why, advice);
}

/**
 * ktlat_arm_flight() - Have the rings stop after the next slow call
 * @k: handle, opened for writing
 * @before: how many records before it are wanted
 * @after: how many after it
 * @after_ns: how long to wait for these
 * @err: why it failed
 */
int ktlat_arm_flight(struct ktlat *k, __u64 before, __u64 after, __u64 after_ns,
		     struct ktlat_error *err)
{
	struct ktlat_flight_info info = {
		.size = sizeof(info),
		.before = before,
		.after = after,
		.after_ns = after_ns,
	};
	int ret = ktl_ioctl(k, KTLAT_IOC_FLIGHT_ARM, &info);

	return ret ? fail_flight("arm", -ret, err) : 0;
}

/**
 * ktlat_get_flight() - Ask what the flight recorder does
 * @k: handle
 * @info: the answer
 * @err: why it failed; ENOENT if the session has no rings that the caller may see
 */
int ktlat_get_flight(struct ktlat *k, struct ktlat_flight_info *info,
		     struct ktlat_error *err)
{
	int ret;

	*info = (struct ktlat_flight_info){ .size = sizeof(*info) };
	ret = ktl_ioctl(k, KTLAT_IOC_FLIGHT_GET, info);
	return ret ? fail_flight("look at", -ret, err) : 0;
}

/**
 * ktlat_thaw_flight() - Let the rings go on
 * @k: handle, opened for writing
 * @err: why it failed
 */
int ktlat_thaw_flight(struct ktlat *k, struct ktlat_error *err)
{
	struct ktlat_flight_info info = { .size = sizeof(info) };
	int ret = ktl_ioctl(k, KTLAT_IOC_FLIGHT_THAW, &info);

	return ret ? fail_flight("thaw", -ret, err) : 0;
}
