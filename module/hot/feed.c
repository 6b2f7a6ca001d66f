// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed.c - what becomes of a call besides its place in the histogram; see feed.h.
 */
#include <linux/kprobes.h>

#include "hot/feed.h"
#include "hot/filter.h"
#include "hot/keys.h"
#include "hot/slow.h"
#include "hot/slowest.h"
#include "hot/stacks.h"

/* Not of a task that has yet to be switched in: the stack here is another's. */
static __always_inline void feed_stacks(const struct ktlat_feed *feed,
					struct ktlat_done *done)
{
	if (!feed->stacks || done->task != current)
		return;
	done->stack_id = ktlat_stack_here(feed->stacks);
	if (feed->user_stacks)
		done->user_stack_id = ktlat_stack_user(feed->stacks,
						       done->trap);
}

static __always_inline void feed_write(const struct ktlat_feed *feed,
				       struct ktlat_done *done, bool slow)
{
	u64 number;

	if (slow)
		done->flags |= KTLAT_EVENT_SLOW;
	number = ktlat_record(&feed->recorder, done,
			      done->flags & KTLAT_EVENT_VALUES ?
			      &done->seen->values : NULL);
	if (slow)
		ktlat_slow(&feed->recorder, feed->told, done, number);
}

static_assert(KTLAT_EVENT_UNREAD_2 == KTLAT_EVENT_UNREAD_1 << 1);

/* Captures what is seen at the end. Return: whether the probe is after the call. */
static __always_inline bool feed_capture(const struct ktlat_capture *capture,
					 struct ktlat_done *done)
{
	u32 unread;

	if (capture->ends && !ktlat_capture_end(capture, done->seen))
		return false;
	unread = done->seen->values.unread & (KTLAT_UNREAD_CONDITION - 1);
	if (capture->captures)
		done->flags |= KTLAT_EVENT_VALUES | unread * KTLAT_EVENT_UNREAD_1;
	return true;
}

/* What is done for a probe that wants nothing of its calls but to count them. */
const struct ktlat_feed ktlat_feed_none = { .slow_ns = U64_MAX };

enum ktlat_fed ktlat_feed(const struct ktlat_feed *feed,
			  struct ktlat_done *done)
{
	bool slow = done->latency >= READ_ONCE(feed->slow_ns);
	bool keep;

	if (feed->filter && !ktlat_filter_passes(feed->filter, done))
		return KTLAT_FED_FILTERED;
	if (feed->capture && !feed_capture(feed->capture, done))
		return KTLAT_FED_FILTERED;
	if (feed->keyed)
		ktlat_keys_record(feed->keyed, done);
	keep = feed->slowest && ktlat_slowest_asks(feed->slowest, done);
	if (slow || keep)
		feed_stacks(feed, done);
	if (keep)
		ktlat_slowest_keep(feed->slowest, feed->recorder.probe_id, done,
				   done->stack_id, done->user_stack_id);
	if (feed->all || slow)
		feed_write(feed, done, slow);
	return feed->no_histogram ? KTLAT_FED_COUNT : KTLAT_FED_RECORD;
}
NOKPROBE_SYMBOL(ktlat_feed);
