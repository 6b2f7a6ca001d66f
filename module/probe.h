/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.h - what is measured: state, options, ownership.
 */
#ifndef KTLAT_PROBE_H
#define KTLAT_PROBE_H

#include <linux/list.h>
#include <linux/time64.h>
#include <linux/uidgid.h>

#include "backend/backend.h"
#include "capture.h"
#include "histogram.h"
#include "hot/measure.h"
#include "slow.h"

struct ktlat_key_table;
struct ktlat_memory;
struct ktlat_rings;
struct ktlat_session;
struct ktlat_slowest_calls;

/**
 * struct ktlat_told - What listeners have been told of a probe, see ktlat_netlink.h
 * @attached: that it measures, and not that it has stopped
 * @generation: of the figures that @missed is of
 * @missed: how many calls it had missed
 * @slow_second: when the last slow call came, in s; under ktlat_map_lock, like all
 *	of slow calls
 * @slow_calls: how many were told in that second
 * @slow_suppressed: how many were not told since the last one that was
 */
struct ktlat_told {
	bool attached;
	u64 generation;
	u64 missed;
	time64_t slow_second;
	u32 slow_calls;
	u64 slow_suppressed;
};

/**
 * struct ktlat_figures - The figures of a probe, all CPUs and functions together
 * @sum: what they have counted, with @entries and @missed as ktlat.h adds them up
 * @in_flight: calls entered that have not returned
 * @exact: what was missed is known to the last call
 */
struct ktlat_figures {
	struct ktlat_counters sum;
	u64 in_flight;
	bool exact;
};

/**
 * struct ktlat_probe - A probe; guarded by ktlat_lock
 * @node: in the list of all probes, in the order of their ids
 * @session: whose it is
 * @id: never used again
 * @owner: who added it
 * @public: readers without rights may see it
 * @started: new calls are measured, unless the code is gone or has not come yet
 * @waits: for the modules of its points, whenever one is not loaded
 * @map_slot: where in the device's offsets it is mapped; groups have their own
 * @meter: what the hot path reads
 * @feed: what else it does with each call, if anything
 * @filter: which calls it is after
 * @capture: which values are wanted of them
 * @slow: which of them are slow
 * @slowest: the slowest of each interval, or NULL
 * @keys: its figures by key, or NULL
 * @teller: tells of slow ones
 * @plan: what was asked for, and addresses
 * @histogram: its figures
 * @rings: where it writes events, or NULL
 * @wanted: &enum ktlat_backend_id that was asked for
 * @backend: the mechanism; NULL before it is attached for the first time. Changes
 *	under ktlat_map_lock as well
 * @attachment: its backend's part; NULL while it waits
 * @past: what the mechanism had lost when it was attached before
 * @past_inexact: of what it has lost then, since the last reset, not all is counted
 * @base: what the mechanism had lost at the last reset
 * @before: the same just before that, which may be less
 * @refusal: why it was not attached when a module came: &enum ktlat_refusal
 * @passed_over: why the first backend that was tried is not the one: &enum
 *	ktlat_refusal
 * @told: what listeners know
 */
struct ktlat_probe {
	struct list_head node;
	struct ktlat_session *session;
	u64 id;
	kuid_t owner;
	bool public;
	bool started;
	bool waits;
	int map_slot;
	struct ktlat_meter meter;
	struct ktlat_feed feed;
	struct ktlat_filter filter;
	struct ktlat_capture capture;
	struct ktlat_slow slow;
	struct ktlat_slowest_calls *slowest;
	struct ktlat_key_table *keys;
	struct ktlat_slow_teller teller;
	struct ktlat_plan plan;
	struct ktlat_histogram histogram;
	struct ktlat_rings *rings;
	u32 wanted;
	const struct ktlat_backend *backend;
	struct ktlat_attachment *attachment;
	struct ktlat_mechanism_info past;
	bool past_inexact;
	struct ktlat_mechanism_info base;
	struct ktlat_mechanism_info before;
	u32 refusal;
	u32 passed_over;
	struct ktlat_told told;
};

/* What can be done to a probe by its owner. */
typedef int ktlat_probe_action(struct ktlat_probe *probe);

int ktlat_probe_add(struct ktlat_session *session, struct ktlat_probe_add *add);
int ktlat_probe_apply(struct ktlat_session *session,
		      struct ktlat_probe_ref *ref, ktlat_probe_action *action);
int ktlat_probe_start(struct ktlat_probe *probe);
ktlat_probe_action ktlat_probe_remove;
ktlat_probe_action ktlat_probe_enable;
ktlat_probe_action ktlat_probe_disable;
ktlat_probe_action ktlat_probe_reset;
int ktlat_probe_get(struct ktlat_session *session,
		    struct ktlat_probe_info *info, bool next);
int ktlat_probe_held(struct ktlat_held *held);
void ktlat_probe_totals(const struct ktlat_session *session,
			struct ktlat_info *info);
struct ktlat_memory *ktlat_probe_memory(struct ktlat_session *session,
					u64 *offset);
struct ktlat_memory *ktlat_probe_slowest_memory(struct ktlat_session *session,
						u64 *offset);
struct ktlat_memory *ktlat_probe_keys_memory(struct ktlat_session *session,
					     u64 *offset);
struct ktlat_probe *ktlat_probe_find(u64 id);
struct ktlat_probe *ktlat_probe_after(u64 id);
void ktlat_probe_tell(struct ktlat_probe *probe, struct ktlat_probe_info *info);
u32 ktlat_probe_state(const struct ktlat_probe *probe);
u32 ktlat_probe_backend(const struct ktlat_probe *probe);
void ktlat_probe_ask(const struct ktlat_probe *probe,
		     struct ktlat_mechanism_info *info);
bool ktlat_probe_is_exact(const struct ktlat_probe *probe,
			  const struct ktlat_mechanism_info *mechanism);
void ktlat_probe_figures(const struct ktlat_probe *probe,
			 struct ktlat_figures *figures);
void ktlat_probes_remove(const struct ktlat_session *session);
bool ktlat_probes_follow(void);
void ktlat_probes_set_clock(void);
void ktlat_probe_let_go(struct ktlat_probe *probe);
void ktlat_probes_meet(const char *module);
int ktlat_probe_function_add(struct ktlat_session *session,
			     struct ktlat_function *function);
int ktlat_probe_function_get(struct ktlat_session *session,
			     struct ktlat_function *function);

#endif /* KTLAT_PROBE_H */
