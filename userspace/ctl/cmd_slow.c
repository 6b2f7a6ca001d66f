// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "clock.h"
#include "oneshot.h"
#include "slots.h"
#include "slowest.h"

/* How many calls are kept where the user has not said it. */
#define SLOWEST_DEFAULT	10
/* Of rings that nobody reads, and that are there for their stack table. */
#define RING_ROOM	KTLAT_SLOTS_MIN

/**
 * struct slow - What to show
 * @names: the probes, or the SPECs of new ones
 * @probe: how to measure these
 * @room: of their stack table
 * @shot: how long to measure
 * @json: print JSON
 */
struct slow {
	struct args names;
	struct probe_options probe;
	struct room room;
	struct oneshot shot;
	bool json;
};

static void show(const struct slow *slow, const struct watch_list *watches,
		 const struct slowest_list *slowest)
{
	if (slow->json)
		json_slowest(stdout, slowest, slow->shot.command ?
			     &slow->shot.outcome : NULL);
	else
		text_slowest(stdout, slowest);
	if (!slowest->nr && watches->nr)
		note("no probe keeps its slowest calls; add one with --slowest");
	else if (!slowest->nr)
		note("there are no probes; add one with: ktlat-ctl add-probe --slowest 10 FUNC");
	if (!slow->json)
		oneshot_report(&slow->shot);
}

static int begin(struct ktlat *k, const struct args *names,
		 struct watch_list *watches, struct slowest_list *slowest,
		 struct ktlat_error *err)
{
	int ret = watch_probes(k, names, watches, err);

	if (!ret)
		ret = watch_find_functions(k, watches, err);
	if (ret)
		return ret;
	watch_find_modules(watches);
	return slowest_begin(k, watches, slowest, err);
}

/* Those of probes that are there. */
static int show_probes(const struct ctl *ctl, const struct slow *slow,
		       struct ktlat_error *err)
{
	struct watch_list watches = { 0 };
	struct slowest_list slowest = { 0 };
	struct ktlat *k;
	int ret;

	ret = connect_device(ctl, 0, &k, err);
	if (ret)
		return ret;
	ret = begin(k, &slow->names, &watches, &slowest, err);
	if (!ret)
		ret = slowest_read(k, &slowest, err);
	if (!ret)
		show(slow, &watches, &slowest);
	slowest_end(&slowest);
	watch_end(&watches);
	ktlat_close(k);
	return ret;
}

static int measure_in_session(struct ktlat *k, struct slow *slow,
			      struct requests *requests,
			      struct ktlat_error *err)
{
	const struct args everything = { 0 };
	struct watch_list watches = { 0 };
	struct slowest_list slowest = { .over = true };
	sigset_t mask;
	int ret;

	hold_signals(&mask);
	ret = ktlat_new_session(k, NULL, err);
	if (!ret)
		ret = need_rings(k, &slow->room, err);
	if (!ret)
		ret = add_requests(k, requests, err);
	if (!ret)
		ret = begin(k, &everything, &watches, &slowest, err);
	if (!ret)
		ret = oneshot_measure(k, &slow->shot, &mask, err);
	if (!ret)
		ret = slowest_read(k, &slowest, err);
	oneshot_end(&slow->shot);
	if (!ret)
		show(slow, &watches, &slowest);
	slowest_end(&slowest);
	watch_end(&watches);
	return ret;
}

static int measure(const struct ctl *ctl, struct slow *slow,
		   struct requests *requests, struct ktlat_error *err)
{
	struct ktlat *k;
	int ret = connect_device(ctl, KTLAT_OPEN_WRITE, &k, err);

	if (ret)
		return ret;
	ret = measure_in_session(k, slow, requests, err);
	ktlat_close(k);
	return ret;
}

/* All of the time is one interval, if it is not longer than that can be. */
static int make_new(struct slow *slow, struct requests *requests,
		    struct ktlat_error *err)
{
	struct wanted_options *wanted = &slow->probe.wanted;

	if (!wanted->slowest)
		wanted->slowest = SLOWEST_DEFAULT;
	if (!wanted->interval_ns)
		wanted->interval_ns = KTLAT_INTERVAL_MAX;
	wanted_without_keys(wanted);
	slow->room = room_or_default(&slow->room);
	slow->room.slots = RING_ROOM;
	return make_requests(&slow->names, &slow->probe, requests, err);
}

/* What is no probe is a SPEC, if it can be one. */
static int show_or_measure(const struct ctl *ctl, struct slow *slow,
			   struct ktlat_error *err)
{
	struct ktlat_error no_spec;
	struct requests requests;
	int ret = show_probes(ctl, slow, err);

	if (ret != -ENOENT || !slow->names.nr)
		return ret;
	if (!make_new(slow, &requests, &no_spec))
		ret = measure(ctl, slow, &requests, err);
	free_requests(&requests);
	return ret;
}

static int run(const struct ctl *ctl, struct slow *slow)
{
	struct requests requests;
	struct ktlat_error err;
	int status;

	if (!slow->shot.duration && !slow->shot.command)
		return show_or_measure(ctl, slow, &err) ? fail_with(&err) :
							  finish_output();
	if (make_new(slow, &requests, &err))
		status = usage(ctl, "%s", err.text);
	else
		status = measure(ctl, slow, &requests, &err) ?
			 fail_with(&err) : finish_output();
	free_requests(&requests);
	return status;
}

int cmd_slow(struct ctl *ctl, char **argv)
{
	struct slow slow = { .room = ROOM_NOT_GIVEN };
	const struct option options[] = {
		DURATION_OPTION(&slow.shot),
		STACKS_OPTION(&slow.room),
		FLAG_OPTION("--json", &slow.json),
		MORE_OPTIONS(slow.probe.options)
	};
	int status;

	init_probe_options(&slow.probe, ctl);
	if (!take_args(ctl, argv, options, &slow.names, &status))
		return status;
	slow.shot.command = slow.names.rest;
	if (slow.shot.command && !*slow.shot.command)
		return usage(ctl, "a command is missing after --");
	return run(ctl, &slow);
}
