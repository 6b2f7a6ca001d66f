// SPDX-License-Identifier: GPL-2.0-only
/* remove-probe, enable, disable, reset: one thing done to named probes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "select.h"

static const char * const done[] = {
	[KTLAT_CHANGE_DELETE]	= "removed",
	[KTLAT_CHANGE_ENABLE]	= "enabled",
	[KTLAT_CHANGE_DISABLE]	= "disabled",
	[KTLAT_CHANGE_RESET]	= "reset",
};

/**
 * struct targets - The probes that were named
 * @list: each once
 * @nr: how many
 */
struct targets {
	struct ktlat_probe_info *list;
	size_t nr;
};

static int add_target(struct targets *targets,
		      const struct ktlat_probe_info *info,
		      struct ktlat_error *err)
{
	struct ktlat_probe_info *list;

	list = realloc(targets->list, (targets->nr + 1) * sizeof(*list));
	if (!list)
		return explain(err, "out of memory");
	targets->list = list;
	list[targets->nr++] = *info;
	return 0;
}

static bool is_called_one_of(const struct ktlat_probe_info *info,
			     const struct args *args, bool *found)
{
	bool any = false;
	int i;

	for (i = 0; i < args->nr; i++) {
		bool called = probe_is_called(info, args->list[i]);

		found[i] |= called;
		any |= called;
	}
	return any;
}

/* Finds all before anything is done: a name too many changes nothing. */
static int find_targets(struct ktlat *k, const struct args *args,
			struct targets *targets, struct ktlat_error *err)
{
	bool *found = calloc(args->nr, sizeof(*found));
	struct ktlat_probe_info info = { .id = 0 };
	int ret, i;

	if (!found)
		return explain(err, "out of memory");
	while ((ret = ktlat_next_probe(k, info.id, &info, err)) > 0) {
		if (!is_called_one_of(&info, args, found))
			continue;
		ret = add_target(targets, &info, err);
		if (ret)
			break;
	}
	for (i = 0; !ret && i < args->nr; i++)
		if (!found[i])
			ret = fail_no_probe(args->list[i], err);
	free(found);
	return ret;
}

static int change_targets(struct ktlat *k, enum ktlat_change what,
			  const struct targets *targets,
			  struct ktlat_error *err)
{
	char spec[KTLAT_SPEC_LEN];
	size_t i;

	for (i = 0; i < targets->nr; i++) {
		const struct ktlat_probe_info *info = &targets->list[i];
		int ret = ktlat_change_probe(k, what, info->id, err);

		if (ret < 0)
			return ret;
		ktlat_format_spec(info, spec);
		printf("%s probe %llu: %s\n", done[what],
		       (unsigned long long)info->id, spec);
	}
	return 0;
}

static int change_all(struct ktlat *k, enum ktlat_change what,
		      struct ktlat_error *err)
{
	int nr = ktlat_change_all(k, what, err);

	if (nr < 0)
		return nr;
	printf("%s %d probe%s\n", done[what], nr, nr == 1 ? "" : "s");
	return 0;
}

static int change(struct ctl *ctl, enum ktlat_change what, char **argv)
{
	const struct option options[] = { MORE_OPTIONS(ctl->options) };
	struct targets targets = { 0 };
	struct ktlat_error err;
	struct ktlat *k;
	struct args args;
	int ret;

	if (!take_args(ctl, argv, options, &args, &ret))
		return ret;
	if (!args.nr || args.rest)
		return usage(ctl, "name probes by ID or NAME, or say all");

	if (connect_device(ctl, KTLAT_OPEN_WRITE, &k, &err))
		return fail_with(&err);
	if (args.nr == 1 && !strcmp(args.list[0], "all")) {
		ret = change_all(k, what, &err);
	} else {
		ret = find_targets(k, &args, &targets, &err);
		if (!ret)
			ret = change_targets(k, what, &targets, &err);
	}
	free(targets.list);
	ktlat_close(k);
	return ret ? fail_with(&err) : finish_output();
}

int cmd_remove_probe(struct ctl *ctl, char **argv)
{
	return change(ctl, KTLAT_CHANGE_DELETE, argv);
}

int cmd_enable(struct ctl *ctl, char **argv)
{
	return change(ctl, KTLAT_CHANGE_ENABLE, argv);
}

int cmd_disable(struct ctl *ctl, char **argv)
{
	return change(ctl, KTLAT_CHANGE_DISABLE, argv);
}

int cmd_reset(struct ctl *ctl, char **argv)
{
	return change(ctl, KTLAT_CHANGE_RESET, argv);
}
