// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "news.h"

/* How many events may come one after the other before signals are looked at. */
#define TURN	64

/**
 * struct monitor - How to listen
 * @duration: how long in ns, or 0
 * @count: for how many events, or 0
 * @buffer: how much may wait to be printed, in KiB
 * @json: print JSON
 * @left: for how many more events
 */
struct monitor {
	__u64 duration;
	__u32 count;
	__u32 buffer;
	bool json;
	__u64 left;
};

/* A line is seen by whoever reads it as soon as it is there. */
static int show(struct monitor *monitor, const struct ktlat_news *news)
{
	if (monitor->json)
		json_news(stdout, news);
	else
		text_news(stdout, news);
	/* What was lost is no event. */
	if (news->kind != KTLAT_NEWS_LOST)
		monitor->left--;
	return finish_output();
}

/* Shows what there is, or a turn of it. Returns an exit status. */
static int show_some(struct monitor *monitor, struct ktlat_listener *l,
		     bool *more)
{
	struct ktlat_error err;
	struct ktlat_news news;
	int status = DONE, ret = 1, turn;

	for (turn = 0; turn < TURN && monitor->left && !status; turn++) {
		ret = ktlat_next_news(l, &news, &err);
		if (ret <= 0)
			break;
		status = show(monitor, &news);
	}
	*more = ret > 0;
	return ret < 0 ? fail_with(&err) : status;
}

static int listen_until_end(struct monitor *monitor, struct ktlat_listener *l)
{
	int fd = ktlat_get_listener_fd(l), status, event;
	__u64 until = FOREVER;
	bool more;

	if (monitor->duration)
		until = monotonic_ns() + monitor->duration;
	monitor->left = monitor->count ? monitor->count : ULLONG_MAX;
	do {
		status = show_some(monitor, l, &more);
		if (status || !monitor->left)
			return status;
		event = wait_for_input(fd, more ? 0 : until);
	} while (event == READABLE || event == SIGCHLD ||
		 (!event && monotonic_ns() < until));
	return DONE;
}

/* Its module is loaded if need be, and speaks as we do; it is not held. */
static int check_device(const struct ctl *ctl, struct ktlat_error *err)
{
	struct ktlat *k;
	int ret = connect_device(ctl, 0, &k, err);

	if (!ret)
		ktlat_close(k);
	return ret;
}

static int run(const struct ctl *ctl, struct monitor *monitor)
{
	struct ktlat_listener *l;
	struct ktlat_error err;
	sigset_t mask;
	int status;

	hold_signals(&mask);
	if (check_device(ctl, &err) ||
	    ktlat_listen(&l, monitor->buffer * 1024, &err))
		return fail_with(&err);
	if (!monitor->duration && !monitor->count && isatty(STDERR_FILENO))
		note("listening; Ctrl-C ends it");
	status = listen_until_end(monitor, l);
	ktlat_stop_listening(l);
	return status;
}

int cmd_monitor(struct ctl *ctl, char **argv)
{
	struct monitor monitor = { .buffer = 1024 };
	const struct option options[] = {
		{ OPTION_DURATION, "--duration", "-d", &monitor.duration, 0, 0,
		  NULL },
		{ OPTION_NUMBER, "--count", "-n", &monitor.count, 1, UINT_MAX,
		  NULL },
		{ OPTION_NUMBER, "--buffer", NULL, &monitor.buffer, 1,
		  1024 * 1024, NULL },
		FLAG_OPTION("--json", &monitor.json),
		MORE_OPTIONS(ctl->options)
	};
	struct args args;
	int status;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr || args.rest)
		return usage(ctl, "it takes no argument");
	return run(ctl, &monitor);
}
