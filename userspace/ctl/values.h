/* SPDX-License-Identifier: GPL-2.0-only */
/* What was captured of calls, as it is shown. */
#ifndef VALUES_H
#define VALUES_H

#include "json.h"
#include "watch.h"

void format_value_names(const struct ktlat_value values[KTLAT_VALUES],
			char *text, size_t size);
void text_values(FILE *out, const struct ktlat_call *call);
void print_values(FILE *out, const struct ktlat_call *call);
void format_value_key(const struct watch *watch, const struct ktlat_key *key,
		      char *text, size_t size);
void add_value_key(struct json_object *object, const struct watch *watch,
		   const struct ktlat_key *key);
void add_values(struct json_object *probe, const struct watch *watch);

#endif /* VALUES_H */
