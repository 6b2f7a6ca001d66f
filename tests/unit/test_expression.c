// SPDX-License-Identifier: GPL-2.0-only
/*
 * What expressions come to: each is found in memory of this program, as the module finds
 * it in the kernel's, and held against what the compiler finds there.
 */
#include <stdio.h>

#include "sampletypes.h"
#include "tool.h"
#include "unit.h"

static struct s_dentry root = {
	.flags = 1,
	.d_name = { { { 11, 12 } }, (const unsigned char *)"/" },
};

static struct s_dentry dentry = {
	.flags = -7,
	.d_name = { { { 0x89abcdef, 0x1234567 } }, (const unsigned char *)"passwd" },
	.parent = &root,
	.iname = "inline",
};

static const char * const lines[] = { "one", "two" };
static __u64 place = 0xfedcba9876543210ULL;
static __u8 bytes[] = { 1, 2, 0xfe };

static struct s_file file = {
	.count = ~0ULL,
	.f_path = { &place, &dentry },
	.comm = "a comm",
	.mode = S_MODE_BAD,
	.ok = true,
	.low = -2,
	.lines = lines,
	.slots = { &dentry, &root, NULL, &dentry },
	.table = { { .hash_len = 1 }, { .hash_len = 2 }, { .hash_len = 3 } },
	.grid = { { 1, 2, 3 }, { 4, 5, -6 } },
	.bytes = bytes,
	.unread = "of the process",
};

static struct s_bits bits = {
	.first = 5, .second = 0x1abc, .third = -11, .byte_a = 1, .byte_b = 0x55,
	.wide = 0xabcdef0123ULL, .rest = -0x123456, .flag = true,
};

static struct s_packed packed = {
	.before = 'x', .across = 0x2bcdef01, .last = 0x3cba987,
};

static struct s_thing last = { .own = -3 };
static struct s_thing thing = {
	.inner = { .flags = 21, .d_name = { .name = (const unsigned char *)"split" } },
	.next = &last,
	.own = 20,
};

/**
 * struct call - A call of a function
 * @point: the function
 * @args: what is in its registers
 * @ret: what it returned
 */
struct call {
	struct ktlat_point point;
	__u64 args[6];
	__u64 ret;
};

#define WORD(pointer)	((__u64)(uintptr_t)(pointer))

static const struct call opened = {
	.point = { .name = "f_idle" },
	.args = { WORD(&file), WORD("named"), 0xdeadbeefffffff85, 0xff01,
		  0x5500000001, WORD(&place) },
	.ret = 0xaaaaaaaafffffff2,
};

static const struct call of_bits = {
	.point = { .name = "f_busy" },
	.args = { WORD(&bits), WORD(&packed) },
};

static const struct call odd = {
	.point = { .name = "f_odd" },
	.args = { 1, 2, 3, 4, 5, 6 },
	.ret = WORD(&dentry),
};

static const struct call large = {
	.point = { .name = "f_large" },
	.args = { 1, 2, 3, 4, 5, 6 },
};

static const struct s_dentry *list[] = { &dentry, &root };

static const struct call pointers = {
	.point = { .name = "f_pointers" },
	.args = { WORD("buffer"), 2, WORD("data"), 4, 1ULL << 40, WORD(list) },
};

static const struct call in_module = {
	.point = { .name = "f_busy_too", .module = "mod_b" },
	.args = { WORD(&thing), -5ULL },
	.ret = -1ULL,
};

static __u64 begin(const struct ktlat_fetch *fetch, const struct call *call)
{
	switch (fetch->from) {
	case KTLAT_FETCH_ARGUMENT:
		return call->args[fetch->index];
	case KTLAT_FETCH_RETURN:
		return call->ret;
	default:
		return 0x1234;
	}
}

/* As the module is told to do it, see struct ktlat_fetch. */
static __u64 find(const struct ktlat_fetch *fetch, const struct call *call)
{
	bool text = fetch->type == KTLAT_FETCH_STRING ||
		    fetch->type == KTLAT_FETCH_USER_STRING;
	__u64 value = begin(fetch, call), bits_above;
	__u32 i;

	for (i = 0; i < fetch->nr_steps; i++) {
		bool ends = i + 1 == fetch->nr_steps;
		const void *address = (const void *)(uintptr_t)(value +
								fetch->offset[i]);

		if (ends && text)
			return WORD(address);
		value = 0;
		memcpy(&value, address, ends ? fetch->bytes : 8);
	}
	value >>= fetch->shift;
	bits_above = 64 - fetch->bits;
	if (fetch->type == KTLAT_FETCH_SIGNED)
		return (__s64)(value << bits_above) >> bits_above;
	return value << bits_above >> bits_above;
}

static void expect_sound(const struct ktlat_fetch *fetch)
{
	__u32 i;

	assert_in_range(fetch->from, 1, 3);
	assert_true(fetch->index <= 5);
	assert_true(fetch->nr_steps <= KTLAT_FETCH_STEPS);
	for (i = fetch->nr_steps; i < KTLAT_FETCH_STEPS; i++)
		assert_true(!fetch->offset[i]);
	if (fetch->type == KTLAT_FETCH_STRING ||
	    fetch->type == KTLAT_FETCH_USER_STRING) {
		assert_true(fetch->nr_steps);
		assert_true(!fetch->bytes && !fetch->shift && !fetch->bits);
	} else {
		assert_true(!fetch->bytes == !fetch->nr_steps);
		assert_true(fetch->bits && fetch->shift + fetch->bits <=
			    (fetch->bytes ? 8 * fetch->bytes : 64));
	}
}

/* What the module gives back leads to the same place, with names and without. */
static void expect_round_trip(const struct ktlat_point *point,
			      const struct ktlat_value *value)
{
	struct ktlat_value raw, named, again;
	struct ktlat_error err;

	ktlat_name_value(NULL, &value->fetch, &raw);
	if (ktlat_parse_value(raw.text, NULL, &again, &err))
		fail_msg("%s: %s", value->text, err.text);
	assert_memory_equal(&again.fetch, &value->fetch, sizeof(again.fetch));
	ktlat_name_value(point, &value->fetch, &named);
	if (ktlat_parse_value(named.text, point, &again, &err))
		fail_msg("%s: %s", value->text, err.text);
	assert_memory_equal(&again.fetch, &value->fetch, sizeof(again.fetch));
}

static struct ktlat_value parse(const struct call *call, const char *text)
{
	struct ktlat_value value;
	struct ktlat_error err;

	if (ktlat_check_value(text, &err) ||
	    ktlat_parse_value(text, &call->point, &value, &err))
		fail_msg("%s", err.text);
	expect_sound(&value.fetch);
	expect_round_trip(&call->point, &value);
	return value;
}

static void number_is(const struct call *call, const char *text, __u64 expected,
		      enum ktlat_show show)
{
	struct ktlat_value value = parse(call, text);
	__u64 found = find(&value.fetch, call);

	if (found != expected || value.show != show)
		fail_msg("%s: %llx (%u), not %llx (%u)", text, found, value.show,
			 (unsigned long long)expected, show);
}

static void text_is(const struct call *call, const char *text,
		    const char *expected)
{
	struct ktlat_value value = parse(call, text);

	assert_int_equal(value.show, KTLAT_SHOW_TEXT);
	assert_string_equal((const char *)(uintptr_t)find(&value.fetch, call),
			    expected);
}

#define NUMBER(call, text, value)	\
	number_is(&(call), text, (__u64)(value), KTLAT_SHOW_NUMBER)
#define HEX(call, text, value)		\
	number_is(&(call), text, (__u64)(value), KTLAT_SHOW_HEX)

static void test_parameters(void **state)
{
	(void)state;
	HEX(opened, "file", WORD(&file));
	text_is(&opened, "name", "named");
	NUMBER(opened, "count", -123LL);
	number_is(&opened, "on", 1, KTLAT_SHOW_BOOL);
	NUMBER(opened, "mode", 1);
	HEX(opened, "pos", WORD(&place));
	NUMBER(opened, "*pos", place);
	NUMBER(opened, "pos[0]", place);
	NUMBER(opened, "ret", -14LL);
	NUMBER(opened, "ret:u32", 0xfffffff2);
	number_is(&opened, "caller", 0x1234, KTLAT_SHOW_SYMBOL);
	NUMBER(opened, "arg3", 0xdeadbeefffffff85);
	HEX(odd, "ret", WORD(&dentry));
	NUMBER(odd, "ret->flags", -7LL);
}

/* What comes before may be on the stack, or take two registers. */
static void test_registers(void **state)
{
#ifdef __x86_64__
	NUMBER(odd, "after", 3);
	HEX(odd, "fwd", 4);
	/* The first one says where to put what it returns. */
	NUMBER(large, "count", 4);
	NUMBER(large, "arg3", 3);
#endif
	(void)state;
}

static void test_members(void **state)
{
	(void)state;
	NUMBER(opened, "file->count", ~0ULL);
	NUMBER(opened, "(*file).count", ~0ULL);
	NUMBER(opened, " file -> f_path . dentry -> flags ", -7LL);
	HEX(opened, "file->f_path.dentry", WORD(&dentry));
	HEX(opened, "file->f_path.mnt", WORD(&place));
	text_is(&opened, "file->f_path.dentry->d_name.name", "passwd");
	text_is(&opened, "file->f_path.dentry->iname", "inline");
	text_is(&opened, "file->comm", "a comm");
	NUMBER(opened, "file->f_path.dentry->d_name.len", 0x1234567);
	NUMBER(opened, "file->f_path.dentry->d_name.hash", 0x89abcdef);
	NUMBER(opened, "file->f_path.dentry->d_name.hash_len", 0x123456789abcdefULL);
	NUMBER(opened, "file->f_path.dentry->parent->flags", 1);
	NUMBER(opened, "file->mode", -5LL);
	number_is(&opened, "file->ok", 1, KTLAT_SHOW_BOOL);
	NUMBER(opened, "file->low", -2LL);
}

static void test_elements(void **state)
{
	(void)state;
	text_is(&opened, "file->lines[1]", "two");
	text_is(&opened, "*file->lines", "one");
	NUMBER(opened, "file->slots[1]->flags", 1);
	HEX(opened, "file->slots[3]", WORD(&dentry));
	HEX(opened, "*file->slots", WORD(&dentry));
	NUMBER(opened, "file->table[2].hash_len", 3);
	NUMBER(opened, "file->table->hash", 1);
	NUMBER(opened, "file->grid[1][2]", -6LL);
	NUMBER(opened, "file->comm[2]", 'c');
	HEX(opened, "file->bytes", WORD(bytes));
	NUMBER(opened, "file->bytes[2]", 0xfe);
	NUMBER(pointers, "list[1]->flags", 1);
	NUMBER(pointers, "(*list)->flags", -7LL);
}

static void test_bit_fields(void **state)
{
	(void)state;
	NUMBER(of_bits, "bits->first", bits.first);
	NUMBER(of_bits, "bits->second", bits.second);
	NUMBER(of_bits, "bits->third", (long long)bits.third);
	NUMBER(of_bits, "bits->byte_a", bits.byte_a);
	NUMBER(of_bits, "bits->byte_b", bits.byte_b);
	NUMBER(of_bits, "bits->wide", bits.wide);
	NUMBER(of_bits, "bits->rest", (long long)bits.rest);
	number_is(&of_bits, "bits->flag", bits.flag, KTLAT_SHOW_BOOL);
	NUMBER(of_bits, "packed->before", packed.before);
	NUMBER(of_bits, "packed->across", packed.across);
	NUMBER(of_bits, "packed->last", packed.last);
}

/* No load goes beyond the struct that the field is in. */
static void test_bits_stay_inside(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} fields[] = {
		{ "bits->first", sizeof(bits) }, { "bits->third", sizeof(bits) },
		{ "bits->rest", sizeof(bits) }, { "bits->flag", sizeof(bits) },
		{ "packed->across", sizeof(packed) },
		{ "packed->last", sizeof(packed) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		struct ktlat_value value = parse(&of_bits, fields[i].text);

		assert_true(value.fetch.offset[0] >= 0);
		assert_true((size_t)value.fetch.offset[0] + value.fetch.bytes <=
			    fields[i].size);
	}
	/* As the compiler does it, where it can. */
	assert_int_equal(parse(&of_bits, "bits->second").fetch.bytes, 4);
	assert_int_equal(parse(&of_bits, "bits->byte_b").fetch.bytes, 1);
}

static void test_module(void **state)
{
	(void)state;
	NUMBER(in_module, "thing->own", 20);
	NUMBER(in_module, "thing->next->own", -3LL);
	NUMBER(in_module, "thing->inner.flags", 21);
	text_is(&in_module, "thing->inner.d_name.name", "split");
	NUMBER(in_module, "count", -5LL);
	NUMBER(in_module, "ret", -1LL);
}

static void test_suffixes(void **state)
{
	(void)state;
	NUMBER(opened, "count:u8", 0x85);
	NUMBER(opened, "count:s8", -123LL);
	HEX(opened, "count:x16", 0xff85);
	NUMBER(opened, "arg3:u4@4/8", 8);
	NUMBER(opened, "+8(+16(arg1)):u32", dentry.d_name.hash);
	NUMBER(opened, "+0(arg6)", place);
	NUMBER(opened, "+0x4(arg6):u16@0/32", 0xba98);
	NUMBER(opened, "+8(+8(file->f_path)):s64", dentry.d_name.hash_len);
	NUMBER(opened, "+8(file->table):u64", 0);
	text_is(&opened, "+0(arg2):string", "named");
	text_is(&opened, "+1(name):string", "amed");
	text_is(&opened, "arg2:string", "named");
	text_is(&opened, "file->f_path.dentry->iname:string", "inline");
	text_is(&pointers, "data:string", "data");
	text_is(&pointers, "buf", "buffer");
	assert_int_equal(parse(&pointers, "buf").fetch.type,
			 KTLAT_FETCH_USER_STRING);
	assert_int_equal(parse(&opened, "name:ustring").fetch.type,
			 KTLAT_FETCH_USER_STRING);
	text_is(&opened, "file->unread", "of the process");
}

static void test_deepest(void **state)
{
	static const char deepest[] = "+1(+2(+3(+4(+5(+6(+7(+-0(arg1))))))))";
	struct ktlat_value value;

	(void)state;
	assert_int_equal(ktlat_parse_value(deepest, NULL, &value, NULL), -EINVAL);
	value = parse(&opened, "+1(+2(-3(+4(+5(+6(+7(-9223372036854775808(arg1)))))))):s16");
	assert_int_equal(value.fetch.nr_steps, 8);
	assert_true(value.fetch.offset[0] == -9223372036854775807LL - 1);
	assert_int_equal(value.fetch.offset[7], 1);
}

/* What BTF has names for is told by them. */
static void test_names(void **state)
{
	static const struct {
		const struct call *call;
		const char *text;
		const char *name;
		enum ktlat_show show;
	} cases[] = {
		{ &opened, "+0(arg1):u64", "file->count", KTLAT_SHOW_NUMBER },
		{ &opened, "+16(arg1):u64", "file->f_path.dentry", KTLAT_SHOW_HEX },
		{ &opened, "file->f_path.dentry->d_name.name",
		  "file->f_path.dentry->d_name.name", KTLAT_SHOW_TEXT },
		{ &opened, "file->grid[1][2]", "file->grid[1][2]",
		  KTLAT_SHOW_NUMBER },
		{ &opened, "*pos", "*pos", KTLAT_SHOW_NUMBER },
		{ &opened, "arg3:s32", "count", KTLAT_SHOW_NUMBER },
		{ &opened, "arg3", "arg3:u64", KTLAT_SHOW_NUMBER },
		{ &opened, "ret:s32", "ret", KTLAT_SHOW_NUMBER },
		{ &opened, "caller", "caller", KTLAT_SHOW_SYMBOL },
		{ &of_bits, "bits->wide", "bits->wide", KTLAT_SHOW_NUMBER },
		{ &odd, "ret->d_name.len", "ret->d_name.len", KTLAT_SHOW_NUMBER },
		{ &in_module, "thing->next->own", "thing->next->own",
		  KTLAT_SHOW_NUMBER },
		{ &pointers, "list[1]->flags", "list[1]->flags",
		  KTLAT_SHOW_NUMBER },
		/* Nothing is there. */
		{ &opened, "+4(arg1):u32", "+4(arg1):u32", KTLAT_SHOW_NUMBER },
		{ &opened, "-4(arg1):u32", "-4(arg1):u32", KTLAT_SHOW_NUMBER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct ktlat_value value = parse(cases[i].call, cases[i].text);

		ktlat_name_value(&cases[i].call->point, &value.fetch, &value);
		assert_string_equal(value.text, cases[i].name);
		assert_int_equal(value.show, cases[i].show);
	}
}

static const struct {
	const struct call *call;
	const char *text;
	unsigned int position;
	const char *reason;
} refused[] = {
	/* How it is written */
	{ &opened, "", 1, "the name of a parameter is missing" },
	{ &opened, "  ", 3, "the name of a parameter is missing" },
	{ &opened, "file->", 7, "the name of a member is missing" },
	{ &opened, "file-x", 5, "the expression has ended before this" },
	{ &opened, "file->count x", 13, "the expression has ended before this" },
	{ &opened, "(file->count", 13, "\")\" is missing" },
	{ &opened, "+8 arg1", 4, "\"(\" is missing" },
	{ &opened, "+(arg1)", 2, "a number is missing" },
	{ &opened, "+9223372036854775808(arg1)", 2, "a number is missing" },
	{ &opened, "file->slots[x]", 13, "a number is missing" },
	{ &opened, "file->slots[1", 14, "\"]\" is missing" },
	{ &opened, "file->slots[1x]", 13, "a number is missing" },
	{ &opened, "1file", 1, "the name of a parameter is missing" },
	{ &opened, "arg1:u33", 6, "\"u33\" is no type" },
	{ &opened, "arg1:", 6, "\"\" is no type" },
	{ &opened, "arg1:u3@6/8", 6, "is no type" },
	{ &opened, "arg1:u0@0/8", 6, "is no type" },
	{ &opened, "arg1:strings", 6, "is no type" },
	{ &opened, "arg1:u8:u8", 8, "the expression has ended before this" },
	/* What there is not */
	{ &opened, "fil->count", 1, "f_idle has no parameter \"fil\"; it has file, name, count, on, mode, pos, seventh" },
	{ &opened, "file->counts", 7, "no member \"counts\" in struct s_file; did you mean \"count\"?" },
	{ &opened, "file->f_path.dentri->flags", 14, "did you mean \"dentry\"?" },
	{ &opened, "file->wholly_other", 7, "no member \"wholly_other\" in struct s_file" },
	{ &opened, "file.count", 6, "write \"->\"" },
	{ &opened, "file->f_path->dentry", 15, "write \".\"" },
	{ &opened, "file->count.x", 13, "is of type unsigned long; it has no members" },
	{ &opened, "count->x", 8, "is of type int; it takes a pointer here" },
	{ &opened, "*count", 1, "it takes a pointer here" },
	{ &opened, "file->slots[4]", 13, "the last element of this array is 3" },
	{ &opened, "file->count[0]", 13, "it has no elements" },
	{ &opened, "arg1->count", 7, "no type is known" },
	{ &opened, "*arg1", 1, "no type is known" },
	{ &opened, "+8(count)", 1, "it takes an address there" },
	{ &opened, "+8(file->low):u8", 1, "it takes an address there" },
	{ &opened, "count:string", 7, "it is no address of a text" },
	{ &opened, "file->f_path", 7, "choose one of its members" },
	{ &opened, "file->slots", 7, "choose an element" },
	{ &opened, "*file", 1, "choose one of its members" },
	{ &opened, "seventh", 1, "not in one of the six registers" },
	{ &opened, "file->table[9223372036854775807]", 13, "the last element" },
	{ &opened, "pos[9223372036854775807]", 5, "this is too far away" },
	{ &of_bits, "ret", 1, "f_busy returns nothing" },
	{ &of_bits, "bits->first:u8", 13, "a bit field is as long as it is" },
	{ &of_bits, "bits->first.x", 13, "is a bit field" },
	{ &of_bits, "+8(bits->first)", 1, "is a bit field" },
	{ &odd, "value", 1, "this parameter is a struct" },
	{ &odd, "wide", 1, "not in one of the six registers" },
	{ &odd, "loop", 1, "not in one of the six registers" },
	{ &odd, "ret->d_name", 6, "choose one of its members" },
#ifdef __x86_64__
	{ &odd, "fwd->x", 6, "it has no members" },
#endif
	{ &odd, "behind", 1, "not in one of the six registers" },
	{ &large, "ret", 1, "it returns a struct" },
	{ &large, "pos", 1, "not in one of the six registers" },
	{ &pointers, "*percpu", 1, "each CPU has a copy" },
	{ &pointers, "*data", 1, "is of type void" },
	{ &pointers, "data->x", 7, "is of type void" },
	{ &pointers, "*buf", 1, "in the memory of the process" },
	{ &pointers, "buf[3]", 5, "in the memory of the process" },
	{ &pointers, "buf:string", 1, "in the memory of the process" },
	{ &pointers, "+0(buf):u8", 1, "in the memory of the process" },
};

static void expect_refused(const struct ktlat_point *point, const char *text,
			   unsigned int position, const char *reason)
{
	struct ktlat_value value;
	struct ktlat_error err;
	char where[32];

	if (!ktlat_parse_value(text, point, &value, &err))
		fail_msg("%s was taken", text);
	snprintf(where, sizeof(where), " at character %u: ", position);
	if (err.position != position || !strstr(err.text, reason) ||
	    !strstr(err.text, where))
		fail_msg("%s: %u: %s", text, err.position, err.text);
}

static void test_refused(void **state)
{
	struct ktlat_point point = opened.point;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refused); i++)
		expect_refused(&refused[i].call->point, refused[i].text,
			       refused[i].position, refused[i].reason);
	expect_refused(NULL, "file", 1, "functions of a group");
	point.offset = 4;
	expect_refused(&point, "file", 1, "where it begins");
	point.offset = 0;
	point.address = 0x1000;
	expect_refused(&point, "file", 1, "BTF knows functions by name");
	strcpy(point.name, "f_copied.isra.0");
	point.address = 0;
	expect_refused(&point, "file", 1, "\"file\" of f_copied.isra.0 cannot be looked up: what the compiler made");
	strcpy(point.name, "f_none");
	expect_refused(&point, "1 + file", 1, "is missing here");
	expect_refused(&point, "file->count", 1, "no BTF tells of its parameters; write arg1");
}

static void test_too_many(void **state)
{
	char text[KTLAT_EXPRESSION_LEN + 8];

	(void)state;
	strcpy(text, "*ret");
	memset(text, '*', 200);
	strcpy(text + 200, "ret");
	expect_refused(&odd.point, text, 49, "nested too deep");
	strcpy(text, "ret");
	while (strlen(text) < 200)
		strcat(text, "->parent");
	strcat(text, "->flags");
	expect_refused(&odd.point, text, 70, "more than 8 loads");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	expect_refused(&odd.point, text, KTLAT_EXPRESSION_LEN, "too long");
}

static int setup(void **state)
{
	return tool_setup(state) ?: sample_install_types();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_bit_fields),
		cmocka_unit_test(test_bits_stay_inside),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_suffixes),
		cmocka_unit_test(test_deepest),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, setup, tool_teardown);
}
