// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "select.h"

/* The SPEC in any of its forms, so "a..b@task" names the probe "a..b". */
static bool has_spec(const struct ktlat_probe_info *info, const char *text)
{
	char own[KTLAT_SPEC_LEN], asked[KTLAT_SPEC_LEN];
	struct ktlat_probe_info other = { 0 };
	struct ktlat_probe_add request;

	if (ktlat_parse_spec(text, &request, NULL))
		return false;
	if (!strcmp(request.point[0].module, KTLAT_VMLINUX))
		*request.point[0].module = '\0';
	if (!strcmp(request.point[1].module, KTLAT_VMLINUX))
		*request.point[1].module = '\0';

	other.kind = request.kind;
	other.match = request.match;
	memcpy(other.point, request.point, sizeof(other.point));
	ktlat_format_spec(&other, asked);
	ktlat_format_spec(info, own);
	return other.kind == info->kind && !strcmp(own, asked);
}

/**
 * probe_is_called() - Does a user mean this probe?
 * @info: the probe
 * @name: its id, its SPEC, for a group its name or, if it measures the calls of a
 *	function, the name of that function in whatever module
 */
bool probe_is_called(const struct ktlat_probe_info *info, const char *name)
{
	if (*name && strspn(name, "0123456789") == strlen(name))
		return info->id == strtoull(name, NULL, 10);
	if ((info->kind == KTLAT_KIND_FUNCTION ||
	     info->kind == KTLAT_KIND_GROUP) &&
	    !strcmp(name, info->point[0].name))
		return true;
	return has_spec(info, name);
}

int fail_no_probe(const char *name, struct ktlat_error *err)
{
	explain(err,
		"cannot find a probe \"%s\": none has that id, SPEC or function; ktlat-ctl list shows those there are",
		name);
	err->code = ENOENT;
	return -ENOENT;
}
