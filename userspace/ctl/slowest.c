// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "slots.h"
#include "slowest.h"

/**
 * slowest_begin() - Look at the slowest calls of probes
 * @k: handle
 * @watches: the probes, with their modules and functions; they must stay
 * @slowest: what is looked at; probes that keep no calls are left out
 * @err: why it failed; slowest_end() is to be called all the same
 */
int slowest_begin(struct ktlat *k, const struct watch_list *watches,
		  struct slowest_list *slowest, struct ktlat_error *err)
{
	size_t i;
	int ret = need_stacks(k, &slowest->stacks, err);

	slowest->list = calloc(watches->nr + 1, sizeof(*slowest->list));
	if (!ret && !slowest->list)
		return explain(err, "out of memory");
	for (i = 0; !ret && i < watches->nr; i++) {
		const struct watch *watch = watches->list[i];
		struct slowest *next = &slowest->list[slowest->nr];

		if (!watch->info.slowest_size)
			continue;
		next->probe.info = watch->info;
		memcpy(next->probe.spec, watch->spec, sizeof(watch->spec));
		memcpy(next->probe.module, watch->module,
		       sizeof(watch->module));
		memcpy(next->probe.values, watch->values,
		       sizeof(watch->values));
		next->names = ktlat_open_key_names(&watch->info);
		next->probe.functions = watch->functions;
		next->probe.nr_functions = watch->nr_functions;
		ret = ktlat_map_slowest(k, &watch->info, &next->map, err);
		if (ret)
			ktlat_close_key_names(next->names);
		else
			slowest->nr++;
	}
	return ret;
}

/**
 * slowest_read() - Read what the probes have kept
 * @k: handle
 * @slowest: the probes
 * @err: why it failed
 */
int slowest_read(struct ktlat *k, struct slowest_list *slowest,
		 struct ktlat_error *err)
{
	struct ktlat_clock_now now;
	size_t i;
	int ret = ktlat_get_clock(k, &now, err);

	if (!ret)
		ret = ktlat_add_moment(&slowest->clock, &now, err);
	for (i = 0; !ret && i < slowest->nr; i++)
		ret = ktlat_read_slowest(slowest->list[i].map,
					 &slowest->list[i].calls, err);
	slowest->time_ns = monotonic_ns();
	return ret;
}

void slowest_end(struct slowest_list *slowest)
{
	while (slowest->nr) {
		struct slowest *last = &slowest->list[--slowest->nr];

		ktlat_unmap_slowest(last->map);
		ktlat_close_key_names(last->names);
	}
	free(slowest->list);
	ktlat_close_stacks(slowest->stacks);
	ktlat_free_timeline(&slowest->clock);
}
