/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tsc.h - the CPU's own counter, where that is what the kernel's clock counts.
 */
#ifndef KTLAT_COMPAT_TSC_H
#define KTLAT_COMPAT_TSC_H

#include <linux/types.h>

#ifdef CONFIG_X86_64
#include <linux/clocksource.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/tsc.h>

/* Has to be told which clock to read: not in 6.12, but in 7.2. */
static inline void ktlat_get_snapshot(struct system_time_snapshot *snap)
{
#if KTLAT_HAS_SNAPSHOT_ID
	ktime_get_snapshot_id(CLOCK_MONOTONIC, snap);
#else
	ktime_get_snapshot(snap);
#endif
}

/**
 * ktlat_tsc_is_clock() - Is the TSC the clocksource?
 *
 * No kernel tells a module its clocksource, but what that has counted. Read
 * between two readings of the TSC, nothing else lies between them, time and
 * again. Also wants RDTSCP.
 *
 * Context: task.
 */
static inline bool ktlat_tsc_is_clock(void)
{
	struct system_time_snapshot snap;

	if (!boot_cpu_has(X86_FEATURE_RDTSCP) || !tsc_khz)
		return false;
	for (int i = 0; i < 8; i++) {
		u64 before = rdtsc_ordered();

		ktlat_get_snapshot(&snap);
		if (snap.cycles < before || snap.cycles > rdtsc_ordered())
			return false;
	}
	return true;
}

/**
 * ktlat_tsc_ns_per_cycle() - ns of one cycle, in units of 2^-32
 *
 * By the kernel's own conversion: what __clocksource_register_scale() makes of
 * tsc_khz, with 600 s as the longest time (kernel/time/clocksource.c). Without
 * what NTP corrects meanwhile.
 */
static inline u64 ktlat_tsc_ns_per_cycle(void)
{
	u32 mult, shift;

	clocks_calc_mult_shift(&mult, &shift, tsc_khz, NSEC_PER_MSEC,
			       600 * MSEC_PER_SEC);
	return (u64)mult << (32 - shift);
}

/* Cycles now; may run a little ahead of what comes before. Context: any. */
static __always_inline u64 ktlat_tsc(void)
{
	return rdtsc();
}

/* Cycles now, after all that comes before. Context: any. */
static __always_inline u64 ktlat_tsc_ordered(void)
{
	return rdtsc_ordered();
}

#else /* no TSC: what gives no answer is never called */

static inline bool ktlat_tsc_is_clock(void)
{
	return false;
}

static inline u64 ktlat_tsc_ns_per_cycle(void)
{
	return 0;
}

static __always_inline u64 ktlat_tsc(void)
{
	return 0;
}

static __always_inline u64 ktlat_tsc_ordered(void)
{
	return 0;
}
#endif /* CONFIG_X86_64 */

#endif /* KTLAT_COMPAT_TSC_H */
