/* SPDX-License-Identifier: GPL-2.0-only */
/* The flight recorder, as record --flight has it. */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "slots.h"

/**
 * struct flight_options - What is to be done with the flight recorder
 * @on: that is what is meant at all
 * @save: put into a file what it holds
 * @thaw: let it go on
 * @before: how many calls before the slow one, or %NOT_GIVEN
 * @after: how many after it, or %NOT_GIVEN
 * @after_ns: how long to wait for these
 */
struct flight_options {
	bool on;
	bool save;
	bool thaw;
	__u32 before;
	__u32 after;
	__u64 after_ns;
};

int check_flight(const struct flight_options *flight, const struct args *args,
		 const struct wanted_options *wanted, struct ktlat_error *err);
int arm_flight(struct ktlat *k, const struct flight_options *flight,
	       const struct room *room, struct requests *requests,
	       struct ktlat_error *err);
int thaw_flight(struct ktlat *k, struct ktlat_error *err);
int need_frozen(struct ktlat *k, struct ktlat_error *err);

#endif /* FLIGHT_H */
