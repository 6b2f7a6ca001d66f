/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modwatch.h - probes that wait for a module.
 */
#ifndef KTLAT_MODWATCH_H
#define KTLAT_MODWATCH_H

int ktlat_modwatch_init(void);
void ktlat_modwatch_exit(void);
void ktlat_modwatch_more(void);
void ktlat_modwatch_less(void);

#endif /* KTLAT_MODWATCH_H */
