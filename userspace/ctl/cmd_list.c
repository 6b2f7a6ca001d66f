// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"
#include "render.h"

static int list(struct ktlat *k, bool json, struct ktlat_error *err)
{
	const struct args everything = { 0 };
	struct watch_list watches = { 0 };
	struct ktlat_info info;
	int ret;

	ret = ktlat_get_info(k, &info, err);
	if (!ret)
		ret = watch_probes(k, &everything, &watches, err);
	if (!ret)
		ret = watch_read(k, &watches, false, err);
	if (!ret && json)
		json_probes(stdout, &watches, monotonic_ns(), info.session_id,
			    false, NULL);
	else if (!ret && watches.nr)
		text_list(stdout, &watches);
	else if (!ret)
		note("there are no probes; add one with: ktlat-ctl add-probe FUNC");
	watch_end(&watches);
	return ret;
}

int cmd_list(struct ctl *ctl, char **argv)
{
	bool json = false;
	const struct option options[] = {
		FLAG_OPTION("--json", &json),
		MORE_OPTIONS(ctl->options)
	};
	struct ktlat_error err;
	struct ktlat *k;
	struct args args;
	int status, ret;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr || args.rest)
		return usage(ctl, "it takes no argument");
	if (connect_device(ctl, 0, &k, &err))
		return fail_with(&err);
	ret = list(k, json, &err);
	ktlat_close(k);
	return ret ? fail_with(&err) : finish_output();
}
