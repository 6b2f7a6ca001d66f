/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes as a user names them. */
#ifndef SELECT_H
#define SELECT_H

#include "ctl.h"

bool probe_has_name(const struct ktlat_probe_info *info, const char *name);
bool probe_is_called(const struct ktlat_probe_info *info, const char *name);
int fail_no_probe(const char *name, struct ktlat_error *err);

#endif /* SELECT_H */
