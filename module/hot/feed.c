// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed.c - what becomes of a call besides its place in the histogram; see feed.h.
 */
#include <linux/kprobes.h>

#include "hot/feed.h"

void ktlat_feed(const struct ktlat_feed *feed, const struct ktlat_done *done)
{
	ktlat_feed_inline(feed, done);
}
NOKPROBE_SYMBOL(ktlat_feed);
