// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

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

/* The signal that has come, or 0. */
static int take_signal(void)
{
	const struct timespec now = { 0 };
	int sig = sigtimedwait(&held, NULL, &now);

	return sig > 0 ? sig : 0;
}

/**
 * wait_for() - Wait until a descriptor is readable, for a moment or for a signal
 * @fd: the descriptor
 * @when: CLOCK_MONOTONIC in ns, or %FOREVER
 * @events: where to put what poll() says of it, 0 if it has nothing
 *
 * Returns the signal, or 0 if it was none.
 */
int wait_for(int fd, __u64 when, short *events)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signalfd(-1, &held, SFD_CLOEXEC), .events = POLLIN },
	};
	__u64 now = monotonic_ns();
	__u64 left = when > now ? when - now : 0;
	const struct timespec timeout = {
		.tv_sec = left / NS_PER_S,
		.tv_nsec = left % NS_PER_S,
	};
	int nr = ppoll(fds, 2, when == FOREVER ? NULL : &timeout, NULL);

	if (fds[1].fd >= 0)
		close(fds[1].fd);
	*events = nr > 0 ? fds[0].revents : 0;
	return take_signal();
}
