/* SPDX-License-Identifier: GPL-2.0-only */
/* Event rings as add-probe and record make them. */
#ifndef SLOTS_H
#define SLOTS_H

#include "request.h"

#define SLOTS_OPTION(slots)						\
	{ OPTION_NUMBER, "--slots", NULL, slots, KTLAT_SLOTS_MIN,	\
	  KTLAT_SLOTS_MAX, NULL }

__u32 slots_or_default(__u32 slots);
int need_rings(struct ktlat *k, __u32 slots, struct ktlat_error *err);

#endif /* SLOTS_H */
