/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cost.h - what measuring costs, measured.
 */
#ifndef KTLAT_COST_H
#define KTLAT_COST_H

struct ktlat_backend;

void ktlat_cost_measure(const struct ktlat_backend *backend);

/* In cost_target.c. */
void ktlat_cost_target(void);

#endif /* KTLAT_COST_H */
