/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slow.h - what a slow call sets off.
 */
#ifndef KTLAT_HOT_SLOW_H
#define KTLAT_HOT_SLOW_H

#include <linux/types.h>

struct ktlat_recorder;

/* Probe context. */
void ktlat_slow(const struct ktlat_recorder *recorder, u64 number);

#endif /* KTLAT_HOT_SLOW_H */
