/* SPDX-License-Identifier: GPL-2.0-only */
/* How the value of an expression is found in a call of a function. */
#ifndef KTL_FETCH_H
#define KTL_FETCH_H

#include "expression.h"
#include "types.h"

/**
 * struct ktl_function - What is known of a function
 * @name: its name, or NULL for one of a group
 * @btf: the types; NULL if nothing is known
 * @proto: what it takes and returns; NULL likewise
 * @why: why not, if so
 * @module: the types of its module, if they had to be loaded
 */
struct ktl_function {
	const char *name;
	const struct btf *btf;
	const struct btf_type *proto;
	const char *why;
	struct ktl_types module;
};

/* function.c */
void ktl_open_function(const struct ktlat_point *point,
		       struct ktl_function *function);
void ktl_close_function(struct ktl_function *function);

/* fetch.c */
int ktl_resolve_expression(const struct ktl_expression *expression,
			   const struct ktl_function *function,
			   struct ktlat_value *value, __u32 *type,
			   struct ktlat_error *err);

/* rawfetch.c */
bool ktl_format_fetch(const struct ktlat_fetch *fetch,
		      char text[KTLAT_EXPRESSION_LEN]);

/* naming.c */
void ktl_find_expression(const struct ktlat_point *point,
			 const struct ktlat_fetch *fetch,
			 struct ktlat_value *value);

#endif /* KTL_FETCH_H */
