/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lookout.h - looks, for listeners, for what happens to probes without being told.
 */
#ifndef KTLAT_LOOKOUT_H
#define KTLAT_LOOKOUT_H

int ktlat_lookout_init(void);
void ktlat_lookout_exit(void);
void ktlat_lookout_begin(void);

#endif /* KTLAT_LOOKOUT_H */
