// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "json.h"

/**
 * struct listing - What is listed, and how far it is
 * @glob: names that do not match are left out; NULL for all
 * @why: those that cannot be measured, instead of those that can
 * @functions: where JSON is put together, or NULL for text
 * @nr: how many there were
 */
struct listing {
	const char *glob;
	bool why;
	struct json_object *functions;
	size_t nr;
};

/* @why: it cannot be measured, or NULL. */
static int take_refused(const struct ktlat_symbol *symbol, const char *why,
			void *data)
{
	struct listing *listing = data;
	struct json_object *function;

	if (listing->glob && fnmatch(listing->glob, symbol->name, 0))
		return 0;
	listing->nr++;
	if (!listing->functions) {
		printf("%-40s %s%s%s\n", symbol->name, symbol->module,
		       why ? ": " : "", why ? why : "");
		return 0;
	}
	function = json_object_new_object();
	add_string(function, "name", symbol->name);
	add_string(function, "module", symbol->module);
	if (why)
		add_string(function, "why", why);
	json_object_array_add(listing->functions, function);
	return 0;
}

static int take(const struct ktlat_symbol *symbol, void *data)
{
	if (!strcmp(symbol->module, KTLAT_DEVICE_NAME))
		return 0;
	return take_refused(symbol, NULL, data);
}

static int print_functions(struct listing *listing, struct json_object *root,
			   struct ktlat_error *err)
{
	const char *source = "/proc/kallsyms";
	int ret;

	if (listing->why)
		ret = ktlat_scan_refused(take_refused, listing, err);
	else
		ret = ktlat_scan_functions(take, listing, &source, err);
	if (ret)
		return ret;
	if (!listing->why && strstr(source, "kallsyms"))
		note("the list of ftrace cannot be read; taken from %s instead, so some of these may be refused",
		     source);
	if (root) {
		add_string(root, "source", source);
		json_print(stdout, root);
	}
	if (listing->nr)
		return 0;
	if (listing->why)
		return explain(err,
			       "no function that matches \"%s\" is known to be refused; ktlat-ctl functions lists those that can be measured",
			       listing->glob ? listing->glob : "*");
	return explain(err,
		       "no function matches \"%s\": none of that name, or its module is not loaded; try a pattern as *name*",
		       listing->glob ? listing->glob : "*");
}

int cmd_functions(struct ctl *ctl, char **argv)
{
	struct listing listing = { 0 };
	bool json = false;
	const struct option options[] = {
		FLAG_OPTION("--json", &json),
		FLAG_OPTION("--why", &listing.why),
		MORE_OPTIONS(ctl->options)
	};
	struct json_object *root = NULL;
	struct ktlat_error err;
	struct args args;
	int status;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr > 1 || args.rest)
		return usage(ctl, "one pattern at a time");
	listing.glob = args.nr ? args.list[0] : NULL;
	if (json) {
		root = json_document();
		listing.functions = json_object_new_array();
		json_object_object_add(root, "functions", listing.functions);
	}
	if (print_functions(&listing, root, &err))
		return fail_with(&err);
	return finish_output();
}
