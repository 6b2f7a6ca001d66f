// SPDX-License-Identifier: GPL-2.0-only
/* Members of structs and unions, and values of enums, by name. */
#include <limits.h>

#include "types.h"

/* Other names and qualifiers that a type has at most; ends what a broken file has none. */
#define MAX_NAMES	64
/* How deep structs without a name lie in each other, and members that are looked at. */
#define MAX_DEPTH	16
#define MAX_MEMBERS	20000

/* Never NULL, whatever a broken file says. */
const char *ktl_type_name(const struct btf *btf, const struct btf_type *type)
{
	return btf__name_by_offset(btf, type->name_off) ?: "";
}

static bool is_tag(const struct btf_type *type)
{
	return btf_kind(type) == KTL_KIND_TYPE_TAG;
}

/* What a type is without its other names, qualifiers and tags; NULL for nothing. */
const struct btf_type *ktl_strip_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	int i;

	for (i = 0; i < MAX_NAMES && type && id; i++) {
		if (!btf_is_mod(type) && !btf_is_typedef(type) && !is_tag(type))
			return type;
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	return NULL;
}

/* Does a type have that tag? Compilers other than clang tell of none. */
bool ktl_has_tag(const struct btf *btf, __u32 id, const char *tag)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	int i;

	for (i = 0; i < MAX_NAMES && type && id; i++) {
		if (is_tag(type) && !strcmp(ktl_type_name(btf, type), tag))
			return true;
		if (!btf_is_mod(type) && !btf_is_typedef(type) && !is_tag(type))
			break;
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	return false;
}

/* Is it a character of a text? What goes by another name, as u8, is a number. */
bool ktl_is_character(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	const char *name;
	int i;

	for (i = 0; i < MAX_NAMES && type && id; i++) {
		if (!btf_is_mod(type) && !is_tag(type))
			break;
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	if (!type || !btf_is_int(type) || type->size != 1)
		return false;
	name = ktl_type_name(btf, type);
	return !strcmp(name, "char") || !strcmp(name, "unsigned char") ||
	       !strcmp(name, "signed char");
}

/* "struct NAME", as a user knows it. */
void ktl_format_title(const struct btf *btf, __u32 id, char title[KTL_TITLE_LEN])
{
	const struct btf_type *type = ktl_strip_type(btf, id);
	const char *name = type ? ktl_type_name(btf, type) : "";
	const char *kind = "";

	if (!type)
		name = "void";
	else if (btf_is_composite(type))
		kind = btf_is_union(type) ? "union " : "struct ";
	else if (ktl_is_enum(type))
		kind = "enum ";
	else if (btf_is_ptr(type))
		name = "pointer";
	else if (btf_is_array(type))
		name = "array";
	else if (btf_is_func_proto(type))
		name = "function";
	else if (btf_is_fwd(type))
		kind = "unknown struct ";
	snprintf(title, KTL_TITLE_LEN, "%s%s", kind,
		 *name ? name : "without a name");
}

/**
 * struct search - For a member
 * @btf: the types
 * @name: how it is called
 * @len: how long that is
 * @left: how many members may still be looked at
 * @field: where to put it
 * @similar: the name that is nearest to it so far
 * @slips: how far it is from it
 */
struct search {
	const struct btf *btf;
	const char *name;
	size_t len;
	unsigned int left;
	struct ktl_field *field;
	const char *similar;
	unsigned int slips;
};

/* Until Linux 5.1 a bit field was of a type of its own, which tells its bits. */
static void note_old_bits(const struct btf *btf, struct ktl_field *field)
{
	const struct btf_type *type = ktl_strip_type(btf, field->type);

	if (!type || !btf_is_int(type))
		return;
	if (btf_int_offset(type) || btf_int_bits(type) != 8 * type->size) {
		field->bit += btf_int_offset(type);
		field->bits = btf_int_bits(type);
	}
}

/* Tells of a member of @owner, which begins @owner_bit bits from where it counts. */
void ktl_fill_field(const struct btf *btf, const struct btf_type *owner,
		    __u32 member, __u64 owner_bit, struct ktl_field *field)
{
	*field = (struct ktl_field){
		.type = btf_members(owner)[member].type,
		.bit = owner_bit + btf_member_bit_offset(owner, member),
		.bits = btf_member_bitfield_size(owner, member),
		.owner_bit = owner_bit,
		.owner_size = owner->size,
	};
	if (!field->bits)
		note_old_bits(btf, field);
}

static void compare(struct search *search, const char *name)
{
	unsigned int slips = ktl_count_slips(search->name, search->len, name,
					     strlen(name));

	if (slips < search->slips) {
		search->slips = slips;
		search->similar = name;
	}
}

/* Looks into @id, and into what in it has no name, as C does. */
static bool look(struct search *search, __u32 id, __u64 bit, int depth)
{
	const struct btf_type *type = ktl_strip_type(search->btf, id);
	__u32 i;

	if (!type || !btf_is_composite(type) || depth > MAX_DEPTH)
		return false;
	for (i = 0; i < btf_vlen(type) && search->left; i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = btf__name_by_offset(search->btf,
						       member->name_off);

		search->left--;
		if (!name || !*name) {
			if (look(search, member->type,
				 bit + btf_member_bit_offset(type, i), depth + 1))
				return true;
			continue;
		}
		if (strlen(name) == search->len &&
		    !memcmp(name, search->name, search->len)) {
			ktl_fill_field(search->btf, type, i, bit, search->field);
			return true;
		}
		compare(search, name);
	}
	return false;
}

/* Finds a member of the struct or union @id. */
bool ktl_find_field(const struct btf *btf, __u32 id, const char *name,
		    size_t len, struct ktl_field *field)
{
	struct search search = {
		.btf = btf,
		.name = name,
		.len = len,
		.left = MAX_MEMBERS,
		.field = field,
	};

	return look(&search, id, 0, 0);
}

/* The member that may be meant by a name that none has, or NULL. */
const char *ktl_find_similar(const struct btf *btf, __u32 id, const char *name,
			     size_t len)
{
	struct ktl_field field;
	struct search search = {
		.btf = btf,
		.name = name,
		.len = len,
		.left = MAX_MEMBERS,
		.field = &field,
		/* Short names are near to anything. */
		.slips = len < 6 ? 2 : len / 3 + 1,
	};

	look(&search, id, 0, 0);
	return search.similar;
}

/* An enum, of 32 bits or of 64. */
bool ktl_is_enum(const struct btf_type *type)
{
	return btf_kind(type) == BTF_KIND_ENUM ||
	       btf_kind(type) == KTL_KIND_ENUM64;
}

/* A value of one of 64 bits: struct btf_enum64, which older headers lack. */
struct enum64 {
	__u32 name;
	__u32 low;
	__u32 high;
};

/* Before Linux 6.0 its values had to tell. */
bool ktl_enum_is_signed(const struct btf_type *type)
{
	__u32 i;

	if (btf_kflag(type))
		return true;
	if (btf_kind(type) != BTF_KIND_ENUM)
		return false;
	for (i = 0; i < btf_vlen(type); i++)
		if (btf_enum(type)[i].val < 0)
			return true;
	return false;
}

static __u64 enumerator_value(const struct btf_type *type, __u32 i)
{
	const struct enum64 *wide = (const void *)(type + 1);

	if (btf_kind(type) == KTL_KIND_ENUM64)
		return (__u64)wide[i].high << 32 | wide[i].low;
	return ktl_enum_is_signed(type) ? (__u64)btf_enum(type)[i].val :
					  (__u32)btf_enum(type)[i].val;
}

static __u32 enumerator_name(const struct btf_type *type, __u32 i)
{
	const struct enum64 *wide = (const void *)(type + 1);

	return btf_kind(type) == KTL_KIND_ENUM64 ? wide[i].name :
						   btf_enum(type)[i].name_off;
}

/* Finds a value of the enum @id. */
bool ktl_find_enumerator(const struct btf *btf, __u32 id, const char *name,
			 size_t len, __u64 *value)
{
	const struct btf_type *type = ktl_strip_type(btf, id);
	__u32 i;

	if (!type || !ktl_is_enum(type))
		return false;
	for (i = 0; i < btf_vlen(type); i++) {
		const char *found = btf__name_by_offset(btf,
							enumerator_name(type, i));

		if (!found || strlen(found) != len || memcmp(found, name, len))
			continue;
		*value = enumerator_value(type, i);
		return true;
	}
	return false;
}
