// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed.c - what becomes of a call besides its place in the histogram; see feed.h.
 */
#include <linux/kprobes.h>

#include "hot/feed.h"
#include "hot/filter.h"
#include "hot/slow.h"

/* A call of which more is wanted than to be written, or less. */
static noinline bool feed_special(const struct ktlat_feed *feed,
				  struct ktlat_done *done)
{
	bool slow = done->latency >= READ_ONCE(feed->slow_ns);
	u64 number = 0;

	if (feed->filter && !ktlat_filter_passes(feed->filter, done))
		return false;
	if (slow)
		done->flags |= KTLAT_EVENT_SLOW;
	if (feed->all || slow)
		number = ktlat_record(&feed->recorder, done);
	if (slow)
		ktlat_slow(&feed->recorder, number);
	return true;
}
NOKPROBE_SYMBOL(feed_special);

bool ktlat_feed(const struct ktlat_feed *feed, struct ktlat_done *done)
{
	if (!ktlat_feed_is_plain(feed, done->latency))
		return feed_special(feed, done);
	ktlat_record(&feed->recorder, done);
	return true;
}
NOKPROBE_SYMBOL(ktlat_feed);
