/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTLAT_DEVICE_H
#define KTLAT_DEVICE_H

int ktlat_device_init(void);
void ktlat_device_exit(void);

#endif /* KTLAT_DEVICE_H */
