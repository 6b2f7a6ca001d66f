// SPDX-License-Identifier: GPL-2.0-only
/* What an expression begins with: a parameter, a register, or what is returned. */
#include "place.h"

static int fail_parameter(const struct ktl_place *place)
{
	const struct ktl_function *function = place->function;
	char names[KTLAT_ERROR_LEN / 4] = "";
	size_t len = 0;
	__u32 i;

	if (!function->proto)
		return ktl_fail_at(place->err, ktl_offset_of(place, place->e->name),
				   "\"%.*s\"%s%s cannot be looked up: %s; write arg1 to arg6, ret, caller, or +OFFSET(arg1):u32",
				   (int)place->e->name.len, place->e->name.at,
				   function->name ? " of " : "",
				   function->name ?: "", function->why);
	for (i = 0; i < btf_vlen(function->proto) && len < sizeof(names); i++) {
		const struct btf_param *param = &btf_params(function->proto)[i];
		const char *name = btf__name_by_offset(function->btf,
						       param->name_off);

		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				i ? ", " : "", name && *name ? name : "...");
	}
	return ktl_fail_at(place->err, ktl_offset_of(place, place->e->name),
			   "%s has no parameter \"%.*s\"; it has %s",
			   function->name, (int)place->e->name.len,
			   place->e->name.at, *names ? names : "none");
}

/* Which parameter is called that; or how many there are. */
static unsigned int find_parameter(const struct ktl_place *place)
{
	const struct btf_type *proto = place->function->proto;
	const struct ktl_word *word = &place->e->name;
	__u32 i;

	for (i = 0; i < btf_vlen(proto); i++) {
		const char *name = btf__name_by_offset(place->function->btf,
						       btf_params(proto)[i].name_off);

		if (name && strlen(name) == word->len &&
		    !memcmp(name, word->at, word->len))
			break;
	}
	return i;
}

static int begin_parameter(struct ktl_place *place)
{
	const struct ktl_function *function = place->function;
	unsigned int param;
	int index;

	if (!function->proto)
		return fail_parameter(place);
	param = find_parameter(place);
	if (param == btf_vlen(function->proto))
		return fail_parameter(place);
	place->type = btf_params(function->proto)[param].type;
	place->typed = true;
	if (ktl_is_composite(ktl_stripped(place)))
		return ktl_fail_place(place, place->e->name,
				      "this parameter is a struct and no pointer to one, and so is not in one register");
	index = ktl_find_register(function->btf, function->proto, param);
	if (index < 0)
		return ktl_fail_place(place, place->e->name,
				      "this parameter is not in one of the six registers, or it is not certain in which");
	place->fetch.from = KTLAT_FETCH_ARGUMENT;
	place->fetch.index = index;
	return 0;
}

static int begin_return(struct ktl_place *place)
{
	const struct btf_type *proto = place->function->proto;

	if (!proto)
		return 0;
	if (!proto->type)
		return ktl_fail_at(place->err, ktl_offset_of(place, place->e->name),
				   "%s returns nothing", place->function->name);
	place->type = proto->type;
	place->typed = true;
	if (ktl_is_composite(ktl_stripped(place)))
		return ktl_fail_place(place, place->e->name,
				      "it returns a struct, which is not in one register");
	return 0;
}

int ktl_begin_place(struct ktl_place *place)
{
	if (place->e->from == KTLAT_FETCH_NOTHING)
		return begin_parameter(place);
	place->fetch.from = place->e->from;
	place->fetch.index = place->e->index;
	return place->e->from == KTLAT_FETCH_RETURN ? begin_return(place) : 0;
}
