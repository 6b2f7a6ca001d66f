// SPDX-License-Identifier: GPL-2.0-only
#include <sys/wait.h>

#include "json.h"
#include "names.h"
#include "render.h"
#include "values.h"

static struct json_object *latency(const struct ktlat_snapshot *snap, __u64 ns)
{
	return snap->count ? json_object_new_uint64(ns) : NULL;
}

static struct json_object *percentile(const struct ktlat_snapshot *snap,
				      __u32 ppm)
{
	return snap->count && snap->nr_buckets ?
	       latency(snap, ktlat_percentile(snap, ppm)) : NULL;
}

static void add_identity(struct json_object *probe, struct watch *watch,
			 __u64 session)
{
	const struct ktlat_probe_info *info = &watch->info;
	bool group = info->kind == KTLAT_KIND_GROUP;
	char why[KTLAT_ERROR_LEN];

	add_number(probe, "id", info->id);
	add_string(probe, "spec", watch->spec);
	json_object_object_add(probe, "function", group ? NULL :
			       json_object_new_string(info->point[0].name));
	json_object_object_add(probe, "module", group ? NULL :
			       json_object_new_string(watch->module));
	if (group)
		add_number(probe, "functions", info->functions);
	add_string(probe, "kind", kind_name(info->kind));
	add_string(probe, "backend", backend_name(info->backend));
	json_object_object_add(probe, "passed_over",
			       ktlat_format_refusal(info->passed_over, why) ?
			       json_object_new_string(why) : NULL);
	add_string(probe, "state", state_name(info->state));
	add_number(probe, "uid", info->uid);
	add_bool(probe, "public", info->flags & KTLAT_PROBE_PUBLIC);
	add_number(probe, "precision", info->precision);
	add_number(probe, "pool", info->pool);
	add_number(probe, "starts", info->starts);
	add_number(probe, "session", session);
	add_number(probe, "slow_ns", info->slow.ns);
	json_object_object_add(probe, "by", info->by ?
			       json_object_new_string(by_name(info)) : NULL);
	add_values(probe, watch);
	add_number(probe, "generation", watch->shown->generation);
	json_object_object_add(probe, "refusal",
			       ktlat_format_refusal(info->refusal, why) ?
			       json_object_new_string(why) : NULL);
}

/* Nothing throttles yet; readers need not know that. */
static void add_accounts(struct json_object *probe, const struct watch *watch)
{
	const struct ktlat_snapshot *snap = watch->shown;
	double coverage;

	add_number(probe, "entries", snap->entries);
	add_number(probe, "count", snap->count);
	add_number(probe, "missed", snap->missed);
	add_number(probe, "missed_pool", snap->missed_pool);
	add_number(probe, "missed_busy", snap->missed_busy);
	add_number(probe, "recursed", snap->recursed);
	add_number(probe, "abandoned", snap->abandoned);
	add_number(probe, "in_flight", snap->in_flight);
	add_number(probe, "filtered", snap->filtered);
	add_number(probe, "unread", snap->unread);
	add_number(probe, "throttled", 0);
	add_number(probe, "unmatched", snap->unmatched);
	add_number(probe, "clock_backwards", snap->clock_backwards);
	add_bool(probe, "exact", !(watch->info.flags & KTLAT_PROBE_INEXACT));
	json_object_object_add(probe, "coverage",
			       ktlat_coverage(snap, &coverage) ?
			       json_object_new_double(coverage) : NULL);
}

static void add_latencies(struct json_object *probe,
			  const struct ktlat_snapshot *snap)
{
	add_number(probe, "sum_ns", snap->sum_ns);
	json_object_object_add(probe, "min_ns", latency(snap, snap->min_ns));
	json_object_object_add(probe, "max_ns", latency(snap, snap->max_ns));
	json_object_object_add(probe, "mean_ns", snap->count ?
			       json_object_new_double((double)snap->sum_ns /
						      snap->count) : NULL);
	json_object_object_add(probe, "p50_ns", percentile(snap, 500000));
	json_object_object_add(probe, "p90_ns", percentile(snap, 900000));
	json_object_object_add(probe, "p99_ns", percentile(snap, 990000));
	json_object_object_add(probe, "p999_ns", percentile(snap, 999000));
}

static void add_buckets(struct json_object *probe,
			const struct ktlat_snapshot *snap)
{
	struct json_object *buckets = json_object_new_array();
	__u32 i;

	for (i = 0; i < snap->nr_buckets; i++) {
		struct json_object *bucket;
		__u64 low, high;

		if (!snap->buckets[i])
			continue;
		bucket = json_object_new_object();
		ktlat_get_bounds(snap, i, &low, &high);
		add_number(bucket, "lo_ns", low);
		add_number(bucket, "hi_ns", high);
		add_number(bucket, "count", snap->buckets[i]);
		json_object_array_add(buckets, bucket);
	}
	json_object_object_add(probe, "buckets", buckets);
}

static struct json_object *make_member(const struct ktlat_point *function,
				       const struct ktlat_snapshot *snap)
{
	struct json_object *member = json_object_new_object();
	char spec[KTLAT_SPEC_LEN];

	ktlat_format_function(function, spec);
	add_string(member, "spec", spec);
	add_string(member, "function", function->name);
	add_string(member, "module", *function->module ? function->module :
							 KTLAT_VMLINUX);
	add_number(member, "entries", snap->entries);
	add_number(member, "count", snap->count);
	add_latencies(member, snap);
	add_buckets(member, snap);
	return member;
}

/* All functions of a group, in the order in which they were added. */
static void add_members(struct json_object *probe, const struct watch *watch)
{
	struct json_object *members = json_object_new_array();
	const struct ktlat_snapshot *snap = watch->shown;
	__u32 i;

	for (i = 0; i < snap->nr_members && i < watch->nr_functions; i++)
		json_object_array_add(members,
				      make_member(&watch->functions[i],
						  &snap->members[i]));
	json_object_object_add(probe, "members", members);
}

static struct json_object *make_key(const struct watch *watch,
				    const struct ktlat_key *key)
{
	struct json_object *object = json_object_new_object();
	char name[KTLAT_KEY_LEN], address[32];
	bool named = ktlat_name_key(watch->key_names, key, name);

	if (watch->info.by == KTLAT_BY_VALUES) {
		add_value_key(object, watch, key);
	} else if (watch->info.by == KTLAT_BY_COMM) {
		add_string(object, "key", name);
	} else if (ktlat_key_is_address(watch->key_names)) {
		snprintf(address, sizeof(address), "0x%llx", key->words[0]);
		add_string(object, "key", address);
	} else {
		add_number(object, "key", key->words[0]);
	}
	json_object_object_add(object, "name",
			       named ? json_object_new_string(name) : NULL);
	if (ktlat_key_is_syscall(watch->key_names))
		add_bool(object, "compat", key->words[1]);
	add_number(object, "count", key->figures.count);
	add_latencies(object, &key->figures);
	return object;
}

/* The key with the most time first, as in text. */
static void add_keys(struct json_object *probe, const struct watch *watch)
{
	const struct ktlat_keys *keys = watch->keys_shown;
	struct json_object *list = json_object_new_array();
	struct json_object *other = json_object_new_object();
	struct ranks ranks;
	size_t i;

	if (rank_keys(watch, RANK_TOTAL, &ranks)) {
		for (i = 0; i < ranks.nr; i++)
			json_object_array_add(list,
					      make_key(watch, ranks.list[i].what));
		ranks_free(&ranks);
	}
	json_object_object_add(probe, "keys", list);
	add_number(other, "count", keys->other.count);
	add_latencies(other, &keys->other);
	json_object_object_add(probe, "other", other);
}

static struct json_object *make_probe(struct watch *watch, __u64 session,
				      bool buckets)
{
	struct json_object *probe = json_object_new_object();

	add_identity(probe, watch, session);
	add_accounts(probe, watch);
	add_bool(probe, "delta", watch->shown->delta);
	add_bool(probe, "net", watch->shown->net);
	add_latencies(probe, watch->shown);
	add_cost(probe, "cost_ns", watch->info.cost_ps);
	add_cost(probe, "net_share_ns", watch->info.share_ps);
	if (buckets)
		add_buckets(probe, watch->shown);
	if (buckets && watch->info.kind == KTLAT_KIND_GROUP)
		add_members(probe, watch);
	if (buckets && watch->keys_shown)
		add_keys(probe, watch);
	return probe;
}

struct json_object *json_outcome(const struct outcome *outcome)
{
	struct json_object *object = json_object_new_object();

	add_bool(object, "running", outcome->running);
	if (outcome->running)
		return object;
	if (WIFEXITED(outcome->status))
		add_number(object, "exit_status",
			   WEXITSTATUS(outcome->status));
	else
		add_number(object, "signal", WTERMSIG(outcome->status));
	return object;
}

/**
 * json_probes() - Print probes as one line of JSON
 * @out: where to
 * @watches: the probes
 * @time_ns: CLOCK_MONOTONIC of the figures
 * @session: id of their session
 * @buckets: with their buckets, and with the functions of groups
 * @outcome: how the command ended that was run meanwhile, or NULL
 */
void json_probes(FILE *out, struct watch_list *watches, __u64 time_ns,
		 __u64 session, bool buckets, const struct outcome *outcome)
{
	struct json_object *root = json_document();
	struct json_object *probes = json_object_new_array();
	size_t i;

	watch_find_modules(watches);
	add_number(root, "time_ns", time_ns);
	for (i = 0; i < watches->nr; i++)
		json_object_array_add(probes, make_probe(watches->list[i],
							 session, buckets));
	json_object_object_add(root, "probes", probes);
	if (outcome)
		json_object_object_add(root, "command", json_outcome(outcome));
	json_print(out, root);
}
