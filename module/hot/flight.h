/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.h - the trigger of the flight recorder: a slow call has a session's rings
 * stop a little later, so that what led to it stays.
 */
#ifndef KTLAT_HOT_FLIGHT_H
#define KTLAT_HOT_FLIGHT_H

#include <linux/irq_work.h>

#include "core/ring.h"

/**
 * struct ktlat_trigger - What the first slow call sets off
 * @armed: it does. Taken by the call that does, and set again under ktlat_lock, when
 *	nothing below is in use any more
 * @after: how many records more each ring takes
 * @cpu: where the call ended
 * @number: of its record in that CPU's ring
 * @work: tells the other CPUs
 */
struct ktlat_trigger {
	int armed;
	u64 after;
	u32 cpu;
	u64 number;
	struct irq_work work;
};

/**
 * ktlat_trigger_pull() - A slow call was written
 * @trigger: of the rings
 * @ring: of this CPU
 * @number: of its record
 *
 * This CPU's ring stops exactly as asked for; those of others a little later.
 *
 * Context: probe; preemption off. Return: whether it was the first, and @work is to
 * be queued.
 */
static inline bool ktlat_trigger_pull(struct ktlat_trigger *trigger,
				      struct ktlat_ring_header *ring, u64 number)
{
	if (!READ_ONCE(trigger->armed) ||
	    cmpxchg(&trigger->armed, 1, 0) != 1)
		return false;
	trigger->cpu = smp_processor_id();
	trigger->number = number;
	ktlat_ring_freeze(ring, number + trigger->after);
	return true;
}

#endif /* KTLAT_HOT_FLIGHT_H */
