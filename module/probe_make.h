/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_make.h - making a probe.
 */
#ifndef KTLAT_PROBE_MAKE_H
#define KTLAT_PROBE_MAKE_H

#include "probe.h"

struct ktlat_probe *ktlat_probe_alloc(struct ktlat_session *session, u64 id,
				      const struct ktlat_probe_add *add);
void ktlat_probe_set_slow(struct ktlat_probe *probe, u64 ns);
void ktlat_probe_free(struct ktlat_probe *probe);
int ktlat_probe_attach(struct ktlat_probe *probe, bool start);
u64 ktlat_probe_map_span(const struct ktlat_probe *probe);
unsigned int ktlat_probe_slowest_slot(const struct ktlat_probe *probe);
u64 ktlat_probe_map_offset(const struct ktlat_probe *probe);

#endif /* KTLAT_PROBE_MAKE_H */
