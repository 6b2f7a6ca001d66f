// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

/* What follows the name of a preset: ":NAME", for one system call. */
static int parse_syscall(const char *text, const char *at,
			 struct ktlat_probe_add *request, struct ktlat_error *err)
{
	if (ktl_find_syscall(at, request->syscall))
		return 0;
	return ktl_fail_at(err, at - text,
			   "\"%s\" is no system call that is known here; write its number",
			   at);
}

/* Where it can, a preset tells its calls apart. */
static int parse_preset(const char *text, struct ktlat_probe_add *request,
			struct ktlat_error *err)
{
	const char *name = text + 1, *end = name + strcspn(name, ":");
	const struct ktl_preset *preset = ktl_find_preset(name, end - name);
	char presets[KTLAT_ERROR_LEN / 2];

	if (!preset) {
		ktlat_list_presets(false, presets, sizeof(presets));
		return ktl_fail_at(err, 0, "\"%s\" is none of %s", text, presets);
	}
	request->kind = KTLAT_KIND_TRACEPOINT;
	snprintf(request->point[0].name, sizeof(request->point[0].name), "%s",
		 preset->name);
	if (*end && preset->tells != KTL_TELLS_SYSCALL)
		return ktl_fail_at(err, end - text, "nothing goes behind @%s",
				   preset->spec);
	if (*end)
		return parse_syscall(text, end + 1, request, err);
	request->by = preset->tells ? KTLAT_BY_EVENT : KTLAT_BY_NOTHING;
	request->keys = preset->keys;
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
		return ktl_fail_at(err, 0,
				   "\"%s\" after a pair is neither @task nor @cpu",
				   at);
	return 0;
}

static int parse_pair(const char *text, const char *dots,
		      struct ktlat_probe_add *request, struct ktlat_error *err)
{
	const char *second = dots + 2, *more;
	size_t len = strcspn(second, "@");
	int ret;

	request->kind = KTLAT_KIND_PAIR;
	ret = ktl_parse_point(text, dots - text, &request->point[0], err);
	if (ret)
		return ret;
	more = memmem(second, len, "..", 2);
	if (more)
		return ktl_fail_at(err, more - text,
				   "\"..%.*s\" holds another \"..\"; a pair has two points",
				   (int)len, second);
	ret = ktl_parse_point(second, len, &request->point[1], err);
	if (ret)
		return ktl_shift(err, second - text, ret);
	ret = parse_match(second + len, request, err);
	return ktl_shift(err, second + len - text, ret);
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
		return ktl_fail_at(err, len,
				   "\"%s\" goes after a pair FUNC..FUNC and not after a function",
				   text + len);
	colon = strchr(text, ':');
	plus = strchr(colon ? colon : text, '+');
	if (plus)
		return ktl_fail_at(err, plus - text,
				   "\"%s\" is for a pair FUNC+OFF..FUNC+OFF; a function is measured from its entry",
				   plus);
	return 0;
}

static int parse(const char *text, struct ktlat_probe_add *request,
		 struct ktlat_error *err)
{
	const char *dots = strstr(text, "..");

	if (!*text)
		return ktl_fail_at(err, 0, "it is empty");
	if (*text == '@')
		return parse_preset(text, request, err);
	if (ktl_is_tracepoints(text))
		return ktl_parse_tracepoints(text, request, err);
	if (dots)
		return parse_pair(text, dots, request, err);
	return parse_function(text, request, err);
}

/**
 * ktlat_parse_spec() - Turn a SPEC into the request to add it
 * @text: "FUNC", "MODULE:FUNC", "MODULE+OFF:FUNC", "0xADDRESS",
 *	"POINT..POINT[@task|@cpu]", "@PRESET", "@syscall:NAME" or
 *	"t:SUBSYS:EVENT..SUBSYS:EVENT[@task|@cpu|@ARGUMENT]"
 * @request: cleared, then what tells what is measured is set; for a preset that is
 *	about something with a name also that its calls are told apart by that
 * @err: which part is wrong, and at which character (EINVAL)
 */
int ktlat_parse_spec(const char *text, struct ktlat_probe_add *request,
		     struct ktlat_error *err)
{
	struct ktlat_error why;

	memset(request, 0, sizeof(*request));
	request->size = sizeof(*request);
	return parse(text, request, &why) ?
	       ktl_fail_text(err, "malformed SPEC", text, 0, &why) : 0;
}

static void format_preset(const struct ktlat_probe_info *info,
			  char spec[KTLAT_SPEC_LEN])
{
	const char *name = info->point[0].name;
	const struct ktl_preset *preset = ktl_find_preset_by_name(name);
	char call[KTLAT_KEY_LEN] = "";

	if (info->syscall[0] || info->syscall[1])
		ktl_format_syscall(info->syscall, call);
	snprintf(spec, KTLAT_SPEC_LEN, "@%.*s%s%s", KTLAT_NAME_LEN - 1,
		 preset ? preset->spec : name, *call ? ":" : "", call);
}

static void format_code(const struct ktlat_probe_info *info,
			char spec[KTLAT_SPEC_LEN])
{
	char first[KTL_POINT_LEN], second[KTL_POINT_LEN];

	ktl_format_point(&info->point[0], first);
	ktl_format_point(&info->point[1], second);
	if (info->kind == KTLAT_KIND_PAIR)
		snprintf(spec, KTLAT_SPEC_LEN, "%s..%s%s", first, second,
			 info->match == KTLAT_MATCH_CPU ? "@cpu" : "");
	else
		snprintf(spec, KTLAT_SPEC_LEN, "%s", first);
}

static void format(const struct ktlat_probe_info *info, char spec[KTLAT_SPEC_LEN])
{
	if (info->kind != KTLAT_KIND_TRACEPOINT)
		format_code(info, spec);
	else if (*info->point[1].name)
		ktl_format_tracepoints(info, spec);
	else
		format_preset(info, spec);
}

/**
 * ktlat_format_spec() - The SPEC that a probe was added by, or name of a group
 * @info: the probe
 * @spec: where to put its canonical form
 */
void ktlat_format_spec(const struct ktlat_probe_info *info,
		       char spec[KTLAT_SPEC_LEN])
{
	struct ktlat_probe_info told = *info;
	int i;

	for (i = 0; i < 2 && info->flags & KTLAT_PROBE_BY_ADDRESS; i++)
		ktl_set_place(&told.point[i]);
	format(&told, spec);
}

/**
 * ktlat_format_request() - The canonical form of the SPEC of a request
 * @request: the request
 * @spec: where to put it
 */
void ktlat_format_request(const struct ktlat_probe_add *request,
			  char spec[KTLAT_SPEC_LEN])
{
	struct ktlat_probe_info info = {
		.kind = request->kind,
		.match = request->match,
	};

	memcpy(info.point, request->point, sizeof(info.point));
	memcpy(info.argument, request->argument, sizeof(info.argument));
	memcpy(info.syscall, request->syscall, sizeof(info.syscall));
	format(&info, spec);
}
