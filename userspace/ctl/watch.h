/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes that are looked at, once or again and again. */
#ifndef WATCH_H
#define WATCH_H

#include "ctl.h"

/**
 * struct watch - A probe that is looked at
 * @info: what it is
 * @spec: its canonical SPEC
 * @module: the module that holds its function; empty until it is looked for
 * @map: its mapping
 * @keys_map: that of its keys, or NULL
 * @keys_now: its figures by key when they were last read
 * @keys_delta: what of them had come in since the time before
 * @keys_shown: what of these to show; NULL if it has none, or none that may be seen
 * @key_names: what keys are called; NULL before they are read for the first time
 * @values: what is captured of its calls
 * @conditions: what must be true of them
 * @now: its figures when they were last read
 * @before: the same the time before; all zero if there was none
 * @delta: what came in between
 * @net: @now or @delta without the probe's own share
 * @functions: of a group, what its functions are; empty until they are asked for
 * @nr_functions: how many of them are known
 * @shown: what to show, @now, @delta or @net
 * @listed: it was there when probes were last listed
 */
struct watch {
	struct ktlat_probe_info info;
	char spec[KTLAT_SPEC_LEN];
	char module[KTLAT_MODULE_LEN];
	struct ktlat_map *map;
	struct ktlat_keys_map *keys_map;
	struct ktlat_keys keys_now;
	struct ktlat_keys keys_delta;
	const struct ktlat_keys *keys_shown;
	struct ktlat_key_names *key_names;
	struct ktlat_value values[KTLAT_VALUES];
	char conditions[KTLAT_CONDITIONS][KTLAT_CONDITION_LEN];
	struct ktlat_snapshot now;
	struct ktlat_snapshot before;
	struct ktlat_snapshot delta;
	struct ktlat_snapshot net;
	struct ktlat_point *functions;
	__u32 nr_functions;
	const struct ktlat_snapshot *shown;
	bool listed;
};

/**
 * struct watch_list - All that are looked at, in the order of their ids
 * @list: these
 * @nr: how many
 */
struct watch_list {
	struct watch **list;
	size_t nr;
};

int watch_probes(struct ktlat *k, const struct args *names,
		 struct watch_list *watches, struct ktlat_error *err);
int watch_read(struct ktlat *k, struct watch_list *watches, bool delta,
	       struct ktlat_error *err);
int watch_read_keys(struct ktlat *k, struct watch_list *watches, bool delta,
		    struct ktlat_error *err);
int watch_take_key_shares(struct watch *watch, __u64 share,
			  struct ktlat_error *err);
int watch_take_share(struct watch_list *watches, struct ktlat_error *err);
void watch_end(struct watch_list *watches);
void watch_find_modules(struct watch_list *watches);
int watch_find_functions(struct ktlat *k, struct watch_list *watches,
			 struct ktlat_error *err);

#endif /* WATCH_H */
