// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

/**
 * take_args() - Parse the command line of a command
 * @ctl: this run
 * @argv: what came after the name of the command
 * @options: the options of the command, with those of COMMON_OPTIONS()
 * @args: what is left
 * @status: exit status, if the command has nothing left to do
 *
 * Returns false if the command has nothing left to do: something was wrong,
 * or the user asked for help.
 */
bool take_args(struct ctl *ctl, char **argv, const struct option *options,
	       struct args *args, int *status)
{
	struct ktlat_error err;

	if (parse_args(argv, options, args, &err)) {
		*status = usage(ctl, "%s", err.text);
		return false;
	}
	if (ctl->help) {
		print_help(ctl->command);
		*status = finish_output();
		return false;
	}
	return true;
}
