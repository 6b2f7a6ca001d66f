// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const char synopsis[] =
	"ktlat-ctl [--no-load] COMMAND [ARGUMENT...]\n"
	"ktlat-ctl --version | --help | help COMMAND\n";

void print_help(const struct command *command)
{
	if (command) {
		printf("ktlat-ctl %s%s%s\n\n%s.\n", command->name,
		       *command->usage ? " " : "", command->usage,
		       command->summary);
		if (*command->help)
			printf("\n%s", command->help);
		return;
	}
	printf("%s\nMeasures how long kernel functions take.\n\n", synopsis);
	for (command = commands; command->name; command++)
		printf("  %-13s %s\n", command->name, command->summary);
	printf("\nThe module ktlat is loaded when it is missing, unless --no-load is given.\n"
	       "Exit status: 0 done, 1 failed, 2 wrong usage.\n");
}

int cmd_help(struct ctl *ctl, char **argv)
{
	const struct option options[] = { MORE_OPTIONS(ctl->options) };
	const struct command *command = NULL;
	struct args args;
	int status;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr > 1)
		return usage(ctl, "one command at a time");
	if (args.nr) {
		command = find_command(args.list[0]);
		if (!command)
			return usage(ctl, "there is no command \"%s\"",
				     args.list[0]);
	}
	print_help(command);
	return finish_output();
}

static int run(struct ctl *ctl, char **argv)
{
	if (!*argv)
		return usage(ctl, "a command is missing");
	ctl->command = find_command(*argv);
	if (!ctl->command)
		return usage(ctl, "there is no command \"%s\"", *argv);
	return ctl->command->run(ctl, argv + 1);
}

int main(int argc, char **argv)
{
	struct ctl ctl = {
		.options = {
			FLAG_OPTION("--no-load", &ctl.no_load),
			{ OPTION_FLAG, "--help", "-h", &ctl.help, 0, 0, NULL },
		},
	};

	(void)argc;
	for (argv++; *argv && **argv == '-'; argv++) {
		if (!strcmp(*argv, "--no-load")) {
			ctl.no_load = true;
		} else if (!strcmp(*argv, "--version")) {
			printf("ktlat-ctl %s (ABI %u)\n", KTLAT_VERSION,
			       KTLAT_ABI_VERSION);
			return finish_output();
		} else if (!strcmp(*argv, "--help") || !strcmp(*argv, "-h")) {
			print_help(NULL);
			return finish_output();
		} else {
			return usage(&ctl, "unknown option %s", *argv);
		}
	}
	return run(&ctl, argv);
}
