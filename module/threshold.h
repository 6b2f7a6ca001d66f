/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threshold.h - from when on a call is slow, where the histogram tells.
 */
#ifndef KTLAT_THRESHOLD_H
#define KTLAT_THRESHOLD_H

void ktlat_threshold_follow(void);
void ktlat_threshold_exit(void);

#endif /* KTLAT_THRESHOLD_H */
