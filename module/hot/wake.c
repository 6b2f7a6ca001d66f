// SPDX-License-Identifier: GPL-2.0-only
/*
 * wake.c - telling who waits for records that there are some; see wake.h.
 */
#include <linux/kprobes.h>
#include <linux/percpu.h>

#include "core/env.h"
#include "hot/inside.h"
#include "hot/wake.h"

/* How deep this CPU is in ktlat_wake(), in all contexts together. */
static DEFINE_PER_CPU(int, wake_depth);

/**
 * ktlat_wake() - Wake who waits, if anybody does
 * @waker: of the rings
 *
 * Waking takes locks, so an interrupt of its own does it. Who finds somebody armed
 * takes that, and so is the only one to queue the interrupt. What queueing calls may
 * have a probe of its own, whose record wakes who waits for other rings, and so on
 * as long as there are others; who arms again and again is waited for no deeper than
 * %KTLAT_NESTING.
 *
 * Context: any, NMI included; preemption off; the record has been written.
 */
void ktlat_wake(struct ktlat_waker *waker)
{
	/* Pairs with the one in ktlat_waiter_poll(): who misses the record is armed. */
	smp_mb();
	if (!READ_ONCE(waker->armed) || !ktlat_may_queue())
		return;
	if (this_cpu_inc_return(wake_depth) <= KTLAT_NESTING &&
	    xchg(&waker->armed, false))
		irq_work_queue(&waker->work);
	this_cpu_dec(wake_depth);
}
NOKPROBE_SYMBOL(ktlat_wake);
