// SPDX-License-Identifier: GPL-2.0-only
/* The parts of a probe, functions of a group or keys, the one that matters most first. */
#include <stdlib.h>

#include "render.h"

#define PPM_P50	500000
#define PPM_P99	990000

/* What it is sorted by. */
static __u64 weigh(const struct ktlat_snapshot *snap, enum ranking ranking)
{
	switch (ranking) {
	case RANK_MAX:
		return snap->max_ns;
	case RANK_P99:
		return snap->nr_buckets ? ktlat_percentile(snap, PPM_P99) :
					  snap->max_ns;
	case RANK_COUNT:
		return snap->count;
	default:
		return snap->sum_ns;
	}
}

/* Of two that are equal, the one that was added first comes first. */
static int by_weight(const void *a, const void *b)
{
	const struct rank *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

/**
 * ranks_make() - Room for parts of a probe
 * @ranks: filled in
 * @room: how many there may be
 * @ranking: which comes first
 *
 * Returns false without memory.
 */
bool ranks_make(struct ranks *ranks, size_t room, enum ranking ranking)
{
	*ranks = (struct ranks){ .ranking = ranking };
	ranks->list = calloc(room + 1, sizeof(*ranks->list));
	return ranks->list;
}

/* Adds a part, unless it had no call. */
void ranks_add(struct ranks *ranks, const struct ktlat_snapshot *snap,
	       const void *what)
{
	if (!snap->count)
		return;
	ranks->list[ranks->nr] = (struct rank){
		.snap = snap,
		.what = what,
		.place = ranks->nr,
		.weight = weigh(snap, ranks->ranking),
	};
	ranks->nr++;
}

void ranks_sort(struct ranks *ranks)
{
	qsort(ranks->list, ranks->nr, sizeof(*ranks->list), by_weight);
}

void ranks_free(struct ranks *ranks)
{
	free(ranks->list);
}

void text_rank_title(FILE *out, const char *what)
{
	fprintf(out, "%13s  %7s  %7s  %7s  %7s  %7s  %s\n", "count", "total",
		"mean", "p50", "p99", "max", what);
}

/* A line of figures. */
void text_rank(FILE *out, const struct ktlat_snapshot *snap, const char *name)
{
	char total[KTLAT_DURATION_LEN], mean[KTLAT_DURATION_LEN];
	char p50[KTLAT_DURATION_LEN], p99[KTLAT_DURATION_LEN];
	char max[KTLAT_DURATION_LEN], count[NUMBER_LEN];

	ktlat_format_duration(snap->sum_ns, total);
	ktlat_format_duration(mean_ns(snap), mean);
	format_percentile(snap, PPM_P50, p50);
	format_percentile(snap, PPM_P99, p99);
	ktlat_format_duration(snap->max_ns, max);
	fprintf(out, "%13s  %7s  %7s  %7s  %7s  %7s  %s\n",
		format_number(snap->count, count), total, mean, p50, p99, max,
		name);
}
