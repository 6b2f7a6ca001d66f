// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - choosing the clock.
 *
 * Where the clocksource is the TSC, that is read, and nothing is called for it.
 * CLOCK_MONOTONIC by its NMI-safe reader costs more and agrees between CPUs, too.
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

DEFINE_STATIC_KEY_FALSE(ktlat_clock_tsc);
DEFINE_STATIC_KEY_FALSE(ktlat_clock_sched);

/* Changes together with the keys, and a little when the TSC was calibrated. */
u64 ktlat_clock_ns_per_tick __read_mostly = 1ULL << KTLAT_CLOCK_SHIFT;

static char *clock = "auto";
module_param(clock, charp, 0444);
MODULE_PARM_DESC(clock, "what stamps are taken from: auto, tsc, monotonic or sched (default: auto)");

/* The clock in use, as &enum ktlat_clock. */
u32 ktlat_clock_id(void)
{
	if (static_key_enabled(&ktlat_clock_tsc))
		return KTLAT_CLOCK_TSC;
	return static_key_enabled(&ktlat_clock_sched) ? KTLAT_CLOCK_SCHED :
							KTLAT_CLOCK_MONOTONIC;
}

/**
 * ktlat_clock_serves() - Is the clock in use one to start a probe by?
 *
 * Not the TSC once the kernel has given that up.
 *
 * Context: task.
 */
bool ktlat_clock_serves(void)
{
	return ktlat_clock_id() != KTLAT_CLOCK_TSC || ktlat_tsc_is_clock();
}

/* What was asked for, or else what is best now. */
static u32 clock_wanted(void)
{
	if (!strcmp(clock, "monotonic"))
		return KTLAT_CLOCK_MONOTONIC;
	if (!strcmp(clock, "sched"))
		return KTLAT_CLOCK_SCHED;
	if (ktlat_tsc_is_clock())
		return KTLAT_CLOCK_TSC;
	return ktlat_clocksource_may_lock() ? KTLAT_CLOCK_SCHED :
					      KTLAT_CLOCK_MONOTONIC;
}

static void clock_switch(struct static_key *key, bool on)
{
	if (on)
		static_key_enable(key);
	else
		static_key_disable(key);
}

/*
 * Context: may sleep; no probe is attached. Calls may be in flight that return
 * into a slot of the direct backend: they are recorded nowhere.
 */
void ktlat_clock_choose(void)
{
	u32 wanted = clock_wanted();

	clock_switch(&ktlat_clock_tsc.key, wanted == KTLAT_CLOCK_TSC);
	clock_switch(&ktlat_clock_sched.key, wanted == KTLAT_CLOCK_SCHED);
	ktlat_clock_calibrate();
}

/*
 * Takes over how fast the clock is. A second after boot the kernel knows that of
 * the TSC better than before, by 1 % at most. Stamps are ticks, so it does no harm
 * to what is in flight. Context: ktlat_lock, or no probe is attached.
 */
void ktlat_clock_calibrate(void)
{
	bool tsc = ktlat_clock_id() == KTLAT_CLOCK_TSC;

	WRITE_ONCE(ktlat_clock_ns_per_tick,
		   tsc ? ktlat_tsc_ns_per_cycle() : 1ULL << KTLAT_CLOCK_SHIFT);
}

/* One reading of all clocks. */
static void clock_read(struct ktlat_clock_now *now)
{
	unsigned long flags;
	u64 before, after;

	raw_local_irq_save(flags);
	before = ktlat_clock();
	now->monotonic_ns = ktime_get_ns();
	after = ktlat_clock_end();
	raw_local_irq_restore(flags);
	now->ticks = before + (after - before) / 2;
	now->uncertainty_ns = ktlat_clock_ns((after - before + 1) / 2);
	now->realtime_ns = now->monotonic_ns + ktime_to_ns(
		ktime_mono_to_real(0));
}

/**
 * ktlat_clock_tell() - The clock beside others
 * @now: all but its size is filled in
 *
 * The best of a few readings, as hypervisors may hold up any one.
 *
 * Context: task.
 */
void ktlat_clock_tell(struct ktlat_clock_now *now)
{
	struct ktlat_clock_now reading = *now;

	reading.clock = ktlat_clock_id();
	reading.ns_per_tick = ktlat_clock_ns_per_tick;
	for (int turn = 0; turn < 4; turn++) {
		clock_read(&reading);
		if (!turn || reading.uncertainty_ns < now->uncertainty_ns)
			*now = reading;
	}
}

/* Refuses a parameter that cannot be followed, and makes the first choice. */
int ktlat_clock_init(void)
{
	static const char * const known[] = {
		"auto", "tsc", "monotonic", "sched"
	};

	if (match_string(known, ARRAY_SIZE(known), clock) < 0) {
		pr_err("clock=%s is not known: load with clock=auto, tsc, monotonic or sched\n",
		       clock);
		return -EINVAL;
	}
	ktlat_clock_choose();
	if (!strcmp(clock, "tsc") && ktlat_clock_id() != KTLAT_CLOCK_TSC) {
		pr_err("clock=tsc: the TSC is not the clocksource of this machine: load with clock=auto\n");
		return -ENODEV;
	}
	return 0;
}
