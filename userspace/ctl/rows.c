// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

static struct row sum_buckets(const struct ktlat_snapshot *snap, __u32 first,
			      __u32 nr)
{
	__u32 end = first + nr, i;
	struct row row = { 0 };
	__u64 ignored;

	if (end > snap->nr_buckets)
		end = snap->nr_buckets;
	for (i = first; i < end; i++)
		row.count += snap->buckets[i];
	ktlat_get_bounds(snap, first, &row.low, &ignored);
	ktlat_get_bounds(snap, end - 1, &ignored, &row.high);
	return row;
}

/* Two or more empty rows in sequence become one. */
static unsigned int append(struct row *rows, unsigned int nr, struct row row)
{
	struct row *last = nr ? &rows[nr - 1] : NULL;

	if (row.count || !last || last->count) {
		rows[nr] = row;
		return nr + 1;
	}
	last->high = row.high;
	last->folded = true;
	return nr;
}

/**
 * make_rows() - Group buckets into rows
 * @snap: snapshot with a @count above 0, and with buckets
 * @rows: where to put them
 *
 * From the first bucket with a call to the last, as finely as %MAX_ROWS rows
 * can show that. A group is 2^n buckets, so a row never straddles a power of
 * two unless it covers whole ones.
 *
 * Returns the number of rows.
 */
unsigned int make_rows(const struct ktlat_snapshot *snap,
		       struct row rows[MAX_ROWS])
{
	__u32 first = 0, last = snap->nr_buckets - 1, shift = 0, i;
	unsigned int nr = 0;

	while (!snap->buckets[first])
		first++;
	while (!snap->buckets[last])
		last--;
	while ((last >> shift) - (first >> shift) >= MAX_ROWS)
		shift++;
	for (i = first >> shift; i <= last >> shift; i++)
		nr = append(rows, nr,
			    sum_buckets(snap, i << shift, 1U << shift));
	return nr;
}
