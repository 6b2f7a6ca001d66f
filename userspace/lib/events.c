// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of the running kernel that tracefs shows as events, and their fields. */
#include <stdlib.h>

#include "internal.h"

/* Where tracefs is: its own place, and the one it had before. */
static const char * const places[] = {
	"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
};

static FILE *open_in(const char *place, const char *name)
{
	char path[4 * KTLAT_NAME_LEN];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	return fopen(path, "re");
}

static int fail_tracefs(int code, struct ktlat_error *err)
{
	return ktl_fail(err, code,
			"cannot read %s/available_events: %s; run as root, with tracefs mounted",
			places[0], strerror(code));
}

/* "SUBSYSTEM:NAME" */
static bool parse_event(char *line, struct ktlat_event_name *event)
{
	char *colon = strchr(line, ':');

	if (!colon)
		return false;
	*colon = '\0';
	colon[1 + strcspn(colon + 1, "\n")] = '\0';
	event->subsystem = line;
	event->name = colon + 1;
	return *event->subsystem && *event->name;
}

/**
 * ktlat_scan_events() - Go over all events
 * @fn: called for each
 * @data: handed to it
 * @err: why it failed
 *
 * Returns what @fn returned last, or a negative errno.
 */
int ktlat_scan_events(ktlat_event_name_fn fn, void *data,
		      struct ktlat_error *err)
{
	struct ktlat_event_name event;
	FILE *file = NULL;
	char *line = NULL;
	size_t size = 0, i;
	int ret = 0, code = ENOENT;

	for (i = 0; !file && i < KTL_ARRAY_SIZE(places); i++) {
		event.place = places[i];
		file = open_in(places[i], "available_events");
		if (!file && errno != ENOENT)
			code = errno;
	}
	if (!file)
		return fail_tracefs(code, err);
	while (!ret && getline(&line, &size, file) > 0)
		if (parse_event(line, &event))
			ret = fn(&event, data);
	if (!ret && ferror(file))
		ret = fail_tracefs(EIO, err);
	free(line);
	fclose(file);
	return ret;
}

/* The number behind "KEY:" of a line, or 0. */
static unsigned int number_of(const char *line, const char *key)
{
	const char *found = strstr(line, key);

	return found ? strtoul(found + strlen(key), NULL, 10) : 0;
}

/*
 * "TYPE NAME" or "TYPE NAME[LEN]", of which the length becomes part of the type. There
 * are brackets in types, too.
 */
static bool split_declaration(const char *text, size_t len,
			      struct ktlat_field *field)
{
	size_t name_end = len, name, type_end;

	if (len && text[len - 1] == ']')
		while (name_end && text[--name_end] != '[')
			;
	name = name_end;
	while (name && text[name - 1] != ' ' && text[name - 1] != '*')
		name--;
	if (!name || name == name_end)
		return false;
	type_end = text[name - 1] == ' ' ? name - 1 : name;
	snprintf(field->name, sizeof(field->name), "%.*s",
		 (int)(name_end - name), text + name);
	snprintf(field->type, sizeof(field->type), "%.*s%.*s", (int)type_end,
		 text, (int)(len - name_end), text + name_end);
	return true;
}

/* "field:DECLARATION; offset:N; size:N; signed:N;", but for what all events have. */
static bool parse_field(const char *line, struct ktlat_field *field)
{
	const char *text = line + strspn(line, " \t"), *end;

	if (strncmp(text, "field:", 6))
		return false;
	text += 6;
	end = strchr(text, ';');
	if (!end || !split_declaration(text, end - text, field))
		return false;
	field->offset = number_of(end, "offset:");
	field->size = number_of(end, "size:");
	field->is_signed = number_of(end, "signed:");
	return strncmp(field->name, "common_", 7);
}

/**
 * ktlat_scan_fields() - Go over the fields of an event, without those that all have
 * @event: as ktlat_scan_events() tells it
 * @fn: called for each
 * @data: handed to it
 *
 * Returns what @fn returned last, or a negative errno.
 */
int ktlat_scan_fields(const struct ktlat_event_name *event, ktlat_field_fn fn,
		      void *data)
{
	char path[2 * KTLAT_NAME_LEN + 32];
	struct ktlat_field field;
	char *line = NULL;
	size_t size = 0;
	FILE *file;
	int ret = 0;

	snprintf(path, sizeof(path), "events/%s/%s/format", event->subsystem,
		 event->name);
	file = open_in(event->place, path);
	if (!file)
		return -errno;
	while (!ret && getline(&line, &size, file) > 0)
		if (parse_field(line, &field))
			ret = fn(&field, data);
	free(line);
	fclose(file);
	return ret;
}
