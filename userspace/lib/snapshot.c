// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "internal.h"

#define MILLION	1000000U

/* What was entered and is not accounted for yet must be in flight. */
void ktl_settle_in_flight(struct ktlat_snapshot *snap)
{
	__u64 ended = snap->count + snap->missed + snap->recursed +
		      snap->abandoned + snap->filtered;

	snap->in_flight = snap->entries > ended ? snap->entries - ended : 0;
}

/* The buckets of all members lie in one piece, which begins at the first's. */
static void free_members(struct ktlat_snapshot *snap)
{
	if (snap->members)
		free(snap->members[0].buckets);
	free(snap->members);
	snap->members = NULL;
	snap->nr_members = 0;
}

/**
 * ktlat_free_snapshot() - Free what a snapshot holds
 * @snap: snapshot; it may be used again
 */
void ktlat_free_snapshot(struct ktlat_snapshot *snap)
{
	free_members(snap);
	free(snap->buckets);
	memset(snap, 0, sizeof(*snap));
}

/*
 * Also for no buckets there is some memory, here and below: none would be freed, and
 * that there is any tells a snapshot in use.
 */
static int make_members(struct ktlat_snapshot *snap, __u32 nr, __u32 nr_buckets)
{
	struct ktlat_snapshot *members = snap->members;
	__u64 *buckets = members ? members[0].buckets : NULL;
	__u32 i;

	snap->nr_members = 0;
	members = reallocarray(members, nr, sizeof(*members));
	if (!members)
		return -ENOMEM;
	snap->members = members;
	members[0].buckets = buckets;
	buckets = reallocarray(buckets, nr,
			       (nr_buckets ?: 1) * sizeof(*members->buckets));
	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		members[i] = (struct ktlat_snapshot){
			.nr_buckets = nr_buckets,
			.buckets = buckets + (size_t)i * nr_buckets,
		};
	snap->nr_members = nr;
	return 0;
}

/*
 * Makes a snapshot hold so many members and buckets, its own and those of each
 * member. What it held before is lost, but for its memory.
 */
int ktl_make_room(struct ktlat_snapshot *snap, __u32 nr_members,
		  __u32 nr_buckets, struct ktlat_error *err)
{
	__u64 *buckets = reallocarray(snap->buckets, nr_buckets ?: 1,
				      sizeof(*buckets));

	if (buckets) {
		snap->buckets = buckets;
		snap->nr_buckets = nr_buckets;
	}
	if (!nr_members)
		free_members(snap);
	if (!buckets ||
	    (nr_members && make_members(snap, nr_members, nr_buckets)))
		return ktl_fail(err, ENOMEM, "out of memory");
	return 0;
}

static void copy_figures(struct ktlat_snapshot *to,
			 const struct ktlat_snapshot *from)
{
	const struct ktlat_snapshot room = *to;

	*to = *from;
	to->buckets = room.buckets;
	to->nr_members = room.nr_members;
	to->members = room.members;
	memcpy(to->buckets, from->buckets,
	       from->nr_buckets * sizeof(*from->buckets));
}

/* Copies the first @nr_members members, too. */
static int copy(struct ktlat_snapshot *to, const struct ktlat_snapshot *from,
		__u32 nr_members, struct ktlat_error *err)
{
	int ret = ktl_make_room(to, nr_members, from->nr_buckets, err);
	__u32 i;

	if (ret)
		return ret;
	copy_figures(to, from);
	for (i = 0; i < nr_members; i++)
		copy_figures(&to->members[i], &from->members[i]);
	return 0;
}

/*
 * Two live readings may catch one call on different sides; what would fall
 * below zero is nothing.
 */
static void take_away(__u64 *from, __u64 what)
{
	*from = *from > what ? *from - what : 0;
}

static void subtract_counters(struct ktlat_snapshot *from,
			      const struct ktlat_snapshot *what)
{
	take_away(&from->entries, what->entries);
	take_away(&from->sum_ns, what->sum_ns);
	take_away(&from->missed, what->missed);
	take_away(&from->missed_pool, what->missed_pool);
	take_away(&from->missed_busy, what->missed_busy);
	take_away(&from->recursed, what->recursed);
	take_away(&from->abandoned, what->abandoned);
	take_away(&from->filtered, what->filtered);
	take_away(&from->unread, what->unread);
	take_away(&from->unmatched, what->unmatched);
	take_away(&from->clock_backwards, what->clock_backwards);
}

/*
 * The extremes of what came in between are known by their buckets only; without
 * any, by those of all calls.
 */
static void bound_extremes(struct ktlat_snapshot *delta)
{
	__u64 all_min = delta->min_ns, all_max = delta->max_ns;
	__u32 i;

	if (!delta->nr_buckets && delta->count)
		return;
	delta->min_ns = ~0ULL;
	delta->max_ns = 0;
	for (i = 0; i < delta->nr_buckets; i++) {
		if (!delta->buckets[i])
			continue;
		if (delta->min_ns == ~0ULL)
			delta->min_ns = ktlat_bucket_low(i, delta->precision);
		delta->max_ns = ktlat_bucket_high(i, delta->precision);
	}
	if (!delta->count)
		return;
	if (delta->min_ns < all_min)
		delta->min_ns = all_min;
	if (delta->max_ns > all_max)
		delta->max_ns = all_max;
}

static void subtract_one(struct ktlat_snapshot *delta,
			 const struct ktlat_snapshot *older)
{
	__u32 i;

	delta->delta = true;
	if (delta->nr_buckets)
		delta->count = 0;
	else
		take_away(&delta->count, older->count);
	for (i = 0; i < delta->nr_buckets; i++) {
		take_away(&delta->buckets[i], older->buckets[i]);
		delta->count += delta->buckets[i];
	}
	subtract_counters(delta, older);
	bound_extremes(delta);
}

/**
 * ktlat_subtract() - What came between two snapshots of a probe
 * @newer: the later one
 * @older: the earlier one
 * @delta: where to put the difference; all zero or filled in before, and
 *	neither of the other two
 * @err: why it failed
 *
 * If the probe was reset in between, all that is known of the time between is
 * what was counted since the reset: @newer is the difference. In flight are
 * the calls that were in flight at the later moment. Of a group, each member is
 * subtracted as well.
 */
int ktlat_subtract(const struct ktlat_snapshot *newer,
		   const struct ktlat_snapshot *older,
		   struct ktlat_snapshot *delta, struct ktlat_error *err)
{
	__u32 i;
	int ret;

	if (newer->probe_id != older->probe_id ||
	    newer->precision != older->precision ||
	    newer->nr_buckets != older->nr_buckets)
		return ktl_fail(err, EINVAL,
				"cannot subtract: these are snapshots of different probes");
	ret = copy(delta, newer, newer->nr_members, err);
	if (ret || newer->generation != older->generation)
		return ret;

	subtract_one(delta, older);
	for (i = 0; i < delta->nr_members && i < older->nr_members; i++)
		subtract_one(&delta->members[i], &older->members[i]);
	return 0;
}

static void merge_counters(struct ktlat_snapshot *into,
			   const struct ktlat_snapshot *from)
{
	into->entries += from->entries;
	into->count += from->count;
	into->sum_ns += from->sum_ns;
	into->missed += from->missed;
	into->missed_pool += from->missed_pool;
	into->missed_busy += from->missed_busy;
	into->recursed += from->recursed;
	into->abandoned += from->abandoned;
	into->filtered += from->filtered;
	into->unread += from->unread;
	into->unmatched += from->unmatched;
	into->clock_backwards += from->clock_backwards;
	into->in_flight += from->in_flight;
}

static void merge(struct ktlat_snapshot *into,
		  const struct ktlat_snapshot *from)
{
	__u32 i;

	merge_counters(into, from);
	into->delta |= from->delta;
	if (!from->count)
		return;
	for (i = 0; i < into->nr_buckets; i++)
		into->buckets[i] += from->buckets[i];
	if (from->min_ns < into->min_ns)
		into->min_ns = from->min_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
}

/**
 * ktlat_merge() - Add the figures of one snapshot to another
 * @into: all zero to begin with, or of the same precision and share taken off
 * @from: what to add; of a group what all its functions come to
 * @err: why it failed
 */
int ktlat_merge(struct ktlat_snapshot *into, const struct ktlat_snapshot *from,
		struct ktlat_error *err)
{
	if (!into->buckets)
		return copy(into, from, 0, err);
	if (!into->nr_buckets != !from->nr_buckets)
		return ktl_fail(err, EINVAL,
				"cannot merge: one has a histogram, the other has none");
	if (into->precision != from->precision)
		return ktl_fail(err, EINVAL,
				"cannot merge: the histograms have precisions %u and %u",
				into->precision, from->precision);
	if (into->net_ns != from->net_ns)
		return ktl_fail(err, EINVAL,
				"cannot merge: %llu and %llu ns were taken off the latencies",
				(unsigned long long)into->net_ns,
				(unsigned long long)from->net_ns);

	merge(into, from);
	return 0;
}

/* Makes the figures of a group out of those of its members. */
void ktl_sum_members(struct ktlat_snapshot *snap)
{
	__u32 i;

	for (i = 0; i < snap->nr_members; i++)
		merge(snap, &snap->members[i]);
}

/**
 * ktlat_get_share() - How much of each latency is the probe's own
 * @info: the probe
 * @share_ns: where to put it
 *
 * Returns false where that was not measured.
 */
bool ktlat_get_share(const struct ktlat_probe_info *info, __u64 *share_ns)
{
	*share_ns = (info->share_ps + 500) / 1000;
	return info->share_ps;
}

/* What were latencies up to the share are 0 now: one bucket holds them all. */
static void fold_buckets(struct ktlat_snapshot *snap)
{
	__u32 last = ktlat_bucket_index(snap->net_ns, snap->precision), i;

	if (!snap->nr_buckets)
		return;
	for (i = 0; i < last; i++) {
		snap->buckets[last] += snap->buckets[i];
		snap->buckets[i] = 0;
	}
}

static void take_share(struct ktlat_snapshot *net, __u64 share_ns)
{
	__u64 all;

	net->net = true;
	net->net_ns = share_ns;
	fold_buckets(net);
	if (!net->count)
		return;
	take_away(&net->min_ns, share_ns);
	take_away(&net->max_ns, share_ns);
	if (__builtin_mul_overflow(net->count, share_ns, &all))
		all = ~0ULL;
	take_away(&net->sum_ns, all);
}

/**
 * ktlat_take_share() - Take the probe's own share off each latency
 * @gross: snapshot with nothing taken off
 * @share_ns: as ktlat_get_share() tells it
 * @net: where to put the result; all zero or filled in before, and not @gross
 * @err: why it failed
 *
 * No latency falls below 0. The sum does not know how far single calls would
 * have done so, and is a lower bound where @net->min_ns is 0. Of a group, the
 * share is taken off each member as well.
 */
int ktlat_take_share(const struct ktlat_snapshot *gross, __u64 share_ns,
		     struct ktlat_snapshot *net, struct ktlat_error *err)
{
	int ret = copy(net, gross, gross->nr_members, err);
	__u32 i;

	if (ret)
		return ret;
	take_share(net, share_ns);
	for (i = 0; i < net->nr_members; i++)
		take_share(&net->members[i], share_ns);
	return 0;
}

/**
 * ktlat_get_bounds() - The lowest and the highest latency in a bucket
 * @snap: snapshot
 * @bucket: which, below @snap->nr_buckets
 * @low: where to put the one
 * @high: and the other
 */
void ktlat_get_bounds(const struct ktlat_snapshot *snap, __u32 bucket,
		      __u64 *low, __u64 *high)
{
	*low = ktlat_bucket_low(bucket, snap->precision);
	*high = ktlat_bucket_high(bucket, snap->precision);
	take_away(low, snap->net_ns);
	take_away(high, snap->net_ns);
}

/* ceil(count * ppm / 10^6), which needs more than 64 bits on the way. */
static __u64 rank_of(__u64 count, __u32 ppm)
{
	return count / MILLION * ppm +
	       (count % MILLION * ppm + MILLION - 1) / MILLION;
}

/**
 * ktlat_percentile() - The latency that a share of the calls did not exceed
 * @snap: snapshot with a @count above 0, and with buckets
 * @ppm: the share in millionths, 1 to 1000000; 999000 is p99.9
 *
 * Returns the highest value of the bucket that holds the call of that rank,
 * kept within min and max. The true value lies in the same bucket, so at most
 * 2^-p of it lower, or of what it was before a share was taken off.
 */
__u64 ktlat_percentile(const struct ktlat_snapshot *snap, __u32 ppm)
{
	__u64 rank = rank_of(snap->count, ppm), seen = 0, low, value;
	__u32 i;

	for (i = 0; i < snap->nr_buckets - 1; i++) {
		seen += snap->buckets[i];
		if (seen >= rank)
			break;
	}
	ktlat_get_bounds(snap, i, &low, &value);
	if (value > snap->max_ns)
		return snap->max_ns;
	return value < snap->min_ns ? snap->min_ns : value;
}

/**
 * ktlat_coverage() - Which share of the calls that ended was recorded, but for
 * those that the probe is not after
 * @snap: snapshot
 * @coverage: where to put it, 0 to 1
 *
 * Returns false as long as no call has ended.
 */
bool ktlat_coverage(const struct ktlat_snapshot *snap, double *coverage)
{
	double ended = (double)snap->count + snap->missed + snap->recursed;

	if (ended == 0)
		return false;
	*coverage = snap->count / ended;
	return true;
}
