// SPDX-License-Identifier: GPL-2.0-only
/*
 * From where a value is found back to its names: what lies there by the types of the
 * function is tried, until an expression comes to just that.
 */
#include <limits.h>
#include <stdarg.h>

#include "fetch.h"

/* How much is looked at, and how deep, at most: unions can have many names for a place. */
#define MAX_LOOKS	20000
#define MAX_DEPTH	48

/**
 * struct search - For an expression
 * @function: whose types it goes by
 * @fetch: what it is to come to
 * @value: filled in once it is found
 * @text: what it is so far
 * @looks: how much may still be looked at
 * @depth: how deep it is
 */
struct search {
	const struct ktl_function *function;
	const struct ktlat_fetch *fetch;
	struct ktlat_value *value;
	char text[KTLAT_EXPRESSION_LEN];
	unsigned int looks;
	unsigned int depth;
};

/**
 * struct spot - Where a search is
 * @type: the type of what the text so far stands for
 * @step: the first step that does not lead there
 * @rest: how far behind its start the steps before that lead
 * @arrow: the text stands for a pointer to it
 */
struct spot {
	__u32 type;
	__u32 step;
	__s64 rest;
	bool arrow;
};

/* Does the text come to what is looked for? */
static bool try_text(struct search *search)
{
	struct ktlat_value value = { .show = KTLAT_SHOW_NUMBER };
	struct ktl_expression expression;

	if (ktl_parse_expression(search->text, search->text, &expression, NULL) ||
	    *expression.end ||
	    ktl_resolve_expression(&expression, search->function, &value, NULL,
				   NULL) ||
	    memcmp(&value.fetch, search->fetch, sizeof(value.fetch)))
		return false;
	strcpy(search->value->text, search->text);
	search->value->show = value.show;
	return true;
}

static bool look(struct search *search, struct spot spot);

/* As look(), with more text, which is taken off again. */
__printf(3, 4)
static bool look_behind(struct search *search, struct spot spot,
			const char *format, ...)
{
	size_t len = strlen(search->text);
	bool found = false;
	va_list args;
	int more;

	va_start(args, format);
	more = vsnprintf(search->text + len, sizeof(search->text) - len, format,
			 args);
	va_end(args);
	if (more >= 0 && len + more < sizeof(search->text))
		found = look(search, spot);
	search->text[len] = '\0';
	return found;
}

static bool look_at_member(struct search *search, struct spot spot,
			   const struct btf_type *type, __u32 i)
{
	const struct btf *btf = search->function->btf;
	const char *name = btf__name_by_offset(btf, btf_members(type)[i].name_off);
	struct spot next = spot;
	struct ktl_field field;
	__s64 size;

	ktl_fill_field(btf, type, i, 0, &field);
	size = field.bits ? (__s64)type->size : btf__resolve_size(btf, field.type);
	next.type = field.type;
	next.rest -= field.bits ? 0 : field.bit / CHAR_BIT;
	/* A flexible array is as long as it likes. */
	if (next.rest < 0 || (size > 0 && next.rest >= size))
		return false;
	if (field.bits)
		next.rest = 0;
	if (!name || !*name)
		return look(search, next);
	next.arrow = false;
	return look_behind(search, next, "%s%s", spot.arrow ? "->" : ".", name);
}

static bool look_at_members(struct search *search, struct spot spot,
			    const struct btf_type *type)
{
	__u32 i;

	for (i = 0; i < btf_vlen(type) && search->looks; i++)
		if (look_at_member(search, spot, type, i))
			return true;
	return false;
}

static bool look_at_elements(struct search *search, struct spot spot,
			     __u32 element)
{
	__s64 size = btf__resolve_size(search->function->btf, element);
	struct spot next = { element, spot.step, 0, false };

	if (size <= 0)
		return false;
	next.rest = spot.rest % size;
	return look_behind(search, next, "[%lld]", spot.rest / size);
}

/* What a pointer to a number leads to, which is no element as a rule. */
static bool look_at_target(struct search *search)
{
	char text[KTLAT_EXPRESSION_LEN];
	bool found;

	strcpy(text, search->text);
	if ((size_t)snprintf(search->text, sizeof(search->text), "*%.*s",
			     KTLAT_EXPRESSION_LEN - 2, text) >= sizeof(text))
		return false;
	found = try_text(search);
	strcpy(search->text, text);
	return found;
}

static bool look_at_pointer(struct search *search, struct spot spot,
			    const struct btf_type *type)
{
	const struct btf_type *target;
	struct spot next = { type->type, spot.step + 1, 0, true };

	if (spot.rest || spot.step == search->fetch->nr_steps)
		return false;
	next.rest = search->fetch->offset[spot.step];
	if (next.rest < 0)
		return false;
	target = ktl_strip_type(search->function->btf, type->type);
	if (target && btf_is_composite(target) && look(search, next))
		return true;
	if (!next.rest && next.step == search->fetch->nr_steps &&
	    look_at_target(search))
		return true;
	return look_at_elements(search, next, type->type);
}

static bool look_inside(struct search *search, struct spot spot)
{
	const struct btf_type *type = ktl_strip_type(search->function->btf,
						     spot.type);
	__u32 left = search->fetch->nr_steps - spot.step;

	/* A pointer to a text is followed by itself. */
	if (!spot.rest && !spot.arrow && left <= 1 && try_text(search))
		return true;
	if (!type)
		return false;
	if (btf_is_composite(type))
		return look_at_members(search, spot, type);
	if (btf_is_array(type))
		return look_at_elements(search, spot, btf_array(type)->type);
	return btf_is_ptr(type) && look_at_pointer(search, spot, type);
}

static bool look(struct search *search, struct spot spot)
{
	bool found;

	if (!search->looks || search->depth == MAX_DEPTH)
		return false;
	search->looks--;
	search->depth++;
	found = look_inside(search, spot);
	search->depth--;
	return found;
}

/* Parameters of which one may be in the register that it begins with. */
static void look_at_parameters(struct search *search)
{
	const struct ktl_function *function = search->function;
	const struct btf_type *proto = function->proto;
	struct spot spot = { .step = 0 };
	__u32 i;

	for (i = 0; i < btf_vlen(proto); i++) {
		const struct btf_param *param = &btf_params(proto)[i];
		const char *name = btf__name_by_offset(function->btf,
						       param->name_off);

		spot.type = param->type;
		if (name && *name &&
		    ktl_find_register(function->btf, proto, i) ==
		    (int)search->fetch->index &&
		    look_behind(search, spot, "%s", name))
			return;
	}
}

/**
 * ktl_find_expression() - Find names for a value
 * @point: of whose calls it is
 * @fetch: how it is found; one that ktl_format_fetch() takes
 * @value: its text and how it is shown are filled in if there are any
 */
void ktl_find_expression(const struct ktlat_point *point,
			 const struct ktlat_fetch *fetch,
			 struct ktlat_value *value)
{
	struct ktl_function function;
	struct search search = {
		.function = &function,
		.fetch = fetch,
		.value = value,
		.looks = MAX_LOOKS,
	};
	struct spot result = { .step = 0 };

	ktl_open_function(point, &function);
	if (function.proto && fetch->from == KTLAT_FETCH_ARGUMENT) {
		look_at_parameters(&search);
	} else if (function.proto && fetch->from == KTLAT_FETCH_RETURN) {
		result.type = function.proto->type;
		look_behind(&search, result, "ret");
	}
	ktl_close_function(&function);
}
