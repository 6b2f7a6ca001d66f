// SPDX-License-Identifier: GPL-2.0-only
/*
 * A clocksource that nobody takes by himself, and whose reader can be traced:
 * for what happens to a probe on a function that the probe's own clock calls.
 */
#include <linux/atomic.h>
#include <linux/clocksource.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/timex.h>
#include <asm/tsc.h>
#include "target.h"

static atomic64_t readings;

/*
 * Half as fast as the TSC, lest anybody take it for that, and so slow that
 * interrupts come upon it.
 */
static noinline __noclone u64 ktlat_target_sundial(struct clocksource *clock)
{
	atomic64_inc(&readings);
	for (int i = 0; i < 200; i++)
		cpu_relax();
	return get_cycles() >> 1;
}

static struct clocksource sundial = {
	.name = "ktlat_sundial",
	.rating = 1,
	.read = ktlat_target_sundial,
	.mask = CLOCKSOURCE_MASK(63),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
	.owner = THIS_MODULE,
};

/* How often it was read. Context: any. */
u64 target_sundial_readings(void)
{
	return atomic64_read(&readings);
}

/* Context: may sleep. Return: 0 or an errno. */
int target_sundial_register(void)
{
	return clocksource_register_khz(&sundial, tsc_khz / 2);
}

void target_sundial_unregister(void)
{
	clocksource_unregister(&sundial);
}
