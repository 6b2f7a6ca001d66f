// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "ctl.h"

/* Module parameters as one string, separated as the kernel wants them. */
static int join(char **list, int nr, char *text, size_t size,
		struct ktlat_error *err)
{
	size_t len = 0;
	int i;

	*text = '\0';
	for (i = 0; i < nr; i++) {
		if (!strchr(list[i], '='))
			return explain(err,
				       "\"%s\" is not a module parameter, NAME=VALUE",
				       list[i]);
		len += snprintf(text + len, size - len, "%s%s", i ? " " : "",
				list[i]);
		if (len >= size)
			return explain(err, "too many module parameters");
	}
	return 0;
}

static int load(const char *path, const char *parameters)
{
	struct ktlat_module module;
	struct ktlat_error err;

	ktlat_get_module(&module);
	if (module.loaded && !path && !*parameters) {
		note("the module ktlat %s is loaded already", module.version);
		return DONE;
	}
	if (ktlat_load_module(path, parameters, &err))
		return fail_with(&err);
	ktlat_get_module(&module);
	printf("loaded the module ktlat %s\n", module.version);
	return finish_output();
}

int cmd_load(struct ctl *ctl, char **argv)
{
	const struct option options[] = { MORE_OPTIONS(ctl->options) };
	char parameters[1024];
	const char *path = NULL;
	struct ktlat_error err;
	struct args args;
	int status;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.rest)
		return usage(ctl, "it takes nothing after --");
	if (args.nr && !strchr(args.list[0], '=')) {
		path = *args.list++;
		args.nr--;
	}
	if (join(args.list, args.nr, parameters, sizeof(parameters), &err))
		return usage(ctl, "%s", err.text);
	return load(path, parameters);
}
