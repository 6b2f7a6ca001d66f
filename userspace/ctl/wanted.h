/* SPDX-License-Identifier: GPL-2.0-only */
/* Which calls a probe is to be after, and which of them are slow. */
#ifndef WANTED_H
#define WANTED_H

#include "ctl.h"

/**
 * struct wanted_options - As they were given
 * @min_ns: at least as long
 * @pid: of this task, or %NOT_GIVEN
 * @tgid: of this process, or %NOT_GIVEN
 * @comm: of tasks of this name, or NULL
 * @cpus: that end on these CPUs, or NULL
 * @cgroup: of tasks in this cgroup, a path; or NULL
 * @slow: from which on a call is slow, a duration or p99.9; or NULL
 * @slowest: keep so many of the slowest calls of an interval, or 0
 * @interval_ns: how long that is, or 0 if it was not given
 * @by: by which calls are told apart, its place in by_choices, or %NOT_GIVEN
 * @keys: how many keys there is room for on each CPU, or 0
 * @args: expressions, whose values are captured
 * @filters: conditions on their values
 * @user_stack: with its stack goes that of its process
 * @options: the table of these, and of the options that come after
 */
struct wanted_options {
	__u64 min_ns;
	__u32 pid;
	__u32 tgid;
	const char *comm;
	const char *cpus;
	const char *cgroup;
	const char *slow;
	__u32 slowest;
	__u64 interval_ns;
	__u32 by;
	__u32 keys;
	struct texts args;
	struct texts filters;
	bool user_stack;
	struct option options[15];
};

void wanted_init(struct wanted_options *wanted, const struct option *more);
int wanted_fill(const struct wanted_options *wanted,
		struct ktlat_probe_add *request, struct ktlat_error *err);
void wanted_without_keys(struct wanted_options *wanted);
int wanted_resolve(const struct wanted_options *wanted,
		   const struct ktlat_point *function,
		   struct ktlat_fetch value[KTLAT_VALUES],
		   struct ktlat_condition condition[KTLAT_CONDITIONS],
		   struct ktlat_error *err);
bool wanted_shows_calls(const struct wanted_options *wanted);
bool wanted_takes_rings(const struct wanted_options *wanted);

#endif /* WANTED_H */
