/* SPDX-License-Identifier: GPL-2.0-only */
/* Which calls of a recording are wanted. */
#ifndef FILTER_H
#define FILTER_H

#include "ctl.h"

/**
 * struct filter - Which calls are wanted; those for which all of it holds
 * @min_ns: at least as long
 * @pid: of this task, or %NOT_GIVEN
 * @tgid: of this process, or %NOT_GIVEN
 * @comm: of tasks of this name, or NULL
 * @cpus: that ended on these CPUs, as "0-3,5"; or NULL
 * @probe: of this probe, named as a user does; or NULL
 * @options: the table of these, and of the common options
 * @on_cpu: the CPUs, if @cpus is given
 * @of_probe: the probes, if @probe is given; as ktlat_file_probes() lists them
 * @probes: that list
 * @nr_probes: how long it is
 */
struct filter {
	__u64 min_ns;
	__u32 pid;
	__u32 tgid;
	const char *comm;
	const char *cpus;
	const char *probe;
	struct option options[7];
	unsigned char on_cpu[(1 << 16) / 8];
	bool *of_probe;
	struct ktlat_file_probe * const *probes;
	size_t nr_probes;
};

void filter_init(struct filter *filter, struct ctl *ctl);
int filter_parse(struct filter *filter, struct ktlat_error *err);
int filter_find_probes(struct filter *filter, const struct ktlat_reader *file,
		       struct ktlat_error *err);
bool filter_takes_all(const struct filter *filter);
bool filter_takes(const struct filter *filter, const struct ktlat_call *call);
void filter_free(struct filter *filter);

#endif /* FILTER_H */
