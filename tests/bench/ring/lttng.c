// SPDX-License-Identifier: GPL-2.0-only
/* lttng.c - the same record as an event of LTTng-UST. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng_event.h"

#include "lttng.h"

/* Is there a session that records it? */
int lttng_is_tracing(void)
{
	return lttng_ust_tracepoint_enabled(ktlat_bench, event);
}

void lttng_records(const struct ktlat_event *event, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		lttng_ust_tracepoint(ktlat_bench, event, event);
}
