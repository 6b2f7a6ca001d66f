/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slowest.h - keeping a call that may be one of the slowest of its interval.
 */
#ifndef KTLAT_HOT_SLOWEST_H
#define KTLAT_HOT_SLOWEST_H

#include <linux/smp.h>

#include "core/slowest.h"
#include "hot/record.h"

/* Probe context: what this CPU keeps in the context that a call ended in. */
static __always_inline struct ktlat_slowest_context *
ktlat_slowest_here(const struct ktlat_slowest *slowest, u32 trap)
{
	return ktlat_slowest_context(slowest, smp_processor_id(),
				     ktlat_context(trap));
}

/* Probe context: is it worth while to take a stack, and to keep the call? */
static __always_inline bool ktlat_slowest_asks(const struct ktlat_slowest *slowest,
					       const struct ktlat_done *done)
{
	return ktlat_slowest_wants(slowest,
				   ktlat_slowest_here(slowest, done->trap),
				   done->latency);
}

void ktlat_slowest_keep(const struct ktlat_slowest *slowest, u64 probe_id,
			const struct ktlat_done *done, u32 stack_id,
			u32 user_stack_id);

#endif /* KTLAT_HOT_SLOWEST_H */
