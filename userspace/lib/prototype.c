// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the arguments of a function of the kernel are, as the kernel's BTF and
 * the x86-64 System V ABI tell it.
 */
#include <limits.h>
#include <stdlib.h>

#include "types.h"

/* The ABI counts in words of 8 bytes: it calls them eightbytes. */
#define WORD_BYTES	8
#define REGISTER_WORDS	6
/* What is longer is never passed in integer registers. */
#define MAX_BYTES	16

/* Types to look at for one argument; ends what a broken file never would. */
#define MAX_STEPS	256

/**
 * struct walk - On the way through the types that one argument is made of
 * @btf: where they are
 * @steps: how many may still be looked at
 */
struct walk {
	const struct btf *btf;
	unsigned int steps;
};

/* What a type is without its other names and its qualifiers, or NULL. */
static const struct btf_type *strip(struct walk *walk, __u32 id)
{
	while (walk->steps) {
		const struct btf_type *type = btf__type_by_id(walk->btf, id);

		walk->steps--;
		if (!type || !(btf_is_mod(type) || btf_is_typedef(type)))
			return type;
		id = type->type;
	}
	return NULL;
}

/* Something unaligned makes the whole of its struct go over the stack. */
static enum ktl_prototype place_scalar(__u32 size, __u32 bit)
{
	if (!size || size > MAX_BYTES || size & (size - 1))
		return KTL_PROTOTYPE_UNKNOWN;
	if (bit % (size * CHAR_BIT))
		return KTL_PROTOTYPE_STACK;
	return KTL_PROTOTYPE_REGISTERS;
}

static enum ktl_prototype place(struct walk *walk, __u32 id, __u32 bit);

static enum ktl_prototype place_elements(struct walk *walk,
					 const struct btf_array *array,
					 __u32 bit)
{
	__s64 size = btf__resolve_size(walk->btf, array->type);
	__u32 i;

	/* Of arrays without elements compilers do not think alike. */
	if (size <= 0 || !array->nelems)
		return KTL_PROTOTYPE_UNKNOWN;
	for (i = 0; i < array->nelems; i++) {
		enum ktl_prototype where;

		where = place(walk, array->type, bit + i * size * CHAR_BIT);
		if (where != KTL_PROTOTYPE_REGISTERS)
			return where;
	}
	return KTL_PROTOTYPE_REGISTERS;
}

static enum ktl_prototype place_members(struct walk *walk,
					const struct btf_type *type, __u32 bit)
{
	__u32 i;

	for (i = 0; i < btf_vlen(type); i++) {
		enum ktl_prototype where;
		__u32 offset = btf_member_bit_offset(type, i);

		/* It may be anywhere, but clang wants its struct aligned. */
		if (btf_member_bitfield_size(type, i))
			offset = 0;
		where = place(walk, btf_members(type)[i].type, bit + offset);
		if (where != KTL_PROTOTYPE_REGISTERS)
			return where;
	}
	return KTL_PROTOTYPE_REGISTERS;
}

/* Where a value goes by its kind, @bit bits from the start of the argument. */
static enum ktl_prototype place(struct walk *walk, __u32 id, __u32 bit)
{
	const struct btf_type *type = strip(walk, id);

	if (!type)
		return KTL_PROTOTYPE_UNKNOWN;
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
		return place_scalar(WORD_BYTES, bit);
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case KTL_KIND_ENUM64:
		return place_scalar(type->size, bit);
	case BTF_KIND_ARRAY:
		return place_elements(walk, btf_array(type), bit);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return place_members(walk, type, bit);
	default:
		return KTL_PROTOTYPE_UNKNOWN;
	}
}

/*
 * How a type is passed by value, and in how many words: never fewer than the
 * compiler takes.
 */
static enum ktl_prototype pass(const struct btf *btf, __u32 id,
			       unsigned int *words)
{
	struct walk walk = { .btf = btf, .steps = MAX_STEPS };
	const struct btf_type *type = strip(&walk, id);

	/* C has no argument and no result that is an array. */
	if (!type || btf_is_array(type))
		return KTL_PROTOTYPE_UNKNOWN;
	*words = 1;
	if (btf_is_composite(type)) {
		if (!type->size)
			return KTL_PROTOTYPE_UNKNOWN;
		if (type->size > MAX_BYTES)
			return KTL_PROTOTYPE_STACK;
	}
	if (!btf_is_ptr(type) && type->size > WORD_BYTES)
		*words = 2;
	return place(&walk, id, 0);
}

/* As pass(), for a result: the caller says where one in memory is to go. */
static enum ktl_prototype pass_result(const struct btf *btf, __u32 id,
				      unsigned int *words)
{
	enum ktl_prototype where = KTL_PROTOTYPE_REGISTERS;

	if (id)
		where = pass(btf, id, words);
	*words = where == KTL_PROTOTYPE_STACK;
	if (where == KTL_PROTOTYPE_UNKNOWN)
		return KTL_PROTOTYPE_UNKNOWN;
	return KTL_PROTOTYPE_REGISTERS;
}

static enum ktl_prototype judge(const struct btf *btf,
				const struct btf_type *proto)
{
	const struct btf_param *param = btf_params(proto);
	const struct btf_param *end = param + btf_vlen(proto);
	unsigned int words, left = REGISTER_WORDS;
	enum ktl_prototype where = pass_result(btf, proto->type, &words);

	for (; where == KTL_PROTOTYPE_REGISTERS; param++) {
		if (words > left)
			return KTL_PROTOTYPE_STACK;
		left -= words;
		if (param == end)
			return KTL_PROTOTYPE_REGISTERS;
		/* "..." is written as a last one of no type. */
		if (!param->type && param + 1 == end)
			return KTL_PROTOTYPE_STACK;
		where = pass(btf, param->type, &words);
	}
	return where;
}

/* Does the ABI of this machine count as that of x86-64 does? */
static bool counts_words(void)
{
#ifdef __x86_64__
	return true;
#else
	return false;
#endif
}

/**
 * ktl_find_register() - In which register of the six a parameter comes
 * @btf: the types
 * @proto: of the function
 * @param: which parameter, from 0 up
 *
 * Returns the number of the register, from 0 up, or -1 if it comes in none, in more
 * than one, or if that is not certain: what takes two words, or goes over the stack,
 * is counted in another way by each ABI.
 */
int ktl_find_register(const struct btf *btf, const struct btf_type *proto,
		      unsigned int param)
{
	unsigned int words, used, i;

	if (pass_result(btf, proto->type, &used) != KTL_PROTOTYPE_REGISTERS)
		return -1;
	for (i = 0; i <= param; i++) {
		enum ktl_prototype where;

		if (used && !counts_words() && !i)
			return -1;
		where = pass(btf, btf_params(proto)[i].type, &words);
		if (where == KTL_PROTOTYPE_UNKNOWN ||
		    (!counts_words() &&
		     (where != KTL_PROTOTYPE_REGISTERS || words != 1)))
			return -1;
		if (where == KTL_PROTOTYPE_STACK || used + words > REGISTER_WORDS)
			words = 0;
		used += words;
	}
	return words == 1 ? (int)used - 1 : -1;
}

static enum ktl_prototype find_prototype(const struct ktl_types *types,
					 const char *name)
{
	const struct btf_type *proto = ktl_find_proto(types, name);

	return proto ? judge(types->btf, proto) : KTL_PROTOTYPE_UNKNOWN;
}

static const char *module_of(const struct ktlat_point *point)
{
	return *point->module ? point->module : KTLAT_VMLINUX;
}

static int by_module(const void *a, const void *b)
{
	const struct ktl_question *left = *(struct ktl_question * const *)a;
	const struct ktl_question *right = *(struct ktl_question * const *)b;

	return strcmp(module_of(left->point), module_of(right->point));
}

static void answer(struct ktl_question *question, const struct ktl_types *types)
{
	const char *name = question->point->name;

	question->answer = KTL_PROTOTYPE_UNKNOWN;
	/* What the compiler made of a function may take other arguments. */
	if (types && !strchr(name, '.'))
		question->answer = find_prototype(types, name);
}

/* Questions on one module come one after the other. */
static void answer_all(struct ktl_question **list, size_t nr)
{
	const struct ktl_types *types = NULL;
	struct ktl_types module = { 0 };
	const char *last = NULL;
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *name = module_of(list[i]->point);

		if (!last || strcmp(last, name)) {
			ktl_close_types(&module);
			if (!strcmp(name, KTLAT_VMLINUX))
				types = ktl_kernel_types();
			else
				types = ktl_open_types(&module, name) ?
					&module : NULL;
		}
		last = name;
		answer(list[i], types);
	}
	ktl_close_types(&module);
}

/**
 * ktl_find_prototypes() - Which functions have all their arguments in registers
 * @list: the functions; brought into another order
 * @nr: how many
 *
 * Goes by the BTF of the kernel and by the ABI of x86-64. As BTF knows
 * functions by nothing but their names, the caller must be sure that there is
 * only one of that name there, see ktlat_resolve_specs(). A function without a
 * module is in the kernel itself; to find out that it is in a module is up to
 * the caller.
 *
 * The answer is %KTL_PROTOTYPE_REGISTERS only where that is certain.
 */
void ktl_find_prototypes(struct ktl_question **list, size_t nr)
{
	qsort(list, nr, sizeof(*list), by_module);
	ktl_lock_types();
	answer_all(list, nr);
	ktl_unlock_types();
}

/* The same for one function. */
enum ktl_prototype ktl_find_prototype(const struct ktlat_point *point)
{
	struct ktl_question question = { .point = point };
	struct ktl_question *list = &question;

	ktl_find_prototypes(&list, 1);
	return question.answer;
}
