// SPDX-License-Identifier: GPL-2.0-only
/* What is told of the arguments of functions, from BTF made for it. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakedev.h"
#include "internal.h"
#include "tool.h"
#include "unit.h"

/* The types of parameters and results; NONE ends a list of them. */
enum type {
	NONE, VOID, CHAR, INT, LONG, BOOL, INT128, FLOAT, DOUBLE, PTR, ENUM,
	ENUM64, SIZE_3, SELF, FWD, PROTO, ARRAY, ALIAS, ALIAS_BIG, EMPTY, ONE,
	S8, S9, S12, S16, S17, U8, U16, U24, FLOATS, PACKED, HALVES, BITS,
	CHARS, LONGS, NESTED, NESTED_PACKED, ROW_PACKED, ROW_FLOATS, FLEXIBLE,
	S16_TOO_LONG, S16_OF_SELF, NESTED_BITS, OWN, NR_TYPES,
};

#define REGISTERS	KTL_PROTOTYPE_REGISTERS
#define STACK		KTL_PROTOTYPE_STACK
#define UNKNOWN		KTL_PROTOTYPE_UNKNOWN

#define LONGS_4		LONG, LONG, LONG, LONG
#define LONGS_5		LONGS_4, LONG
#define LONGS_6		LONGS_4, LONG, LONG

static const struct function {
	const char *name;
	enum ktl_prototype expected;
	enum type result;
	enum type params[10];
} functions[] = {
	/* One word each */
	{ "f_void", REGISTERS, VOID, { NONE } },
	{ "f_scalars", REGISTERS, INT, { CHAR, INT, LONG, BOOL, PTR, ENUM } },
	{ "f_enum64", REGISTERS, ENUM64, { LONGS_5, ENUM64 } },
	{ "f_longs_6", REGISTERS, LONG, { LONGS_6 } },
	{ "f_longs_7", STACK, LONG, { LONGS_6, LONG } },
	{ "f_chars_7", STACK, VOID, { LONGS_6, CHAR } },
	{ "f_pointers_7", STACK, VOID, { LONGS_6, PTR } },

	/* Two words, which must fit together */
	{ "f_int128", REGISTERS, VOID, { LONGS_4, INT128 } },
	{ "f_int128_first", REGISTERS, VOID, { INT128, LONGS_4 } },
	{ "f_int128_middle", REGISTERS, VOID, { LONG, INT128, INT128, LONG } },
	{ "f_int128_thrice", REGISTERS, VOID, { INT128, INT128, INT128 } },
	{ "f_int128_split", STACK, VOID, { LONGS_5, INT128 } },
	{ "f_int128_and_5", STACK, VOID, { INT128, LONGS_5 } },
	{ "f_int128_result", REGISTERS, INT128, { LONGS_6 } },

	/* Structs and unions by value */
	{ "f_s8", REGISTERS, VOID, { LONGS_5, S8 } },
	{ "f_one", REGISTERS, VOID, { LONGS_5, ONE } },
	{ "f_s12", REGISTERS, VOID, { LONGS_4, S12 } },
	{ "f_s12_split", STACK, VOID, { LONGS_5, S12 } },
	{ "f_s16", REGISTERS, VOID, { LONGS_4, S16 } },
	{ "f_s16_split", STACK, VOID, { LONGS_5, S16 } },
	{ "f_s16_split_then_long", STACK, VOID, { LONGS_4, CHAR, S16, LONG } },
	{ "f_s17", STACK, VOID, { S17 } },
	{ "f_u8", REGISTERS, VOID, { LONGS_5, U8 } },
	{ "f_u16", REGISTERS, VOID, { LONGS_4, U16 } },
	{ "f_u16_split", STACK, VOID, { LONGS_5, U16 } },
	{ "f_u24", STACK, VOID, { U24 } },
	{ "f_nested", REGISTERS, VOID, { LONGS_4, NESTED } },
	{ "f_chars", REGISTERS, VOID, { LONGS_4, CHARS } },
	{ "f_array_of_longs", REGISTERS, VOID, { LONGS_4, LONGS } },
	{ "f_bits", REGISTERS, VOID, { LONGS_5, BITS } },
	{ "f_empty", UNKNOWN, VOID, { EMPTY } },
	{ "f_flexible", UNKNOWN, VOID, { FLEXIBLE } },

	/* Unaligned, so in memory however short */
	{ "f_packed", STACK, VOID, { PACKED } },
	{ "f_s9_of_bytes", REGISTERS, VOID, { LONGS_4, S9 } },
	{ "f_halves", STACK, VOID, { HALVES } },
	{ "f_nested_packed", STACK, VOID, { NESTED_PACKED } },
	{ "f_nested_bits", STACK, VOID, { NESTED_BITS } },
	{ "f_row_packed", STACK, VOID, { ROW_PACKED } },

	/* Results */
	{ "f_s8_result", REGISTERS, S8, { LONGS_6 } },
	{ "f_s16_result", REGISTERS, S16, { LONGS_6 } },
	{ "f_s17_result", REGISTERS, S17, { LONGS_5 } },
	{ "f_s17_result_6", STACK, S17, { LONGS_6 } },
	{ "f_s17_result_s16", REGISTERS, S17, { LONG, S16, S16 } },
	{ "f_s17_result_s16_split", STACK, S17, { LONGS_4, S16 } },
	{ "f_u24_result_6", STACK, U24, { LONGS_6 } },
	{ "f_packed_result", REGISTERS, PACKED, { LONGS_5 } },
	{ "f_packed_result_6", STACK, PACKED, { LONGS_6 } },
	{ "f_alias_big_result", STACK, ALIAS_BIG, { LONGS_6 } },
	{ "f_double_result", UNKNOWN, DOUBLE, { LONG } },
	{ "f_array_result", UNKNOWN, ARRAY, { LONG } },

	/* Other names and qualifiers */
	{ "f_alias", REGISTERS, ALIAS, { LONGS_5, ALIAS } },
	{ "f_alias_7", STACK, VOID, { LONGS_6, ALIAS } },
	{ "f_alias_big", STACK, VOID, { ALIAS_BIG } },

	/* Variadic */
	{ "f_variadic", STACK, INT, { PTR, VOID } },
	{ "f_variadic_only", STACK, INT, { VOID } },
	{ "f_void_inside", UNKNOWN, INT, { PTR, VOID, PTR } },

	/* Floating point */
	{ "f_float", UNKNOWN, VOID, { FLOAT } },
	{ "f_double_last", UNKNOWN, VOID, { LONGS_6, DOUBLE } },
	{ "f_floats", UNKNOWN, VOID, { FLOATS } },
	{ "f_row_floats", UNKNOWN, VOID, { ROW_FLOATS } },

	/* What should not be */
	{ "f_size_3", UNKNOWN, VOID, { SIZE_3 } },
	{ "f_self", UNKNOWN, VOID, { SELF } },
	{ "f_fwd", UNKNOWN, VOID, { FWD } },
	{ "f_proto", UNKNOWN, VOID, { PROTO } },
	{ "f_array", UNKNOWN, VOID, { ARRAY } },
	{ "f_too_long_inside", UNKNOWN, VOID, { S16_TOO_LONG } },
	{ "f_self_inside", UNKNOWN, VOID, { S16_OF_SELF } },

	/* What the compiler made of others */
	{ "f_made.isra.0", UNKNOWN, VOID, { LONG } },
	{ "f_made.constprop.0", UNKNOWN, VOID, { LONG } },

	/* More than one of a name: the same, and not */
	{ "f_twice", UNKNOWN, VOID, { LONG } },
	{ "f_twice", UNKNOWN, VOID, { LONG } },
	{ "f_differing", UNKNOWN, VOID, { LONG } },
	{ "f_differing", UNKNOWN, VOID, { S17 } },

	/* In the module below, too */
	{ "f_in_both", REGISTERS, VOID, { LONG } },
};

static const struct function mod_functions[] = {
	{ "m_longs_6", REGISTERS, VOID, { LONGS_6 } },
	{ "m_s17", STACK, VOID, { S17 } },
	{ "m_own", REGISTERS, VOID, { LONGS_4, OWN } },
	{ "m_own_split", STACK, VOID, { LONGS_5, OWN } },
	{ "m_twice", UNKNOWN, VOID, { LONG } },
	{ "m_twice", UNKNOWN, VOID, { INT } },
	{ "f_in_both", STACK, VOID, { S17 } },
};

static int ids[NR_TYPES];

/* A type or a field that was refused leaves the test without meaning. */
static int added(int id)
{
	assert_true(id >= 0);
	return id;
}

static void add_field(struct btf *btf, int type, unsigned int bit)
{
	added(btf__add_field(btf, "", type, bit, 0));
}

/* @nr fields, one every @stride bits */
static int add_struct(struct btf *btf, unsigned int size, int type, int nr,
		      unsigned int stride)
{
	int i, id = added(btf__add_struct(btf, "s", size));

	for (i = 0; i < nr; i++)
		add_field(btf, type, i * stride);
	return id;
}

static int add_union(struct btf *btf, unsigned int size, int first, int second)
{
	int id = added(btf__add_union(btf, "u", size));

	add_field(btf, first, 0);
	add_field(btf, second, 0);
	return id;
}

/* An array, and nothing else */
static int add_row(struct btf *btf, unsigned int size, int type,
		   unsigned int nr)
{
	int array = added(btf__add_array(btf, ids[INT], type, nr));

	return add_struct(btf, size, array, 1, 0);
}

/* All that a type can be called besides its name */
static int add_alias(struct btf *btf, int id)
{
	id = added(btf__add_const(btf, id));
	id = added(btf__add_type_tag(btf, "user", id));
	id = added(btf__add_typedef(btf, "inner_t", id));
	id = added(btf__add_volatile(btf, id));
	id = added(btf__add_restrict(btf, id));
	return added(btf__add_typedef(btf, "outer_t", id));
}

static void add_scalars(struct btf *btf)
{
	ids[CHAR] = added(btf__add_int(btf, "char", 1, BTF_INT_CHAR));
	ids[INT] = added(btf__add_int(btf, "int", 4, BTF_INT_SIGNED));
	ids[LONG] = added(btf__add_int(btf, "long", 8, BTF_INT_SIGNED));
	ids[BOOL] = added(btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL));
	ids[INT128] = added(btf__add_int(btf, "__int128", 16, BTF_INT_SIGNED));
	ids[FLOAT] = added(btf__add_float(btf, "float", 4));
	ids[DOUBLE] = added(btf__add_float(btf, "double", 8));
	ids[ENUM] = added(btf__add_enum(btf, "e", 4));
	added(btf__add_enum_value(btf, "E", 1));
	ids[ENUM64] = added(btf__add_enum64(btf, "e64", 8, false));
	added(btf__add_enum64_value(btf, "E64", 1ULL << 40));
	/* The writer refuses such a size, a file may have it. */
	ids[SIZE_3] = added(btf__add_int(btf, "odd", 4, 0));
	((struct btf_type *)btf__type_by_id(btf, ids[SIZE_3]))->size = 3;
}

static void add_others(struct btf *btf)
{
	ids[PTR] = added(btf__add_ptr(btf, ids[ENUM64]));
	ids[SELF] = added(btf__add_typedef(btf, "self_t", btf__type_cnt(btf)));
	ids[FWD] = added(btf__add_fwd(btf, "fwd", BTF_FWD_STRUCT));
	ids[PROTO] = added(btf__add_func_proto(btf, 0));
	ids[ARRAY] = added(btf__add_array(btf, ids[INT], ids[LONG], 1));
	ids[ALIAS] = add_alias(btf, ids[LONG]);
}

static void add_structs(struct btf *btf)
{
	ids[EMPTY] = add_struct(btf, 0, 0, 0, 0);
	ids[ONE] = add_struct(btf, 1, ids[CHAR], 1, 8);
	ids[S8] = add_struct(btf, 8, ids[INT], 2, 32);
	ids[S9] = add_struct(btf, 9, ids[CHAR], 9, 8);
	ids[S12] = add_struct(btf, 12, ids[INT], 3, 32);
	ids[S16] = add_struct(btf, 16, ids[PTR], 2, 64);
	ids[S17] = add_struct(btf, 17, ids[CHAR], 17, 8);
	ids[U8] = add_union(btf, 8, ids[LONG], ids[CHAR]);
	ids[U16] = add_union(btf, 16, ids[PTR], ids[S12]);
	ids[U24] = add_union(btf, 24, ids[PTR], ids[S17]);
	ids[ALIAS_BIG] = add_alias(btf, ids[S17]);
	ids[FLOATS] = add_struct(btf, 8, ids[FLOAT], 2, 32);
	ids[PACKED] = add_struct(btf, 9, ids[CHAR], 1, 8);
	add_field(btf, ids[LONG], 8);
	ids[HALVES] = add_struct(btf, 12, ids[INT], 1, 32);
	add_field(btf, ids[LONG], 32);
	ids[BITS] = added(btf__add_struct(btf, "bits", 8));
	added(btf__add_field(btf, "", ids[LONG], 0, 3));
	added(btf__add_field(btf, "", ids[LONG], 3, 45));
}

static void add_structs_of_others(struct btf *btf)
{
	ids[NESTED] = add_struct(btf, 16, ids[S8], 2, 64);
	ids[NESTED_PACKED] = add_struct(btf, 9, ids[CHAR], 1, 0);
	add_field(btf, ids[S8], 8);
	ids[NESTED_BITS] = add_struct(btf, 9, ids[CHAR], 1, 0);
	add_field(btf, ids[BITS], 8);
	/* It is made of itself: who follows it never comes to an end. */
	ids[S16_OF_SELF] = add_struct(btf, 16, btf__type_cnt(btf), 9, 0);
}

static void add_structs_of_arrays(struct btf *btf)
{
	int word = added(btf__add_int(btf, "short", 2, BTF_INT_SIGNED));
	int three = add_struct(btf, 3, word, 1, 0);

	add_field(btf, ids[CHAR], 16);
	ids[CHARS] = add_row(btf, 16, ids[CHAR], 16);
	ids[LONGS] = add_row(btf, 16, ids[LONG], 2);
	ids[ROW_FLOATS] = add_row(btf, 8, ids[FLOAT], 2);
	/* The first element is aligned, the second is not. */
	ids[ROW_PACKED] = add_row(btf, 6, three, 2);
	ids[S16_TOO_LONG] = add_row(btf, 16, ids[CHAR], ~0U);
	ids[FLEXIBLE] = add_row(btf, 8, ids[LONG], 0);
}

static void add_function(struct btf *btf, const struct function *function)
{
	const enum type *param = function->params;
	int proto = added(btf__add_func_proto(btf, ids[function->result]));

	for (; *param; param++)
		added(btf__add_func_param(btf, "", ids[*param]));
	added(btf__add_func(btf, function->name, BTF_FUNC_STATIC, proto));
}

static void write_btf(const char *module, const struct btf *btf, size_t cut)
{
	char path[FAKE_PATH_LEN];
	const void *data;
	__u32 size;
	FILE *file;

	data = btf__raw_data(btf, &size);
	assert_non_null(data);
	assert_true(cut <= size);
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s",
		 getenv("KTLAT_FAKE_ROOT"), module);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size - cut, file), size - cut);
	fclose(file);
}

static struct btf *make_vmlinux(void)
{
	struct btf *btf = btf__new_empty();
	size_t i;

	assert_non_null(btf);
	add_scalars(btf);
	add_others(btf);
	add_structs(btf);
	add_structs_of_others(btf);
	add_structs_of_arrays(btf);
	for (i = 0; i < ARRAY_LEN(functions); i++)
		add_function(btf, &functions[i]);

	/* Something that is no function may have the name of one. */
	added(btf__add_struct(btf, "f_void", 4));
	added(btf__add_var(btf, "f_longs_6", BTF_VAR_STATIC, ids[LONG]));
	added(btf__add_func(btf, "f_of_no_proto", BTF_FUNC_STATIC, ids[LONG]));
	added(btf__add_func(btf, "f_of_no_type", BTF_FUNC_STATIC, 1 << 20));
	return btf;
}

static struct btf *make_module(struct btf *vmlinux)
{
	struct btf *btf = btf__new_empty_split(vmlinux);
	size_t i;

	assert_non_null(btf);
	ids[OWN] = add_struct(btf, 16, ids[S8], 2, 64);
	for (i = 0; i < ARRAY_LEN(mod_functions); i++)
		add_function(btf, &mod_functions[i]);
	return btf;
}

static void expect(const char *module, const char *name,
		   enum ktl_prototype expected)
{
	struct ktlat_point point = { 0 };
	enum ktl_prototype found;

	strcpy(point.module, module);
	strcpy(point.name, name);
	found = ktl_find_prototype(&point);
	if (found != expected)
		fail_msg("%s:%s: %d, not %d", module, name, found, expected);
}

/* These come first: a file that was read once is kept. */
static void test_no_vmlinux(void **state)
{
	(void)state;
	expect("", "f_void", UNKNOWN);
	expect("vmlinux", "f_void", UNKNOWN);
	expect("mod_a", "m_longs_6", UNKNOWN);
}

static void test_bad_vmlinux(void **state)
{
	static const unsigned int cuts[] = { 1, 100, 2000 };
	struct btf *btf = make_vmlinux();
	__u32 size;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cuts); i++) {
		write_btf("vmlinux", btf, cuts[i]);
		expect("", "f_void", UNKNOWN);
	}
	/* Nothing, a part of the header, and the header alone */
	btf__raw_data(btf, &size);
	for (i = 0; i <= sizeof(struct btf_header); i += 8) {
		write_btf("vmlinux", btf, size - i);
		expect("", "f_void", UNKNOWN);
	}
	btf__free(btf);
}

static void write_all(void)
{
	struct btf *vmlinux = make_vmlinux();
	struct btf *module = make_module(vmlinux);

	write_btf("vmlinux", vmlinux, 0);
	write_btf("mod_a", module, 0);
	write_btf("mod_cut", module, 1);
	btf__free(module);
	btf__free(vmlinux);
}

static void test_rules(void **state)
{
	size_t i;

	(void)state;
	write_all();
	for (i = 0; i < ARRAY_LEN(functions); i++)
		expect("", functions[i].name, functions[i].expected);
	expect("vmlinux", "f_longs_6", REGISTERS);
	expect("", "f_missing", UNKNOWN);
	expect("", "", UNKNOWN);
	expect("", "long", UNKNOWN);
	expect("", "f_of_no_proto", UNKNOWN);
	expect("", "f_of_no_type", UNKNOWN);
}

static void test_module(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(mod_functions); i++)
		expect("mod_a", mod_functions[i].name,
		       mod_functions[i].expected);
	/* What is in the one is not looked for in the other. */
	expect("mod_a", "f_void", UNKNOWN);
	expect("", "m_longs_6", UNKNOWN);
	expect("", "f_in_both", REGISTERS);
	expect("mod_none", "m_longs_6", UNKNOWN);
	expect("mod_cut", "m_longs_6", UNKNOWN);
	expect("vmlinux", "m_longs_6", UNKNOWN);
}

static void test_read_once(void **state)
{
	char path[FAKE_PATH_LEN];

	(void)state;
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux",
		 getenv("KTLAT_FAKE_ROOT"));
	assert_int_equal(unlink(path), 0);
	expect("", "f_longs_6", REGISTERS);
	expect("mod_a", "m_longs_6", REGISTERS);
}

/* For others that use libbpf it still logs as they told it to. */
static int complain(enum libbpf_print_level level, const char *format,
		    va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	fail_msg("libbpf logged");
	return 0;
}

static void test_silence(void **state)
{
	libbpf_print_fn_t before = libbpf_set_print(complain);

	(void)state;
	expect("mod_cut", "m_longs_6", UNKNOWN);
	assert_ptr_equal(libbpf_set_print(before), complain);
}

static int free_descriptor(void)
{
	int fd = dup(STDOUT_FILENO);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void test_nothing_left_open(void **state)
{
	int before = free_descriptor();

	(void)state;
	expect("mod_a", "m_longs_6", REGISTERS);
	expect("mod_cut", "m_longs_6", UNKNOWN);
	assert_int_equal(free_descriptor(), before);
}

static int setup(void **state)
{
	char path[FAKE_PATH_LEN];
	int ret = tool_setup(state);

	snprintf(path, sizeof(path), "%s/sys/kernel/btf",
		 getenv("KTLAT_FAKE_ROOT"));
	return ret ? ret : mkdir(path, 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_vmlinux),
		cmocka_unit_test(test_bad_vmlinux),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_nothing_left_open),
	};

	return cmocka_run_group_tests(tests, setup, tool_teardown);
}
