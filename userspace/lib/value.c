// SPDX-License-Identifier: GPL-2.0-only
/* What is captured of calls: from the expression of a user, and back. */
#include "fetch.h"

/* Takes the whole of @text for an expression. */
static int parse_whole(const char *text, struct ktl_expression *expression,
		       struct ktlat_error *err)
{
	const char *rest;
	int ret;

	if (strlen(text) >= KTLAT_EXPRESSION_LEN)
		return ktl_fail_at(err, KTLAT_EXPRESSION_LEN - 1,
				   "it is too long");
	ret = ktl_parse_expression(text, text, expression, err);
	if (ret)
		return ret;
	rest = ktl_skip_blanks(expression->end);
	return *rest ? ktl_fail_at(err, rest - text,
				   "the expression has ended before this") : 0;
}

/**
 * ktlat_check_value() - Is a text an expression?
 * @text: the text
 * @err: what is wrong, at which character (EINVAL)
 *
 * Whether there is such a parameter, and such members, is told by ktlat_parse_value().
 */
int ktlat_check_value(const char *text, struct ktlat_error *err)
{
	struct ktl_expression expression;
	struct ktlat_error why;

	return parse_whole(text, &expression, &why) ?
	       ktl_fail_text(err, "expression", text, 0, &why) : 0;
}

/**
 * ktlat_parse_value() - Find out how the value of an expression is found
 * @text: the expression, as "skb->len" or "+112(arg1):u32"
 * @function: of whose calls, as the module is told of it; NULL for a group
 * @value: filled in
 * @err: what is wrong, at which character (EINVAL)
 */
int ktlat_parse_value(const char *text, const struct ktlat_point *function,
		      struct ktlat_value *value, struct ktlat_error *err)
{
	struct ktl_expression expression;
	struct ktl_function known;
	struct ktlat_error why;
	int ret = parse_whole(text, &expression, &why);

	*value = (struct ktlat_value){ .show = KTLAT_SHOW_NUMBER };
	if (!ret) {
		ktl_open_function(function, &known);
		ret = ktl_resolve_expression(&expression, &known, value, NULL,
					     &why);
		ktl_close_function(&known);
	}
	if (ret)
		return ktl_fail_text(err, "expression", text, 0, &why);
	strcpy(value->text, text);
	return 0;
}

static __u32 show_raw(const struct ktlat_fetch *fetch)
{
	if (fetch->type == KTLAT_FETCH_STRING ||
	    fetch->type == KTLAT_FETCH_USER_STRING)
		return KTLAT_SHOW_TEXT;
	if (fetch->from == KTLAT_FETCH_CALLER && !fetch->nr_steps &&
	    fetch->bits == 64)
		return KTLAT_SHOW_SYMBOL;
	return KTLAT_SHOW_NUMBER;
}

/**
 * ktlat_name_value() - Find an expression for a value
 * @function: of whose calls it is, or NULL
 * @fetch: how it is found
 * @value: filled in. Its text is such that ktlat_parse_value() comes to @fetch again, by
 *	names where BTF has some; empty where @fetch is none that the module takes
 */
void ktlat_name_value(const struct ktlat_point *function,
		      const struct ktlat_fetch *fetch,
		      struct ktlat_value *value)
{
	*value = (struct ktlat_value){
		.fetch = *fetch,
		.show = show_raw(fetch),
	};
	if (!ktl_format_fetch(fetch, value->text) || !function ||
	    fetch->from == KTLAT_FETCH_CALLER)
		return;
	ktl_find_expression(function, fetch, value);
}
