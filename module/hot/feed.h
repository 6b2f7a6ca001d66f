/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * feed.h - what becomes of a call besides its place in the histogram.
 *
 * Probe context: any, NMI included; preemption is off.
 */
#ifndef KTLAT_HOT_FEED_H
#define KTLAT_HOT_FEED_H

#include "hot/record.h"

/**
 * enum ktlat_fed - What is still to be done with a call that was fed
 * @KTLAT_FED_FILTERED: the probe is not after it
 * @KTLAT_FED_RECORD: it goes into the histogram
 * @KTLAT_FED_COUNT: it is counted; there is no histogram
 */
enum ktlat_fed {
	KTLAT_FED_FILTERED,
	KTLAT_FED_RECORD,
	KTLAT_FED_COUNT,
};

struct ktlat_capture;
struct ktlat_filter;
struct ktlat_keyed;
struct ktlat_slow_told;
struct ktlat_slowest;
struct ktlat_stack_table;

/**
 * struct ktlat_feed - What a probe does with each call; constant while it can run
 * @recorder: where calls are written as events; a copy, so that it is near
 * @plain_ns: a shorter call is written, and that is all; 0 if no call is so plain.
 *	Changes with @slow_ns
 * @slow_ns: a call of this length or longer is slow; all ones if none is. May be
 *	changed at any time
 * @all: all calls are written, else those that are slow
 * @no_histogram: its calls are counted only
 * @user_stacks: with the stack of a slow call goes that of its process
 * @filter: which calls the probe is after, or NULL for all
 * @capture: which values are wanted of them, or NULL
 * @keyed: by what calls are told apart, or NULL
 * @stacks: where stacks are stored, or NULL
 * @slowest: where the slowest calls of an interval are kept, or NULL
 * @told: what is told of slow calls; there if any can be slow
 */
struct ktlat_feed {
	struct ktlat_recorder recorder;
	u64 plain_ns;
	u64 slow_ns;
	bool all;
	bool no_histogram;
	bool user_stacks;
	const struct ktlat_filter *filter;
	const struct ktlat_capture *capture;
	const struct ktlat_keyed *keyed;
	const struct ktlat_stack_table *stacks;
	const struct ktlat_slowest *slowest;
	struct ktlat_slow_told *told;
};

extern const struct ktlat_feed ktlat_feed_none;

/* Is a call to be written, and that is all? It is not for ktlat_feed() then. */
static __always_inline bool ktlat_feed_is_plain(const struct ktlat_feed *feed,
						u64 latency)
{
	return likely(latency < READ_ONCE(feed->plain_ns));
}

/*
 * Does with a call what the probe wants, but for counting it. Where it is plain, who calls
 * writes it instead, at less cost; by then it may have become so, or not be any more.
 */
enum ktlat_fed ktlat_feed(const struct ktlat_feed *feed,
			  struct ktlat_done *done);

#endif /* KTLAT_HOT_FEED_H */
