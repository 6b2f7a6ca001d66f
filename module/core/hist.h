/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hist.h - recording a latency into the histogram of one CPU.
 *
 * The writer is the CPU that owns the area, with preemption off, in any
 * context. Nested writers (interrupt, NMI) are covered by local operations: each
 * touches one word. A reader on another CPU sees each word whole. The one order
 * that matters is that of a call's entry and its return:
 *
 *	writer of a call			reader
 *
 *	entries += 1
 *	... the call runs ...
 *	A: write barrier			load returns, buckets, losses
 *	buckets, sum, ..., returns += ...	B: read barrier
 *						load entries
 *
 * A pairs with B: who sees the return sees the entry. A call that returns on
 * another CPU than it was entered on has been switched out in between, and the
 * scheduler's full barriers carry its entry over to A.
 */
#ifndef KTLAT_CORE_HIST_H
#define KTLAT_CORE_HIST_H

#include "env.h"

/* The buckets of a generation lie right behind its counters. */
static __always_inline __u64 *ktlat_hist_buckets(struct ktlat_counters *counters)
{
	return (__u64 *)(counters + 1);
}

/*
 * Lowers or raises *word to value. Who makes the exchange fail has interrupted
 * us between two instructions and is done by now. We give up when that has
 * happened once for each level that can nest: wait-free, and nothing that could
 * interrupt every few ns would let the machine get on.
 */
static __always_inline void ktlat_hist_min(__u64 *word, __u64 value)
{
	for (int turn = 0; turn < KTLAT_NESTING; turn++) {
		__u64 old = env_read(word);

		if (value >= old || env_local_exchange(word, old, value))
			return;
	}
}

static __always_inline void ktlat_hist_max(__u64 *word, __u64 value)
{
	for (int turn = 0; turn < KTLAT_NESTING; turn++) {
		__u64 old = env_read(word);

		if (value <= old || env_local_exchange(word, old, value))
			return;
	}
}

/* What of a latency is kept besides its bucket. */
static __always_inline void ktlat_hist_add(struct ktlat_counters *counters,
					   __u64 latency)
{
	env_local_add(&counters->sum_ns, latency);
	ktlat_hist_min(&counters->min_ns, latency);
	ktlat_hist_max(&counters->max_ns, latency);
}

/*
 * Counts what has been recorded. Who loads returns (acquire order) finds of each
 * call that is in there its bucket, sum, min and max.
 */
static __always_inline void ktlat_hist_return(struct ktlat_counters *counters)
{
	/* Pairs with that acquire: histogram_add_returned(), read_recorded(). */
	env_write_barrier();
	env_local_inc(&counters->returns);
}

/**
 * ktlat_hist_count() - Record one latency where there are no buckets
 * @counters: as for ktlat_hist_record()
 * @latency: in ns
 *
 * Context: any; preemption off (in user space: one thread, and its signals).
 */
static __always_inline void ktlat_hist_count(struct ktlat_counters *counters,
					     __u64 latency)
{
	ktlat_hist_add(counters, latency);
	/* Holds barrier A, for the entry. */
	ktlat_hist_return(counters);
}

/**
 * ktlat_hist_record() - Record one latency
 * @counters: the current generation in the area of the running CPU
 * @precision: p of the histogram, 0 to %KTLAT_PRECISION_MAX
 * @latency: in ns
 *
 * Context: any; preemption off (in user space: one thread, and its signals).
 */
static __always_inline void ktlat_hist_record(struct ktlat_counters *counters,
					      __u32 precision, __u64 latency)
{
	__u64 *buckets = ktlat_hist_buckets(counters);

	/* A: pairs with B, the barrier in the reader of ktlat.h, step 3. */
	env_write_barrier();
	env_local_inc(&buckets[ktlat_bucket_index(latency, precision)]);
	ktlat_hist_add(counters, latency);
	ktlat_hist_return(counters);
}

#endif /* KTLAT_CORE_HIST_H */
