// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the arguments of a function of the kernel are, as the kernel's BTF and
 * the x86-64 System V ABI tell it.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define BTF_DIR		"/sys/kernel/btf/"

/* BTF_KIND_ENUM64, which headers before Linux 6.0 lack. */
#define KIND_ENUM64	19

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
	case KIND_ENUM64:
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

/**
 * struct source - What the kernel or a module tells of its functions
 * @btf: the types
 * @slots: ids of the functions, each at the first free place from that of its
 *	name on; 0 where there is none
 * @mask: number of slots less one; that is a power of two
 */
struct source {
	struct btf *btf;
	__u32 *slots;
	__u32 mask;
};

#ifdef KTLAT_NO_BTF_TYPE_CNT
/* Up to libbpf 0.5, Debian 11 among them. */
static __u32 btf__type_cnt(const struct btf *btf)
{
	return btf__get_nr_types(btf) + 1;
}
#endif

static const char *function_name(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return btf_is_func(type) ? btf__name_by_offset(btf, type->name_off) :
				   NULL;
}

/* Of a module only what it brings: what has a name there is another one. */
static __u32 first_type(const struct btf *btf)
{
	const struct btf *base = btf__base_btf(btf);

	return base ? btf__type_cnt(base) : 1;
}

/* No more than half of the slots are taken, so a search always ends. */
static bool make_slots(struct source *source)
{
	__u32 end = btf__type_cnt(source->btf), id, nr = 0;

	for (id = first_type(source->btf); id < end; id++)
		nr += !!function_name(source->btf, id);
	for (source->mask = 1; source->mask / 2 < nr; source->mask *= 2)
		;
	source->slots = calloc(source->mask--, sizeof(*source->slots));
	return source->slots;
}

/* FNV-1a. */
static __u32 hash(const char *name)
{
	__u32 value = 2166136261U;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619U;
	return value;
}

static bool index_functions(struct source *source)
{
	__u32 end = btf__type_cnt(source->btf), id, slot;

	if (!make_slots(source))
		return false;
	for (id = first_type(source->btf); id < end; id++) {
		const char *name = function_name(source->btf, id);

		if (!name)
			continue;
		slot = hash(name) & source->mask;
		while (source->slots[slot])
			slot = (slot + 1) & source->mask;
		source->slots[slot] = id;
	}
	return true;
}

/* The one function of that name, or NULL. */
static const struct btf_type *find_function(const struct source *source,
					    const char *name)
{
	__u32 slot = hash(name) & source->mask, found = 0, id;

	for (; (id = source->slots[slot]); slot = (slot + 1) & source->mask) {
		if (strcmp(function_name(source->btf, id), name))
			continue;
		if (found)
			return NULL;
		found = id;
	}
	return found ? btf__type_by_id(source->btf, found) : NULL;
}

static enum ktl_prototype find_prototype(const struct source *source,
					 const char *name)
{
	const struct btf_type *type = find_function(source, name);

	if (type)
		type = btf__type_by_id(source->btf, type->type);
	if (!type || !btf_is_func_proto(type))
		return KTL_PROTOTYPE_UNKNOWN;
	return judge(source->btf, type);
}

/*
 * libbpf opens files by name only. It logs to stderr by itself; here the answer
 * says enough.
 */
static struct btf *parse(int fd, struct btf *base)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	char path[sizeof("/proc/self/fd/") + 12];
	struct btf *btf;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	btf = btf__parse_raw_split(path, base);
	libbpf_set_print(print);
	return btf;
}

/* What the kernel tells of itself (without @base) or of a module, or NULL. */
static struct btf *load(const char *module, struct btf *base)
{
	char path[sizeof(BTF_DIR) + KTLAT_MODULE_LEN];
	struct btf *btf;
	int fd;

	snprintf(path, sizeof(path), BTF_DIR "%.*s", KTLAT_MODULE_LEN - 1,
		 module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	btf = parse(fd, base);
	close(fd);
	return btf;
}

static void close_source(struct source *source)
{
	btf__free(source->btf);
	free(source->slots);
	*source = (struct source){ 0 };
}

static bool open_source(struct source *source, const char *module,
			struct btf *base)
{
	source->btf = load(module, base);
	if (source->btf && index_functions(source))
		return true;
	close_source(source);
	return false;
}

/* For the BTF that is kept, and for what libbpf keeps of its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* It stays the same until the next boot, and is long: it is read once. */
static const struct source *open_vmlinux(void)
{
	static struct source vmlinux;

	if (!vmlinux.btf)
		open_source(&vmlinux, KTLAT_VMLINUX, NULL);
	return vmlinux.btf ? &vmlinux : NULL;
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

static void answer(struct ktl_question *question, const struct source *source)
{
	const char *name = question->point->name;

	question->answer = KTL_PROTOTYPE_UNKNOWN;
	/* What the compiler made of a function may take other arguments. */
	if (source && !strchr(name, '.'))
		question->answer = find_prototype(source, name);
}

/* Questions on one module come one after the other. */
static void answer_all(struct ktl_question **list, size_t nr)
{
	const struct source *vmlinux = open_vmlinux(), *source = NULL;
	struct source module = { 0 };
	const char *last = NULL;
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *name = module_of(list[i]->point);

		if (!last || strcmp(last, name)) {
			close_source(&module);
			source = vmlinux;
			if (vmlinux && strcmp(name, KTLAT_VMLINUX))
				source = open_source(&module, name,
						     vmlinux->btf) ?
					 &module : NULL;
		}
		last = name;
		answer(list[i], source);
	}
	close_source(&module);
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
	pthread_mutex_lock(&lock);
	answer_all(list, nr);
	pthread_mutex_unlock(&lock);
}

/* The same for one function. */
enum ktl_prototype ktl_find_prototype(const struct ktlat_point *point)
{
	struct ktl_question question = { .point = point };
	struct ktl_question *list = &question;

	ktl_find_prototypes(&list, 1);
	return question.answer;
}

/* Where an argument is, counted in registers, behind those before it. */
static bool place_argument(const struct btf *btf, const struct btf_param *param,
			   __u32 nr, struct ktlat_argument *argument)
{
	unsigned int words, before = 0;
	__u32 i;

	for (i = 0; i < nr; i++) {
		switch (pass(btf, param[i].type, &words)) {
		case KTL_PROTOTYPE_REGISTERS:
			before += words;
			break;
		case KTL_PROTOTYPE_STACK:
			break;
		default:
			return false;
		}
	}
	if (before >= KTLAT_ARGUMENTS_MAX)
		return false;
	argument->index = before + 1;
	return true;
}

/* A number or an address, which can be compared. */
static bool size_argument(const struct btf *btf, __u32 id,
			  struct ktlat_argument *argument)
{
	struct walk walk = { .btf = btf, .steps = MAX_STEPS };
	const struct btf_type *type = strip(&walk, id);

	if (!type)
		return false;
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
		argument->bytes = WORD_BYTES;
		return true;
	case BTF_KIND_INT:
		argument->is_signed = !!(btf_int_encoding(type) & BTF_INT_SIGNED);
		/* fall through */
	case BTF_KIND_ENUM:
	case KIND_ENUM64:
		argument->bytes = type->size;
		return type->size && type->size <= WORD_BYTES;
	default:
		return false;
	}
}

static void list_arguments(const struct btf *btf, const struct btf_type *proto,
			   char *why, size_t size)
{
	const struct btf_param *param = btf_params(proto);
	size_t len = snprintf(why, size, "the event has no argument of that name, but");
	__u32 i;

	for (i = 1; i < btf_vlen(proto) && len < size; i++)
		len += snprintf(why + len, size - len, " %s",
				btf__name_by_offset(btf, param[i].name_off));
	if (btf_vlen(proto) < 2)
		snprintf(why, size, "the event has no arguments");
}

/* Of what calls the handlers of an event: their data come first. */
static bool find_argument(const struct btf *btf, const struct btf_type *proto,
			  const char *name, struct ktlat_argument *argument,
			  char *why, size_t size)
{
	const struct btf_param *param = btf_params(proto);
	__u32 i, nr = btf_vlen(proto);

	for (i = 1; i < nr; i++)
		if (!strcmp(btf__name_by_offset(btf, param[i].name_off), name))
			break;
	if (i >= nr) {
		list_arguments(btf, proto, why, size);
		return false;
	}
	*argument = (struct ktlat_argument){ 0 };
	if (size_argument(btf, param[i].type, argument) &&
	    place_argument(btf, param + 1, i - 1, argument))
		return true;
	snprintf(why, size, "that argument is no number and no address, or not among the first %u",
		 KTLAT_ARGUMENTS_MAX);
	return false;
}

static const struct btf_type *find_event(const struct source *source,
					 const char *event)
{
	char name[KTLAT_NAME_LEN + sizeof("__traceiter_")];
	const struct btf_type *type;

	snprintf(name, sizeof(name), "__traceiter_%s", event);
	type = find_function(source, name);
	if (type)
		type = btf__type_by_id(source->btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

/* The first module that has the event; its source is to be closed. */
static const struct btf_type *find_event_in_modules(const struct source *vmlinux,
						    const char *event,
						    struct source *module)
{
	const struct btf_type *found = NULL;
	DIR *dir = opendir(BTF_DIR);
	struct dirent *entry;

	while (dir && !found && (entry = readdir(dir))) {
		if (*entry->d_name == '.' ||
		    !strcmp(entry->d_name, KTLAT_VMLINUX) ||
		    !open_source(module, entry->d_name, vmlinux->btf))
			continue;
		found = find_event(module, event);
		if (!found)
			close_source(module);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool find_event_argument(const char *event, const char *name,
				struct ktlat_argument *argument, char *why,
				size_t size)
{
	const struct source *vmlinux = open_vmlinux();
	const struct btf_type *proto;
	struct source module = { 0 };
	bool found = false;

	if (!vmlinux)
		return false;
	proto = find_event(vmlinux, event);
	if (proto)
		return find_argument(vmlinux->btf, proto, name, argument, why,
				     size);
	proto = find_event_in_modules(vmlinux, event, &module);
	if (proto)
		found = find_argument(module.btf, proto, name, argument, why,
				      size);
	close_source(&module);
	return found;
}

/*
 * Which argument of an event has a name, as the kernel's BTF tells. Returns false where
 * it does not, and says why.
 */
bool ktl_find_argument(const char *event, const char *name,
		       struct ktlat_argument *argument, char *why, size_t size)
{
	bool found;

	snprintf(why, size, "the kernel's BTF does not tell the arguments of this event; write arg1 to arg%u, with :u32 or the like where it is no whole word",
		 KTLAT_ARGUMENTS_MAX);
	pthread_mutex_lock(&lock);
	found = find_event_argument(event, name, argument, why, size);
	pthread_mutex_unlock(&lock);
	return found;
}
