// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "flight.h"
#include "names.h"

#define AFTER_DEFAULT_NS	NS_PER_S

/**
 * check_flight() - Do the options go together?
 * @flight: what is to be done
 * @args: the SPECs
 * @wanted: of the probes
 * @err: what is wrong with the command line
 */
int check_flight(const struct flight_options *flight, const struct args *args,
		 const struct wanted_options *wanted, struct ktlat_error *err)
{
	bool arms = flight->on && !flight->save && !flight->thaw;

	if (!flight->on && (flight->save || flight->thaw ||
			    flight->before != NOT_GIVEN ||
			    flight->after != NOT_GIVEN || flight->after_ns))
		return explain(err, "--save, --thaw, --before, --after and --wait are for --flight");
	if (!arms && flight->on &&
	    (args->nr || flight->before != NOT_GIVEN ||
	     flight->after != NOT_GIVEN || flight->after_ns))
		return explain(err, "SPECs, --before, --after and --wait are for arming it; leave them out, or leave out --%s",
			       flight->save ? "save" : "thaw");
	if (arms && args->nr && !wanted->slow)
		return explain(err, "what is a slow call of this? give --slow DUR or --slow p99.9");
	if (flight->on && args->rest)
		return explain(err, "--flight takes no command: it goes on when ktlat-ctl has ended");
	return 0;
}

static __u64 half_unless_given(__u32 given, __u32 nr_slots)
{
	return given != NOT_GIVEN ? given : nr_slots / 2 - 1;
}

/**
 * arm_flight() - Add probes, if there are any, and arm the flight recorder
 * @k: handle, opened for writing
 * @flight: how much is wanted
 * @room: of the rings, if there are none
 * @requests: the probes
 * @err: why it failed
 */
int arm_flight(struct ktlat *k, const struct flight_options *flight,
	       const struct room *room, struct requests *requests,
	       struct ktlat_error *err)
{
	struct ktlat_rings_info rings;
	__u64 before, after;
	int ret = 0;

	if (requests->nr)
		ret = need_rings(k, room, err);
	if (!ret)
		ret = ktlat_get_rings(k, &rings, err);
	if (ret)
		return ret;
	before = half_unless_given(flight->before, rings.nr_slots);
	after = half_unless_given(flight->after, rings.nr_slots);
	ret = ktlat_arm_flight(k, before, after,
			       flight->after_ns ?: AFTER_DEFAULT_NS, err);
	if (ret)
		return ret;
	ret = add_requests(k, requests, err);
	if (ret) {
		ktlat_thaw_flight(k, NULL);
		return ret;
	}
	printf("flight recorder: armed; the next slow call stops it, with %llu calls before it and %llu after it on each CPU\n",
	       (unsigned long long)before, (unsigned long long)after);
	return 0;
}

int thaw_flight(struct ktlat *k, struct ktlat_error *err)
{
	int ret = ktlat_thaw_flight(k, err);

	if (!ret)
		puts("flight recorder: off; the rings go on");
	return ret;
}

/**
 * need_frozen() - Is there something to save?
 * @k: handle
 * @err: why there is not
 */
int need_frozen(struct ktlat *k, struct ktlat_error *err)
{
	struct ktlat_flight_info info;
	int ret = ktlat_get_flight(k, &info, err);

	if (ret || info.state == KTLAT_FLIGHT_FROZEN)
		return ret;
	return explain(err, "cannot save what the flight recorder holds: it is %s; %s",
		       flight_state_name(info.state),
		       info.state == KTLAT_FLIGHT_OFF ?
		       "arm it by record --flight" :
		       info.state == KTLAT_FLIGHT_ARMED ?
		       "there was no slow call yet" :
		       "try again in a moment");
}
