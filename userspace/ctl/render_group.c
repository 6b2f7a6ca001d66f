// SPDX-License-Identifier: GPL-2.0-only
/* The functions of a group, the one that matters most first. */
#include <stdlib.h>

#include "render.h"

#define PPM_P50	500000
#define PPM_P99	990000

/**
 * struct rank - A function that was called
 * @snap: its figures
 * @function: what it is
 * @key: what it is sorted by
 */
struct rank {
	const struct ktlat_snapshot *snap;
	const struct ktlat_point *function;
	__u64 key;
};

static __u64 key_of(const struct ktlat_snapshot *snap, enum ranking ranking)
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
static int by_key(const void *a, const void *b)
{
	const struct rank *left = a, *right = b;

	if (left->key != right->key)
		return left->key > right->key ? -1 : 1;
	return left->snap < right->snap ? -1 : 1;
}

/* Returns how many were called. */
static __u32 rank_all(const struct watch *watch, enum ranking ranking,
		      struct rank *ranks)
{
	const struct ktlat_snapshot *snap = watch->shown;
	__u32 i, nr = 0;

	for (i = 0; i < snap->nr_members && i < watch->nr_functions; i++) {
		const struct ktlat_snapshot *member = &snap->members[i];

		if (!member->count)
			continue;
		ranks[nr++] = (struct rank){
			.snap = member,
			.function = &watch->functions[i],
			.key = key_of(member, ranking),
		};
	}
	qsort(ranks, nr, sizeof(*ranks), by_key);
	return nr;
}

static void text_rank(FILE *out, const struct rank *rank)
{
	const struct ktlat_snapshot *snap = rank->snap;
	char total[KTLAT_DURATION_LEN], mean[KTLAT_DURATION_LEN];
	char p50[KTLAT_DURATION_LEN], p99[KTLAT_DURATION_LEN];
	char max[KTLAT_DURATION_LEN], count[NUMBER_LEN];
	char name[KTLAT_SPEC_LEN];

	ktlat_format_duration(snap->sum_ns, total);
	ktlat_format_duration(mean_ns(snap), mean);
	format_percentile(snap, PPM_P50, p50);
	format_percentile(snap, PPM_P99, p99);
	ktlat_format_duration(snap->max_ns, max);
	ktlat_format_function(rank->function, name);
	fprintf(out, "%13s  %7s  %7s  %7s  %7s  %7s  %s\n",
		format_number(snap->count, count), total, mean, p50, p99, max,
		name);
}

static void text_others(FILE *out, __u32 more, __u32 idle)
{
	char number[NUMBER_LEN];

	if (more)
		fprintf(out, "  %s more with calls\n",
			format_number(more, number));
	if (idle)
		fprintf(out, "  %s without a call\n",
			format_number(idle, number));
}

static void text_ranks(FILE *out, const struct watch *watch,
		       enum ranking ranking, __u32 top)
{
	__u32 all = watch->shown->nr_members, nr, i;
	struct rank *ranks = calloc(all, sizeof(*ranks));

	if (!ranks) {
		fputs("  out of memory\n", out);
		return;
	}
	nr = rank_all(watch, ranking, ranks);
	fprintf(out, "%13s  %7s  %7s  %7s  %7s  %7s  %s\n", "count", "total",
		"mean", "p50", "p99", "max", "function");
	for (i = 0; i < nr && i < top; i++)
		text_rank(out, &ranks[i]);
	text_others(out, nr - i, all - nr);
	free(ranks);
}

/**
 * text_group() - Show the functions of a group and what they come to
 * @out: where to
 * @watch: the group
 * @ranking: which function comes first
 * @top: how many to show
 */
void text_group(FILE *out, const struct watch *watch, enum ranking ranking,
		__u32 top)
{
	text_header(out, watch);
	if (watch->shown->count)
		text_ranks(out, watch, ranking, top);
	text_totals(out, watch);
}
