// SPDX-License-Identifier: GPL-2.0-only
/*
 * What users write: a SPEC, a duration, a function or pattern of a group, or a file of
 * these, as the first byte says. What is refused must be told with a character of it, and
 * what is taken must be taken again as it is written by ourselves.
 */
#include <string.h>

#include "fuzz.h"
#include "internal.h"

static void expect_position(const struct ktlat_error *err, size_t len)
{
	MUST(err->code > 0 && *err->text);
	MUST(err->code == ENOMEM || (err->position && err->position <= len + 1));
}

static void read_spec(const char *text)
{
	struct ktlat_probe_add request, again;
	struct ktlat_probe_info info = { 0 };
	char spec[KTLAT_SPEC_LEN];
	struct ktlat_error err;

	if (ktlat_parse_spec(text, &request, &err)) {
		expect_position(&err, strlen(text));
		return;
	}
	info.kind = request.kind;
	info.match = request.match;
	memcpy(info.point, request.point, sizeof(info.point));
	ktlat_format_spec(&info, spec);
	MUST(!ktlat_parse_spec(spec, &again, &err));
	MUST(!memcmp(&again, &request, sizeof(again)));
}

static void read_duration(const char *text)
{
	char again[KTLAT_DURATION_LEN];
	struct ktlat_error err;
	__u64 ns;

	if (ktlat_parse_duration(text, &ns, &err)) {
		expect_position(&err, strlen(text));
		return;
	}
	ktlat_format_duration(ns, again);
	MUST(!ktlat_parse_duration(again, &ns, &err) || ns > 1ULL << 60);
}

static void read_member(const char *text)
{
	struct ktlat_group group = { 0 };
	struct ktlat_error err;

	if (ktlat_name_member(&group, text, &err)) {
		MUST(!group.nr_members);
		expect_position(&err, strlen(text));
	}
	ktlat_free_members(&group);
}

static void read_members(const void *bytes, size_t size)
{
	FILE *file = fmemopen((void *)bytes, size, "r");
	struct ktlat_group group = { 0 };
	struct ktlat_error err;

	MUST(file);
	if (ktlat_read_members(&group, file, "input", &err))
		expect_position(&err, size);
	fclose(file);
	ktlat_free_members(&group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 2)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	MUST(text);
	switch (*data % 4) {
	case 0:
		read_spec(text);
		break;
	case 1:
		read_duration(text);
		break;
	case 2:
		read_member(text);
		break;
	default:
		read_members(data + 1, size - 1);
	}
	free(text);
	return 0;
}
