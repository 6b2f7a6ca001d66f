// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "select.h"
#include "watch.h"

static void free_watch(struct watch *watch)
{
	ktlat_unmap(watch->map);
	ktlat_unmap_keys(watch->keys_map);
	ktlat_free_keys(&watch->keys_now);
	ktlat_free_keys(&watch->keys_delta);
	ktlat_close_key_names(watch->key_names);
	ktlat_free_snapshot(&watch->now);
	ktlat_free_snapshot(&watch->before);
	ktlat_free_snapshot(&watch->delta);
	ktlat_free_snapshot(&watch->net);
	free(watch->functions);
	free(watch);
}

void watch_end(struct watch_list *watches)
{
	while (watches->nr)
		free_watch(watches->list[--watches->nr]);
	free(watches->list);
	watches->list = NULL;
}

static struct watch *find(const struct watch_list *watches, __u64 id)
{
	size_t i;

	for (i = 0; i < watches->nr; i++)
		if (watches->list[i]->info.id == id)
			return watches->list[i];
	return NULL;
}

static bool was_removed(struct ktlat *k, __u64 id)
{
	struct ktlat_probe_info info;

	return ktlat_get_probe(k, id, &info, NULL) == -ENOENT;
}

/* Ids only grow and are listed in order, so the end is the right place. */
static int append(struct ktlat *k, struct watch_list *watches,
		  const struct ktlat_probe_info *info, struct ktlat_error *err)
{
	struct watch **list = realloc(watches->list,
				      (watches->nr + 1) * sizeof(*list));
	struct watch *watch = calloc(1, sizeof(*watch));
	int ret;

	if (list)
		watches->list = list;
	if (!list || !watch) {
		free(watch);
		return explain(err, "out of memory");
	}
	ret = ktlat_map_probe(k, info, &watch->map, err);
	if (ret) {
		free(watch);
		return was_removed(k, info->id) ? 0 : ret;
	}
	watch->info = *info;
	watch->listed = true;
	ktlat_format_spec(info, watch->spec);
	ktlat_name_values(info, watch->values, watch->conditions);
	watches->list[watches->nr++] = watch;
	return 0;
}

static void drop_unlisted(struct watch_list *watches)
{
	size_t i, kept = 0;

	for (i = 0; i < watches->nr; i++) {
		if (watches->list[i]->listed)
			watches->list[kept++] = watches->list[i];
		else
			free_watch(watches->list[i]);
	}
	watches->nr = kept;
}

static bool is_named(const struct ktlat_probe_info *info,
		     const struct args *names)
{
	int i;

	for (i = 0; i < names->nr; i++)
		if (probe_is_called(info, names->list[i]))
			return true;
	return !names->nr;
}

static const char *find_unused_name(const struct watch_list *watches,
				    const struct args *names)
{
	size_t j;
	int i;

	for (i = 0; i < names->nr; i++) {
		for (j = 0; j < watches->nr; j++)
			if (probe_is_called(&watches->list[j]->info,
					    names->list[i]))
				break;
		if (j == watches->nr)
			return names->list[i];
	}
	return NULL;
}

/**
 * watch_probes() - Find the probes to look at
 * @k: handle
 * @names: which; all there are if it is empty
 * @watches: those found; the ones that were in it before stay if they still
 *	exist, with what is known of them
 * @err: why it failed; ENOENT if there is none of a name
 */
int watch_probes(struct ktlat *k, const struct args *names,
		 struct watch_list *watches, struct ktlat_error *err)
{
	struct ktlat_probe_info info = { .id = 0 };
	const char *unused;
	size_t i;
	int ret;

	for (i = 0; i < watches->nr; i++)
		watches->list[i]->listed = false;
	while ((ret = ktlat_next_probe(k, info.id, &info, err)) > 0) {
		struct watch *watch = find(watches, info.id);

		if (watch) {
			watch->info = info;
			watch->listed = true;
		} else if (is_named(&info, names)) {
			ret = append(k, watches, &info, err);
		}
		if (ret < 0)
			return ret;
	}
	if (ret)
		return ret;
	drop_unlisted(watches);
	unused = find_unused_name(watches, names);
	return unused ? fail_no_probe(unused, err) : 0;
}

static int read_one(struct ktlat *k, struct watch *watch, bool delta,
		    struct ktlat_error *err)
{
	struct ktlat_snapshot spare = watch->before;
	int ret;

	watch->before = watch->now;
	watch->now = spare;
	ret = ktlat_take_snapshot(k, watch->map, &watch->now, err);
	watch->shown = &watch->now;
	if (ret || !delta || !watch->before.buckets)
		return ret;
	watch->shown = &watch->delta;
	return ktlat_subtract(&watch->now, &watch->before, &watch->delta, err);
}

/**
 * watch_read() - Read the figures of all probes that are looked at
 * @k: handle
 * @watches: the probes
 * @delta: show what came since they were last read
 * @err: why it failed
 *
 * One that was removed and whose place another took is no longer looked at.
 */
int watch_read(struct ktlat *k, struct watch_list *watches, bool delta,
	       struct ktlat_error *err)
{
	size_t i;

	for (i = 0; i < watches->nr; i++) {
		struct watch *watch = watches->list[i];
		int ret = read_one(k, watch, delta, err);

		watch->listed = ret != -ESTALE;
		if (ret && ret != -ESTALE)
			return ret;
	}
	drop_unlisted(watches);
	return 0;
}

/**
 * watch_take_share() - Show latencies without the probes' own share
 * @watches: the probes, as watch_read() left them
 * @err: why it failed
 */
int watch_take_share(struct watch_list *watches, struct ktlat_error *err)
{
	size_t i;

	for (i = 0; i < watches->nr; i++) {
		struct watch *watch = watches->list[i];
		__u64 share;
		int ret;

		if (!ktlat_get_share(&watch->info, &share))
			return explain(err,
				       "cannot show net latencies of %s: the share of a %s probe in them was not measured; leave out --net",
				       watch->spec,
				       backend_name(watch->info.backend));
		ret = ktlat_take_share(watch->shown, share, &watch->net, err);
		if (!ret)
			ret = watch_take_key_shares(watch, share, err);
		if (ret)
			return ret;
		watch->shown = &watch->net;
	}
	return 0;
}

static int find_functions(struct ktlat *k, struct watch *watch,
			  struct ktlat_error *err)
{
	__u32 nr = watch->info.functions;
	struct ktlat_point *functions;
	struct ktlat_function function;

	if (watch->nr_functions >= nr)
		return 0;
	functions = reallocarray(watch->functions, nr, sizeof(*functions));
	if (!functions)
		return explain(err, "out of memory");
	watch->functions = functions;
	for (; watch->nr_functions < nr; watch->nr_functions++) {
		int ret = ktlat_get_function(k, watch->info.id,
					     watch->nr_functions, &function,
					     err);

		if (ret)
			return was_removed(k, watch->info.id) ? 0 : ret;
		functions[watch->nr_functions] = function.point;
	}
	ktlat_tell_apart(functions, nr);
	return 0;
}

/**
 * watch_find_functions() - Ask what the functions of the groups are
 * @k: handle
 * @watches: the probes
 * @err: why it failed
 */
int watch_find_functions(struct ktlat *k, struct watch_list *watches,
			 struct ktlat_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < watches->nr; i++)
		ret = find_functions(k, watches->list[i], err);
	return ret;
}

/* Is the module neither said by the SPEC nor known from before? */
static bool needs_module(struct watch *watch)
{
	const struct ktlat_point *point = &watch->info.point[0];

	/* The functions of a group may be anywhere. */
	if (*watch->module || watch->info.kind == KTLAT_KIND_GROUP)
		return false;
	if (*point->module)
		snprintf(watch->module, sizeof(watch->module), "%s",
			 point->module);
	else if (watch->info.kind == KTLAT_KIND_TRACEPOINT)
		strcpy(watch->module, KTLAT_VMLINUX);
	return !*watch->module;
}

/* Where the code of a module was that has gone, another one's may be by now. */
static bool is_there(const struct watch *watch)
{
	return watch->info.state == KTLAT_STATE_ARMED ||
	       watch->info.state == KTLAT_STATE_DISABLED;
}

/**
 * watch_find_modules() - Fill in which modules hold the functions
 * @watches: the probes; those that are known already are left alone
 *
 * Where the SPECs do not say it, their addresses do, or all symbols are gone through,
 * once. Without memory for that they stay unknown, and so empty.
 */
void watch_find_modules(struct watch_list *watches)
{
	struct ktlat_owner *owners = calloc(watches->nr + 1, sizeof(*owners));
	size_t i, nr = 0;

	for (i = 0; owners && i < watches->nr; i++) {
		struct watch *watch = watches->list[i];

		if (needs_module(watch))
			owners[nr++] = (struct ktlat_owner){
				.function = watch->info.point[0].name,
				.module = watch->module,
				.address = is_there(watch) ?
					watch->info.point[0].address : 0,
			};
	}
	if (owners)
		ktlat_find_modules(owners, nr);
	free(owners);
}
