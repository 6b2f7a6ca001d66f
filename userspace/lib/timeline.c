// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "internal.h"

/**
 * ktlat_get_clock() - Read the module's clock beside the others
 * @k: handle
 * @now: the answer
 * @err: why it failed
 */
int ktlat_get_clock(struct ktlat *k, struct ktlat_clock_now *now,
		    struct ktlat_error *err)
{
	int ret;

	*now = (struct ktlat_clock_now){ .size = sizeof(*now) };
	ret = ktl_ioctl(k, KTLAT_IOC_CLOCK_GET, now);
	if (ret)
		return ktl_fail(err, -ret,
				"cannot read the module's clock: %s; install ktlat-ctl and the module from the same version",
				strerror(-ret));
	return 0;
}

/**
 * ktlat_add_moment() - Make a timeline longer
 * @line: the timeline, at first all zero
 * @now: a moment; left out if its ticks are not above those of the last one
 * @err: why it failed
 */
int ktlat_add_moment(struct ktlat_timeline *line,
		     const struct ktlat_clock_now *now, struct ktlat_error *err)
{
	struct ktlat_clock_now *moments = line->moments;

	if (line->nr && now->ticks <= moments[line->nr - 1].ticks)
		return 0;
	/* A power of two: what there is room for is full. */
	if (!(line->nr & (line->nr - 1))) {
		moments = reallocarray(moments, line->nr ? 2 * line->nr : 1,
				       sizeof(*moments));
		if (!moments)
			return ktl_fail(err, ENOMEM, "out of memory");
		line->moments = moments;
	}
	moments[line->nr++] = *now;
	return 0;
}

void ktlat_free_timeline(struct ktlat_timeline *line)
{
	free(line->moments);
	*line = (struct ktlat_timeline){ 0 };
}

/* The last moment that is not after @ticks; the first one if all are. */
static size_t find(const struct ktlat_timeline *line, __u64 ticks)
{
	size_t low = 0, high = line->nr;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (line->moments[middle].ticks <= ticks)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static __u64 ticks_to_ns(__u64 ticks, __u64 ns_per_tick)
{
	return ((__uint128_t)ticks * ns_per_tick) >> 32;
}

/**
 * ktlat_ticks_to_monotonic() - CLOCK_MONOTONIC at a stamp of the module's clock
 * @line: the timeline
 * @ticks: the stamp
 *
 * Between two moments, on a straight line. Outside of all, and where
 * CLOCK_MONOTONIC goes back, by what the module says that a tick is; never below
 * 0. Without any moment, the stamp itself.
 */
__u64 ktlat_ticks_to_monotonic(const struct ktlat_timeline *line, __u64 ticks)
{
	const struct ktlat_clock_now *a;
	size_t i;
	__u64 ns;

	if (!line->nr)
		return ticks;
	i = find(line, ticks);
	a = &line->moments[i];
	if (ticks < a->ticks) {
		ns = ticks_to_ns(a->ticks - ticks, a->ns_per_tick);
		return ns < a->monotonic_ns ? a->monotonic_ns - ns : 0;
	}
	if (i + 1 == line->nr || a[1].monotonic_ns < a->monotonic_ns)
		return a->monotonic_ns +
		       ticks_to_ns(ticks - a->ticks, a->ns_per_tick);
	return a->monotonic_ns +
	       (__uint128_t)(ticks - a->ticks) *
	       (a[1].monotonic_ns - a->monotonic_ns) / (a[1].ticks - a->ticks);
}
