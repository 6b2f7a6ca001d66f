// SPDX-License-Identifier: GPL-2.0-only
/* Two tracepoints in a SPEC: t:SUBSYS:EVENT..SUBSYS:EVENT[@KEY]. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define PREFIX	"t:"

/* Is it that, and not a pair in a module called t? */
bool ktl_is_tracepoints(const char *text)
{
	size_t len = strlen(PREFIX);

	return !strncmp(text, PREFIX, len) &&
	       text[len + strcspn(text + len, ":.@")] == ':';
}

/* Fails because of what stands at @at. */
static int fail_at(const char *text, const char *at, const char *what,
		   struct ktlat_error *err)
{
	return ktl_fail(err, EINVAL, "at character %zu: %s", at - text + 1,
			what);
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Takes a name that ends before @end; returns what follows, or NULL. */
static const char *take_name(const char *at, char *name, size_t size)
{
	size_t len = 0;

	while (is_name_char(at[len]))
		len++;
	if (!len || len >= size)
		return NULL;
	memcpy(name, at, len);
	return at + len;
}

/* "SUBSYS:EVENT", from @at on. */
static int parse_event(const char *text, const char **at,
		       struct ktlat_point *point, struct ktlat_error *err)
{
	const char *end = take_name(*at, point->module, sizeof(point->module));

	if (!end)
		return fail_at(text, *at, "the name of a subsystem is missing; ktlat-ctl events lists those there are", err);
	if (*end != ':')
		return fail_at(text, end, "':' and the name of an event are missing", err);
	*at = end + 1;
	end = take_name(*at, point->name, sizeof(point->name));
	if (!end)
		return fail_at(text, *at, "the name of an event is missing; ktlat-ctl events lists those there are", err);
	*at = end;
	return 0;
}

/* Behind "argN": ":u32" and the like, or nothing for a whole word. */
static bool parse_type(const char *type, const char *end,
		       struct ktlat_argument *argument)
{
	unsigned long bits;
	char *stop;

	argument->bytes = 8;
	if (type == end)
		return true;
	if (end - type < 3 || *type != ':' || (type[1] != 'u' && type[1] != 's') ||
	    !isdigit((unsigned char)type[2]))
		return false;
	bits = strtoul(type + 2, &stop, 10);
	argument->is_signed = type[1] == 's';
	argument->bytes = bits / 8;
	return stop == end && (bits == 8 || bits == 16 || bits == 32 || bits == 64);
}

/* "argN[:TYPE]"; false if it is a name. */
static bool is_numbered(const char *at, const char *end)
{
	return end - at > 3 && !strncmp(at, "arg", 3) &&
	       isdigit((unsigned char)at[3]);
}

static int parse_argument(const char *text, const char *at, const char *end,
			  const struct ktlat_point *point,
			  struct ktlat_argument *argument,
			  struct ktlat_error *err)
{
	char name[KTLAT_NAME_LEN], why[KTLAT_ERROR_LEN / 2];

	if (is_numbered(at, end)) {
		argument->index = at[3] - '0';
		if (!argument->index || argument->index > KTLAT_ARGUMENTS_MAX ||
		    isdigit((unsigned char)at[4]))
			return fail_at(text, at + 3, "arguments are arg1 to arg5", err);
		if (!parse_type(at + 4, end, argument))
			return fail_at(text, at + 4, "the type of an argument is one of :u8 :u16 :u32 :u64 :s8 :s16 :s32 :s64", err);
		return 0;
	}
	if (take_name(at, name, sizeof(name)) != end)
		return fail_at(text, at, "a key is task, cpu, the name of an argument, or arg1 to arg5; two with a comma for different ones", err);
	name[end - at] = '\0';
	if (!ktl_find_argument(point->name, name, argument, why, sizeof(why)))
		return fail_at(text, at, why, err);
	return 0;
}

/* "ARGUMENT", the same for both, or "ARGUMENT,ARGUMENT". */
static int parse_arguments(const char *text, const char *at,
			   struct ktlat_probe_add *request,
			   struct ktlat_error *err)
{
	const char *comma = strchr(at, ',');
	const char *end = at + strlen(at);
	int ret;

	request->match = KTLAT_MATCH_ARGUMENT;
	ret = parse_argument(text, at, comma ? comma : end, &request->point[0],
			     &request->argument[0], err);
	if (ret)
		return ret;
	return parse_argument(text, comma ? comma + 1 : at, end,
			      &request->point[1], &request->argument[1], err);
}

static int parse_key(const char *text, const char *at,
		     struct ktlat_probe_add *request, struct ktlat_error *err)
{
	request->match = KTLAT_MATCH_TASK;
	if (!*at || !strcmp(at, "@task"))
		return 0;
	if (*at != '@')
		return fail_at(text, at, "@KEY or the end is missing", err);
	if (!strcmp(at, "@cpu")) {
		request->match = KTLAT_MATCH_CPU;
		return 0;
	}
	return parse_arguments(text, at + 1, request, err);
}

/* Names that a point has no room to end are none, see take_name(). */
int ktl_parse_tracepoints(const char *text, struct ktlat_probe_add *request,
			  struct ktlat_error *err)
{
	const char *at = text + strlen(PREFIX);
	int ret;

	request->kind = KTLAT_KIND_TRACEPOINT;
	ret = parse_event(text, &at, &request->point[0], err);
	if (ret)
		return ret;
	if (strncmp(at, "..", 2))
		return fail_at(text, at, "\"..\" and a second SUBSYS:EVENT are missing", err);
	at += 2;
	ret = parse_event(text, &at, &request->point[1], err);
	return ret ? ret : parse_key(text, at, request, err);
}

static int format_argument(const struct ktlat_argument *argument, char *text,
			   size_t size)
{
	if (argument->bytes == 8 && !argument->is_signed)
		return snprintf(text, size, "arg%u", argument->index);
	return snprintf(text, size, "arg%u:%c%u", argument->index,
			argument->is_signed ? 's' : 'u', 8 * argument->bytes);
}

/* What stands behind the second tracepoint. */
static void format_key(const struct ktlat_probe_info *info, char *text,
		       size_t size)
{
	const struct ktlat_argument *argument = info->argument;
	int len = 1;

	if (info->match == KTLAT_MATCH_CPU)
		snprintf(text, size, "@cpu");
	if (info->match != KTLAT_MATCH_ARGUMENT)
		return;
	/* Notifications of a module of before do not tell which. */
	if (!argument[0].index) {
		snprintf(text, size, "@argument");
		return;
	}
	*text = '@';
	len += format_argument(&argument[0], text + len, size - len);
	if (!memcmp(&argument[0], &argument[1], sizeof(*argument)))
		return;
	text[len++] = ',';
	format_argument(&argument[1], text + len, size - len);
}

/* The reverse of ktl_parse_tracepoints(), but for the names of arguments. */
void ktl_format_tracepoints(const struct ktlat_probe_info *info,
			    char spec[KTLAT_SPEC_LEN])
{
	char key[sizeof("@arg1:u64,arg2:u64")] = "";

	format_key(info, key, sizeof(key));
	snprintf(spec, KTLAT_SPEC_LEN, PREFIX "%.*s:%.*s..%.*s:%.*s%s",
		 KTLAT_MODULE_LEN - 1, info->point[0].module,
		 KTLAT_NAME_LEN - 1, info->point[0].name,
		 KTLAT_MODULE_LEN - 1, info->point[1].module,
		 KTLAT_NAME_LEN - 1, info->point[1].name, key);
}

/**
 * struct event_search - Where an event is
 * @point: the event
 * @exact: there is one in its subsystem
 * @any: the tracefs shows events at all
 * @elsewhere: another subsystem that has one of that name, or empty
 */
struct event_search {
	const struct ktlat_point *point;
	bool exact;
	bool any;
	char elsewhere[KTLAT_MODULE_LEN];
};

static int compare_event(const struct ktlat_event_name *event, void *data)
{
	struct event_search *search = data;

	search->any = true;
	if (strcmp(event->name, search->point->name))
		return 0;
	search->exact = !strcmp(event->subsystem, search->point->module);
	if (!search->exact)
		snprintf(search->elsewhere, sizeof(search->elsewhere), "%s",
			 event->subsystem);
	return search->exact;
}

static int check_event(const struct ktlat_point *point, struct ktlat_error *err)
{
	struct event_search search = { .point = point };

	if (!strcmp(point->module, "syscalls"))
		return ktl_fail(err, ENOENT,
				"cannot add %s:%s: the events of syscalls are no tracepoints; measure @syscall:NAME",
				point->module, point->name);
	ktlat_scan_events(compare_event, &search, NULL);
	if (search.exact || !search.any)
		return 0;
	if (*search.elsewhere)
		return ktl_fail(err, ENOENT,
				"cannot add %s:%s: that subsystem has no such event; there is %s:%s",
				point->module, point->name, search.elsewhere,
				point->name);
	return ktl_fail(err, ENOENT,
			"cannot add %s:%s: there is no such event, or its module is not loaded; ktlat-ctl events lists those there are",
			point->module, point->name);
}

/* As far as tracefs can be read: the module knows events by their names alone. */
int ktl_check_tracepoints(const struct ktlat_probe_add *request,
			  struct ktlat_error *err)
{
	int ret = 0, i;

	if (request->kind != KTLAT_KIND_TRACEPOINT || !*request->point[1].name)
		return 0;
	for (i = 0; !ret && i < 2; i++)
		ret = check_event(&request->point[i], err);
	return ret;
}
