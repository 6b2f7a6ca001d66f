// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"
#include "oneshot.h"
#include "request.h"

/**
 * struct lat - What to measure, and how long
 * @requests: the probes
 * @shot: how long
 * @json: print JSON
 */
struct lat {
	struct requests requests;
	struct oneshot shot;
	bool json;
};

static int measure(struct ktlat *k, struct lat *lat, const sigset_t *mask,
		   struct watch_list *watches, struct ktlat_error *err)
{
	int ret = oneshot_measure(k, &lat->shot, mask, err);

	if (!ret)
		ret = watch_read(k, watches, false, err);
	if (!ret)
		ret = watch_read_keys(k, watches, false, err);
	oneshot_end(&lat->shot);
	return ret;
}

static void show(const struct lat *lat, struct watch_list *watches,
		 __u64 session)
{
	size_t i;

	if (lat->json) {
		json_probes(stdout, watches, monotonic_ns(), session, true,
			    lat->shot.command ? &lat->shot.outcome : NULL);
		return;
	}
	for (i = 0; i < watches->nr; i++) {
		if (i)
			putchar('\n');
		text_hist(stdout, watches->list[i]);
		text_keys(stdout, watches->list[i], RANK_TOTAL, TOP_DEFAULT);
	}
	oneshot_report(&lat->shot);
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
		DURATION_OPTION(&lat.shot),
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
		return usage(ctl, "lat shows no single calls, slow or not; record and slow do");
	if (wanted_shows_calls(&probe.wanted))
		return usage(ctl, "lat shows no single calls and what --arg captures of them; record and slow do, and lat --by arg");
	lat.shot.command = args.rest;
	if (make_requests(&args, &probe, &lat.requests, &err))
		status = usage(ctl, "%s", err.text);
	else
		status = run(ctl, &lat);
	free_requests(&lat.requests);
	return status;
}
