// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsc-khz: how often this machine's TSC, which is that of guests, too, counts in a
 * millisecond; to a millionth or so. Nothing where there is none.
 *
 * Each moment is bracketed by two reads of the TSC, and of many the closest pair is
 * taken, as we may be kept waiting in between.
 */
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>

#define TRIES	1000

struct moment {
	unsigned long long ticks, ns;
};

static struct moment look(void)
{
	unsigned long long best = -1ULL, before, after;
	struct moment moment = { 0 };
	struct timespec now;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		after = __rdtsc();
		if (after - before >= best)
			continue;
		best = after - before;
		moment.ticks = before + best / 2;
		moment.ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	}
	return moment;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct moment first = look(), last;

	nanosleep(&pause, NULL);
	last = look();
	printf("%.0f\n", 1e6 * (last.ticks - first.ticks) / (last.ns - first.ns));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
