/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_list.h - which probes there are; for the files about probes alone.
 */
#ifndef KTLAT_PROBE_LIST_H
#define KTLAT_PROBE_LIST_H

#include <linux/list.h>

#include "probe.h"

/*
 * All probes of all sessions, in the order of their ids. Written under ktlat_lock and
 * ktlat_map_lock, read under either.
 */
extern struct list_head ktlat_probes;

bool ktlat_probe_visible(const struct ktlat_probe *probe,
			 const struct ktlat_session *session, bool all);

#endif /* KTLAT_PROBE_LIST_H */
