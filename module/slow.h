/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slow.h - telling listeners of slow calls.
 */
#ifndef KTLAT_SLOW_H
#define KTLAT_SLOW_H

#include <linux/workqueue.h>

#include "hot/slow.h"

/**
 * struct ktlat_slow_teller - What tells the slow calls of a probe
 * @told: what the hot path hands over
 * @probe_id: whose
 * @handed: how many of its calls were told, or counted as not told; for @work
 * @work: tells one, and a little later takes the next
 */
struct ktlat_slow_teller {
	struct ktlat_slow_told told;
	u64 probe_id;
	u64 handed;
	struct delayed_work work;
};

void ktlat_slow_init(struct ktlat_slow_teller *teller, u64 probe_id);
void ktlat_slow_exit(struct ktlat_slow_teller *teller);

#endif /* KTLAT_SLOW_H */
