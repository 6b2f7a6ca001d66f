// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "select.h"

/* The SPEC in any of its forms, so "a..b@task" names the probe "a..b". */
static bool has_spec(const struct ktlat_probe_info *info, const char *text)
{
	char own[KTLAT_SPEC_LEN], asked[KTLAT_SPEC_LEN];
	struct ktlat_probe_add request;

	if (ktlat_parse_spec(text, &request, NULL))
		return false;
	if (!strcmp(request.point[0].module, KTLAT_VMLINUX))
		*request.point[0].module = '\0';
	if (!strcmp(request.point[1].module, KTLAT_VMLINUX))
		*request.point[1].module = '\0';
	ktlat_format_request(&request, asked);
	ktlat_format_spec(info, own);
	return request.kind == info->kind && !strcmp(own, asked);
}

/**
 * probe_has_name() - Does a user mean this probe?
 * @info: the probe, of whatever kernel
 * @name: its id, its SPEC, for a group its name or, if it measures the calls of a
 *	function, the name of that function in whatever module
 */
bool probe_has_name(const struct ktlat_probe_info *info, const char *name)
{
	if (*name && strspn(name, "0123456789") == strlen(name))
		return info->id == strtoull(name, NULL, 10);
	if ((info->kind == KTLAT_KIND_FUNCTION ||
	     info->kind == KTLAT_KIND_GROUP) &&
	    !strcmp(name, info->point[0].name))
		return true;
	return has_spec(info, name);
}

/* Where a probe sits may be so far behind the start of its function. */
#define ENTRY_MAX	8

/* What the last name stood for that was looked up. */
static struct {
	char *name;
	struct ktlat_point *list;
	int nr;
} last;

static void look_up(const char *name)
{
	if (last.name && !strcmp(last.name, name))
		return;
	free(last.name);
	free(last.list);
	last.name = strdup(name);
	last.nr = ktlat_find_functions(name, &last.list, NULL);
}

static bool is_same(const struct ktlat_point *known,
		    const struct ktlat_point *function)
{
	if (known->address)
		return function->address >= known->address &&
		       function->address - known->address <= ENTRY_MAX;
	return !strcmp(known->name, function->name) &&
	       !strcmp(known->module, *function->module ? function->module :
							  KTLAT_VMLINUX);
}

/* Is that another name of the function, or the name of which it is a copy? */
static bool stands_for(const char *name, const struct ktlat_point *function)
{
	int i;

	look_up(name);
	for (i = 0; i < last.nr; i++)
		if (is_same(&last.list[i], function))
			return true;
	return false;
}

/**
 * probe_is_called() - Does a user mean this probe?
 * @info: the probe, of the running kernel
 * @name: as for probe_has_name(), or another name of its function
 */
bool probe_is_called(const struct ktlat_probe_info *info, const char *name)
{
	return probe_has_name(info, name) ||
	       (info->kind == KTLAT_KIND_FUNCTION &&
		stands_for(name, &info->point[0]));
}

int fail_no_probe(const char *name, struct ktlat_error *err)
{
	explain(err,
		"cannot find a probe \"%s\": none has that id, SPEC or function; ktlat-ctl list shows those there are",
		name);
	err->code = ENOENT;
	return -ENOENT;
}
