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
	if (ktlat_fetch_is_text(fetch))
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
 *	names where BTF has some; "?" where @fetch is of a kind that is not known here
 */
void ktlat_name_value(const struct ktlat_point *function,
		      const struct ktlat_fetch *fetch,
		      struct ktlat_value *value)
{
	*value = (struct ktlat_value){
		.fetch = *fetch,
		.show = show_raw(fetch),
	};
	if (!ktl_format_fetch(fetch, value->text)) {
		strcpy(value->text, "?");
		return;
	}
	if (!function || fetch->from == KTLAT_FETCH_CALLER)
		return;
	ktl_find_expression(function, fetch, value);
}

/*
 * As ktlat_name_value(), for those of a probe. Where its function is, is told to who may
 * know; only where it was added by that, its name is not enough.
 */
static void name_of_probe(const struct ktlat_probe_info *info,
			  const struct ktlat_fetch *fetch,
			  struct ktlat_value *value)
{
	bool group = info->kind == KTLAT_KIND_GROUP;
	struct ktlat_point point = info->point[0];

	if (!(info->flags & KTLAT_PROBE_BY_ADDRESS))
		point.address = 0;
	ktlat_name_value(group ? NULL : &point, fetch, value);
}

/**
 * ktlat_name_values() - Find expressions for what a probe captures and looks at
 * @info: the probe
 * @values: where to put what it captures; those that it does not have are empty
 * @conditions: where to put what must be true of its calls, likewise
 */
void ktlat_name_values(const struct ktlat_probe_info *info,
		       struct ktlat_value values[KTLAT_VALUES],
		       char conditions[KTLAT_CONDITIONS][KTLAT_CONDITION_LEN])
{
	struct ktlat_value value;
	int i;

	for (i = 0; i < KTLAT_VALUES; i++) {
		values[i] = (struct ktlat_value){ .show = KTLAT_SHOW_NUMBER };
		if (info->value[i].from)
			name_of_probe(info, &info->value[i], &values[i]);
	}
	for (i = 0; i < KTLAT_CONDITIONS; i++) {
		*conditions[i] = '\0';
		if (!info->condition[i].fetch.from)
			continue;
		name_of_probe(info, &info->condition[i].fetch, &value);
		ktlat_format_condition(&info->condition[i], value.text,
				       conditions[i]);
	}
}
