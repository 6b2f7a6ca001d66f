/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that lat or record runs while it measures. */
#ifndef CHILD_H
#define CHILD_H

#include <signal.h>

#include "render.h"

int child_start(char **argv, const sigset_t *mask, pid_t *pid,
		struct ktlat_error *err);
bool child_ended(pid_t pid, struct outcome *outcome);
void child_stop(pid_t pid, struct outcome *outcome);
void child_report(const char *name, const struct outcome *outcome);

#endif /* CHILD_H */
