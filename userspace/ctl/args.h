/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: options by table, each with its own message. */
#ifndef ARGS_H
#define ARGS_H

#include <ktlat-lib.h>

/**
 * enum option_kind - What an option takes, and the type of its value
 * @OPTION_FLAG: nothing; bool
 * @OPTION_NUMBER: a number from min to max; __u32
 * @OPTION_DURATION: a duration above 0; __u64, in ns
 * @OPTION_TEXT: any text; const char *
 * @OPTION_TEXTS: any text, as often as there is room; struct texts
 * @OPTION_CHOICE: one of a list of words; __u32, its place in the list
 * @OPTION_END: end of the table
 * @OPTION_MORE: end of the table, which goes on in the one that is its value
 */
enum option_kind {
	OPTION_END,
	OPTION_MORE,
	OPTION_FLAG,
	OPTION_NUMBER,
	OPTION_DURATION,
	OPTION_TEXT,
	OPTION_TEXTS,
	OPTION_CHOICE,
};

/* How often an option can be given. */
#define TEXTS_MAX	4

/**
 * struct texts - What was given to an option, each time
 * @nr: how often
 * @list: the texts
 */
struct texts {
	__u32 nr;
	const char *list[TEXTS_MAX];
};

/**
 * struct option - An option
 * @kind: what it takes
 * @name: with its dashes
 * @short_name: with its dash, or NULL
 * @value: where to put it
 * @min: lowest number
 * @max: highest number; of texts, how many
 * @choices: the words, then NULL
 */
struct option {
	enum option_kind kind;
	const char *name;
	const char *short_name;
	void *value;
	__u32 min;
	__u32 max;
	const char * const *choices;
};

/**
 * struct args - What is left of a command line without its options
 * @nr: number of arguments before any "--"
 * @list: these
 * @rest: what came after "--", then NULL; NULL if there was none
 */
struct args {
	int nr;
	char **list;
	char **rest;
};

#define FLAG_OPTION(name, value)					\
	{ OPTION_FLAG, name, NULL, value, 0, 0, NULL }
#define MORE_OPTIONS(table)						\
	{ OPTION_MORE, NULL, NULL, (void *)(table), 0, 0, NULL }

int parse_args(char **argv, const struct option *options, struct args *args,
	       struct ktlat_error *err);

#endif /* ARGS_H */
