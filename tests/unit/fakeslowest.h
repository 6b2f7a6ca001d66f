/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest calls of a probe of the fake device. */
#ifndef FAKESLOWEST_H
#define FAKESLOWEST_H

#include <ktlat.h>

/* Those of a probe. */
#define FAKE_SLOWEST_STRIDE	0x200000

void fakeslowest_make(void *base, const struct ktlat_probe_info *info);
void fakeslowest_keep(void *base, const struct ktlat_event *event);
void fakeslowest_next(void *base);

#endif /* FAKESLOWEST_H */
