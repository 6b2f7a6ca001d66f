// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "group.h"
#include "names.h"
#include "request.h"

static void print_added(struct ktlat *k, __u64 id)
{
	struct ktlat_probe_info info;
	char spec[KTLAT_SPEC_LEN], why[KTLAT_ERROR_LEN];

	/* Somebody may have removed it by now. */
	if (ktlat_get_probe(k, id, &info, NULL))
		return;
	ktlat_format_spec(&info, spec);
	printf("added probe %llu: %s (%s", (unsigned long long)id, spec,
	       backend_name(info.backend));
	if (ktlat_format_refusal(info.passed_over, why))
		printf(", not %s: %s",
		       info.passed_over == KTLAT_REFUSED_FTRACE ||
		       info.passed_over == KTLAT_REFUSED_CROWDED ? "fprobe" :
		       "direct", why);
	puts(info.state == KTLAT_STATE_PENDING ? ", pending)" : ")");
}

/* @room: of the rings that they need. */
static int add(const struct ctl *ctl, struct requests *requests,
	       const struct room *room)
{
	struct ktlat_error err;
	struct ktlat *k;
	size_t i;
	int ret;

	ret = connect_device(ctl, KTLAT_OPEN_WRITE, &k, &err);
	if (ret)
		return fail_with(&err);
	if (room->slots)
		ret = need_rings(k, room, &err);
	if (!ret)
		ret = add_requests(k, requests, &err);
	for (i = 0; !ret && i < requests->nr; i++)
		print_added(k, requests->ids[i]);
	ktlat_close(k);
	return ret ? fail_with(&err) : finish_output();
}

/* A single pattern is the name of its group, too. */
static const char *name_by_glob(const struct args *args, const char *name)
{
	return !name && args->nr == 1 && is_glob(args->list[0]) ?
	       args->list[0] : name;
}

static bool has_glob(const struct args *args)
{
	int i;

	for (i = 0; i < args->nr; i++)
		if (is_glob(args->list[i]))
			return true;
	return false;
}

int cmd_add_probe(struct ctl *ctl, char **argv)
{
	struct group_options group = { 0 };
	struct probe_options probe;
	struct room room = ROOM_NOT_GIVEN;
	const struct option options[] = {
		FLAG_OPTION("--disabled", &probe.disabled),
		FLAG_OPTION("--events", &probe.events),
		FLAG_OPTION("--no-hist", &probe.no_hist),
		SLOTS_OPTION(&room),
		STACKS_OPTION(&room),
		{ OPTION_TEXT, "--group", NULL, &group.name, 0, 0, NULL },
		{ OPTION_TEXT, "--file", "-f", &group.file, 0, 0, NULL },
		FLAG_OPTION("--why", &group.why),
		MORE_OPTIONS(probe.options)
	};
	struct requests requests;
	struct ktlat_error err;
	struct args args;
	bool writes;
	int status;

	init_probe_options(&probe, ctl);
	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.rest)
		return usage(ctl, "it takes no command after --");
	writes = probe.events || wanted_takes_rings(&probe.wanted);
	if (room_is_given(&room) && !writes)
		return usage(ctl, "--slots and --stacks are for probes that write events or keep stacks; give --events, --slow or --slowest");
	if (probe.no_hist && !probe.events)
		return usage(ctl, "--no-hist is for probes that write each call to the rings; give --events");
	if (probe.no_hist && probe.wanted.slow && *probe.wanted.slow == 'p')
		return usage(ctl, "--slow %s is told by a histogram, and --no-hist leaves none; give a duration", probe.wanted.slow);
	if (probe.no_hist)
		wanted_without_keys(&probe.wanted);
	if (!writes && wanted_shows_calls(&probe.wanted))
		note("what --arg captures is shown of calls that are written or kept, and by keys: give --events, --slow, --slowest or --by arg");
	if (writes)
		group.room = room_or_default(&room);
	group.name = name_by_glob(&args, group.name);
	if (group.name)
		return add_group(ctl, &args, &probe, &group);
	if (group.file || group.why)
		return usage(ctl, "%s is for a group; give it a name by --group",
			     group.file ? "--file" : "--why");
	if (has_glob(&args))
		return usage(ctl, "patterns make a group; give it a name by --group");
	if (make_requests(&args, &probe, &requests, &err))
		status = usage(ctl, "%s", err.text);
	else
		status = add(ctl, &requests, &group.room);
	free_requests(&requests);
	return status;
}
