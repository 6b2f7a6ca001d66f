// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "ctl.h"

int cmd_unload(struct ctl *ctl, char **argv)
{
	const struct option options[] = { MORE_OPTIONS(ctl->options) };
	struct ktlat_error err;
	struct args args;
	int status;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr || args.rest)
		return usage(ctl, "it takes no argument");
	if (ktlat_unload_module(&err))
		return fail_with(&err);
	puts("unloaded the module ktlat");
	return finish_output();
}
