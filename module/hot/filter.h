/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - which calls a probe is after.
 */
#ifndef KTLAT_HOT_FILTER_H
#define KTLAT_HOT_FILTER_H

#include <linux/types.h>

struct ktlat_done;
struct ktlat_filter;

/* Probe context. */
bool ktlat_filter_passes(const struct ktlat_filter *filter,
			 const struct ktlat_done *done);

#endif /* KTLAT_HOT_FILTER_H */
