// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

static bool is_there(const struct ktlat_value *values, int i)
{
	return i < KTLAT_VALUES && *values[i].text;
}

/* Is it a number in JSON, and not a text? jq rounds addresses. */
static bool is_number(const struct ktlat_value *value)
{
	return value->show == KTLAT_SHOW_NUMBER;
}

/* "skb->len, ret": by what calls are told apart. */
void format_value_names(const struct ktlat_value values[KTLAT_VALUES],
			char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", values[0].text,
		 is_there(values, 1) ? ", " : "",
		 is_there(values, 1) ? values[1].text : "");
}

static bool is_unread(const struct ktlat_event *event, int i)
{
	return event->flags & (i ? KTLAT_EVENT_UNREAD_2 : KTLAT_EVENT_UNREAD_1);
}

/* " skb->len=1448" of each value that is captured. */
void text_values(FILE *out, const struct ktlat_call *call)
{
	const struct ktlat_value *values = call->probe->values;
	char text[KTLAT_VALUE_LEN];
	int i;

	for (i = 0; is_there(values, i); i++) {
		bool quoted = values[i].show == KTLAT_SHOW_TEXT;

		ktlat_format_value(&values[i], &call->event.values[i],
				   call->symbols[i], text);
		if (is_unread(&call->event, i))
			fprintf(out, " %s=(fault)", values[i].text);
		else
			fprintf(out, quoted ? " %s=\"%s\"" : " %s=%s",
				values[i].text, text);
	}
}

static void print_value(FILE *out, const struct ktlat_call *call, int i)
{
	const struct ktlat_value *value = &call->probe->values[i];
	char text[KTLAT_VALUE_LEN];

	ktlat_format_value(value, &call->event.values[i], call->symbols[i], text);
	if (is_unread(&call->event, i))
		fputs("null", out);
	else if (is_number(value) || value->show == KTLAT_SHOW_BOOL)
		fputs(text, out);
	else
		json_text(out, text);
}

/* The same for JSON, where null is one that could not be read. */
void print_values(FILE *out, const struct ktlat_call *call)
{
	const struct ktlat_value *values = call->probe->values;
	int i;

	if (!is_there(values, 0))
		return;
	fputs(",\"args\":[", out);
	for (i = 0; is_there(values, i); i++) {
		if (i)
			fputc(',', out);
		json_text(out, values[i].text);
	}
	fputs("],\"values\":[", out);
	for (i = 0; is_there(values, i); i++) {
		if (i)
			fputc(',', out);
		print_value(out, call, i);
	}
	fputc(']', out);
}

static void format_word(const struct watch *watch, const struct ktlat_key *key,
			int i, char text[KTLAT_VALUE_LEN])
{
	const struct ktlat_value *value = &watch->values[i];
	struct ktlat_frame place = { .name = "" };

	if (value->show == KTLAT_SHOW_SYMBOL && watch->key_names)
		ktlat_find_place(watch->key_names, key->words[i], &place);
	ktlat_format_value(value, &key->words[i], &place, text);
}

/* The values of a key, as "1448, 17". */
void format_value_key(const struct watch *watch, const struct ktlat_key *key,
		      char *text, size_t size)
{
	const struct ktlat_value *values = watch->values;
	char value[KTLAT_VALUE_LEN];
	size_t len = 0;
	int i;

	*text = '\0';
	for (i = 0; is_there(values, i) && len < size; i++) {
		format_word(watch, key, i, value);
		len += snprintf(text + len, size - len, "%s%s", i ? ", " : "",
				value);
	}
}

static struct json_object *make_value(const struct watch *watch,
				      const struct ktlat_key *key, int i)
{
	const struct ktlat_value *value = &watch->values[i];
	__u64 word = ktlat_extend_value(&value->fetch, key->words[i]);
	char text[KTLAT_VALUE_LEN];

	if (value->show == KTLAT_SHOW_BOOL && word <= 1)
		return json_object_new_boolean(word);
	if (is_number(value) && value->fetch.type == KTLAT_FETCH_SIGNED)
		return json_object_new_int64(word);
	if (is_number(value) || value->show == KTLAT_SHOW_BOOL)
		return json_object_new_uint64(word);
	format_word(watch, key, i, text);
	return json_object_new_string(text);
}

/* The key of calls that are told apart by values: one, or a list of them. */
void add_value_key(struct json_object *object, const struct watch *watch,
		   const struct ktlat_key *key)
{
	struct json_object *list;

	if (!is_there(watch->values, 1)) {
		json_object_object_add(object, "key", make_value(watch, key, 0));
		return;
	}
	list = json_object_new_array();
	json_object_array_add(list, make_value(watch, key, 0));
	json_object_array_add(list, make_value(watch, key, 1));
	json_object_object_add(object, "key", list);
}

/* What of the calls of a probe is captured, and what must be true of them. */
void add_values(struct json_object *probe, const struct watch *watch)
{
	struct json_object *args = json_object_new_array();
	struct json_object *conditions = json_object_new_array();
	int i;

	for (i = 0; is_there(watch->values, i); i++)
		json_object_array_add(args,
				      json_object_new_string(watch->values[i].text));
	for (i = 0; i < KTLAT_CONDITIONS && *watch->conditions[i]; i++)
		json_object_array_add(conditions,
				      json_object_new_string(watch->conditions[i]));
	json_object_object_add(probe, "args", args);
	json_object_object_add(probe, "conditions", conditions);
}
