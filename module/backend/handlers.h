/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handlers.h - what the handlers of tracepoints do with a key.
 *
 * Probe context. Some kernels call handlers with preemption on, so each turns it off
 * around its work.
 */
#ifndef KTLAT_HANDLERS_H
#define KTLAT_HANDLERS_H

#include <linux/preempt.h>

#include "backend/presets.h"
#include "hot/starts.h"

static __always_inline void ktlat_event_start(const struct ktlat_matcher *matcher,
					      u64 key, struct ktlat_event_id id)
{
	preempt_disable_notrace();
	ktlat_starts_begin(matcher->starts, key, id);
	preempt_enable_notrace();
}

/* @expected: there should be a start. */
static __always_inline void ktlat_event_end(const struct ktlat_matcher *matcher,
					    u64 key, bool expected)
{
	struct ktlat_end end;

	preempt_disable_notrace();
	end = ktlat_end_here();
	if (!ktlat_starts_end(matcher->starts, key, &end) && expected)
		ktlat_starts_unmatched(matcher->starts);
	preempt_enable_notrace();
}

#endif /* KTLAT_HANDLERS_H */
