// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "group.h"
#include "names.h"
#include "render.h"

#define MIB		(1024 * 1024.0)
/* More than this is said before it is taken. */
#define MUCH_MEMORY	(64 * MIB)

/* There are fewer different ones. */
#define MAX_REASONS	32

/* From one look at how far it is to the next. */
#define PROGRESS_NS	(NS_PER_S / 5)

/**
 * struct progress - How far adding a group is
 * @terminal: somebody looks on
 * @shown: something was shown
 * @next_ns: when it is shown next, CLOCK_MONOTONIC
 */
struct progress {
	bool terminal;
	bool shown;
	__u64 next_ns;
};

/**
 * struct reason - Why functions were left out
 * @text: why
 * @nr: how many
 */
struct reason {
	const char *text;
	__u32 nr;
};

static int check_options(const struct probe_options *probe,
			 struct ktlat_error *err)
{
	if (probe->backend != KTLAT_BACKEND_AUTO &&
	    probe->backend != KTLAT_BACKEND_DIRECT &&
	    probe->backend != KTLAT_BACKEND_KRETPROBE)
		return explain(err,
			       "--backend %s cannot measure a group; direct and kretprobe can",
			       backend_name(probe->backend));
	if (probe->pending)
		return explain(err, "--pending is not for groups");
	if (probe->pool != NOT_GIVEN || probe->starts != NOT_GIVEN)
		return explain(err, "%s is not for groups",
			       probe->pool != NOT_GIVEN ? "--pool" :
							  "--starts");
	return 0;
}

/* They have arguments of their own each. */
static int check_values(const struct ktlat_group *group, struct ktlat_error *err)
{
	bool looks = false;
	int i;

	for (i = 0; i < KTLAT_VALUES; i++)
		looks |= group->value[i].from == KTLAT_FETCH_ARGUMENT;
	for (i = 0; i < KTLAT_CONDITIONS; i++)
		looks |= group->condition[i].fetch.from == KTLAT_FETCH_ARGUMENT;
	return looks ? explain(err, "of a group, ret and caller can be looked at, and no arguments") :
		       0;
}

/* Which calls it is after. */
static int want(const struct probe_options *probe, struct ktlat_group *group,
		struct ktlat_error *err)
{
	struct ktlat_probe_add request = { 0 };
	int ret = wanted_fill(&probe->wanted, &request, err);

	if (!ret && request.slow.ppm)
		ret = explain(err, "a percentile is not for groups; give --slow a duration");
	if (!ret)
		ret = wanted_resolve(&probe->wanted, NULL, group->value,
				     group->condition, err);
	group->filter = request.filter;
	group->slow = request.slow;
	group->by = request.by;
	group->keys = request.keys;
	group->flags |= request.flags;
	return ret ? ret : check_values(group, err);
}

static int name_members(const struct args *args, struct ktlat_group *group,
			struct ktlat_error *err)
{
	int ret = ktlat_check_group_name(group->name, err);
	int i;

	for (i = 0; !ret && i < args->nr; i++)
		ret = ktlat_name_member(group, args->list[i], err);
	return ret;
}

static int read_file(const char *name, struct ktlat_group *group,
		     struct ktlat_error *err)
{
	FILE *file;
	int ret;

	if (!strcmp(name, "-"))
		return ktlat_read_members(group, stdin, "standard input", err);
	file = fopen(name, "re");
	if (!file)
		return explain(err,
			       "cannot read %s: %s; give a file with one function a line",
			       name, strerror(errno));
	ret = ktlat_read_members(group, file, name, err);
	fclose(file);
	return ret;
}

static int by_nr(const void *a, const void *b)
{
	const struct reason *left = a, *right = b;

	if (left->nr != right->nr)
		return left->nr > right->nr ? -1 : 1;
	return strcmp(left->text, right->text);
}

/* Returns how many reasons there are; the most frequent comes first. */
static size_t count_reasons(const struct ktlat_group *group,
			    struct reason reasons[MAX_REASONS])
{
	size_t nr = 0, j;
	__u32 i;

	for (i = 0; i < group->nr_members; i++) {
		const char *text = group->members[i].reason;

		if (!text)
			continue;
		for (j = 0; j < nr && strcmp(reasons[j].text, text); j++)
			;
		if (j == MAX_REASONS)
			continue;
		if (j == nr)
			reasons[nr++] = (struct reason){ .text = text };
		reasons[j].nr++;
	}
	qsort(reasons, nr, sizeof(*reasons), by_nr);
	return nr;
}

static void print_left_out(const struct ktlat_group *group)
{
	struct reason reasons[MAX_REASONS];
	size_t nr = count_reasons(group, reasons), i;
	char number[NUMBER_LEN];

	if (!nr)
		return;
	printf("; %s left out:",
	       format_number(ktlat_count_left_out(group), number));
	for (i = 0; i < nr; i++)
		printf("%s %s %s", i ? "," : "",
		       format_number(reasons[i].nr, number), reasons[i].text);
}

static void print_added(struct ktlat *k, const struct ktlat_group *group,
			__u64 id)
{
	struct ktlat_probe_info info;
	char number[NUMBER_LEN];

	/* Somebody may have removed it by now. */
	if (ktlat_get_probe(k, id, &info, NULL))
		return;
	printf("added group %llu: %s (%s, %s function%s",
	       (unsigned long long)id, group->name, backend_name(info.backend),
	       format_number(info.functions, number),
	       info.functions == 1 ? "" : "s");
	print_left_out(group);
	puts(")");
}

static void print_why(const struct ktlat_group *group)
{
	__u32 i;

	for (i = 0; i < group->nr_members; i++) {
		const struct ktlat_member *member = &group->members[i];
		const char *module = member->point.module;

		if (member->reason)
			printf("left out %s%s%s: %s\n", module,
			       *module ? ":" : "", member->point.name,
			       member->reason);
	}
}

static int announce_memory(struct ktlat *k, const struct ktlat_group *group,
			   struct ktlat_error *err)
{
	struct ktlat_info info;
	int ret = ktlat_get_info(k, &info, err);
	double memory;

	if (ret)
		return ret;
	memory = ktlat_group_memory(group, &info);
	if (memory > MUCH_MEMORY)
		note("group %s takes %.1f MiB; a lower --precision would make it less",
		     group->name, memory / MIB);
	return 0;
}

/* To the user who waits, and from the one who has had enough of it. */
static int tell_progress(void *data, __u32 done, __u32 nr)
{
	struct progress *progress = data;
	char text[2][NUMBER_LEN];
	__u64 now = monotonic_ns();
	int sig;

	/* Children are none of ours. */
	do
		sig = wait_until(0);
	while (sig == SIGCHLD);
	if (sig)
		return 1;
	if (!progress->terminal || now < progress->next_ns)
		return 0;
	fprintf(stderr, "\r%s of %s functions", format_number(done, text[0]),
		format_number(nr, text[1]));
	progress->next_ns = now + PROGRESS_NS;
	progress->shown = true;
	return 0;
}

static int add_with_progress(struct ktlat *k, struct ktlat_group *group,
			     __u64 *id, struct ktlat_error *err)
{
	struct progress progress = {
		.terminal = isatty(STDERR_FILENO),
		.next_ns = monotonic_ns() + PROGRESS_NS,
	};
	int ret;

	group->progress = tell_progress;
	group->data = &progress;
	ret = ktlat_add_group(k, group, id, err);
	if (progress.shown)
		fputs("\r\033[K", stderr);
	return ret;
}

static int add(const struct ctl *ctl, struct ktlat_group *group,
	       const struct group_options *options, struct ktlat_error *err)
{
	sigset_t before;
	struct ktlat *k;
	__u64 id;
	int ret;

	ret = connect_device(ctl, KTLAT_OPEN_WRITE, &k, err);
	if (ret)
		return ret;
	ret = ktlat_check_groups(k, group, err);
	if (!ret)
		ret = ktlat_resolve_members(group, err);
	if (!ret)
		ret = announce_memory(k, group, err);
	if (!ret && options->room.slots)
		ret = need_rings(k, &options->room, err);
	/* A signal ends it while functions are added; once the group is there, what is said. */
	hold_signals(&before);
	if (!ret)
		ret = add_with_progress(k, group, &id, err);
	if (!ret)
		print_added(k, group, id);
	fflush(stdout);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (options->why)
		print_why(group);
	ktlat_close(k);
	return ret;
}

/**
 * add_group() - Add a group
 * @ctl: this run
 * @args: functions
 * @probe: how to measure
 * @options: what it is called, and where more functions are listed
 *
 * Returns the exit status.
 */
int add_group(const struct ctl *ctl, const struct args *args,
	      const struct probe_options *probe,
	      const struct group_options *options)
{
	struct ktlat_group group = {
		.name = options->name,
		.backend = probe->backend,
		.precision = probe->precision != NOT_GIVEN ?
			     probe->precision : KTLAT_GROUP_PRECISION,
		.flags = (probe->public ? KTLAT_PROBE_PUBLIC : 0) |
			 (probe->events ? KTLAT_PROBE_EVENTS : 0) |
			 (probe->no_hist ? KTLAT_PROBE_NO_HISTOGRAM : 0) |
			 (probe->disabled ? KTLAT_PROBE_DISABLED : 0) |
			 (probe->in_registers ? KTLAT_PROBE_REGISTERS : 0),
	};
	struct ktlat_error err;
	int ret = 0, status;

	if (!args->nr && !options->file)
		return usage(ctl, "a group needs functions, or a file of them");
	if (check_options(probe, &err) || want(probe, &group, &err) ||
	    name_members(args, &group, &err)) {
		status = usage(ctl, "%s", err.text);
	} else {
		if (options->file)
			ret = read_file(options->file, &group, &err);
		if (!ret)
			ret = add(ctl, &group, options, &err);
		status = ret ? fail_with(&err) : finish_output();
	}
	ktlat_free_members(&group);
	return status;
}
