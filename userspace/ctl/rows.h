/* SPDX-License-Identifier: GPL-2.0-only */
/* The buckets of a histogram, grouped so that a screen can hold them. */
#ifndef ROWS_H
#define ROWS_H

#include <ktlat-lib.h>

#define MAX_ROWS	24

/**
 * struct row - Adjacent buckets that are shown as one
 * @low: lowest value in it
 * @high: highest value in it
 * @count: calls in it
 * @folded: it stands for several rows without a call
 */
struct row {
	__u64 low;
	__u64 high;
	__u64 count;
	bool folded;
};

unsigned int make_rows(const struct ktlat_snapshot *snap,
		       struct row rows[MAX_ROWS]);

#endif /* ROWS_H */
