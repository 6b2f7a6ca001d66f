// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow.c - telling listeners of slow calls.
 *
 * One call at a time goes from the hot path through an irq_work to a work item, which
 * may sleep, as sending does. For a tenth of a second after it no other is taken, so
 * that calls that are all slow cost no more than that; they are counted.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "hot/clock.h"
#include "netlink.h"
#include "slow.h"

#include <ktlat.h>

#define SLOW_PAUSE	max(HZ / 10, 1)

/* When a call ended, CLOCK_MONOTONIC. */
static u64 slow_end_ns(const struct ktlat_slow_told *told)
{
	struct ktlat_clock_now now;

	ktlat_clock_tell(&now);
	return now.monotonic_ns - ktlat_clock_ns(now.ticks - told->start) +
	       told->latency_ns;
}

static void slow_tell(struct ktlat_slow_teller *teller)
{
	const struct ktlat_slow_told *told = &teller->told;
	u64 calls = atomic64_read(&told->calls);
	struct ktlat_event event = {
		.probe_id = teller->probe_id,
		.start = told->start,
		.latency_ns = told->latency_ns,
		.pid = told->pid,
		.tgid = told->tgid,
		.stack_id = told->stack_id,
		.cpu = told->cpu,
		.start_cpu = KTLAT_CPU_UNKNOWN,
		.function = told->function,
		.context = told->context,
		.flags = KTLAT_EVENT_SLOW,
	};
	struct ktlat_slow_call call = {
		.event = &event,
		.end_ns = slow_end_ns(told),
		.suppressed = calls - teller->handed - 1,
	};

	memcpy(event.comm, told->comm, sizeof(event.comm));
	teller->handed = calls;
	ktlat_netlink_slow(&call);
}

/* Twice for each call: to tell it, and to take the next. */
static void slow_work(struct work_struct *work)
{
	struct ktlat_slow_teller *teller =
		container_of(to_delayed_work(work), struct ktlat_slow_teller,
			     work);

	if (teller->told.full) {
		slow_tell(teller);
		teller->told.full = false;
		schedule_delayed_work(&teller->work, SLOW_PAUSE);
		return;
	}
	/* Pairs with the cmpxchg in slow_open(). */
	smp_store_release(&teller->told.open, 1);
}

static void slow_triggered(struct irq_work *work)
{
	struct ktlat_slow_teller *teller =
		container_of(work, struct ktlat_slow_teller, told.work);

	schedule_delayed_work(&teller->work, 0);
}

void ktlat_slow_init(struct ktlat_slow_teller *teller, u64 probe_id)
{
	teller->probe_id = probe_id;
	teller->told.open = 1;
	init_irq_work(&teller->told.work, slow_triggered);
	INIT_DELAYED_WORK(&teller->work, slow_work);
}

/* No call comes any more. Context: ktlat_lock; may sleep. */
void ktlat_slow_exit(struct ktlat_slow_teller *teller)
{
	irq_work_sync(&teller->told.work);
	cancel_delayed_work_sync(&teller->work);
}
