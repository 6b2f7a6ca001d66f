// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cpulist.h"
#include "names.h"
#include "request.h"
#include "wanted.h"

#define CGROUP_ROOT	"/sys/fs/cgroup/"
#define MILLION		1000000U
/* For which the slowest calls are kept. */
#define INTERVAL_DEFAULT	(10 * NS_PER_S)

/**
 * wanted_init() - Nothing is given yet
 * @wanted: where the options are to go
 * @more: the options that come after
 */
void wanted_init(struct wanted_options *wanted, const struct option *more)
{
	const struct option options[] = {
		{ OPTION_DURATION, "--min", NULL, &wanted->min_ns, 0, 0, NULL },
		{ OPTION_NUMBER, "--pid", NULL, &wanted->pid, 0,
		  NOT_GIVEN - 1, NULL },
		{ OPTION_NUMBER, "--tgid", NULL, &wanted->tgid, 0,
		  NOT_GIVEN - 1, NULL },
		{ OPTION_TEXT, "--comm", NULL, &wanted->comm, 0, 0, NULL },
		{ OPTION_TEXT, "--cpu", NULL, &wanted->cpus, 0, 0, NULL },
		{ OPTION_TEXT, "--cgroup", NULL, &wanted->cgroup, 0, 0, NULL },
		{ OPTION_TEXT, "--slow", NULL, &wanted->slow, 0, 0, NULL },
		{ OPTION_NUMBER, "--slowest", NULL, &wanted->slowest, 1,
		  KTLAT_SLOWEST_MAX, NULL },
		{ OPTION_DURATION, "--interval", NULL, &wanted->interval_ns, 0,
		  0, NULL },
		{ OPTION_CHOICE, "--by", NULL, &wanted->by, 0, 0, by_choices },
		{ OPTION_NUMBER, "--keys", NULL, &wanted->keys, 1,
		  KTLAT_KEYS_MAX, NULL },
		{ OPTION_TEXTS, "--arg", NULL, &wanted->args, 0, KTLAT_VALUES,
		  NULL },
		{ OPTION_TEXTS, "--filter", NULL, &wanted->filters, 0,
		  KTLAT_CONDITIONS, NULL },
		FLAG_OPTION("--user-stack", &wanted->user_stack),
		MORE_OPTIONS(more),
	};

	_Static_assert(sizeof(options) == sizeof(wanted->options),
		       "the table holds each option");
	*wanted = (struct wanted_options){
		.pid = NOT_GIVEN,
		.tgid = NOT_GIVEN,
		.by = NOT_GIVEN,
	};
	memcpy(wanted->options, options, sizeof(options));
}

static void fill_task(const struct wanted_options *wanted,
		      struct ktlat_filter *filter)
{
	if (wanted->pid != NOT_GIVEN) {
		filter->flags |= KTLAT_FILTER_PID;
		filter->pid = wanted->pid;
	}
	if (wanted->tgid != NOT_GIVEN) {
		filter->flags |= KTLAT_FILTER_TGID;
		filter->tgid = wanted->tgid;
	}
}

static int fill_comm(const char *comm, struct ktlat_filter *filter,
		     struct ktlat_error *err)
{
	if (!comm)
		return 0;
	if (strlen(comm) >= sizeof(filter->comm))
		return explain(err,
			       "--comm: no task is called \"%s\": the kernel keeps %zu characters of a name",
			       comm, sizeof(filter->comm) - 1);
	filter->flags |= KTLAT_FILTER_COMM;
	memcpy(filter->comm, comm, strlen(comm));
	return 0;
}

static int fill_cpus(const char *cpus, struct ktlat_filter *filter,
		     struct ktlat_error *err)
{
	unsigned char bits[KTLAT_FILTER_CPUS / 8] = { 0 };
	int cpu, ret;

	if (!cpus)
		return 0;
	ret = parse_cpulist(cpus, bits, KTLAT_FILTER_CPUS - 1, err);
	if (ret)
		return ret;
	filter->flags |= KTLAT_FILTER_CPU;
	for (cpu = 0; cpu < KTLAT_FILTER_CPUS; cpu++)
		if (bits[cpu / 8] & 1 << cpu % 8)
			filter->cpus[cpu / 64] |= 1ULL << cpu % 64;
	return 0;
}

/* The inode number of its folder. */
static int fill_cgroup(const char *cgroup, struct ktlat_filter *filter,
		       struct ktlat_error *err)
{
	char path[4096];
	struct statfs fs;
	struct stat st;

	if (!cgroup)
		return 0;
	snprintf(path, sizeof(path), "%s%s",
		 *cgroup == '/' ? "" : CGROUP_ROOT, cgroup);
	if (stat(path, &st) || statfs(path, &fs))
		return explain(err, "--cgroup: cannot find %s: %s; give a folder below where cgroup2 is mounted",
			       path, strerror(errno));
	if (fs.f_type != CGROUP2_SUPER_MAGIC || !S_ISDIR(st.st_mode))
		return explain(err, "--cgroup: %s is no cgroup of version 2; give a folder below where cgroup2 is mounted",
			       path);
	filter->flags |= KTLAT_FILTER_CGROUP;
	filter->cgroup_id = st.st_ino;
	return 0;
}

/* "99.9", in millionths; 0 if it is none between 0 and 100. */
static __u32 parse_percent(const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end || !(percent > 0 && percent < 100))
		return 0;
	return percent * (MILLION / 100) + 0.5;
}

static int fill_slow(const char *slow, struct ktlat_probe_add *request,
		     struct ktlat_error *err)
{
	struct ktlat_error reason;

	if (!slow)
		return 0;
	if (*slow == 'p') {
		request->slow.ppm = parse_percent(slow + 1);
		if (request->slow.ppm && request->slow.ppm < MILLION)
			return 0;
	} else if (!ktlat_parse_duration(slow, &request->slow.ns, &reason) &&
		   request->slow.ns) {
		return 0;
	}
	return explain(err,
		       "--slow: \"%s\" is neither a duration such as 1ms nor a percentile such as p99.9",
		       slow);
}

static int fill_slowest(const struct wanted_options *wanted,
			struct ktlat_slow *slow, struct ktlat_error *err)
{
	__u64 interval_ns = wanted->interval_ns ?: INTERVAL_DEFAULT;

	if (!wanted->slowest && wanted->interval_ns)
		return explain(err, "--interval is for --slowest");
	if (interval_ns < KTLAT_INTERVAL_MIN ||
	    interval_ns > KTLAT_INTERVAL_MAX)
		return explain(err, "--interval is from 10ms to 24h");
	slow->slowest = wanted->slowest;
	slow->interval_ns = wanted->slowest ? interval_ns : 0;
	return 0;
}

static int fail_events(struct ktlat_error *err)
{
	char presets[KTLAT_ERROR_LEN / 2];

	ktlat_list_presets(true, presets, sizeof(presets));
	return explain(err, "--by event is for %s; others go by cpu, pid, tgid, comm or cgroup, functions also by arg, caller or ret",
		       presets);
}

/* What tells the calls apart: what was given, or what the SPEC does by itself. */
static int fill_by(__u32 choice, struct ktlat_probe_add *request,
		   struct ktlat_error *err)
{
	if (choice == NOT_GIVEN)
		return 0;
	if (choice == KTLAT_BY_EVENT && !ktlat_tells_events(request))
		return fail_events(err);
	if (by_of_choice(choice) != request->by)
		request->keys = 0;
	request->by = by_of_choice(choice);
	return 0;
}

/* Rounded up, as other sizes are. */
static int fill_keys(const struct wanted_options *wanted,
		     struct ktlat_probe_add *request, struct ktlat_error *err)
{
	int ret = fill_by(wanted->by, request, err);

	if (ret || !wanted->keys)
		return ret;
	if (!request->by)
		return explain(err, "--keys is for --by");
	request->keys = KTLAT_KEYS_MIN;
	while (request->keys < wanted->keys)
		request->keys *= 2;
	return 0;
}

/* Of what kind of probe can values be had at all? */
static int check_kind(const struct wanted_options *wanted,
		      const struct ktlat_probe_add *request,
		      struct ktlat_error *err)
{
	const char *option = wanted->args.nr ? "--arg" :
			     wanted->filters.nr ? "--filter" : "--by";

	if (request->kind == KTLAT_KIND_TRACEPOINT)
		return explain(err, "%s is for functions; tracepoints go by cpu, pid, tgid, comm, cgroup or event",
			       option);
	if (request->kind == KTLAT_KIND_PAIR && request->point[0].offset)
		return explain(err, "%s looks at a pair where it begins, and has nothing to look at behind the start of %s; begin at the function itself",
			       option, request->point[0].name);
	return 0;
}

static int check_by(const struct wanted_options *wanted, struct ktlat_error *err)
{
	if (wanted->by == BY_ARG && !wanted->args.nr)
		return explain(err, "--by arg goes by what --arg captures; give --arg");
	if ((wanted->by == BY_CALLER || wanted->by == BY_RET) && wanted->args.nr)
		return explain(err, "--by %s captures just that; for more, give --by arg --arg %s --arg EXPR",
			       by_choices[wanted->by], by_choices[wanted->by]);
	return 0;
}

/* As far as that can be told without the types of the kernel. */
static int check_values(const struct wanted_options *wanted,
			const struct ktlat_probe_add *request,
			struct ktlat_error *err)
{
	struct ktlat_error why;
	int ret = check_by(wanted, err);
	__u32 i;

	if (!ret && (wanted->args.nr || wanted->filters.nr ||
		     request->by == KTLAT_BY_VALUES))
		ret = check_kind(wanted, request, err);
	for (i = 0; !ret && i < wanted->args.nr; i++)
		if (ktlat_check_value(wanted->args.list[i], &why))
			ret = explain(err, "--arg: %s", why.text);
	for (i = 0; !ret && i < wanted->filters.nr; i++)
		if (ktlat_check_conditions(wanted->filters.list[i], &why))
			ret = explain(err, "--filter: %s", why.text);
	return ret;
}

static int resolve_value(const char *text, const struct ktlat_point *function,
			 struct ktlat_fetch *fetch, struct ktlat_error *err)
{
	struct ktlat_value value;
	struct ktlat_error why;

	if (ktlat_parse_value(text, function, &value, &why))
		return explain(err, "--arg: %s", why.text);
	*fetch = value.fetch;
	return 0;
}

static int resolve_values(const struct wanted_options *wanted,
			  const struct ktlat_point *function,
			  struct ktlat_fetch value[KTLAT_VALUES],
			  struct ktlat_error *err)
{
	int ret = 0;
	__u32 i;

	if (wanted->by == BY_CALLER || wanted->by == BY_RET)
		return resolve_value(by_choices[wanted->by], function, &value[0],
				     err);
	for (i = 0; !ret && i < wanted->args.nr; i++)
		ret = resolve_value(wanted->args.list[i], function, &value[i],
				    err);
	if (!ret && i > 1 && (ktlat_fetch_is_text(&value[0]) ||
			      ktlat_fetch_is_text(&value[1])))
		ret = explain(err, "--arg: a text takes the place of two values, so \"%s\" and \"%s\" cannot both be captured",
			      wanted->args.list[0], wanted->args.list[1]);
	return ret;
}

/**
 * wanted_resolve() - Find out how values are found in calls of a function
 * @wanted: wanted_fill() has taken it
 * @function: the function, as the module is told of it; NULL for those of a group
 * @value: what is captured, filled in
 * @condition: what must be true, filled in
 * @err: why there are no such values
 */
int wanted_resolve(const struct wanted_options *wanted,
		   const struct ktlat_point *function,
		   struct ktlat_fetch value[KTLAT_VALUES],
		   struct ktlat_condition condition[KTLAT_CONDITIONS],
		   struct ktlat_error *err)
{
	struct ktlat_error why;
	int ret = resolve_values(wanted, function, value, err);
	__u32 i;

	for (i = 0; !ret && i < wanted->filters.nr; i++)
		if (ktlat_parse_conditions(wanted->filters.list[i], function,
					   condition, &why))
			ret = explain(err, "--filter: %s", why.text);
	return ret;
}

/**
 * wanted_fill() - Put into a request what was given
 * @wanted: with its options
 * @request: the request
 * @err: what is wrong with the command line
 */
int wanted_fill(const struct wanted_options *wanted,
		struct ktlat_probe_add *request, struct ktlat_error *err)
{
	struct ktlat_filter *filter = &request->filter;
	int ret;

	filter->min_ns = wanted->min_ns;
	fill_task(wanted, filter);
	ret = fill_comm(wanted->comm, filter, err);
	if (!ret)
		ret = fill_cpus(wanted->cpus, filter, err);
	if (!ret)
		ret = fill_cgroup(wanted->cgroup, filter, err);
	if (!ret)
		ret = fill_slow(wanted->slow, request, err);
	if (!ret)
		ret = fill_slowest(wanted, &request->slow, err);
	if (!ret)
		ret = fill_keys(wanted, request, err);
	if (!ret)
		ret = check_values(wanted, request, err);
	if (wanted->user_stack)
		request->flags |= KTLAT_PROBE_USER_STACK;
	return ret;
}

/* Nobody will look at keys, so none are kept unless they are asked for. */
void wanted_without_keys(struct wanted_options *wanted)
{
	if (wanted->by == NOT_GIVEN)
		wanted->by = KTLAT_BY_NOTHING;
}

/* Are values captured that single calls alone show? */
bool wanted_shows_calls(const struct wanted_options *wanted)
{
	return wanted->args.nr && wanted->by != BY_ARG;
}

/* Are calls written, even if not all of them, or do they come with their stack? */
bool wanted_takes_rings(const struct wanted_options *wanted)
{
	return wanted->slow || wanted->slowest;
}
