/* SPDX-License-Identifier: GPL-2.0-only */
/* On the way from an expression to what the module does to find its value. */
#ifndef KTL_PLACE_H
#define KTL_PLACE_H

#include "fetch.h"

/**
 * struct ktl_place - What the steps so far have come to
 * @e: the expression
 * @function: whose types it goes by
 * @fetch: how it is found; its last offset is where the value lies
 * @type: its type
 * @typed: that is known
 * @field: of a bit field, where it lies; @bits is 0 for anything else
 * @user: it lies in the memory of the process
 * @err: what is wrong
 */
struct ktl_place {
	const struct ktl_expression *e;
	const struct ktl_function *function;
	struct ktlat_fetch fetch;
	__u32 type;
	bool typed;
	struct ktl_field field;
	bool user;
	struct ktlat_error *err;
};

static inline bool ktl_is_pointer(const struct btf_type *type)
{
	return type && btf_is_ptr(type);
}

static inline bool ktl_is_array(const struct btf_type *type)
{
	return type && btf_is_array(type);
}

static inline bool ktl_is_composite(const struct btf_type *type)
{
	return type && btf_is_composite(type);
}

/* place.c */
size_t ktl_offset_of(const struct ktl_place *place, struct ktl_word word);
const struct btf_type *ktl_stripped(const struct ktl_place *place);
int ktl_fail_place(const struct ktl_place *place, struct ktl_word word,
		   const char *what);
int ktl_fail_type(const struct ktl_place *place, struct ktl_word word,
		  const char *what);
int ktl_move(struct ktl_place *place, struct ktl_word word, __s64 bytes);
int ktl_follow(struct ktl_place *place, struct ktl_word word, __s64 bytes);
int ktl_follow_type(struct ktl_place *place, struct ktl_word word);
bool ktl_may_be_address(const struct ktl_place *place);
int ktl_take_step(struct ktl_place *place, const struct ktl_step *step);

/* parameter.c */
int ktl_begin_place(struct ktl_place *place);

#endif /* KTL_PLACE_H */
