/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.h - the flight recorder: rings that stop after a slow call.
 */
#ifndef KTLAT_FLIGHT_H
#define KTLAT_FLIGHT_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "hot/flight.h"

struct ktlat_flight_info;
struct ktlat_rings;

/**
 * struct ktlat_flight - The flight recorder of a session's rings
 * @trigger: what the hot path sees of it
 * @state: &enum ktlat_flight_state. Under ktlat_lock; but from armed on changed by
 *	@trigger.work and then @work, which are not running when it is changed to
 *	armed or off
 * @before: told to readers
 * @after_ns: for how long the ring of the call waits for what comes after it
 * @time_ns: of the trigger, CLOCK_MONOTONIC
 * @work: waits for that, and stops the others
 */
struct ktlat_flight {
	struct ktlat_trigger trigger;
	u32 state;
	u64 before;
	u64 after_ns;
	u64 time_ns;
	struct delayed_work work;
};

void ktlat_flight_init(struct ktlat_flight *flight);
void ktlat_flight_exit(struct ktlat_flight *flight);
int ktlat_flight_arm(struct ktlat_rings *rings,
		     const struct ktlat_flight_info *info);
void ktlat_flight_tell(const struct ktlat_rings *rings,
		       struct ktlat_flight_info *info);
void ktlat_flight_thaw(struct ktlat_rings *rings);

#endif /* KTLAT_FLIGHT_H */
