// SPDX-License-Identifier: GPL-2.0-only
/* The steps of an expression: members, elements, and what pointers lead to. */
#include <limits.h>

#include "place.h"

const struct btf_type *ktl_stripped(const struct ktl_place *place)
{
	return place->typed ? ktl_strip_type(place->function->btf, place->type) :
			      NULL;
}

size_t ktl_offset_of(const struct ktl_place *place, struct ktl_word word)
{
	return word.at - place->e->text;
}

int ktl_fail_place(const struct ktl_place *place, struct ktl_word word,
		   const char *what)
{
	return ktl_fail_at(place->err, ktl_offset_of(place, word), "%s", what);
}

int ktl_fail_type(const struct ktl_place *place, struct ktl_word word,
		  const char *what)
{
	char title[KTL_TITLE_LEN];

	if (!place->typed)
		return ktl_fail_place(place, word,
				      "of what is before this no type is known; write +OFFSET(EXPRESSION):u32");
	ktl_format_title(place->function->btf, place->type, title);
	return ktl_fail_at(place->err, ktl_offset_of(place, word),
			   "what is before this is of type %s; %s", title, what);
}

static int overflow(const struct ktl_place *place, struct ktl_word word)
{
	return ktl_fail_place(place, word, "this is too far away");
}

/* Moves the value @bytes on in what it lies in. */
int ktl_move(struct ktl_place *place, struct ktl_word word, __s64 bytes)
{
	__s64 *last;

	if (!place->fetch.nr_steps)
		return ktl_fail_place(place, word, "this is not in memory");
	last = &place->fetch.offset[place->fetch.nr_steps - 1];
	return __builtin_add_overflow(*last, bytes, last) ?
	       overflow(place, word) : 0;
}

/* What there is, is an address: goes there, @bytes further on. */
int ktl_follow(struct ktl_place *place, struct ktl_word word, __s64 bytes)
{
	struct ktlat_fetch *fetch = &place->fetch;

	if (place->user)
		return ktl_fail_place(place, word,
				      "this is in the memory of the process, of which a text alone can be read, by :ustring");
	if (place->field.bits)
		return ktl_fail_place(place, word, "a bit field is no address");
	if (fetch->nr_steps == KTLAT_FETCH_STEPS)
		return ktl_fail_place(place, word, "it takes more than 8 loads to get there");
	fetch->offset[fetch->nr_steps++] = bytes;
	return 0;
}

/* Goes where a pointer, or the name of an array, leads. */
int ktl_follow_type(struct ktl_place *place, struct ktl_word word)
{
	const struct btf *btf = place->function->btf;
	const struct btf_type *type = ktl_stripped(place);
	int ret = 0;

	if (ktl_is_pointer(type)) {
		if (ktl_has_tag(btf, type->type, "percpu"))
			return ktl_fail_place(place, word,
					      "this pointer is to what each CPU has a copy of, and no address");
		ret = ktl_follow(place, word, 0);
		place->user = ktl_has_tag(btf, type->type, "user");
		place->type = type->type;
	} else if (ktl_is_array(type)) {
		place->type = btf_array(type)->type;
	} else {
		return ktl_fail_type(place, word, "it takes a pointer here");
	}
	return ret;
}

static int fail_no_member(const struct ktl_place *place, struct ktl_word word)
{
	const struct btf *btf = place->function->btf;
	const char *similar = ktl_find_similar(btf, place->type, word.at, word.len);
	char title[KTL_TITLE_LEN];

	ktl_format_title(btf, place->type, title);
	return ktl_fail_at(place->err, ktl_offset_of(place, word),
			   "no member \"%.*s\" in %s%s%s%s", (int)word.len,
			   word.at, title, similar ? "; did you mean \"" : "",
			   similar ?: "", similar ? "\"?" : "");
}

static int take_member(struct ktl_place *place, struct ktl_word word)
{
	const struct btf *btf = place->function->btf;
	struct ktl_field field;

	if (!ktl_is_composite(ktl_stripped(place)))
		return ktl_fail_type(place, word, "it has no members");
	if (!ktl_find_field(btf, place->type, word.at, word.len, &field))
		return fail_no_member(place, word);
	place->type = field.type;
	if (field.bits) {
		/* What holds it is chosen at the end, from the start of its struct. */
		place->field = field;
		return ktl_move(place, word, field.owner_bit / CHAR_BIT);
	}
	if (field.bit % CHAR_BIT)
		return ktl_fail_place(place, word, "BTF contradicts itself on where this is");
	return ktl_move(place, word, field.bit / CHAR_BIT);
}

static int step_member(struct ktl_place *place, const struct ktl_step *step)
{
	if (ktl_is_pointer(ktl_stripped(place)))
		return ktl_fail_place(place, step->word,
				      "what is before this is a pointer; write \"->\"");
	return take_member(place, step->word);
}

static int step_arrow(struct ktl_place *place, const struct ktl_step *step)
{
	int ret;

	if (ktl_is_composite(ktl_stripped(place)))
		return ktl_fail_place(place, step->word,
				      "what is before this is no pointer; write \".\"");
	ret = ktl_follow_type(place, step->word);
	return ret ? ret : take_member(place, step->word);
}

static int step_index(struct ktl_place *place, const struct ktl_step *step)
{
	const struct btf_type *type = ktl_stripped(place);
	__u32 most = ktl_is_array(type) ? btf_array(type)->nelems : 0;
	__s64 size, bytes;
	int ret;

	if (!ktl_is_pointer(type) && !ktl_is_array(type))
		return ktl_fail_type(place, step->word, "it has no elements");
	if (most && step->number >= most)
		return ktl_fail_at(place->err, ktl_offset_of(place, step->word),
				   "the last element of this array is %u",
				   most - 1);
	ret = ktl_follow_type(place, step->word);
	if (ret)
		return ret;
	size = btf__resolve_size(place->function->btf, place->type);
	if (size <= 0)
		return ktl_fail_place(place, step->word,
				      "how long an element is, is not known");
	if (__builtin_mul_overflow(size, step->number, &bytes))
		return overflow(place, step->word);
	return ktl_move(place, step->word, bytes);
}

/* Is it as long as an address? */
bool ktl_may_be_address(const struct ktl_place *place)
{
	const struct btf_type *type = ktl_stripped(place);

	return !place->typed || ktl_is_pointer(type) ||
	       (type && btf_is_int(type) && type->size == 8);
}

static int step_offset(struct ktl_place *place, const struct ktl_step *step)
{
	const struct btf_type *type = ktl_stripped(place);
	int ret;

	if ((ktl_is_array(type) || ktl_is_composite(type)) && place->fetch.nr_steps) {
		ret = ktl_move(place, step->word, step->number);
	} else {
		if (!ktl_may_be_address(place))
			return ktl_fail_type(place, step->word,
					     "it takes an address there");
		ret = ktl_follow(place, step->word, step->number);
		place->user = ktl_is_pointer(type) &&
			      ktl_has_tag(place->function->btf, type->type, "user");
	}
	place->typed = false;
	return ret;
}

int ktl_take_step(struct ktl_place *place, const struct ktl_step *step)
{
	/* Whatever is behind a bit field, it is not in it. */
	if (place->field.bits)
		return ktl_fail_place(place, step->word,
				      "what is before this is a bit field");
	switch (step->kind) {
	case KTL_STEP_MEMBER:
		return step_member(place, step);
	case KTL_STEP_ARROW:
		return step_arrow(place, step);
	case KTL_STEP_INDEX:
		return step_index(place, step);
	case KTL_STEP_FOLLOW:
		return ktl_follow_type(place, step->word);
	default:
		return step_offset(place, step);
	}
}
