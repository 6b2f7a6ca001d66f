// SPDX-License-Identifier: GPL-2.0-only
/*
 * wake.c - telling who waits for records that there are some; see wake.h.
 */
#include <linux/kprobes.h>
#include <linux/percpu.h>

#include "hot/inside.h"
#include "hot/wake.h"

DEFINE_PER_CPU(unsigned int, ktlat_inside);

/**
 * ktlat_wake() - Wake who waits, if anybody does
 * @waker: of the rings
 *
 * Waking takes locks, so an interrupt of its own does it.
 *
 * Context: any, NMI included; preemption off; the record has been written.
 */
void ktlat_wake(struct ktlat_waker *waker)
{
	unsigned int level;

	/* Pairs with the one in ktlat_waiter_poll(): who misses the record is armed. */
	smp_mb();
	if (!READ_ONCE(waker->armed) || !ktlat_may_queue() ||
	    !ktlat_inside_enter(KTLAT_INSIDE_WAKE, &level))
		return;
	irq_work_queue(&waker->work);
	ktlat_inside_leave(level);
}
NOKPROBE_SYMBOL(ktlat_wake);
