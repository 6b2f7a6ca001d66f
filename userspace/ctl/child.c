// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"

/* How long a command is waited for that was asked to end. */
#define PATIENCE_NS	NS_PER_S

/**
 * child_start() - Start a command
 * @argv: the command, then NULL
 * @mask: signal mask that it begins with
 * @pid: where to put its process id
 * @err: why it failed
 */
int child_start(char **argv, const sigset_t *mask, pid_t *pid,
		struct ktlat_error *err)
{
	posix_spawnattr_t attributes;
	int code;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, mask);
	code = posix_spawnp(pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (!code)
		return 0;
	explain(err, "cannot run %s: %s; give a command that exists after --",
		argv[0], strerror(code));
	err->code = code;
	return -code;
}

/* Has the command ended? Then @outcome says how. */
bool child_ended(pid_t pid, struct outcome *outcome)
{
	pid_t ended = waitpid(pid, &outcome->status, WNOHANG);

	outcome->running = ended != pid;
	return !outcome->running;
}

/* Asks a command to end that has not yet, and waits a while for it. */
void child_stop(pid_t pid, struct outcome *outcome)
{
	__u64 until = monotonic_ns() + PATIENCE_NS;

	if (!outcome->running)
		return;
	kill(pid, SIGTERM);
	while (!child_ended(pid, outcome) && wait_until(until))
		;
}

/* Says how the command ended. */
void child_report(const char *name, const struct outcome *outcome)
{
	if (outcome->running)
		note("%s still runs", name);
	else if (WIFEXITED(outcome->status))
		note("%s ended with exit status %d", name,
		     WEXITSTATUS(outcome->status));
	else
		note("%s was ended by signal %d (%s)", name,
		     WTERMSIG(outcome->status),
		     strsignal(WTERMSIG(outcome->status)));
}
