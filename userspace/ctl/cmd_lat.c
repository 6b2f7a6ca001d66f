// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "request.h"

/**
 * struct lat - What to measure, and how long
 * @requests: the probes
 * @duration: how long in ns, or 0
 * @command: what to run meanwhile, then NULL; or NULL
 * @json: print JSON
 * @outcome: how the command ended
 */
struct lat {
	struct requests requests;
	__u64 duration;
	char **command;
	bool json;
	struct outcome outcome;
};

/* Until the time is over, the command has ended, or the user says so. */
static void wait_for_end(struct lat *lat, __u64 until, pid_t pid)
{
	int sig;

	do
		sig = wait_until(until);
	while (sig == SIGCHLD && !(pid && child_ended(pid, &lat->outcome)));
}

static int measure(struct ktlat *k, struct lat *lat, const sigset_t *mask,
		   struct watch_list *watches, struct ktlat_error *err)
{
	__u64 until = FOREVER;
	pid_t pid = 0;
	int ret;

	if (lat->duration)
		until = monotonic_ns() + lat->duration;
	if (lat->command) {
		lat->outcome.running = true;
		ret = child_start(lat->command, mask, &pid, err);
		if (ret)
			return ret;
	} else if (!lat->duration && isatty(STDERR_FILENO)) {
		note("measuring; Ctrl-C ends it");
	}
	wait_for_end(lat, until, pid);

	ret = ktlat_change_all(k, KTLAT_CHANGE_DISABLE, err);
	if (ret >= 0)
		ret = watch_read(k, watches, false, err);
	if (pid)
		child_stop(pid, &lat->outcome);
	return ret;
}

static void show(const struct lat *lat, struct watch_list *watches,
		 __u64 session)
{
	size_t i;

	if (lat->json) {
		json_probes(stdout, watches, monotonic_ns(), session, true,
			    lat->command ? &lat->outcome : NULL);
		return;
	}
	for (i = 0; i < watches->nr; i++) {
		if (i)
			putchar('\n');
		text_hist(stdout, watches->list[i]);
	}
	/* What is said to stderr comes after what is printed. */
	fflush(stdout);
	if (lat->command)
		child_report(lat->command[0], &lat->outcome);
}

static int run_in_session(struct ktlat *k, struct lat *lat,
			  struct ktlat_error *err)
{
	const struct args everything = { 0 };
	struct watch_list watches = { 0 };
	__u64 session = 0;
	sigset_t mask;
	int ret;

	hold_signals(&mask);
	ret = ktlat_new_session(k, &session, err);
	if (!ret)
		ret = add_requests(k, &lat->requests, err);
	if (!ret)
		ret = watch_probes(k, &everything, &watches, err);
	if (!ret)
		ret = measure(k, lat, &mask, &watches, err);
	if (!ret)
		show(lat, &watches, session);
	watch_end(&watches);
	return ret;
}

static int run(const struct ctl *ctl, struct lat *lat)
{
	struct ktlat_error err;
	struct ktlat *k;
	int ret;

	ret = connect_device(ctl, KTLAT_OPEN_WRITE, &k, &err);
	if (ret)
		return fail_with(&err);
	ret = run_in_session(k, lat, &err);
	ktlat_close(k);
	return ret ? fail_with(&err) : finish_output();
}

int cmd_lat(struct ctl *ctl, char **argv)
{
	struct probe_options probe;
	struct lat lat = { 0 };
	const struct option options[] = {
		{ OPTION_DURATION, "--duration", "-d", &lat.duration, 0, 0,
		  NULL },
		FLAG_OPTION("--json", &lat.json),
		MORE_OPTIONS(probe.options)
	};
	struct ktlat_error err;
	struct args args;
	int status;

	init_probe_options(&probe, ctl);
	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.rest && !*args.rest)
		return usage(ctl, "a command is missing after --");
	if (wanted_takes_rings(&probe.wanted))
		return usage(ctl, "lat shows no single calls, slow or not; record does");
	lat.command = args.rest;
	if (make_requests(&args, &probe, &lat.requests, &err))
		status = usage(ctl, "%s", err.text);
	else
		status = run(ctl, &lat);
	free_requests(&lat.requests);
	return status;
}
