/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - the values that a probe wants of its calls: are they well-formed, and
 * what are they?
 */
#ifndef KTLAT_CAPTURE_H
#define KTLAT_CAPTURE_H

#include "hot/capture.h"

bool ktlat_capture_is_wanted(const struct ktlat_probe_add *add);
bool ktlat_capture_is_sound(const struct ktlat_probe_add *add);
void ktlat_capture_init(struct ktlat_capture *capture,
			const struct ktlat_probe_add *add);
void ktlat_capture_tell(const struct ktlat_capture *capture,
			struct ktlat_probe_info *info);

#endif /* KTLAT_CAPTURE_H */
