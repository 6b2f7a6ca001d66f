// SPDX-License-Identifier: GPL-2.0-only
/*
 * flight.c - the flight recorder: rings that stop after a slow call, and keep what
 * led to it for whoever comes to look.
 *
 *	armed		a slow call takes the trigger, and its own ring stops after
 *			so many records more (hot/flight.h)
 *	triggered	irq_work: the other rings stop after as many; a work item
 *			waits for the ring of the call, but not for ever
 *	frozen		all rings have stopped, and rest; readers are told
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include "compat/irq_work.h"
#include "compat/synchronize.h"
#include "flight.h"
#include "netlink.h"
#include "rings.h"
#include "waiters.h"

#include <ktlat.h>

/* How often a ring is looked at that is to come to its end. */
#define FLIGHT_LOOK	max(HZ / 100, 1)

/*
 * In the interrupt on real-time kernels, too: other rings must not go on for as long as
 * something urgent keeps threads off this CPU. No lock but raw ones, bounded by the
 * number of CPUs.
 */
static void flight_triggered(struct irq_work *work)
{
	struct ktlat_rings *rings = container_of(work, struct ktlat_rings,
						 flight.trigger.work);
	struct ktlat_flight *flight = &rings->flight;

	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++) {
		struct ktlat_ring_header *ring = ktlat_rings_header(rings, cpu);

		ktlat_ring_freeze(ring,
				  ktlat_ring_last(ring) + flight->trigger.after);
	}
	flight->time_ns = ktime_get_mono_fast_ns();
	/* Pairs with the load in ktlat_flight_tell(). */
	smp_store_release(&flight->state, KTLAT_FLIGHT_TRIGGERED);
	schedule_delayed_work(&flight->work, 0);
}

/* Is there more to come that the ring of the call waits for? */
static bool flight_waits(const struct ktlat_rings *rings)
{
	const struct ktlat_flight *flight = &rings->flight;
	const struct ktlat_ring_header *ring =
		ktlat_rings_header(rings, flight->trigger.cpu);

	return ktlat_ring_last(ring) <
		       flight->trigger.number + flight->trigger.after &&
	       ktime_get_mono_fast_ns() - flight->time_ns < flight->after_ns;
}

/* The probe whose call it was: its record rests in the ring. */
static u64 flight_probe(const struct ktlat_rings *rings)
{
	const struct ktlat_trigger *trigger = &rings->flight.trigger;
	struct ktlat_event event;
	struct ktlat_ring_reader reader;

	ktlat_ring_reader_init(&reader, ktlat_rings_header(rings, trigger->cpu),
			       trigger->number);
	return ktlat_ring_read(&reader, &event) == KTLAT_RING_EVENT ?
	       event.probe_id : 0;
}

static void flight_work(struct work_struct *work)
{
	struct ktlat_rings *rings = container_of(to_delayed_work(work),
						 struct ktlat_rings,
						 flight.work);

	if (flight_waits(rings)) {
		schedule_delayed_work(&rings->flight.work, FLIGHT_LOOK);
		return;
	}
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		ktlat_ring_stop(ktlat_rings_header(rings, cpu));
	/* What is being written is complete when those who write it are done. */
	ktlat_synchronize_cpus();
	/* As above. */
	smp_store_release(&rings->flight.state, KTLAT_FLIGHT_FROZEN);
	atomic64_inc(&rings->waker.calls);
	ktlat_waiters_wake(rings);
	ktlat_netlink_frozen(rings->session_id, flight_probe(rings));
}

void ktlat_flight_init(struct ktlat_flight *flight)
{
	ktlat_irq_work_init_hard(&flight->trigger.work, flight_triggered);
	INIT_DELAYED_WORK(&flight->work, flight_work);
}

/* On return nothing of it runs. Context: ktlat_lock; may sleep. */
void ktlat_flight_exit(struct ktlat_flight *flight)
{
	WRITE_ONCE(flight->trigger.armed, 0);
	/* Who has taken the trigger has queued what we wait for below. */
	if (READ_ONCE(flight->state) != KTLAT_FLIGHT_OFF)
		ktlat_synchronize_cpus();
	irq_work_sync(&flight->trigger.work);
	cancel_delayed_work_sync(&flight->work);
}

/**
 * ktlat_flight_arm() - Stop the rings after the next slow call
 * @rings: of a session
 * @info: well-formed
 *
 * Context: ktlat_lock. Return: 0; -EINVAL where the rings have not that many slots;
 * -EBUSY unless it is off.
 */
int ktlat_flight_arm(struct ktlat_rings *rings,
		     const struct ktlat_flight_info *info)
{
	struct ktlat_flight *flight = &rings->flight;

	if (info->before >= rings->nr_slots ||
	    info->after >= rings->nr_slots - info->before)
		return -EINVAL;
	/* It changes without a lock, but from and to this one only under ours. */
	if (READ_ONCE(flight->state) != KTLAT_FLIGHT_OFF)
		return -EBUSY;
	flight->before = info->before;
	flight->after_ns = info->after_ns;
	flight->trigger.after = info->after;
	flight->state = KTLAT_FLIGHT_ARMED;
	/* Pairs with the cmpxchg in ktlat_trigger_pull(). */
	smp_store_release(&flight->trigger.armed, 1);
	return 0;
}

/* Context: ktlat_lock. */
void ktlat_flight_tell(const struct ktlat_rings *rings,
		       struct ktlat_flight_info *info)
{
	const struct ktlat_flight *flight = &rings->flight;

	/* Pairs with the stores of those who change it without a lock. */
	info->state = smp_load_acquire(&flight->state);
	info->before = flight->before;
	info->after = flight->trigger.after;
	info->after_ns = flight->after_ns;
	info->cpu = 0;
	info->number = 0;
	info->time_ns = 0;
	if (info->state < KTLAT_FLIGHT_TRIGGERED)
		return;
	info->cpu = flight->trigger.cpu;
	info->number = flight->trigger.number;
	info->time_ns = flight->time_ns;
}

/* Lets the rings go on, and switches it off. Context: ktlat_lock; may sleep. */
void ktlat_flight_thaw(struct ktlat_rings *rings)
{
	ktlat_flight_exit(&rings->flight);
	rings->flight.state = KTLAT_FLIGHT_OFF;
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		ktlat_ring_thaw(ktlat_rings_header(rings, cpu));
}
