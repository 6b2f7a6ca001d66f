// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

static int parse_preset(const char *text, struct ktlat_probe_add *request,
			struct ktlat_error *err)
{
	const struct ktl_preset *preset = ktl_find_preset(text, strlen(text));
	char presets[KTLAT_ERROR_LEN / 2];

	if (!preset) {
		ktlat_list_presets(false, presets, sizeof(presets));
		return ktl_fail(err, EINVAL, "\"@%s\" is none of %s", text,
				presets);
	}
	request->kind = KTLAT_KIND_TRACEPOINT;
	snprintf(request->point[0].name, sizeof(request->point[0].name), "%s",
		 preset->name);
	return 0;
}

static int parse_match(const char *at, struct ktlat_probe_add *request,
		       struct ktlat_error *err)
{
	if (!*at || !strcmp(at, "@task"))
		request->match = KTLAT_MATCH_TASK;
	else if (!strcmp(at, "@cpu"))
		request->match = KTLAT_MATCH_CPU;
	else
		return ktl_fail(err, EINVAL,
				"\"%s\" after a pair is neither @task nor @cpu",
				at);
	return 0;
}

static int parse_pair(const char *text, const char *dots,
		      struct ktlat_probe_add *request, struct ktlat_error *err)
{
	const char *second = dots + 2;
	size_t len = strcspn(second, "@");
	int ret;

	request->kind = KTLAT_KIND_PAIR;
	ret = ktl_parse_point(text, dots - text, &request->point[0], err);
	if (ret)
		return ret;
	if (memmem(second, len, "..", 2))
		return ktl_fail(err, EINVAL,
				"\"..%.*s\" holds another \"..\"; a pair has two points",
				(int)len, second);
	ret = ktl_parse_point(second, len, &request->point[1], err);
	if (ret)
		return ret;
	return parse_match(second + len, request, err);
}

static int parse_function(const char *text, struct ktlat_probe_add *request,
			  struct ktlat_error *err)
{
	size_t len = strcspn(text, "@");
	const char *colon, *plus;
	int ret;

	request->kind = KTLAT_KIND_FUNCTION;
	ret = ktl_parse_point(text, len, &request->point[0], err);
	if (ret)
		return ret;
	if (text[len])
		return ktl_fail(err, EINVAL,
				"\"%s\" goes after a pair FUNC..FUNC and not after a function",
				text + len);
	colon = strchr(text, ':');
	plus = strchr(colon ? colon : text, '+');
	if (plus)
		return ktl_fail(err, EINVAL,
				"\"%s\" is for a pair FUNC+OFF..FUNC+OFF; a function is measured from its entry",
				plus);
	return 0;
}

static int parse(const char *text, struct ktlat_probe_add *request,
		 struct ktlat_error *err)
{
	const char *dots = strstr(text, "..");

	if (!*text)
		return ktl_fail(err, EINVAL, "it is empty");
	if (*text == '@')
		return parse_preset(text + 1, request, err);
	if (dots)
		return parse_pair(text, dots, request, err);
	return parse_function(text, request, err);
}

/**
 * ktlat_parse_spec() - Turn a SPEC into the request to add it
 * @text: "FUNC", "MODULE:FUNC", "MODULE+OFF:FUNC", "0xADDRESS",
 *	"POINT..POINT[@task|@cpu]" or "@TRACEPOINT"
 * @request: cleared, then kind, match and points are set
 * @err: which part is wrong (EINVAL)
 */
int ktlat_parse_spec(const char *text, struct ktlat_probe_add *request,
		     struct ktlat_error *err)
{
	struct ktlat_error why;
	int ret;

	memset(request, 0, sizeof(*request));
	request->size = sizeof(*request);
	ret = parse(text, request, &why);
	if (ret)
		return ktl_fail(err, -ret,
				"malformed SPEC \"%s\": %s", text, why.text);
	return 0;
}

static const char *preset_spec(const char *name)
{
	const struct ktl_preset *preset = ktl_find_preset_by_name(name);

	return preset ? preset->spec : name;
}

void ktl_format_points(__u32 kind, __u32 match, const struct ktlat_point *point,
		       char spec[KTLAT_SPEC_LEN])
{
	char first[KTL_POINT_LEN], second[KTL_POINT_LEN] = "";

	ktl_format_point(&point[0], first);
	if (kind == KTLAT_KIND_PAIR)
		ktl_format_point(&point[1], second);
	if (kind == KTLAT_KIND_TRACEPOINT)
		snprintf(spec, KTLAT_SPEC_LEN, "@%s", preset_spec(first));
	else if (kind == KTLAT_KIND_PAIR)
		snprintf(spec, KTLAT_SPEC_LEN, "%s..%s%s", first, second,
			 match == KTLAT_MATCH_CPU ? "@cpu" : "");
	else
		snprintf(spec, KTLAT_SPEC_LEN, "%s", first);
}

/**
 * ktlat_format_spec() - The SPEC that a probe was added by, or name of a group
 * @info: the probe
 * @spec: where to put its canonical form
 */
void ktlat_format_spec(const struct ktlat_probe_info *info,
		       char spec[KTLAT_SPEC_LEN])
{
	struct ktlat_point point[2];
	int i;

	memcpy(point, info->point, sizeof(point));
	for (i = 0; i < 2 && info->flags & KTLAT_PROBE_BY_ADDRESS; i++)
		ktl_set_place(&point[i]);
	ktl_format_points(info->kind, info->match, point, spec);
}
