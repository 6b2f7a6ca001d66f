// SPDX-License-Identifier: GPL-2.0-only
/* What comes out of an expression: a number of so many bits, or a text. */
#include <limits.h>

#include "place.h"

/* The last part of what leads to the value. */
static struct ktl_word last_word(const struct ktl_place *place)
{
	const struct ktl_expression *e = place->e;

	return e->nr_steps ? e->steps[e->nr_steps - 1].word : e->name;
}

static int fail_value(const struct ktl_place *place, const char *what)
{
	char title[KTL_TITLE_LEN];

	ktl_format_title(place->function->btf, place->type, title);
	return ktl_fail_at(place->err, ktl_offset_of(place, last_word(place)),
			   "the value is of type %s; %s", title, what);
}

/* A number of that many bytes, of which it has @bits above @shift others. */
static void set_number(struct ktl_place *place, bool is_signed, __u32 bytes,
		       __u32 shift, __u32 bits)
{
	struct ktlat_fetch *fetch = &place->fetch;

	fetch->type = is_signed ? KTLAT_FETCH_SIGNED : KTLAT_FETCH_UNSIGNED;
	fetch->bytes = fetch->nr_steps ? bytes : 0;
	fetch->shift = shift;
	fetch->bits = bits;
}

/* Does a unit of @bytes at byte @at hold all of the field, within its struct? */
static bool holds(const struct ktl_field *field, __u64 at, __u32 bytes)
{
	__u64 bit = field->bit - field->owner_bit;

	return bit >= CHAR_BIT * at &&
	       bit + field->bits <= CHAR_BIT * (at + bytes) &&
	       at + bytes <= field->owner_size;
}

/*
 * What is loaded for a bit field: what it was declared as, where the compiler could do
 * that; else the least that holds it, aligned or not, and never beyond its struct.
 */
static bool choose_unit(const struct ktl_field *field, __u32 declared,
			__u64 *at, __u32 *bytes)
{
	__u64 first = (field->bit - field->owner_bit) / CHAR_BIT;

	*bytes = declared;
	*at = declared ? first / declared * declared : 0;
	if (declared && holds(field, *at, declared))
		return true;
	for (*bytes = 1; *bytes <= 8; *bytes *= 2) {
		*at = first / *bytes * *bytes;
		if (holds(field, *at, *bytes))
			return true;
		*at = first;
		if (*at + *bytes > field->owner_size)
			*at = field->owner_size < *bytes ?
			      0 : field->owner_size - *bytes;
		if (holds(field, *at, *bytes))
			return true;
	}
	return false;
}

static int end_bit_field(struct ktl_place *place, bool is_signed, __u32 declared)
{
	const struct ktl_field *field = &place->field;
	struct ktl_word word = last_word(place);
	__u32 bytes;
	__u64 at;

	if (field->bits > 64 || field->owner_bit % CHAR_BIT ||
	    field->bit < field->owner_bit ||
	    !choose_unit(field, declared, &at, &bytes))
		return ktl_fail_place(place, word, "no load holds all of this bit field");
	set_number(place, is_signed, bytes,
		   field->bit - field->owner_bit - CHAR_BIT * at, field->bits);
	return ktl_move(place, word, at);
}

static int end_number(struct ktl_place *place, bool is_signed, __u32 size)
{
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return fail_value(place, "it is longer than a value can be");
	if (place->field.bits)
		return end_bit_field(place, is_signed, size);
	set_number(place, is_signed, size, 0, CHAR_BIT * size);
	return 0;
}

static void set_text(struct ktl_place *place, __u32 type)
{
	place->fetch.type = type;
	place->fetch.bytes = 0;
	place->fetch.shift = 0;
	place->fetch.bits = 0;
}

/* A pointer: to a text, or a number like any other. */
static int end_pointer(struct ktl_place *place, const struct btf_type *type,
		       struct ktlat_value *value)
{
	const struct btf *btf = place->function->btf;
	int ret;

	value->show = KTLAT_SHOW_HEX;
	if (!ktl_is_character(btf, type->type))
		return end_number(place, false, 8);
	ret = ktl_follow_type(place, last_word(place));
	value->show = KTLAT_SHOW_TEXT;
	set_text(place, place->user ? KTLAT_FETCH_USER_STRING :
				      KTLAT_FETCH_STRING);
	return ret;
}

static int end_int(struct ktl_place *place, const struct btf_type *type,
		   struct ktlat_value *value)
{
	if (btf_int_encoding(type) & BTF_INT_BOOL)
		value->show = KTLAT_SHOW_BOOL;
	return end_number(place, btf_int_encoding(type) & BTF_INT_SIGNED,
			  type->size);
}

/* What comes out as its type has it. */
static int end_typed(struct ktl_place *place, struct ktlat_value *value)
{
	const struct btf_type *type = ktl_stripped(place);

	if (ktl_is_pointer(type))
		return end_pointer(place, type, value);
	if (type && btf_is_int(type))
		return end_int(place, type, value);
	if (type && ktl_is_enum(type))
		return end_number(place, ktl_enum_is_signed(type), type->size);
	if (ktl_is_array(type) && place->fetch.nr_steps &&
	    ktl_is_character(place->function->btf, btf_array(type)->type)) {
		value->show = KTLAT_SHOW_TEXT;
		set_text(place, place->user ? KTLAT_FETCH_USER_STRING :
					      KTLAT_FETCH_STRING);
		return 0;
	}
	if (ktl_is_composite(type))
		return fail_value(place, "choose one of its members");
	return fail_value(place,
			  "it is no number; choose an element, or say what it is, as by :u64");
}

/* A text begins where a pointer leads, or where an array lies. */
static int end_text(struct ktl_place *place)
{
	const struct ktl_suffix *suffix = &place->e->suffix;
	const struct btf_type *type = ktl_stripped(place);
	int ret = 0;

	if (ktl_is_pointer(type))
		ret = ktl_follow_type(place, suffix->word);
	else if (place->typed && !ktl_is_array(type) && !ktl_is_composite(type))
		ret = ktl_may_be_address(place) ? ktl_follow(place, suffix->word, 0) :
		      ktl_fail_type(place, suffix->word, "it is no address of a text");
	else if (!place->fetch.nr_steps)
		ret = ktl_follow(place, suffix->word, 0);
	set_text(place, suffix->type);
	return ret;
}

/* What comes out as the user has it. */
static int end_suffix(struct ktl_place *place, struct ktlat_value *value)
{
	const struct ktl_suffix *suffix = &place->e->suffix;

	if (suffix->type == KTLAT_FETCH_STRING ||
	    suffix->type == KTLAT_FETCH_USER_STRING) {
		value->show = KTLAT_SHOW_TEXT;
		return end_text(place);
	}
	if (place->field.bits)
		return ktl_fail_place(place, suffix->word,
			    "a bit field is as long as it is; leave this out");
	value->show = suffix->hex ? KTLAT_SHOW_HEX : KTLAT_SHOW_NUMBER;
	set_number(place, suffix->type == KTLAT_FETCH_SIGNED, suffix->bytes,
		   suffix->shift, suffix->bits);
	return 0;
}

static int end(struct ktl_place *place, struct ktlat_value *value)
{
	int ret;

	value->show = KTLAT_SHOW_NUMBER;
	if (place->e->suffix.word.at)
		ret = end_suffix(place, value);
	else if (place->typed)
		ret = end_typed(place, value);
	else
		ret = end_number(place, false, 8);
	if (ret)
		return ret;
	if (place->user && place->fetch.type != KTLAT_FETCH_USER_STRING)
		return ktl_fail_place(place, last_word(place),
				      "this is in the memory of the process, of which a text alone can be read, by :ustring");
	if (!place->e->suffix.word.at && !place->typed &&
	    place->fetch.from == KTLAT_FETCH_CALLER && !place->fetch.nr_steps)
		value->show = KTLAT_SHOW_SYMBOL;
	value->fetch = place->fetch;
	return 0;
}

/**
 * ktl_resolve_expression() - Find out how the value of an expression is found
 * @expression: the expression
 * @function: of whose calls
 * @value: @fetch and @show are filled in
 * @type: where to put the type of the value, or 0 if none is known; or NULL
 * @err: why it is none, at which character (EINVAL)
 */
int ktl_resolve_expression(const struct ktl_expression *expression,
			   const struct ktl_function *function,
			   struct ktlat_value *value, __u32 *type,
			   struct ktlat_error *err)
{
	struct ktl_place place = {
		.e = expression,
		.function = function,
		.err = err,
	};
	unsigned int i;
	int ret = ktl_begin_place(&place);

	for (i = 0; !ret && i < expression->nr_steps; i++)
		ret = ktl_take_step(&place, &expression->steps[i]);
	if (!ret)
		ret = end(&place, value);
	if (!ret && type)
		*type = place.typed ? place.type : 0;
	return ret;
}
