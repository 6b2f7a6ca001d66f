/* SPDX-License-Identifier: GPL-2.0-only */
/* Measuring in a session of one's own until a time is over, as lat and slow do. */
#ifndef ONESHOT_H
#define ONESHOT_H

#include "child.h"

/**
 * struct oneshot - How long to measure
 * @duration: how long in ns, or 0
 * @command: what to run meanwhile, then NULL; or NULL
 * @outcome: how the command ended
 * @pid: its process id, or 0
 */
struct oneshot {
	__u64 duration;
	char **command;
	struct outcome outcome;
	pid_t pid;
};

#define DURATION_OPTION(shot)						\
	{ OPTION_DURATION, "--duration", "-d", &(shot)->duration, 0, 0, NULL }

int oneshot_measure(struct ktlat *k, struct oneshot *shot,
		    const sigset_t *mask, struct ktlat_error *err);
void oneshot_end(struct oneshot *shot);
void oneshot_report(const struct oneshot *shot);

#endif /* ONESHOT_H */
