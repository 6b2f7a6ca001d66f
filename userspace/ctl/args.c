// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "ctl.h"

static bool is_called(const struct option *option, const char *name, size_t len)
{
	if (!strncmp(option->name, name, len) && !option->name[len])
		return true;
	return option->short_name && len == 2 &&
	       !strncmp(option->short_name, name, len);
}

static const struct option *find(const struct option *options, const char *name,
				 size_t len)
{
	while (options->kind == OPTION_MORE ||
	       (options->kind != OPTION_END && !is_called(options, name, len)))
		options = options->kind == OPTION_MORE ? options->value :
							 options + 1;
	return options->kind == OPTION_END ? NULL : options;
}

static int parse_number(const struct option *option, const char *text,
			struct ktlat_error *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end)
		return explain(err, "%s: \"%s\" is not a number", option->name,
			       text);
	if (errno || value < option->min || value > option->max)
		return explain(err, "%s: %s is out of range, %u to %u",
			       option->name, text, option->min, option->max);
	*(__u32 *)option->value = value;
	return 0;
}

static int parse_duration(const struct option *option, const char *text,
			  struct ktlat_error *err)
{
	struct ktlat_error why;
	__u64 *ns = option->value;

	if (ktlat_parse_duration(text, ns, &why))
		return explain(err, "%s: %s", option->name, why.text);
	if (!*ns)
		return explain(err, "%s: it must be longer than 0",
			       option->name);
	return 0;
}

static int parse_choice(const struct option *option, const char *text,
			struct ktlat_error *err)
{
	char words[128] = "";
	size_t len = 0;
	__u32 i;

	for (i = 0; option->choices[i]; i++) {
		if (!strcmp(option->choices[i], text)) {
			*(__u32 *)option->value = i;
			return 0;
		}
		len += snprintf(words + len, sizeof(words) - len, "%s%s",
				i ? ", " : "", option->choices[i]);
	}
	return explain(err, "%s: \"%s\" is none of %s", option->name, text,
		       words);
}

static int add_text(const struct option *option, const char *text,
		    struct ktlat_error *err)
{
	struct texts *texts = option->value;

	if (texts->nr == option->max)
		return explain(err, "%s can be given %u times, and \"%s\" is one more",
			       option->name, option->max, text);
	texts->list[texts->nr++] = text;
	return 0;
}

static int parse_value(const struct option *option, const char *text,
		       struct ktlat_error *err)
{
	switch (option->kind) {
	case OPTION_NUMBER:
		return parse_number(option, text, err);
	case OPTION_DURATION:
		return parse_duration(option, text, err);
	case OPTION_TEXT:
		*(const char **)option->value = text;
		return 0;
	case OPTION_TEXTS:
		return add_text(option, text, err);
	default:
		return parse_choice(option, text, err);
	}
}

/*
 * Takes the option at @argv[0], written as "--name value", "--name=value" or
 * "-n value". Returns how many arguments it was.
 */
static int take_option(char **argv, const struct option *options,
		       struct ktlat_error *err)
{
	size_t len = strcspn(argv[0], "=");
	const struct option *option = find(options, argv[0], len);
	bool joined = argv[0][len];
	int ret;

	if (!option)
		return explain(err, "unknown option %.*s", (int)len, argv[0]);
	if (option->kind == OPTION_FLAG) {
		if (joined)
			return explain(err, "%s takes no value", option->name);
		*(bool *)option->value = true;
		return 1;
	}
	if (!joined && !argv[1])
		return explain(err, "%s needs a value", option->name);
	ret = parse_value(option, joined ? argv[0] + len + 1 : argv[1], err);
	if (ret)
		return ret;
	return joined ? 1 : 2;
}

/**
 * parse_args() - Take the options out of a command line
 * @argv: the arguments, then NULL; moved together so that options are gone
 * @options: the options there are
 * @args: what is left
 * @err: what is wrong
 */
int parse_args(char **argv, const struct option *options, struct args *args,
	       struct ktlat_error *err)
{
	*args = (struct args){ .list = argv };

	while (*argv) {
		int taken = 1;

		if (!strcmp(*argv, "--")) {
			args->rest = argv + 1;
			break;
		}
		if (argv[0][0] == '-' && argv[0][1]) {
			taken = take_option(argv, options, err);
			if (taken < 0)
				return taken;
		} else {
			args->list[args->nr++] = *argv;
		}
		argv += taken;
	}
	return 0;
}
