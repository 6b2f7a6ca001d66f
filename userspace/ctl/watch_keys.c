// SPDX-License-Identifier: GPL-2.0-only
/* The keys of the probes that are looked at. */
#include <errno.h>
#include <string.h>

#include "watch.h"

static int map_keys(struct ktlat *k, struct watch *watch,
		    struct ktlat_error *err)
{
	if (watch->keys_map)
		return 0;
	watch->key_names = watch->key_names ?:
			   ktlat_open_key_names(&watch->info);
	if (!watch->key_names)
		return explain(err, "out of memory");
	return ktlat_map_keys(k, &watch->info, &watch->keys_map, err);
}

static int read_keys(struct ktlat *k, struct watch *watch, bool delta,
		     struct ktlat_error *err)
{
	struct ktlat_keys before = watch->keys_now;
	int ret = map_keys(k, watch, err);

	if (ret)
		return ret;
	watch->keys_now = (struct ktlat_keys){ .nr = 0 };
	ret = ktlat_read_keys(watch->keys_map, &watch->keys_now, err);
	watch->keys_shown = &watch->keys_now;
	if (!ret && delta) {
		watch->keys_shown = &watch->keys_delta;
		ret = ktlat_subtract_keys(&watch->keys_now, &before,
					  &watch->keys_delta, err);
	}
	ktlat_free_keys(&before);
	return ret;
}

static int take_share(struct ktlat_snapshot *figures, __u64 share,
		      struct ktlat_error *err)
{
	struct ktlat_snapshot net = { 0 };
	int ret;

	if (!figures->buckets)
		return 0;
	ret = ktlat_take_share(figures, share, &net, err);
	ktlat_free_snapshot(ret ? &net : figures);
	if (!ret)
		*figures = net;
	return ret;
}

/**
 * watch_take_key_shares() - Show the latencies of keys without the probe's own share
 * @watch: the probe, as watch_read_keys() left it
 * @share: what to take off each, in ns
 * @err: why it failed
 */
int watch_take_key_shares(struct watch *watch, __u64 share,
			  struct ktlat_error *err)
{
	const struct ktlat_keys none = { .nr = 0 };
	struct ktlat_keys *net = &watch->keys_delta;
	size_t i;
	int ret = 0;

	if (!watch->keys_shown)
		return 0;
	if (watch->keys_shown != net)
		ret = ktlat_subtract_keys(&watch->keys_now, &none, net, err);
	watch->keys_shown = net;
	if (!ret)
		ret = take_share(&net->other, share, err);
	for (i = 0; !ret && i < net->nr; i++)
		ret = take_share(&net->list[i]->figures, share, err);
	return ret;
}

/**
 * watch_read_keys() - Read the keys of all probes that are looked at and have some
 * @k: handle
 * @watches: the probes
 * @delta: show what came since they were last read
 * @err: why it failed
 *
 * Who may not see keys, or comes too late, sees none.
 */
int watch_read_keys(struct ktlat *k, struct watch_list *watches, bool delta,
		    struct ktlat_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < watches->nr; i++) {
		struct watch *watch = watches->list[i];

		if (!watch->info.by)
			continue;
		ret = read_keys(k, watch, delta, err);
		if (ret == -ENXIO || ret == -EPERM || ret == -ESTALE)
			ret = 0;
	}
	return ret;
}
