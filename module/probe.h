/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.h - what is measured: state, options, ownership.
 */
#ifndef KTLAT_PROBE_H
#define KTLAT_PROBE_H

#include <linux/list.h>
#include <linux/uidgid.h>

#include "backend/backend.h"
#include "histogram.h"
#include "hot/measure.h"

struct ktlat_memory;
struct ktlat_rings;
struct ktlat_session;
struct ktlat_slowest_calls;

/**
 * struct ktlat_probe - A probe; guarded by ktlat_lock
 * @node: in the list of all probes, in the order of their ids
 * @session: whose it is
 * @id: never used again
 * @owner: who added it
 * @public: readers without rights may see it
 * @started: new calls are measured, unless the code is gone
 * @map_slot: where in the device's offsets it is mapped; groups have their own
 * @meter: what the hot path reads
 * @feed: what else it does with each call, if anything
 * @filter: which calls it is after
 * @slow: which of them are slow
 * @slowest: the slowest of each interval, or NULL
 * @plan: what was asked for, and addresses
 * @histogram: its figures
 * @rings: where it writes events, or NULL
 * @attachment: its backend's part
 * @base: what the mechanism had lost at the last reset
 * @before: the same just before that, which may be less
 * @passed_over: why the first backend that was tried is not the one: &enum
 *	ktlat_refusal
 */
struct ktlat_probe {
	struct list_head node;
	struct ktlat_session *session;
	u64 id;
	kuid_t owner;
	bool public;
	bool started;
	int map_slot;
	struct ktlat_meter meter;
	struct ktlat_feed feed;
	struct ktlat_filter filter;
	struct ktlat_slow slow;
	struct ktlat_slowest_calls *slowest;
	struct ktlat_plan plan;
	struct ktlat_histogram histogram;
	struct ktlat_rings *rings;
	struct ktlat_attachment *attachment;
	struct ktlat_mechanism_info base;
	struct ktlat_mechanism_info before;
	u32 passed_over;
};

/* What can be done to a probe by its owner. */
typedef int ktlat_probe_action(struct ktlat_probe *probe);

int ktlat_probe_add(struct ktlat_session *session, struct ktlat_probe_add *add);
int ktlat_probe_apply(struct ktlat_session *session,
		      struct ktlat_probe_ref *ref, ktlat_probe_action *action);
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
void ktlat_probes_remove(const struct ktlat_session *session);
bool ktlat_probes_follow(void);
int ktlat_probe_function_add(struct ktlat_session *session,
			     struct ktlat_function *function);
int ktlat_probe_function_get(struct ktlat_session *session,
			     struct ktlat_function *function);

#endif /* KTLAT_PROBE_H */
