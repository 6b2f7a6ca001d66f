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
 * struct ktlat_feed - What a probe does with each call; constant while it can run
 * @recorder: where calls are written as events; a copy, so that it is near
 */
struct ktlat_feed {
	struct ktlat_recorder recorder;
};

/* Does with a call what the probe wants, but for counting it. */
static __always_inline void ktlat_feed_inline(const struct ktlat_feed *feed,
					      const struct ktlat_done *done)
{
	ktlat_record(&feed->recorder, done);
}

/* The same, for who is not so short of time that it needs a copy of its own. */
void ktlat_feed(const struct ktlat_feed *feed, const struct ktlat_done *done);

#endif /* KTLAT_HOT_FEED_H */
