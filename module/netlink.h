/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netlink.h - the generic netlink family, see ktlat_netlink.h: what is told to
 * listeners.
 *
 * Nothing here fails what it tells of. Without a listener it costs a look at
 * whether there is one.
 */
#ifndef KTLAT_NETLINK_H
#define KTLAT_NETLINK_H

#include <linux/types.h>

#include <ktlat.h>

struct ktlat_figures;
struct ktlat_probe;

/**
 * struct ktlat_slow_call - A slow call that is to be told
 * @event: the call, as it was written to a ring
 * @end_ns: its end, CLOCK_MONOTONIC in ns
 * @suppressed: slow calls of this probe since the last one handed over here that
 *	were not
 */
struct ktlat_slow_call {
	const struct ktlat_event *event;
	u64 end_ns;
	u64 suppressed;
};

int ktlat_netlink_init(void);
void ktlat_netlink_exit(void);
bool ktlat_netlink_has_listeners(void);
void ktlat_netlink_probe(u8 event, const struct ktlat_probe *probe);
void ktlat_netlink_attached(struct ktlat_probe *probe);
void ktlat_netlink_detached(struct ktlat_probe *probe);
void ktlat_netlink_missed(struct ktlat_probe *probe,
			  const struct ktlat_figures *figures);
void ktlat_netlink_slow(const struct ktlat_slow_call *call);
void ktlat_netlink_frozen(u64 session_id, u64 probe_id);

#endif /* KTLAT_NETLINK_H */
