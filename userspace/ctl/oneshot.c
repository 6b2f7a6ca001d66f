// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "oneshot.h"

/* Until the time is over, the command has ended, or the user says so. */
static void wait_for_end(struct oneshot *shot, __u64 until)
{
	int sig;

	do
		sig = wait_until(until);
	while (sig == SIGCHLD &&
	       !(shot->pid && child_ended(shot->pid, &shot->outcome)));
}

/**
 * oneshot_measure() - Measure until it is over
 * @k: handle; all probes of its session are disabled at the end
 * @shot: how long; oneshot_end() is to be called once the figures are read, also
 *	after an error
 * @mask: signals as they were before hold_signals(), for the command
 * @err: why it failed
 */
int oneshot_measure(struct ktlat *k, struct oneshot *shot,
		    const sigset_t *mask, struct ktlat_error *err)
{
	__u64 until = FOREVER;
	int ret;

	if (shot->duration)
		until = monotonic_ns() + shot->duration;
	if (shot->command) {
		shot->outcome.running = true;
		ret = child_start(shot->command, mask, &shot->pid, err);
		if (ret)
			return ret;
	} else if (!shot->duration && isatty(STDERR_FILENO)) {
		note("measuring; Ctrl-C ends it");
	}
	wait_for_end(shot, until);
	ret = ktlat_change_all(k, KTLAT_CHANGE_DISABLE, err);
	return ret < 0 ? ret : 0;
}

/* Ends the command if it still runs. */
void oneshot_end(struct oneshot *shot)
{
	if (shot->pid)
		child_stop(shot->pid, &shot->outcome);
}

/* Says how the command ended, after what was printed. */
void oneshot_report(const struct oneshot *shot)
{
	fflush(stdout);
	if (shot->command)
		child_report(shot->command[0], &shot->outcome);
}
