/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the clock that stamps entries and returns.
 *
 * Stamps are ticks of whatever clock is in use, and only differences mean
 * something: they are made ns once, when they are recorded.
 */
#ifndef KTLAT_HOT_CLOCK_H
#define KTLAT_HOT_CLOCK_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>

#include "compat/tsc.h"

DECLARE_STATIC_KEY_FALSE(ktlat_clock_tsc);
DECLARE_STATIC_KEY_FALSE(ktlat_clock_sched);

/* ns of a tick, in units of 2^-32; direct_x86.S reads it, too. */
#define KTLAT_CLOCK_SHIFT	32
extern u64 ktlat_clock_ns_per_tick;

/* The clocks that count ns. */
static __always_inline u64 ktlat_clock_in_ns(void)
{
	if (static_branch_unlikely(&ktlat_clock_sched))
		return cpu_clock(raw_smp_processor_id());
	return ktime_get_mono_fast_ns();
}

/**
 * ktlat_clock() - Now, in ticks, for the start of something
 *
 * Context: any, NMI included; preemption off.
 */
static __always_inline u64 ktlat_clock(void)
{
	if (static_branch_likely(&ktlat_clock_tsc))
		return ktlat_tsc();
	return ktlat_clock_in_ns();
}

/* The same for the end: what it is the end of has come to its end. */
static __always_inline u64 ktlat_clock_end(void)
{
	if (static_branch_likely(&ktlat_clock_tsc))
		return ktlat_tsc_ordered();
	return ktlat_clock_in_ns();
}

/* How many ns lie between two stamps. Context: any. */
static __always_inline u64 ktlat_clock_ns(u64 ticks)
{
	return mul_u64_u64_shr(ticks, ktlat_clock_ns_per_tick,
			       KTLAT_CLOCK_SHIFT);
}

struct ktlat_clock_now;

u32 ktlat_clock_id(void);
bool ktlat_clock_serves(void);
int ktlat_clock_init(void);
void ktlat_clock_choose(void);
void ktlat_clock_calibrate(void);
void ktlat_clock_tell(struct ktlat_clock_now *now);

#endif /* KTLAT_HOT_CLOCK_H */
