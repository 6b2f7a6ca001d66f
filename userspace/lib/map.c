// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

/* As in read.c: each try but the last was cut short by a reset. */
#define MAX_TRIES	64

/**
 * struct ktlat_map - A mapping of a probe's figures
 * @base: where it is
 * @size: its size in bytes
 * @info: the probe as it was last seen; what its mechanism missed is still
 *	known from here once the probe has been removed
 */
struct ktlat_map {
	void *base;
	size_t size;
	struct ktlat_probe_info info;
};

static int fail_map(__u64 id, int code, struct ktlat_error *err)
{
	const char *advice = "see ktlat-ctl status";

	if (code == EPERM || code == EACCES)
		advice = "it takes CAP_PERFMON; run as root";
	else if (code == EAGAIN || code == ENOMEM)
		advice = "raise ulimit -l, or look at fewer probes at once";
	return ktl_fail(err, code, "cannot map probe %llu: %s; %s",
			(unsigned long long)id, strerror(code), advice);
}

/**
 * ktlat_map_probe() - Map the figures of a probe, to be read live
 * @k: handle
 * @info: the probe
 * @out: where to put the mapping
 * @err: why it failed; ESTALE if the probe has been removed by now
 */
int ktlat_map_probe(struct ktlat *k, const struct ktlat_probe_info *info,
		    struct ktlat_map **out, struct ktlat_error *err)
{
	struct ktlat_map *map;

	if (info->map_size > SIZE_MAX)
		return fail_map(info->id, EFBIG, err);
	map = malloc(sizeof(*map));
	if (!map)
		return ktl_fail(err, ENOMEM, "out of memory");

	map->info = *info;
	map->size = info->map_size;
	map->base = mmap(NULL, map->size, PROT_READ, MAP_SHARED, k->fd,
			 (off_t)info->map_offset);
	if (map->base == MAP_FAILED) {
		int code = errno;

		free(map);
		return fail_map(info->id, code, err);
	}
	*out = map;
	return 0;
}

/**
 * ktlat_unmap() - Let go of a mapping
 * @map: mapping, or NULL
 */
void ktlat_unmap(struct ktlat_map *map)
{
	if (!map)
		return;
	munmap(map->base, map->size);
	free(map);
}

static void add_missed(struct ktlat_snapshot *snap,
		       const struct ktlat_probe_info *info)
{
	__u64 missed = info->missed_pool + info->missed_busy;

	snap->missed_pool = info->missed_pool;
	snap->missed_busy = info->missed_busy;
	snap->missed += missed;
	snap->entries += missed;
	ktl_settle_in_flight(snap);
}

static int read_map(const struct ktlat_map *map, struct ktlat_snapshot *snap,
		    struct ktlat_error *err)
{
	__u64 id = map->info.id;

	if (map->info.kind == KTLAT_KIND_GROUP)
		return ktlat_read_group(map->base, map->size, id, snap, err);
	return ktlat_read_figures(map->base, map->size, id, snap, err);
}

/**
 * ktlat_take_snapshot() - Read all figures of a probe
 * @k: handle
 * @map: mapping of the probe
 * @snap: what was read; all zero or filled in before, then its memory is used
 *	again
 * @err: why it failed
 *
 * The mapping is read before the mechanism is asked what it missed, so what
 * is missed is never too low against what was recorded.
 */
int ktlat_take_snapshot(struct ktlat *k, struct ktlat_map *map,
			struct ktlat_snapshot *snap, struct ktlat_error *err)
{
	__u64 id = map->info.id;
	int ret, tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		struct ktlat_probe_info info;

		ret = read_map(map, snap, err);
		if (ret)
			return ret;
		ret = ktlat_get_probe(k, id, &info, err);
		if (!ret)
			map->info = info;
		else if (ret != -ENOENT)
			return ret;
		/* A reset in between: these are not of one generation. */
		if (!ret && info.generation != snap->generation)
			continue;
		if (snap->nr_members > map->info.functions)
			snap->nr_members = map->info.functions;
		add_missed(snap, &map->info);
		return 0;
	}
	return ktl_fail(err, EAGAIN,
			"cannot read the figures of probe %llu: it is reset all the time; try again",
			(unsigned long long)id);
}
