/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest calls of probes, as they are shown. */
#ifndef SLOWEST_H
#define SLOWEST_H

#include "render.h"

/**
 * struct slowest - The slowest calls of a probe
 * @probe: the probe, as calls know it
 * @map: its mapping
 * @names: what addresses are called, or NULL
 * @calls: what it has kept
 */
struct slowest {
	struct ktlat_file_probe probe;
	struct ktlat_slowest_map *map;
	struct ktlat_key_names *names;
	struct ktlat_slowest_calls calls;
};

/**
 * struct slowest_list - Those of all probes that are looked at
 * @list: these
 * @nr: how many
 * @stacks: the stack table of their session, or NULL
 * @clock: what their clock is of CLOCK_MONOTONIC
 * @time_ns: CLOCK_MONOTONIC when they were read
 * @over: no more calls come, so no interval still runs
 */
struct slowest_list {
	struct slowest *list;
	size_t nr;
	struct ktlat_stack_map *stacks;
	struct ktlat_timeline clock;
	__u64 time_ns;
	bool over;
};

/* slowest.c */
int slowest_begin(struct ktlat *k, const struct watch_list *watches,
		  struct slowest_list *slowest, struct ktlat_error *err);
int slowest_read(struct ktlat *k, struct slowest_list *slowest,
		 struct ktlat_error *err);
void slowest_end(struct slowest_list *slowest);

/* render_slowest.c */
void text_slowest(FILE *out, const struct slowest_list *slowest);
void json_slowest(FILE *out, const struct slowest_list *slowest,
		  const struct outcome *outcome);

#endif /* SLOWEST_H */
