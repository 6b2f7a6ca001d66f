// SPDX-License-Identifier: GPL-2.0-only
/* Conditions on the values of a call: "skb->len > 1000 && skb->protocol == 8". */
#include <ctype.h>
#include <stdlib.h>

#include "fetch.h"

static const struct {
	const char *text;
	__u32 op;
} ops[] = {
	/* One that begins as another does comes first. */
	{ "==", KTLAT_OP_EQ },
	{ "!=", KTLAT_OP_NE },
	{ "<=", KTLAT_OP_LE },
	{ "<", KTLAT_OP_LT },
	{ ">=", KTLAT_OP_GE },
	{ ">", KTLAT_OP_GT },
	{ "&", KTLAT_OP_AND },
};

/**
 * struct written - A condition as it was written
 * @expression: the expression
 * @op: &enum ktlat_op
 * @value: what it is compared with: a number, a name, or a text in quotes
 * @text: that text, without them
 * @quoted: it is one
 * @number: the number
 * @negative: it has a minus
 * @named: it is a name
 */
struct written {
	struct ktl_expression expression;
	__u32 op;
	struct ktl_word value;
	char text[KTLAT_TEXT_LEN];
	bool quoted;
	__u64 number;
	bool negative;
	bool named;
};

static int parse_op(const char *text, const char **at, __u32 *op,
		    struct ktlat_error *err)
{
	const char *rest = *at = ktl_skip_blanks(*at);
	size_t i;

	for (i = 0; strncmp(rest, "&&", 2) && i < KTL_ARRAY_SIZE(ops); i++) {
		if (strncmp(rest, ops[i].text, strlen(ops[i].text)))
			continue;
		*op = ops[i].op;
		*at += strlen(ops[i].text);
		return 0;
	}
	return ktl_fail_at(err, rest - text,
			   "one of == != < <= > >= & is missing here");
}

/* A character of a text in quotes; "\\x41" and its like stand for bytes. */
static char take_character(const char **at)
{
	char digits[3] = "";
	char c = *(*at)++;

	if (c != '\\' || !**at)
		return c;
	c = *(*at)++;
	if (c != 'x' || !isxdigit((unsigned char)**at))
		return c == 'n' ? '\n' : c == 't' ? '\t' : c;
	digits[0] = *(*at)++;
	if (isxdigit((unsigned char)**at))
		digits[1] = *(*at)++;
	return strtoul(digits, NULL, 16);
}

static int parse_text(const char *text, const char **at, struct written *written,
		      struct ktlat_error *err)
{
	const char *begin = *at;
	char quote = *(*at)++;
	size_t len = 0;

	written->quoted = true;
	while (**at && **at != quote) {
		const char *where = *at;
		char c = take_character(at);

		if (!c)
			return ktl_fail_at(err, where - text,
					   "no text has a zero in it");
		if (len == sizeof(written->text) - 1)
			return ktl_fail_at(err, where - text,
					   "of a text the first %zu bytes are compared",
					   sizeof(written->text) - 1);
		written->text[len++] = c;
	}
	if (!**at)
		return ktl_fail_at(err, begin - text,
				   "the quote that begins here does not end");
	++*at;
	return 0;
}

static int parse_value(const char *text, const char **at,
		       struct written *written, struct ktlat_error *err)
{
	size_t len;

	*at = ktl_skip_blanks(*at);
	written->value.at = *at;
	if (**at == '"' || **at == '\'')
		return parse_text(text, at, written, err);
	len = ktl_name_len(*at);
	if (len) {
		written->named = true;
		written->value.len = len;
		*at += len;
		return 0;
	}
	written->negative = **at == '-';
	*at += written->negative;
	if (ktl_parse_unsigned(at, &written->number)) {
		written->value.len = *at - written->value.at;
		return 0;
	}
	return ktl_fail_at(err, written->value.at - text,
			   "a value is missing here: a number of up to 64 bits, a name of an enum's, or a text in quotes");
}

/* One condition; @at is moved behind it. */
static int parse_one(const char *text, const char **at, struct written *written,
		     struct ktlat_error *err)
{
	int ret;

	memset(written, 0, sizeof(*written));
	ret = ktl_parse_expression(text, *at, &written->expression, err);
	*at = written->expression.end;
	if (!ret && written->expression.end - ktl_skip_blanks(text) >=
	    KTLAT_EXPRESSION_LEN)
		ret = ktl_fail_at(err, KTLAT_EXPRESSION_LEN - 1, "it is too long");
	if (!ret)
		ret = parse_op(text, at, &written->op, err);
	return ret ? ret : parse_value(text, at, written, err);
}

/* Is there another one? */
static int parse_and(const char *text, const char **at, bool *more,
		     struct ktlat_error *err)
{
	*at = ktl_skip_blanks(*at);
	*more = !strncmp(*at, "&&", 2);
	if (*more)
		*at += 2;
	else if (**at)
		return ktl_fail_at(err, *at - text,
				   "the condition has ended before this; && goes between two");
	return 0;
}

static int fail_value(const struct written *written, const char *what,
		      struct ktlat_error *err)
{
	return ktl_fail_at(err, written->value.at - written->expression.text,
			   "%s", what);
}

static int fill_text(const struct written *written,
		     struct ktlat_condition *condition, struct ktlat_error *err)
{
	if (!written->quoted)
		return fail_value(written, "this is compared with a text; put one in quotes",
				  err);
	if (written->op != KTLAT_OP_EQ && written->op != KTLAT_OP_NE)
		return fail_value(written, "with a text, == and != alone compare",
				  err);
	memcpy(condition->text, written->text, sizeof(condition->text));
	return 0;
}

/* What is called so, by the enum that the value is of, or in any case. */
static bool find_named(const struct written *written,
		       const struct ktl_function *function, __u32 type,
		       __u64 *number)
{
	static const struct {
		const char *name;
		__u64 number;
	} names[] = { { "true", 1 }, { "false", 0 }, { "NULL", 0 } };
	const struct ktl_word *word = &written->value;
	size_t i;

	if (type && ktl_find_enumerator(function->btf, type, word->at, word->len,
					number))
		return true;
	for (i = 0; i < KTL_ARRAY_SIZE(names); i++) {
		if (strlen(names[i].name) != word->len ||
		    memcmp(names[i].name, word->at, word->len))
			continue;
		*number = names[i].number;
		return true;
	}
	return false;
}

/*
 * What the number is in 64 bits; a signed one may be written as its bits are, too. Says
 * what can be compared if it never is equal.
 */
static int settle_number(const struct written *written,
			 const struct ktlat_fetch *fetch, __u64 *number,
			 struct ktlat_error *err)
{
	__u64 most = ~0ULL >> (64 - fetch->bits), least = most / 2 + 1;

	if (written->negative && fetch->type == KTLAT_FETCH_SIGNED) {
		if (*number > least)
			return fail_value(written, "the value has fewer bits and is never that low",
					  err);
		*number = -*number;
		return 0;
	}
	if (written->negative && *number)
		return fail_value(written, "the value has no sign and is never below 0; :s64 behind it, or s and its bits, gives it one",
				  err);
	if (*number > most)
		return fail_value(written, "the value has fewer bits and is never that high",
				  err);
	if (fetch->type == KTLAT_FETCH_SIGNED && *number & least)
		*number |= ~most;
	return 0;
}

static int fill_number(const struct written *written,
		       const struct ktl_function *function, __u32 type,
		       struct ktlat_condition *condition,
		       struct ktlat_error *err)
{
	__u64 number = written->number;

	if (written->quoted)
		return fail_value(written, "this is compared with a number; :string makes a text of what it points to",
				  err);
	if (written->named) {
		if (!find_named(written, function, type, &condition->value))
			return fail_value(written, "no value of the enum is called so; give a number",
					  err);
		return 0;
	}
	if (settle_number(written, &condition->fetch, &number, err))
		return -EINVAL;
	condition->value = number;
	return 0;
}

static int resolve(const struct written *written,
		   const struct ktl_function *function,
		   struct ktlat_condition *condition, struct ktlat_error *err)
{
	struct ktlat_value value = { .show = KTLAT_SHOW_NUMBER };
	__u32 type;
	int ret;

	ret = ktl_resolve_expression(&written->expression, function, &value,
				     &type, err);
	if (ret)
		return ret;
	*condition = (struct ktlat_condition){
		.fetch = value.fetch,
		.op = written->op,
	};
	if (value.show == KTLAT_SHOW_TEXT)
		return fill_text(written, condition, err);
	return fill_number(written, function, type, condition, err);
}

static int take_one(const char *text, const char **at,
		    const struct ktl_function *function,
		    struct ktlat_condition *condition, struct ktlat_error *err)
{
	struct written written;
	int ret = parse_one(text, at, &written, err);

	return ret || !function ? ret :
	       resolve(&written, function, condition, err);
}

/* Without @function, only how they are written is looked at. */
static int take_all(const char *text, const struct ktl_function *function,
		    struct ktlat_condition list[KTLAT_CONDITIONS],
		    struct ktlat_error *err)
{
	const char *at = text;
	bool more = true;
	int nr = 0, ret;

	while (nr < KTLAT_CONDITIONS && list[nr].fetch.from)
		nr++;
	for (ret = 0; !ret && more; nr++) {
		if (nr == KTLAT_CONDITIONS)
			return ktl_fail_at(err, at - text,
					   "a probe has up to %d conditions, and here is another one",
					   KTLAT_CONDITIONS);
		ret = take_one(text, &at, function, &list[nr], err);
		if (!ret)
			ret = parse_and(text, &at, &more, err);
	}
	return ret;
}

/**
 * ktlat_check_conditions() - Is a text one of conditions?
 * @text: the text
 * @err: what is wrong, at which character (EINVAL)
 *
 * The rest is told by ktlat_parse_conditions().
 */
int ktlat_check_conditions(const char *text, struct ktlat_error *err)
{
	struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
	struct ktlat_error why;

	return take_all(text, NULL, list, &why) ?
	       ktl_fail_text(err, "condition", text, 0, &why) : 0;
}

/**
 * ktlat_parse_conditions() - Find out what must be true of a call
 * @text: "EXPRESSION OP VALUE", or several of these with && in between
 * @function: of whose calls, as the module is told of it; NULL for a group
 * @list: those that are there already, all others zero; gets these, too
 * @err: what is wrong, at which character (EINVAL)
 */
int ktlat_parse_conditions(const char *text, const struct ktlat_point *function,
			   struct ktlat_condition list[KTLAT_CONDITIONS],
			   struct ktlat_error *err)
{
	struct ktlat_condition mine[KTLAT_CONDITIONS];
	struct ktl_function known;
	struct ktlat_error why;
	int ret;

	memcpy(mine, list, sizeof(mine));
	ktl_open_function(function, &known);
	ret = take_all(text, &known, mine, &why);
	ktl_close_function(&known);
	if (ret)
		return ktl_fail_text(err, "condition", text, 0, &why);
	memcpy(list, mine, sizeof(mine));
	return 0;
}
