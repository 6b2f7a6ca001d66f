/* SPDX-License-Identifier: GPL-2.0-only */
/* What a user writes for a value of a call, taken apart; knows no types. */
#ifndef KTL_EXPRESSION_H
#define KTL_EXPRESSION_H

#include "internal.h"

/* More than lead to anything: KTLAT_FETCH_STEPS loads, and members in between. */
#define KTL_EXPRESSION_STEPS	48

/**
 * struct ktl_word - A part of a text
 * @at: where it begins
 * @len: how long it is
 */
struct ktl_word {
	const char *at;
	size_t len;
};

/**
 * enum ktl_step_kind - What is done with what there is
 * @KTL_STEP_MEMBER: a member of it is taken, by a dot
 * @KTL_STEP_ARROW: a member of what it points to
 * @KTL_STEP_INDEX: an element of it
 * @KTL_STEP_FOLLOW: what it points to
 * @KTL_STEP_OFFSET: what is so many bytes behind where it points to
 */
enum ktl_step_kind {
	KTL_STEP_MEMBER,
	KTL_STEP_ARROW,
	KTL_STEP_INDEX,
	KTL_STEP_FOLLOW,
	KTL_STEP_OFFSET,
};

/**
 * struct ktl_step - A step of an expression
 * @kind: what it does
 * @word: where it stands: its operator, or the name of the member
 * @number: the index, or the bytes
 */
struct ktl_step {
	enum ktl_step_kind kind;
	struct ktl_word word;
	__s64 number;
};

/**
 * struct ktl_suffix - What the value is said to be
 * @word: where it stands; its @at is NULL if nothing was said
 * @type: &enum ktlat_fetch_type
 * @hex: it is to be shown in hexadecimal
 * @bytes: of a number, how many hold it
 * @shift: of a number, how many bits lie below it
 * @bits: of a number, how many it has
 */
struct ktl_suffix {
	struct ktl_word word;
	__u32 type;
	bool hex;
	__u32 bytes;
	__u32 shift;
	__u32 bits;
};

/**
 * struct ktl_expression - An expression
 * @text: the text that it is in; positions count from there
 * @end: behind its last character
 * @name: what it begins with
 * @from: &enum ktlat_fetch_from of that, %KTLAT_FETCH_NOTHING for a parameter
 * @index: which argument, if it is arg1 to arg6: 0 to 5
 * @nr_steps: number of @steps
 * @steps: what is done with it, in this order
 * @suffix: what comes out
 */
struct ktl_expression {
	const char *text;
	const char *end;
	struct ktl_word name;
	__u32 from;
	__u32 index;
	unsigned int nr_steps;
	struct ktl_step steps[KTL_EXPRESSION_STEPS];
	struct ktl_suffix suffix;
};

/* expression.c */
int ktl_parse_expression(const char *text, const char *at,
			 struct ktl_expression *expression,
			 struct ktlat_error *err);
const char *ktl_skip_blanks(const char *at);
size_t ktl_name_len(const char *at);
bool ktl_parse_unsigned(const char **at, __u64 *number);

/* suffix.c */
int ktl_parse_suffix(const char *text, struct ktl_word word,
		     struct ktl_suffix *suffix, struct ktlat_error *err);
int ktl_format_suffix(const struct ktlat_fetch *fetch, char *text, size_t size);

#endif /* KTL_EXPRESSION_H */
