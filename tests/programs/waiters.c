// SPDX-License-Identifier: GPL-2.0-only
/*
 * waiters N COMMAND...: N descriptors wait for records of the default session, while a
 * command runs. Prints how many of them were told that there are some, and how often
 * all together.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"

#define MAX_WAITERS 4096
#define AT_ONCE 64

static int fds[MAX_WAITERS];
static unsigned long told[MAX_WAITERS];

static void look(unsigned int i)
{
	struct ktlat_rings_seen seen = { .size = sizeof(seen) };

	if (call(fds[i], KTLAT_IOC_RINGS_SEEN, &seen))
		die("KTLAT_IOC_RINGS_SEEN");
}

static void begin(int epoll, unsigned int i)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

	fds[i] = open_device(O_RDWR);
	look(i);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event))
		die("epoll_ctl");
}

/* Returns whether anybody was told anything in time. */
static bool take(int epoll, int ms)
{
	struct epoll_event events[AT_ONCE];
	int nr = epoll_wait(epoll, events, AT_ONCE, ms);

	for (int i = 0; i < nr; i++) {
		told[events[i].data.u32]++;
		look(events[i].data.u32);
	}
	return nr > 0;
}

int main(int argc, char **argv)
{
	const struct rlimit limit = { MAX_WAITERS + 64, MAX_WAITERS + 64 };
	unsigned long sum = 0, any = 0;
	int epoll = epoll_create1(0);
	unsigned int nr = argc < 3 ? 0 : strtoul(argv[1], NULL, 0);
	pid_t pid;

	if (!nr || nr > MAX_WAITERS)
		die("how many, or the command, is missing");
	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned int i = 0; i < nr; i++)
		begin(epoll, i);
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0)
		take(epoll, 10);
	while (take(epoll, 1000))
		;
	for (unsigned int i = 0; i < nr; i++) {
		sum += told[i];
		any += told[i] > 0;
	}
	printf("%lu %lu\n", any, sum);
	return 0;
}
