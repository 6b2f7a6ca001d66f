/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of ktlat-ctl share. */
#ifndef CTL_H
#define CTL_H

#include <ktlat-lib.h>

#include "args.h"

#ifndef __printf
#define __printf(format, first)	__attribute__((__format__(__printf__, \
							  format, first)))
#endif

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NS_PER_S	1000000000ULL

/* Exit status */
enum {
	DONE	= 0,
	FAILED	= 1,
	USAGE	= 2,
};

/**
 * struct ctl - One run of ktlat-ctl
 * @command: the command that runs
 * @no_load: do not load the module when it is missing
 * @help: print the help of the command and do nothing
 * @options: the options that every command takes
 */
struct ctl {
	const struct command *command;
	bool no_load;
	bool help;
	struct option options[3];
};

/**
 * struct command - A command
 * @name: as it is called
 * @run: runs it; @argv holds what came after the name, then NULL
 * @usage: its arguments
 * @summary: what it does, in one line
 * @help: what is to be known about its arguments
 */
struct command {
	const char *name;
	int (*run)(struct ctl *ctl, char **argv);
	const char *usage;
	const char *summary;
	const char *help;
};

extern const struct command commands[];
const struct command *find_command(const char *name);

/* message.c */
__printf(2, 3)
int explain(struct ktlat_error *err, const char *format, ...);
int fail_with(const struct ktlat_error *err);
__printf(2, 3)
int usage(const struct ctl *ctl, const char *format, ...);
__printf(1, 2)
void note(const char *format, ...);
int finish_output(void);

/* connect.c */
int connect_device(const struct ctl *ctl, unsigned int flags, struct ktlat **k,
		   struct ktlat_error *err);

/* options.c */
bool take_args(struct ctl *ctl, char **argv, const struct option *options,
	       struct args *args, int *status);

/* main.c */
void print_help(const struct command *command);

int cmd_add_probe(struct ctl *ctl, char **argv);
int cmd_remove_probe(struct ctl *ctl, char **argv);
int cmd_enable(struct ctl *ctl, char **argv);
int cmd_disable(struct ctl *ctl, char **argv);
int cmd_reset(struct ctl *ctl, char **argv);
int cmd_list(struct ctl *ctl, char **argv);
int cmd_hist(struct ctl *ctl, char **argv);
int cmd_lat(struct ctl *ctl, char **argv);
int cmd_record(struct ctl *ctl, char **argv);
int cmd_report(struct ctl *ctl, char **argv);
int cmd_monitor(struct ctl *ctl, char **argv);
int cmd_slow(struct ctl *ctl, char **argv);
int cmd_events(struct ctl *ctl, char **argv);
int cmd_functions(struct ctl *ctl, char **argv);
int cmd_status(struct ctl *ctl, char **argv);
int cmd_load(struct ctl *ctl, char **argv);
int cmd_unload(struct ctl *ctl, char **argv);
int cmd_help(struct ctl *ctl, char **argv);

#endif /* CTL_H */
