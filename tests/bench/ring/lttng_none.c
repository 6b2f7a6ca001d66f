// SPDX-License-Identifier: GPL-2.0-only
/* lttng_none.c - where LTTng-UST is not installed. */
#include "lttng.h"

int lttng_is_tracing(void)
{
	return 0;
}

void lttng_records(const struct ktlat_event *event, unsigned int nr)
{
	(void)event;
	(void)nr;
}
