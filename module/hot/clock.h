/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the clock that stamps entries and returns.
 */
#ifndef KTLAT_HOT_CLOCK_H
#define KTLAT_HOT_CLOCK_H

#include <linux/jump_label.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

DECLARE_STATIC_KEY_FALSE(ktlat_clock_sched);

/**
 * ktlat_clock() - Now, in ns
 *
 * Only differences mean something. Context: any, NMI included; preemption off.
 */
static __always_inline u64 ktlat_clock(void)
{
	if (static_branch_unlikely(&ktlat_clock_sched))
		return sched_clock_cpu(raw_smp_processor_id());
	return ktime_get_mono_fast_ns();
}

u32 ktlat_clock_id(void);
int ktlat_clock_init(void);
void ktlat_clock_choose(void);

#endif /* KTLAT_HOT_CLOCK_H */
