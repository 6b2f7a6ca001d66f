// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

/* How the tracepoint pairs are called in a SPEC and in the contract. */
static const struct {
	const char *spec;
	const char *name;
} tracepoints[] = {
	{ "irq", "irq_handler" },
	{ "softirq", "softirq" },
	{ "timer", "timer_expire" },
	{ "hrtimer", "hrtimer_expire" },
	{ "workqueue", "workqueue_execute" },
	{ "wakeup", "sched_wakeup" },
	{ "syscall", "syscall" },
};

static int parse_tracepoint(const char *text, struct ktlat_probe_add *request,
			    struct ktlat_error *err)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(tracepoints); i++) {
		if (strcmp(text, tracepoints[i].spec))
			continue;
		request->kind = KTLAT_KIND_TRACEPOINT;
		snprintf(request->point[0].name,
			 sizeof(request->point[0].name), "%s",
			 tracepoints[i].name);
		return 0;
	}
	return ktl_fail_at(err, 0,
			   "\"@%s\" is none of @irq @softirq @timer @hrtimer @workqueue @wakeup @syscall",
			text);
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
		return parse_tracepoint(text + 1, request, err);
	if (dots)
		return parse_pair(text, dots, request, err);
	return parse_function(text, request, err);
}

/**
 * ktlat_parse_spec() - Turn a SPEC into the request to add it
 * @text: "FUNC", "MODULE:FUNC", "MODULE+OFF:FUNC", "0xADDRESS",
 *	"POINT..POINT[@task|@cpu]" or "@TRACEPOINT"
 * @request: cleared, then kind, match and points are set
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

static const char *tracepoint_spec(const char *name)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(tracepoints); i++)
		if (!strcmp(name, tracepoints[i].name))
			return tracepoints[i].spec;
	return name;
}

void ktl_format_points(__u32 kind, __u32 match, const struct ktlat_point *point,
		       char spec[KTLAT_SPEC_LEN])
{
	char first[KTL_POINT_LEN], second[KTL_POINT_LEN] = "";

	ktl_format_point(&point[0], first);
	if (kind == KTLAT_KIND_PAIR)
		ktl_format_point(&point[1], second);
	if (kind == KTLAT_KIND_TRACEPOINT)
		snprintf(spec, KTLAT_SPEC_LEN, "@%s", tracepoint_spec(first));
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
