/* SPDX-License-Identifier: GPL-2.0-only */
/* The few shapes of JSON that all commands print. */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include <ktlat-lib.h>
#include <stdio.h>

/* Raised when readers of the JSON have to change; new keys do not need that. */
#define JSON_VERSION	1

struct json_object *json_document(void);
void json_print(FILE *out, struct json_object *root);
void add_number(struct json_object *to, const char *key, __u64 value);
void add_string(struct json_object *to, const char *key, const char *value);
void add_cost(struct json_object *to, const char *key, __u64 ps);
void json_text(FILE *out, const char *text);
void add_bool(struct json_object *to, const char *key, bool value);

#endif /* JSON_H */
