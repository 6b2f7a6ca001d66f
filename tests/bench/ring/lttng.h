/* SPDX-License-Identifier: GPL-2.0-only */
/* The same record as an event of LTTng-UST, where that is installed. */
#ifndef LTTNG_H
#define LTTNG_H

#include <ktlat.h>

int lttng_is_tracing(void);
void lttng_records(const struct ktlat_event *event, unsigned int nr);

#endif /* LTTNG_H */
