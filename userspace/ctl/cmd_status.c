// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "names.h"
#include "render.h"

/* @lack: why it is not there, if it is not; NULL where it always is. */
static const struct feature {
	__u64 bit;
	const char *name;
	const char *lack;
} features[] = {
#ifdef __x86_64__
	{ KTLAT_FEATURE_DIRECT, "direct", "this kernel has no direct calls" },
#else
	{ KTLAT_FEATURE_DIRECT, "direct", "it is for x86-64 only" },
#endif
	{ KTLAT_FEATURE_FPROBE, "fprobe", "this kernel has none of a known kind" },
	{ KTLAT_FEATURE_KRETPROBE, "kretprobe", NULL },
	{ KTLAT_FEATURE_PAIR, "pair", NULL },
	{ KTLAT_FEATURE_TRACEPOINT, "tracepoint", NULL },
};

/* The same for groups. */
static const struct feature group_features[] = {
	{ KTLAT_FEATURE_DIRECT_GROUP, "direct", NULL },
	{ KTLAT_FEATURE_KRETPROBE_GROUP, "kretprobe", NULL },
};

/* Backends that measure functions, and then some. */
#define MAX_USED	8

/**
 * struct status - What is known of the module
 * @module: what the kernel says about it
 * @answers: the device could be asked
 * @info: what it answered
 * @held: functions whose calls hold the module
 * @nr_held: how many
 * @used: of each backend that has a function probe here, one, and a group, one
 * @nr_used: how many
 * @err: or why it could not
 */
struct status {
	struct ktlat_module module;
	bool answers;
	struct ktlat_info info;
	struct ktlat_held *held;
	size_t nr_held;
	struct ktlat_probe_info used[MAX_USED];
	size_t nr_used;
	struct ktlat_error err;
};

static void find_held(struct ktlat *k, struct status *status)
{
	struct ktlat_held held = { 0 };

	while (!ktlat_next_held(k, &held, NULL)) {
		struct ktlat_held *more;

		more = reallocarray(status->held, status->nr_held + 1,
				    sizeof(*more));
		if (!more)
			return;
		status->held = more;
		more[status->nr_held++] = held;
	}
}

static bool is_used(const struct status *status,
		    const struct ktlat_probe_info *info)
{
	size_t i;

	for (i = 0; i < status->nr_used; i++)
		if (status->used[i].backend == info->backend &&
		    status->used[i].kind == info->kind)
			return true;
	return false;
}

static void find_used(struct ktlat *k, struct status *status)
{
	struct ktlat_probe_info info = { .id = 0 };

	while (status->nr_used < MAX_USED &&
	       ktlat_next_probe(k, info.id, &info, NULL) > 0)
		if ((info.kind == KTLAT_KIND_FUNCTION ||
		     info.kind == KTLAT_KIND_GROUP) &&
		    !is_used(status, &info))
			status->used[status->nr_used++] = info;
}

static void find_out(struct status *status)
{
	struct ktlat *k;

	ktlat_get_module(&status->module);
	if (ktlat_open(&k, 0, &status->err))
		return;
	status->answers = !ktlat_get_info(k, &status->info, &status->err);
	if (status->answers) {
		find_held(k, status);
		find_used(k, status);
	}
	ktlat_close(k);
}

static void text_memory(const struct ktlat_info *info)
{
	printf("memory    %llu KiB", (unsigned long long)
	       (info->memory_bytes + 1023) / 1024);
	if (info->memory_max == ~0ULL)
		printf(", no limit\n");
	else
		printf(" of %llu KiB\n",
		       (unsigned long long)info->memory_max / 1024);
}

static void text_features(const char *what, __u64 given,
			  const struct feature *feature, size_t nr)
{
	bool any = false;

	fputs(what, stdout);
	for (; nr--; feature++) {
		if (!(given & feature->bit))
			continue;
		printf(" %s", feature->name);
		any = true;
	}
	puts(any ? "" : " nothing");
}

/* A line for each backend that is not there. */
static void text_lacks(__u64 given)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].lack && !(given & features[i].bit))
			printf("no %-6s %s\n", features[i].name, features[i].lack);
}

static void text_info(const struct ktlat_info *info)
{
	printf("session   %s (%llu), %u probe%s\n",
	       session_name(info->session_kind),
	       (unsigned long long)info->session_id, info->nr_probes,
	       info->nr_probes == 1 ? "" : "s");
	printf("clock     %s\n", clock_name(info->clock));
	text_memory(info);
	printf("limits    %u probes for each user, precision 0 to %u (%u unless given)\n",
	       info->max_probes, info->precision_max, info->precision_default);
	printf("CPUs      %u\n", info->nr_cpus);
	text_features("measures ", info->features, features,
		      ARRAY_SIZE(features));
	text_features("groups by", info->features, group_features,
		      ARRAY_SIZE(group_features));
	text_lacks(info->features);
}

/* What a probe adds to each call, on this machine. */
static void text_cost(const struct ktlat_probe_info *info)
{
	char cost[KTLAT_DURATION_LEN], share[KTLAT_DURATION_LEN];

	printf("cost      %s%s ", backend_name(info->backend),
	       info->kind == KTLAT_KIND_GROUP ? ", groups:" : "");
	if (!info->cost_ps) {
		printf("not known\n");
		return;
	}
	format_cost(info->cost_ps, cost);
	format_cost(info->share_ps, share);
	printf("%s a call, %s of that in its latency\n", cost, share);
}

/* Which calls hold the module, and of which tasks if these sleep. */
static void text_held(const struct ktlat_held *held)
{
	char sleepers[256];

	ktlat_list_sleepers(held->point.name, sleepers, sizeof(sleepers));
	printf("held      %llu call%s in flight in %s%s%s\n",
	       (unsigned long long)held->in_flight,
	       held->in_flight == 1 ? "" : "s", held->point.name,
	       *sleepers ? ": " : "", sleepers);
}

static void text_status(const struct status *status)
{
	size_t i;

	if (status->module.loaded)
		printf("module    loaded, version %s, %d reference%s\n",
		       *status->module.version ? status->module.version :
						 "unknown",
		       status->module.refcnt,
		       status->module.refcnt == 1 ? "" : "s");
	else
		printf("module    not loaded\n");
	if (!status->answers) {
		printf("tool      version %s, ABI %u\n", KTLAT_VERSION,
		       KTLAT_ABI_VERSION);
		printf("device    %s\n", status->err.text);
		return;
	}
	printf("tool      version %s, ABI %u as the module\n", KTLAT_VERSION,
	       KTLAT_ABI_VERSION);
	text_info(&status->info);
	for (i = 0; i < status->nr_used; i++)
		text_cost(&status->used[i]);
	for (i = 0; i < status->nr_held; i++)
		text_held(&status->held[i]);
}

static void json_features(struct json_object *root, const char *key,
			  __u64 given, const struct feature *feature, size_t nr)
{
	struct json_object *names = json_object_new_array();

	for (; nr--; feature++)
		if (given & feature->bit)
			json_object_array_add(names, json_object_new_string
					      (feature->name));
	json_object_object_add(root, key, names);
}

/* By name of the backend that is not there, why. */
static void json_lacks(struct json_object *root, __u64 given)
{
	struct json_object *lacks = json_object_new_object();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].lack && !(given & features[i].bit))
			add_string(lacks, features[i].name, features[i].lack);
	json_object_object_add(root, "lacks", lacks);
}

static void json_info(struct json_object *root, const struct ktlat_info *info)
{
	add_number(root, "abi_version", info->abi_version);
	json_features(root, "features", info->features, features,
		      ARRAY_SIZE(features));
	json_features(root, "group_backends", info->features, group_features,
		      ARRAY_SIZE(group_features));
	json_lacks(root, info->features);
	add_string(root, "clock", clock_name(info->clock));
	add_number(root, "session", info->session_id);
	add_string(root, "session_kind", session_name(info->session_kind));
	add_number(root, "nr_probes", info->nr_probes);
	add_number(root, "max_probes", info->max_probes);
	add_number(root, "memory_bytes", info->memory_bytes);
	json_object_object_add(root, "memory_max", info->memory_max == ~0ULL ?
			       NULL : json_object_new_uint64(info->memory_max));
	add_number(root, "page_size", info->page_size);
	add_number(root, "nr_cpus", info->nr_cpus);
	add_number(root, "precision_max", info->precision_max);
	add_number(root, "precision_default", info->precision_default);
}

static void json_held(struct json_object *root, const struct status *status)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < status->nr_held; i++) {
		struct json_object *held = json_object_new_object();

		add_string(held, "function", status->held[i].point.name);
		add_number(held, "in_flight", status->held[i].in_flight);
		json_object_array_add(list, held);
	}
	json_object_object_add(root, "held", list);
}

static void json_costs(struct json_object *root, const struct status *status)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < status->nr_used; i++) {
		const struct ktlat_probe_info *info = &status->used[i];
		struct json_object *cost = json_object_new_object();

		add_string(cost, "backend", backend_name(info->backend));
		add_cost(cost, "cost_ns", info->cost_ps);
		add_cost(cost, "net_share_ns", info->share_ps);
		if (info->kind == KTLAT_KIND_GROUP)
			json_object_object_add(cost, "groups",
					       json_object_new_boolean(true));
		json_object_array_add(list, cost);
	}
	json_object_object_add(root, "costs", list);
}

static void json_status(const struct status *status)
{
	struct json_object *root = json_document();

	add_bool(root, "loaded", status->module.loaded);
	add_string(root, "module_version", status->module.version);
	add_number(root, "refcnt", status->module.refcnt);
	add_string(root, "tool_version", KTLAT_VERSION);
	add_number(root, "tool_abi_version", KTLAT_ABI_VERSION);
	add_bool(root, "answers", status->answers);
	if (status->answers) {
		json_info(root, &status->info);
		json_held(root, status);
		json_costs(root, status);
	} else {
		add_string(root, "problem", status->err.text);
	}
	json_print(stdout, root);
}

/* Never loads the module: it is asked in order to see what is there. */
int cmd_status(struct ctl *ctl, char **argv)
{
	bool json = false;
	const struct option options[] = {
		FLAG_OPTION("--json", &json),
		MORE_OPTIONS(ctl->options)
	};
	struct status status = { 0 };
	struct args args;
	int ret;

	if (!take_args(ctl, argv, options, &args, &ret))
		return ret;
	if (args.nr || args.rest)
		return usage(ctl, "it takes no argument");
	find_out(&status);
	if (json)
		json_status(&status);
	else
		text_status(&status);
	free(status.held);
	return finish_output();
}
