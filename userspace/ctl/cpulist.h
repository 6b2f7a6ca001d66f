/* SPDX-License-Identifier: GPL-2.0-only */
/* A list of CPUs as users write it. */
#ifndef CPULIST_H
#define CPULIST_H

#include <ktlat-lib.h>

int parse_cpulist(const char *text, unsigned char *bits, unsigned long max,
		  struct ktlat_error *err);

#endif /* CPULIST_H */
