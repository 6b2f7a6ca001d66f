// SPDX-License-Identifier: GPL-2.0-only
/* Figures that are made of single calls, as the module makes them. */
#include "internal.h"

static void begin(struct ktlat_snapshot *snap, __u32 precision)
{
	memset(snap->buckets, 0, snap->nr_buckets * sizeof(*snap->buckets));
	snap->precision = precision;
	snap->min_ns = ~0ULL;
}

/**
 * ktlat_begin_tally() - Begin with no call
 * @snap: all zero
 * @precision: p of the histogram
 * @nr_members: how many functions a group has; else 0
 * @err: why it failed
 */
int ktlat_begin_tally(struct ktlat_snapshot *snap, __u32 precision,
		      __u32 nr_members, struct ktlat_error *err)
{
	__u32 nr_buckets = ktlat_nr_buckets(precision), i;
	int ret = ktl_make_room(snap, nr_members, nr_buckets, err);

	if (ret)
		return ret;
	begin(snap, precision);
	for (i = 0; i < nr_members; i++) {
		snap->members[i].nr_buckets = nr_buckets;
		begin(&snap->members[i], precision);
	}
	return 0;
}

static void add(struct ktlat_snapshot *snap, __u64 latency_ns)
{
	snap->buckets[ktlat_bucket_index(latency_ns, snap->precision)]++;
	snap->count++;
	snap->sum_ns += latency_ns;
	if (latency_ns < snap->min_ns)
		snap->min_ns = latency_ns;
	if (latency_ns > snap->max_ns)
		snap->max_ns = latency_ns;
}

/**
 * ktlat_tally() - Add a call
 * @snap: what ktlat_begin_tally() began
 * @function: which function of a group; of no account if it is none
 * @latency_ns: how long the call took
 */
void ktlat_tally(struct ktlat_snapshot *snap, __u32 function, __u64 latency_ns)
{
	add(snap, latency_ns);
	if (function < snap->nr_members)
		add(&snap->members[function], latency_ns);
}
