// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_callees.c - what the trampolines of the direct backend call: what they
 * have to do rarely, and the reading of another clock than the TSC.
 */
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>

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

/* The counters of a call, on this CPU. */
static __always_inline struct ktlat_counters *
direct_counters_here(unsigned long slot, u64 epoch, u64 offset)
{
	return this_cpu_read(ktlat_direct_percpu->area[slot]) + (u32)epoch +
	       offset;
}

/* Probe context; from direct_x86.S. The return was stamped before the entry. */
void ktlat_direct_backwards(int slot, u64 epoch, u64 offset)
{
	struct ktlat_counters *counters;

	preempt_disable_notrace();
	if (READ_ONCE(READ_ONCE(ktlat_direct_meters[slot])->epoch) == epoch) {
		counters = direct_counters_here(slot, epoch, offset);
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

/* A call of an attached probe that has returned. Its meter has a stride. */
static __always_inline struct ktlat_done
direct_done(const struct ktlat_meter *meter, u64 latency, u64 epoch, u64 start,
	    u64 offset)
{
	return (struct ktlat_done){
		.start = start,
		.latency = latency,
		.generation = epoch >> 32,
		.task = current,
		.function = offset ? (u32)offset / meter->function_stride : 0,
	};
}

/* What a slot sees of a call that is over. */
static __always_inline void direct_see(struct ktlat_seen *seen, unsigned long slot,
				       const struct direct_stack *stack)
{
	*seen = (struct ktlat_seen){
		.returned = stack->returned,
		.caller = stack->function[slot < DIRECT_SLOTS ? 1 : 2],
	};
}

/* A call of which more is wanted than to be written, or less. */
static noinline u64 direct_special(const struct ktlat_meter *meter,
				   unsigned long slot, u64 latency, u64 epoch,
				   const struct direct_stack *stack, u64 offset)
{
	struct ktlat_done done = direct_done(meter, latency, epoch,
					     stack->start, offset);
	struct ktlat_counters *counters =
		direct_counters_here(slot, epoch, offset);
	struct ktlat_seen seen;
	enum ktlat_fed fed;

	if (meter->feed->capture) {
		direct_see(&seen, slot, stack);
		done.seen = &seen;
	}
	fed = ktlat_meter_feed(meter, counters, &done);
	if (fed == KTLAT_FED_RECORD)
		return latency;
	ktlat_meter_fed(counters, fed, latency);
	return DIRECT_DONE;
}
NOKPROBE_SYMBOL(direct_special);

static __always_inline void direct_write(const struct ktlat_meter *meter,
					 u64 latency, u64 start, u64 offset)
{
	const struct ktlat_done done = direct_done(meter, latency, 0, start,
						   offset);

	ktlat_record(&meter->feed->recorder, &done, NULL);
}

/*
 * Of a call that has returned there is more to do than to count it, or its figures
 * are gone. Returns the latency to count, or DIRECT_DONE.
 */
static __always_inline u64 direct_more(unsigned long slot, u64 latency,
				       u64 epoch, const struct direct_stack *stack,
				       u64 offset)
{
	const struct ktlat_meter *meter = READ_ONCE(ktlat_direct_meters[slot]);

	if (unlikely(READ_ONCE(meter->epoch) != epoch)) {
		direct_stale(slot);
		return DIRECT_DONE;
	}
	if (unlikely(!ktlat_feed_is_plain(meter->feed, latency)))
		return direct_special(meter, slot, latency, epoch, stack,
				      offset);
	direct_write(meter, latency, stack->start, offset);
	return latency;
}

/* Probe context, preemption off; from direct_x86.S. */
u64 ktlat_direct_more(unsigned long slot, u64 latency, u64 epoch,
		      const struct direct_stack *stack)
{
	return direct_more(slot, latency, epoch, stack, 0);
}
NOKPROBE_SYMBOL(ktlat_direct_more);

/* The same for the slot of a group. */
u64 ktlat_direct_more_group(unsigned long slot, u64 latency, u64 epoch,
			    const struct direct_stack *stack)
{
	return direct_more(slot, latency, epoch, stack, stack->function[0]);
}
NOKPROBE_SYMBOL(ktlat_direct_more_group);

#endif /* KTLAT_HAVE_DIRECT */
