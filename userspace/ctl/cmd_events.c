// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "json.h"

/**
 * struct listing - What is listed, and how far it is
 * @glob: events that do not match are left out; NULL for all
 * @events: where JSON is put together, or NULL for text
 * @fields: those of the event that is being put together, likewise
 * @nr: how many events there were
 * @nr_fields: how many fields of the last one
 */
struct listing {
	const char *glob;
	struct json_object *events;
	struct json_object *fields;
	size_t nr;
	size_t nr_fields;
};

static int take_field(const struct ktlat_field *field, void *data)
{
	struct listing *listing = data;
	struct json_object *object;

	if (!listing->events) {
		printf("%s%s %s", listing->nr_fields++ ? ", " : "  ",
		       field->type, field->name);
		return 0;
	}
	object = json_object_new_object();
	add_string(object, "name", field->name);
	add_string(object, "type", field->type);
	add_number(object, "offset", field->offset);
	add_number(object, "size", field->size);
	add_bool(object, "signed", field->is_signed);
	json_object_array_add(listing->fields, object);
	return 0;
}

/* A pattern without a colon is for names in any subsystem. */
static bool matches(const struct listing *listing,
		    const struct ktlat_event_name *event)
{
	char full[2 * KTLAT_NAME_LEN];

	if (!listing->glob)
		return true;
	if (!strchr(listing->glob, ':'))
		return !fnmatch(listing->glob, event->name, 0);
	snprintf(full, sizeof(full), "%s:%s", event->subsystem, event->name);
	return !fnmatch(listing->glob, full, 0);
}

/* Fields that cannot be read are left out: the event may have gone just now. */
static int take(const struct ktlat_event_name *event, void *data)
{
	struct listing *listing = data;
	struct json_object *object;

	if (!matches(listing, event))
		return 0;
	listing->nr++;
	listing->nr_fields = 0;
	if (!listing->events) {
		printf("%s:%s", event->subsystem, event->name);
		ktlat_scan_fields(event, take_field, listing);
		putchar('\n');
		return 0;
	}
	object = json_object_new_object();
	listing->fields = json_object_new_array();
	add_string(object, "subsystem", event->subsystem);
	add_string(object, "name", event->name);
	json_object_object_add(object, "fields", listing->fields);
	json_object_array_add(listing->events, object);
	ktlat_scan_fields(event, take_field, listing);
	return 0;
}

int cmd_events(struct ctl *ctl, char **argv)
{
	struct listing listing = { 0 };
	bool json = false;
	const struct option options[] = {
		FLAG_OPTION("--json", &json),
		MORE_OPTIONS(ctl->options)
	};
	struct json_object *root = NULL;
	struct ktlat_error err;
	struct args args;
	int status, ret;

	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.nr > 1 || args.rest)
		return usage(ctl, "one pattern at a time");
	listing.glob = args.nr ? args.list[0] : NULL;
	if (json) {
		root = json_document();
		listing.events = json_object_new_array();
		json_object_object_add(root, "events", listing.events);
	}
	ret = ktlat_scan_events(take, &listing, &err);
	if (!ret && root)
		json_print(stdout, root);
	if (!ret && !listing.nr)
		ret = explain(&err,
			      "no event matches \"%s\": none of that name, or its module is not loaded; try a pattern as *name*",
			      listing.glob ? listing.glob : "*");
	return ret ? fail_with(&err) : finish_output();
}
