// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - choosing the clock.
 *
 * CLOCK_MONOTONIC by its NMI-safe reader costs little and agrees between CPUs.
 * With HPET as the clocksource each reading takes a lock that all CPUs share,
 * so there the scheduler's clock is taken. The clocksource can change while we
 * are loaded (the watchdog gives the TSC up), so the choice is made anew before
 * the first probe; never between the two stamps of a call.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "compat/clocksource.h"
#include "hot/clock.h"

#include <ktlat.h>

DEFINE_STATIC_KEY_FALSE(ktlat_clock_sched);

static char *clock = "auto";
module_param(clock, charp, 0444);
MODULE_PARM_DESC(clock, "what stamps are taken from: auto, monotonic or sched (default: auto)");

/* The clock in use, as &enum ktlat_clock. */
u32 ktlat_clock_id(void)
{
	return static_key_enabled(&ktlat_clock_sched) ? KTLAT_CLOCK_SCHED :
							KTLAT_CLOCK_MONOTONIC;
}

/* Context: may sleep; no probe is attached. */
void ktlat_clock_choose(void)
{
	bool sched = !strcmp(clock, "sched");

	if (!strcmp(clock, "auto"))
		sched = ktlat_clocksource_may_lock();
	if (sched)
		static_branch_enable(&ktlat_clock_sched);
	else
		static_branch_disable(&ktlat_clock_sched);
}

/* Refuses a parameter that means nothing, and makes the first choice. */
int ktlat_clock_init(void)
{
	static const char * const known[] = { "auto", "monotonic", "sched" };

	if (match_string(known, ARRAY_SIZE(known), clock) < 0) {
		pr_err("clock=%s is not known: load with clock=auto, monotonic or sched\n",
		       clock);
		return -EINVAL;
	}
	ktlat_clock_choose();
	return 0;
}
