// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow.c - what a slow call sets off; see slow.h.
 */
#include <linux/kprobes.h>

#include "hot/flight.h"
#include "hot/record.h"
#include "hot/slow.h"

/**
 * ktlat_slow() - A slow call was written
 * @recorder: by this one
 * @number: of its record, or 0 if it could not be written
 *
 * Context: probe; preemption off.
 */
void ktlat_slow(const struct ktlat_recorder *recorder, u64 number)
{
	struct ktlat_trigger *trigger = recorder->trigger;

	atomic64_inc(&recorder->waker->calls);
	ktlat_wake(recorder->waker);
	/* Once, so whatever has a probe in there does not come back here. */
	if (ktlat_trigger_pull(trigger, this_cpu_read(*recorder->rings), number))
		irq_work_queue(&trigger->work);
}
NOKPROBE_SYMBOL(ktlat_slow);
