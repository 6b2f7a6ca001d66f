/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clocksource.h - does reading the clocksource take a lock?
 *
 * No kernel exports the current clocksource to modules. HPET is the one that
 * takes a lock (read_hpet()), and is what x86 falls back to when the TSC cannot
 * be used. Taking a paravirtual clock for HPET costs nothing but the agreement
 * of CPUs to the last few ns. Not seen is an HPET that an administrator has
 * chosen over a good TSC: then the module is to be loaded with clock=sched.
 */
#ifndef KTLAT_COMPAT_CLOCKSOURCE_H
#define KTLAT_COMPAT_CLOCKSOURCE_H

#include <linux/types.h>

#if defined(CONFIG_X86) && defined(CONFIG_HPET_TIMER)
#include <asm/hpet.h>
#include <asm/tsc.h>

static inline bool ktlat_clocksource_may_lock(void)
{
	return is_hpet_enabled() && check_tsc_unstable();
}
#else
static inline bool ktlat_clocksource_may_lock(void)
{
	return false;
}
#endif

#endif /* KTLAT_COMPAT_CLOCKSOURCE_H */
