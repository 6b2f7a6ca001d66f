// SPDX-License-Identifier: GPL-2.0-only
/*
 * The syntax of what is captured of a call:
 *
 *	expression:	unary [":" type]
 *	unary:		"*" unary | ("+" | "-") number "(" unary ")" | postfix
 *	postfix:	first { "." name | "->" name | "[" number "]" }
 *	first:		name | "(" unary ")"
 *
 * As each takes one operand, an expression is what it begins with and a list of steps.
 */
#include <ctype.h>

#include "expression.h"

/* How deep brackets and stars may be nested. */
#define MAX_DEPTH	KTL_EXPRESSION_STEPS

/**
 * struct parser - On the way through a text
 * @expression: what was found so far
 * @at: what comes next
 * @depth: how deep in brackets and stars that is
 * @err: what is wrong
 */
struct parser {
	struct ktl_expression *expression;
	const char *at;
	unsigned int depth;
	struct ktlat_error *err;
};

const char *ktl_skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* How long the name is that begins at @at; 0 if none does. */
size_t ktl_name_len(const char *at)
{
	size_t len = 0;

	if (isdigit((unsigned char)*at))
		return 0;
	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	return len;
}

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10 : 16;
}

/* Reads a number, decimal or after 0x hexadecimal; false if there is none that fits. */
bool ktl_parse_unsigned(const char **at, __u64 *number)
{
	__u64 base = !strncasecmp(*at, "0x", 2) ? 16 : 10;
	const char *text = *at + (base == 16 ? 2 : 0);
	const char *begin = text;
	__u64 value = 0;

	for (; digit_value(*text) < (int)base; text++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_value(*text), &value))
			return false;
	if (text == begin || ktl_name_len(text))
		return false;
	*at = text;
	*number = value;
	return true;
}

static int fail(struct parser *p, const char *at, const char *what)
{
	return ktl_fail_at(p->err, at - p->expression->text, "%s", what);
}

static void skip_blanks(struct parser *p)
{
	p->at = ktl_skip_blanks(p->at);
}

/* Takes what is next if it is @token. */
static bool take(struct parser *p, const char *token)
{
	skip_blanks(p);
	if (strncmp(p->at, token, strlen(token)))
		return false;
	p->at += strlen(token);
	return true;
}

static int expect(struct parser *p, const char *token, const char *what)
{
	return take(p, token) ? 0 : fail(p, p->at, what);
}

static int add_step(struct parser *p, enum ktl_step_kind kind,
		    struct ktl_word word, __s64 number)
{
	struct ktl_expression *e = p->expression;

	if (e->nr_steps == KTL_EXPRESSION_STEPS)
		return fail(p, word.at, "these are too many steps");
	e->steps[e->nr_steps++] = (struct ktl_step){ kind, word, number };
	return 0;
}

/* A number of bytes, or an index, with its sign. */
static int parse_number(struct parser *p, bool negative, __s64 *number)
{
	__u64 most = negative ? 1ULL << 63 : (1ULL << 63) - 1, value;
	const char *begin = p->at = ktl_skip_blanks(p->at);

	if (!ktl_parse_unsigned(&p->at, &value) || value > most)
		return fail(p, begin, "a number is missing here, decimal or in hexadecimal after 0x, of 63 bits");
	*number = negative ? -value : value;
	return 0;
}

static int parse_unary(struct parser *p);

/* "+8(" was begun by its sign. */
static int parse_offset(struct parser *p, struct ktl_word word)
{
	__s64 number = 0;
	int ret = parse_number(p, *word.at == '-', &number);

	if (!ret)
		ret = expect(p, "(", "\"(\" is missing; write +OFFSET(EXPRESSION)");
	if (!ret)
		ret = parse_unary(p);
	if (!ret)
		ret = expect(p, ")", "\")\" is missing");
	return ret ? ret : add_step(p, KTL_STEP_OFFSET, word, number);
}

/* What is no parameter has a name of its own. */
static void note_name(struct ktl_expression *e)
{
	const struct ktl_word *name = &e->name;

	e->from = KTLAT_FETCH_NOTHING;
	if (name->len == 3 && !memcmp(name->at, "ret", 3))
		e->from = KTLAT_FETCH_RETURN;
	if (name->len == 6 && !memcmp(name->at, "caller", 6))
		e->from = KTLAT_FETCH_CALLER;
	if (name->len == 4 && !memcmp(name->at, "arg", 3) &&
	    name->at[3] >= '1' && name->at[3] <= '6') {
		e->from = KTLAT_FETCH_ARGUMENT;
		e->index = name->at[3] - '1';
	}
}

static int parse_first(struct parser *p)
{
	struct ktl_expression *e = p->expression;
	int ret;

	if (take(p, "(")) {
		ret = parse_unary(p);
		return ret ? ret : expect(p, ")", "\")\" is missing");
	}
	e->name = (struct ktl_word){ p->at, ktl_name_len(p->at) };
	if (!e->name.len)
		return fail(p, p->at, "the name of a parameter is missing here, or ret, caller, or arg1 to arg6");
	p->at += e->name.len;
	note_name(e);
	return 0;
}

static int parse_member(struct parser *p, enum ktl_step_kind kind)
{
	struct ktl_word word;

	skip_blanks(p);
	word = (struct ktl_word){ p->at, ktl_name_len(p->at) };
	if (!word.len)
		return fail(p, p->at, "the name of a member is missing here");
	p->at += word.len;
	return add_step(p, kind, word, 0);
}

static int parse_index(struct parser *p)
{
	struct ktl_word word;
	__s64 number = 0;
	int ret;

	skip_blanks(p);
	word.at = p->at;
	ret = parse_number(p, false, &number);
	word.len = p->at - word.at;
	if (!ret)
		ret = expect(p, "]", "\"]\" is missing");
	return ret ? ret : add_step(p, KTL_STEP_INDEX, word, number);
}

static int parse_postfix(struct parser *p)
{
	int ret = parse_first(p);

	while (!ret) {
		if (take(p, "->"))
			ret = parse_member(p, KTL_STEP_ARROW);
		else if (take(p, "."))
			ret = parse_member(p, KTL_STEP_MEMBER);
		else if (take(p, "["))
			ret = parse_index(p);
		else
			break;
	}
	return ret;
}

static int parse_operand(struct parser *p)
{
	struct ktl_word word;
	int ret;

	skip_blanks(p);
	word = (struct ktl_word){ p->at, 1 };
	if (take(p, "+") || take(p, "-"))
		return parse_offset(p, word);
	if (!take(p, "*"))
		return parse_postfix(p);
	ret = parse_unary(p);
	return ret ? ret : add_step(p, KTL_STEP_FOLLOW, word, 0);
}

static int parse_unary(struct parser *p)
{
	int ret;

	if (p->depth == MAX_DEPTH)
		return fail(p, p->at, "this is nested too deep");
	p->depth++;
	ret = parse_operand(p);
	p->depth--;
	return ret;
}

static int parse_type(struct parser *p)
{
	struct ktl_word word;

	if (!take(p, ":"))
		return 0;
	skip_blanks(p);
	word = (struct ktl_word){ p->at, 0 };
	while (isalnum((unsigned char)*p->at) || *p->at == '@' || *p->at == '/')
		p->at++;
	word.len = p->at - word.at;
	return ktl_parse_suffix(p->expression->text, word,
				&p->expression->suffix, p->err);
}

/**
 * ktl_parse_expression() - Take an expression apart
 * @text: the text that it is in
 * @at: where it begins there
 * @expression: filled in; as long as @text is there
 * @err: what is wrong, at which character of @text (EINVAL)
 *
 * Goes as far as it is one; what comes behind it is for the caller to look at.
 */
int ktl_parse_expression(const char *text, const char *at,
			 struct ktl_expression *expression,
			 struct ktlat_error *err)
{
	struct parser p = { .expression = expression, .at = at, .err = err };
	int ret;

	memset(expression, 0, sizeof(*expression));
	expression->text = text;
	ret = parse_unary(&p);
	if (!ret)
		ret = parse_type(&p);
	expression->end = p.at;
	return ret;
}
