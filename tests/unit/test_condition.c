// SPDX-License-Identifier: GPL-2.0-only
/* Conditions: what they come to, how they are written again, and what is refused. */
#include <stdio.h>

#include "sampletypes.h"
#include "tool.h"
#include "unit.h"

static const struct ktlat_point function = { .name = "f_idle" };
static const struct ktlat_point of_bits = { .name = "f_busy" };
static const struct ktlat_point pointers = { .name = "f_pointers" };

static const struct {
	const struct ktlat_point *point;
	const char *text;
	__u32 op;
	__u64 value;
	const char *word;
} taken[] = {
	{ &function, "count == 5", KTLAT_OP_EQ, 5, NULL },
	{ &function, "count!=-5", KTLAT_OP_NE, -5ULL, NULL },
	{ &function, "count < 0x10", KTLAT_OP_LT, 16, NULL },
	{ &function, "count <= 0", KTLAT_OP_LE, 0, NULL },
	{ &function, "count>1", KTLAT_OP_GT, 1, NULL },
	{ &function, "count>=1", KTLAT_OP_GE, 1, NULL },
	{ &function, "count & 6", KTLAT_OP_AND, 6, NULL },
	/* As its bits are, and as it is meant */
	{ &function, "count == 0xfffffff2", KTLAT_OP_EQ, -14ULL, NULL },
	{ &function, "count == -2147483648", KTLAT_OP_EQ, -2147483648ULL, NULL },
	{ &function, "file->count == 0xffffffffffffffff", KTLAT_OP_EQ, ~0ULL, NULL },
	{ &function, "file->count == -0", KTLAT_OP_EQ, 0, NULL },
	{ &function, "arg3:s64 == -9223372036854775808", KTLAT_OP_EQ, 1ULL << 63,
	  NULL },
	{ &function, "mode == S_MODE_READ", KTLAT_OP_EQ, 1, NULL },
	{ &function, "file->mode == S_MODE_BAD", KTLAT_OP_EQ, -5ULL, NULL },
	{ &pointers, "wide == WIDE_HIGH", KTLAT_OP_EQ, 1ULL << 40, NULL },
	{ &function, "on == true", KTLAT_OP_EQ, 1, NULL },
	{ &function, "file != NULL", KTLAT_OP_NE, 0, NULL },
	{ &of_bits, "bits->third == -16", KTLAT_OP_EQ, -16ULL, NULL },
	{ &of_bits, "bits->first == 7", KTLAT_OP_EQ, 7, NULL },
	{ &function, "name == \"etc\"", KTLAT_OP_EQ, 0, "etc" },
	{ &function, "name != 'it\\'s'", KTLAT_OP_NE, 0, "it's" },
	{ &function, "file->comm == \"a\\\"\\\\\\n\\x7f\\xe4b\"", KTLAT_OP_EQ, 0,
	  "a\"\\\n\177\344b" },
	{ &function, "name == ''", KTLAT_OP_EQ, 0, "" },
	{ &function, "name == \"0123456789012345678901234567890\"", KTLAT_OP_EQ,
	  0, "0123456789012345678901234567890" },
};

/* It is the same when it was written by ourselves. */
static void expect_again(const struct ktlat_point *point,
			 const struct ktlat_condition *condition)
{
	struct ktlat_condition again[KTLAT_CONDITIONS] = { 0 };
	char text[KTLAT_CONDITION_LEN];
	struct ktlat_value value;
	struct ktlat_error err;

	ktlat_name_value(point, &condition->fetch, &value);
	ktlat_format_condition(condition, value.text, text);
	if (ktlat_parse_conditions(text, point, again, &err))
		fail_msg("%s: %s", text, err.text);
	assert_memory_equal(&again[0], condition, sizeof(*condition));
}

static void test_taken(void **state)
{
	struct ktlat_error err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(taken); i++) {
		struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
		struct ktlat_condition *condition = &list[0];
		char word[KTLAT_TEXT_LEN] = "";

		if (ktlat_check_conditions(taken[i].text, &err) ||
		    ktlat_parse_conditions(taken[i].text, taken[i].point, list,
					   &err))
			fail_msg("%s", err.text);
		if (condition->op != taken[i].op ||
		    condition->value != taken[i].value)
			fail_msg("%s: %u, %llx", taken[i].text, condition->op,
				 condition->value);
		strcpy(word, taken[i].word ?: "");
		assert_memory_equal(condition->text, word, sizeof(word));
		assert_true(!list[1].fetch.from);
		expect_again(taken[i].point, condition);
		expect_again(NULL, condition);
	}
}

static void test_several(void **state)
{
	struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
	struct ktlat_error err;

	(void)state;
	assert_int_equal(ktlat_parse_conditions("count & 1&&ret == -1", &function,
						list, &err), 0);
	assert_int_equal(ktlat_parse_conditions("name == 'a && b'", &function,
						list, &err), 0);
	assert_int_equal(list[0].op, KTLAT_OP_AND);
	assert_int_equal(list[1].fetch.from, KTLAT_FETCH_RETURN);
	assert_string_equal(list[2].text, "a && b");
	/* One more fits, and what is refused leaves it free. */
	assert_int_equal(ktlat_parse_conditions("count == 1 && ret == 2",
						&function, list, &err), -EINVAL);
	assert_int_equal(err.position, 14);
	assert_true(!list[3].fetch.from);
	assert_int_equal(ktlat_parse_conditions("count == 1", &function, list,
						&err), 0);
	assert_int_equal(ktlat_parse_conditions("count == 1", &function, list,
						&err), -EINVAL);
	assert_int_equal(err.position, 1);
}

static const struct {
	const char *text;
	unsigned int position;
	const char *reason;
} refused[] = {
	{ "", 1, "the name of a parameter is missing" },
	{ "count", 6, "one of == != < <= > >= & is missing" },
	{ "count = 5", 7, "one of ==" },
	{ "count && ret == 1", 7, "one of ==" },
	{ "count ==", 9, "a value is missing" },
	{ "count == 5x", 10, "a value is missing" },
	{ "count == 18446744073709551616", 10, "a value is missing" },
	{ "count == --5", 10, "a value is missing" },
	{ "count == 5 6", 12, "the condition has ended before this; && goes" },
	{ "count == 5 &&", 14, "the name of a parameter is missing" },
	{ "count == 5 && cont == 6", 15, "f_idle has no parameter \"cont\"" },
	{ "count == 5 & ret == 6", 12, "the condition has ended" },
	{ "count == 4294967296", 10, "never that high" },
	{ "count == -2147483649", 10, "never that low" },
	{ "file->count == -1", 16, "never below 0" },
	{ "count == 'x'", 10, "compared with a number" },
	{ "count == FIVE", 10, "no value of the enum is called so" },
	{ "mode == S_MODE_WRITE", 9, "no value of the enum is called so" },
	{ "name == 5", 9, "compared with a text" },
	{ "name == etc", 9, "compared with a text" },
	{ "name < 'x'", 8, "== and != alone" },
	{ "name == 'x", 9, "does not end" },
	{ "name == '\\x00'", 10, "no text has a zero in it" },
	{ "name == '01234567890123456789012345678901'", 41, "the first 31 bytes" },
	{ "file->counts == 1", 7, "did you mean \"count\"?" },
};

static void test_refused(void **state)
{
	struct ktlat_error err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refused); i++) {
		struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
		static const struct ktlat_condition none[KTLAT_CONDITIONS];

		if (!ktlat_parse_conditions(refused[i].text, &function, list,
					    &err))
			fail_msg("%s was taken", refused[i].text);
		if (err.position != refused[i].position ||
		    !strstr(err.text, refused[i].reason))
			fail_msg("%s: %u: %s", refused[i].text, err.position,
				 err.text);
		assert_memory_equal(list, none, sizeof(none));
	}
}

static int setup(void **state)
{
	return tool_setup(state) ?: sample_install_types();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, tool_teardown);
}
