/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a moment, a signal or a descriptor, whichever comes first. */
#ifndef CLOCK_H
#define CLOCK_H

#include <ktlat-lib.h>
#include <signal.h>

#define FOREVER	(~0ULL)

/* What wait_for_input() returns where there is something to read. */
#define READABLE	(-1)

__u64 monotonic_ns(void);
void hold_signals(sigset_t *before);
int wait_until(__u64 when);
int wait_for_input(int fd, __u64 when);

#endif /* CLOCK_H */
