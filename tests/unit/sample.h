/* SPDX-License-Identifier: GPL-2.0-only */
/* A small recording that has some of everything in it. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <ktlat-lib.h>

/* Who calls, in a part of them. */
#define SAMPLE_CALLER	(~0ULL)
#define SAMPLE_CALLS	60
#define SAMPLE_CPUS	3
#define SAMPLE_FUNCTION	7	/* probes */
#define SAMPLE_GROUP	9
#define SAMPLE_STACK	4

void sample_event(unsigned int call, struct ktlat_event *event);
__u64 sample_end_ns(const struct ktlat_event *event);
int sample_write(const char *path, struct ktlat_error *err);

#endif /* SAMPLE_H */
