// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_callees.c - what the trampolines of the direct backend call: what they
 * have to do rarely, and the reading of another clock than the TSC.
 */
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>

#include "backend/direct.h"
#include "compat/have_direct.h"

#ifdef KTLAT_HAVE_DIRECT

/* Probe context, preemption off; from direct_x86.S. A new shortest or longest. */
void ktlat_direct_extreme(struct ktlat_counters *counters, u64 latency)
{
	ktlat_hist_min(&counters->min_ns, latency);
	ktlat_hist_max(&counters->max_ns, latency);
}
NOKPROBE_SYMBOL(ktlat_direct_extreme);

/* Probe context, preemption off; from direct_x86.S. Its figures are gone. */
void ktlat_direct_stale(int slot)
{
	this_cpu_inc(ktlat_direct_percpu->stale[slot]);
}
NOKPROBE_SYMBOL(ktlat_direct_stale);

/* Probe context; from direct_x86.S. The return was stamped before the entry. */
void ktlat_direct_backwards(int slot, u64 epoch, u64 offset)
{
	struct ktlat_counters *counters;

	preempt_disable_notrace();
	if (READ_ONCE(READ_ONCE(ktlat_direct_meters[slot])->epoch) == epoch) {
		counters = this_cpu_read(ktlat_direct_percpu->area[slot]) +
			   (u32)epoch + offset;
		env_local_inc(&counters->clock_backwards);
	}
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(ktlat_direct_backwards);

/*
 * Is this CPU reading the clock, in an NMI, or in what that interrupts? A function
 * that the clock itself calls may have a trampoline of ours: without this it
 * would have itself called for ever.
 */
static DEFINE_PER_CPU(unsigned int, direct_reading);

/*
 * Probe context; from direct_x86.S. Now, by a clock that counts ns; 0 for a
 * function that the clock calls while it is read here. Interrupts are off, as on
 * the way into and out of one functions run that count as the task's, and would
 * be taken for the clock's.
 */
u64 ktlat_direct_now(void)
{
	unsigned int reading = in_nmi() ? BIT(1) : BIT(0);
	unsigned long flags;
	u64 now = 0;

	raw_local_irq_save(flags);
	if (!(this_cpu_read(direct_reading) & reading)) {
		this_cpu_or(direct_reading, reading);
		now = ktlat_clock_in_ns();
		this_cpu_and(direct_reading, ~reading);
	}
	raw_local_irq_restore(flags);
	return now;
}
NOKPROBE_SYMBOL(ktlat_direct_now);

#endif /* KTLAT_HAVE_DIRECT */
