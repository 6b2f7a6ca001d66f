// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "clock.h"
#include "ctl.h"

static sigset_t held;

__u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* From here on only wait_until() sees that a user or a child ended. */
void hold_signals(sigset_t *before)
{
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, before);
}

/**
 * wait_until() - Wait for a moment or for a signal
 * @when: CLOCK_MONOTONIC in ns, or %FOREVER
 *
 * Returns the signal, or 0 if the moment has come.
 */
int wait_until(__u64 when)
{
	for (;;) {
		__u64 now = monotonic_ns();
		__u64 left = when > now ? when - now : 0;
		const struct timespec timeout = {
			.tv_sec = left / NS_PER_S,
			.tv_nsec = left % NS_PER_S,
		};
		int sig = sigtimedwait(&held, NULL,
				       when == FOREVER ? NULL : &timeout);

		if (sig > 0)
			return sig;
		/* Stopped and continued: the rest is still to be waited for. */
		if (monotonic_ns() >= when)
			return 0;
	}
}
