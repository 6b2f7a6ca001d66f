// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "cpulist.h"
#include "ctl.h"

static bool parse_cpu(const char **text, unsigned long max, unsigned long *cpu)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	*cpu = strtoul(*text, &end, 10);
	*text = end;
	return *cpu <= max;
}

/* "3" or "3-5" */
static bool parse_range(const char **text, unsigned char *bits,
			unsigned long max)
{
	unsigned long first, last;

	if (!parse_cpu(text, max, &first))
		return false;
	last = first;
	if (**text == '-') {
		(*text)++;
		if (!parse_cpu(text, max, &last) || last < first)
			return false;
	}
	for (; first <= last; first++)
		bits[first / 8] |= 1 << first % 8;
	return true;
}

/**
 * parse_cpulist() - Read a list of CPUs
 * @text: as "0-3,5"
 * @bits: CPU n is bit n % 8 of byte n / 8; zeroed before
 * @max: the highest number that there is room for
 * @err: what is wrong with it
 */
int parse_cpulist(const char *text, unsigned char *bits, unsigned long max,
		  struct ktlat_error *err)
{
	const char *rest = text;

	while (parse_range(&rest, bits, max)) {
		if (!*rest)
			return 0;
		if (*rest++ != ',')
			break;
	}
	return explain(err,
		       "--cpu: \"%s\" is no list of CPUs up to %lu; write it as 0-3,5",
		       text, max);
}
