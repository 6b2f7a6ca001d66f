// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

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

/* How long the character at @text is in UTF-8; 0 if it is none. */
static int utf8_len(const unsigned char *text)
{
	int len = *text < 0x80 ? 1 : *text >= 0xc2 && *text < 0xe0 ? 2 :
		  *text >= 0xe0 && *text < 0xf0 ? 3 :
		  *text >= 0xf0 && *text < 0xf5 ? 4 : 0;
	int i;

	for (i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Prints a text as a string, whatever bytes are in it. */
void json_text(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', out);
	while (*at) {
		int len = utf8_len(at);

		if (!len)
			fputs("\\ufffd", out);
		else if (*at < ' ')
			fprintf(out, "\\u%04x", *at);
		else
			fprintf(out, "%s%.*s", *at == '"' || *at == '\\' ?
				"\\" : "", len, (const char *)at);
		at += len ?: 1;
	}
	fputc('"', out);
}
