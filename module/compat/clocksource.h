/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clocksource.h - does reading the clocksource take a lock?
 *
 * No kernel exports the current clocksource to modules. HPET is the one that
 * takes a lock (read_hpet()), and is only ever chosen on x86 when the TSC cannot
 * be. Taking a paravirtual clock for HPET costs nothing but the agreement of
 * CPUs to the last few ns, so in doubt the answer is yes.
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
