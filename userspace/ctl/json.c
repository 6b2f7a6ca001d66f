// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

/* Raised when readers of the JSON have to change; new keys do not. */
#define JSON_VERSION	1

struct json_object *json_document(void)
{
	struct json_object *root = json_object_new_object();

	add_number(root, "version", JSON_VERSION);
	return root;
}

/* Prints a document as one line, at once, and frees it. */
void json_print(FILE *out, struct json_object *root)
{
	const int style = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;

	fprintf(out, "%s\n", json_object_to_json_string_ext(root, style));
	json_object_put(root);
}

void add_number(struct json_object *to, const char *key, __u64 value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

/* A cost in ns, to the ps it is known by; null if it is not known. */
void add_cost(struct json_object *to, const char *key, __u64 ps)
{
	struct json_object *cost = NULL;
	char text[32];

	snprintf(text, sizeof(text), "%llu.%03llu",
		 (unsigned long long)ps / 1000, (unsigned long long)ps % 1000);
	if (ps)
		cost = json_object_new_double_s(ps / 1000.0, text);
	json_object_object_add(to, key, cost);
}

void add_string(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

void add_bool(struct json_object *to, const char *key, bool value)
{
	json_object_object_add(to, key, json_object_new_boolean(value));
}
