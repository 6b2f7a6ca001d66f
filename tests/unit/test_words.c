// SPDX-License-Identifier: GPL-2.0-only
/* What users write: durations and SPECs. */
#include "unit.h"

static const struct {
	const char *text;
	__u64 ns;
	const char *error;
} durations[] = {
	{ "0", 0, NULL },
	{ "1", 1000000000, NULL },
	{ "2s", 2000000000, NULL },
	{ "0.5", 500000000, NULL },
	{ "250ns", 250, NULL },
	{ "40us", 40000, NULL },
	{ "1.5ms", 1500000, NULL },
	{ "1.000ns", 1, NULL },
	{ "0.000000001s", 1, NULL },
	{ "18446744073709551615ns", ~0ULL, NULL },
	{ "18446744073.709551615s", ~0ULL, NULL },
	{ "18446744073709551616ns", 0, "is too long" },
	{ "18446744073.709551616s", 0, "is too long" },
	{ "18446744074s", 0, "is too long" },
	{ "99999999999999999999999s", 0, "is too long" },
	{ "1.5ns", 0, "is finer than 1ns" },
	{ "0.0000000001s", 0, "is finer than 1ns" },
	{ "", 0, "is not a duration" },
	{ "s", 0, "is not a duration" },
	{ ".5s", 0, "is not a duration" },
	{ "1.s", 0, "is not a duration" },
	{ "-1s", 0, "is not a duration" },
	{ "+1s", 0, "is not a duration" },
	{ " 1s", 0, "is not a duration" },
	{ "1s ", 0, "is not a duration" },
	{ "1 s", 0, "is not a duration" },
	{ "1m", 0, "is not a duration" },
	{ "1MS", 0, "is not a duration" },
	{ "1e3", 0, "is not a duration" },
	{ "0x10", 0, "is not a duration" },
	{ "1.2.3s", 0, "is not a duration" },
	{ "nan", 0, "is not a duration" },
};

static void test_parse_duration(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(durations); i++) {
		struct ktlat_error err = { .text = "" };
		__u64 ns = 0;
		int ret = ktlat_parse_duration(durations[i].text, &ns, &err);

		if (!durations[i].error && (ret || ns != durations[i].ns))
			fail_msg("%s: %llu %s", durations[i].text,
				 (unsigned long long)ns, err.text);
		if (durations[i].error &&
		    (!ret || !strstr(err.text, durations[i].error) ||
		     !err.position ||
		     err.position > strlen(durations[i].text) + 1))
			fail_msg("%s: %d %s", durations[i].text, ret, err.text);
	}
}

static const struct {
	__u64 ns;
	const char *text;
} formatted[] = {
	{ 0, "0ns" },
	{ 1, "1ns" },
	{ 999, "999ns" },
	{ 1000, "1.00us" },
	{ 1004, "1.00us" },
	{ 1005, "1.01us" },
	{ 9994, "9.99us" },
	{ 9995, "10.0us" },
	{ 99949, "99.9us" },
	{ 99950, "100us" },
	{ 999499, "999us" },
	{ 999500, "1.00ms" },
	{ 1500000, "1.50ms" },
	{ 200000000, "200ms" },
	{ 999999999, "1.00s" },
	{ 1000000000, "1.00s" },
	{ 999499999999ULL, "999s" },
	{ 1234000000000ULL, "1234s" },
	{ ~0ULL, "18446744074s" },
};

static void test_format_duration(void **state)
{
	char text[KTLAT_DURATION_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(formatted); i++) {
		ktlat_format_duration(formatted[i].ns, text);
		assert_string_equal(text, formatted[i].text);
	}
}

static const struct {
	const char *text;
	const char *canonical;
	__u32 kind;
	__u32 match;
} specs[] = {
	{ "schedule_timeout", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "_f", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "vfs_read.isra.0", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "ip_vs:estimation_timer", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "ip-vs:estimation_timer", "ip_vs:estimation_timer",
	  KTLAT_KIND_FUNCTION, 0 },
	{ "a..b", NULL, KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "a..b@task", "a..b", KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "a..b@cpu", NULL, KTLAT_KIND_PAIR, KTLAT_MATCH_CPU },
	{ "a+16..m:b+0x2a@cpu", "a+0x10..m:b+0x2a@cpu", KTLAT_KIND_PAIR,
	  KTLAT_MATCH_CPU },
	{ "a+0..b+0X0", "a..b", KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "a.isra.0..b", NULL, KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "0xffffffff81000000", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "0XFFFFFFFF81000010", "0xffffffff81000010", KTLAT_KIND_FUNCTION, 0 },
	{ "vmlinux+0x10:f", NULL, KTLAT_KIND_FUNCTION, 0 },
	{ "ip-vs+16:f", "ip_vs+0x10:f", KTLAT_KIND_FUNCTION, 0 },
	{ "m+0:f", "m+0x0:f", KTLAT_KIND_FUNCTION, 0 },
	{ "0xffffffff81000000+4..m+0x10:f+8", "0xffffffff81000000+0x4..m+0x10:f+0x8",
	  KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "@irq", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@softirq", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@timer", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@hrtimer", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@workqueue", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@wakeup", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@syscall", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@runq", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@migrate", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@block", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@netrx", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@syscall:getppid", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "@syscall:99999", NULL, KTLAT_KIND_TRACEPOINT, 0 },
	{ "t:a..b", NULL, KTLAT_KIND_PAIR, KTLAT_MATCH_TASK },
	{ "t:irq:softirq_entry..irq:softirq_exit", NULL, KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_TASK },
	{ "t:a:b..c:d@task", "t:a:b..c:d", KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_TASK },
	{ "t:a:b..c:d@cpu", NULL, KTLAT_KIND_TRACEPOINT, KTLAT_MATCH_CPU },
	{ "t:9p:9p_req..9p:9p_res@arg3", NULL, KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_ARGUMENT },
	{ "t:a:b..c:d@arg3:u64", "t:a:b..c:d@arg3", KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_ARGUMENT },
	{ "t:a:b..c:d@arg5:s32", NULL, KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_ARGUMENT },
	{ "t:a:b..c:d@arg1:u8,arg2:s64", NULL, KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_ARGUMENT },
	{ "t:a:b..c:d@arg1,arg1", "t:a:b..c:d@arg1", KTLAT_KIND_TRACEPOINT,
	  KTLAT_MATCH_ARGUMENT },
};

static void test_parse_spec(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(specs); i++) {
		struct ktlat_probe_info info = { 0 };
		struct ktlat_probe_add request;
		char spec[KTLAT_SPEC_LEN];
		struct ktlat_error err;

		if (ktlat_parse_spec(specs[i].text, &request, &err))
			fail_msg("%s", err.text);
		assert_int_equal(request.kind, specs[i].kind);
		assert_int_equal(request.match, specs[i].match);
		info.kind = request.kind;
		info.match = request.match;
		memcpy(info.point, request.point, sizeof(info.point));
		memcpy(info.argument, request.argument, sizeof(info.argument));
		memcpy(info.syscall, request.syscall, sizeof(info.syscall));
		ktlat_format_spec(&info, spec);
		assert_string_equal(spec, specs[i].canonical ?
					  specs[i].canonical : specs[i].text);
	}
}

static void test_names_of_the_contract(void **state)
{
	struct ktlat_probe_add request;

	(void)state;
	assert_int_equal(ktlat_parse_spec("@wakeup", &request, NULL), 0);
	assert_string_equal(request.point[0].name, "sched_wakeup");
	assert_int_equal(ktlat_parse_spec("a..m:b+0x10", &request, NULL), 0);
	assert_string_equal(request.point[1].module, "m");
	assert_string_equal(request.point[1].name, "b");
	assert_int_equal(request.point[1].offset, 16);
}

/* What a preset is about tells its calls apart, but not where there is only one. */
static void test_presets_tell_apart(void **state)
{
	struct ktlat_probe_add request;

	(void)state;
	assert_int_equal(ktlat_parse_spec("@softirq", &request, NULL), 0);
	assert_int_equal(request.by, KTLAT_BY_EVENT);
	assert_int_equal(request.keys, KTLAT_KEYS_MIN);
	assert_int_equal(ktlat_parse_spec("@runq", &request, NULL), 0);
	assert_int_equal(request.by, KTLAT_BY_NOTHING);
	assert_int_equal(request.keys, 0);
	assert_int_equal(ktlat_parse_spec("@syscall:getppid", &request, NULL), 0);
	assert_int_equal(request.by, KTLAT_BY_NOTHING);
#ifdef __x86_64__
	assert_int_equal(request.syscall[0], 110 + 1);
	assert_int_equal(request.syscall[1], 64 + 1);
	assert_int_equal(ktlat_parse_spec("@syscall:110", &request, NULL), 0);
	assert_int_equal(request.syscall[1], 64 + 1);
	assert_int_equal(ktlat_parse_spec("@syscall:socketcall", &request, NULL), 0);
	assert_int_equal(request.syscall[0], 0);
	assert_int_equal(request.syscall[1], 102 + 1);
#endif
}

static const struct {
	const char *text;
	const char *error;
} bad_specs[] = {
	{ "@irq:9", "at character 5: nothing goes behind @irq" },
	{ "@syscall:", "at character 10: \"\" is no system call" },
	{ "@syscall:frobnicate", "at character 10: \"frobnicate\" is no system call" },
	{ "@syscall:99999999999", "at character 10" },
	{ "@syscall:1x", "at character 10" },
	{ "t::a", "at character 3: the name of a subsystem is missing" },
	{ "t:a:..b:c", "at character 5: the name of an event is missing" },
	{ "t:a:b", "at character 6: \"..\" and a second" },
	{ "t:a:b.c:d", "at character 6: \"..\" and a second" },
	{ "t:a:b..", "at character 8: the name of a subsystem" },
	{ "t:a:b..c", "at character 9: ':' and the name" },
	{ "t:a:b..c:", "at character 10: the name of an event" },
	{ "t:a:b..c:d+4", "at character 11: @KEY or the end" },
	{ "t:a:b..c:d@", "at character 12: a key is" },
	{ "t:a:b..c:d@arg0", "at character 15: arguments are" },
	{ "t:a:b..c:d@arg6", "at character 15: arguments are" },
	{ "t:a:b..c:d@arg12", "at character 15: arguments are" },
	{ "t:a:b..c:d@arg1:u7", "at character 16: the type" },
	{ "t:a:b..c:d@arg1:", "at character 16: the type" },
	{ "t:a:b..c:d@arg1:u32x", "at character 16: the type" },
	{ "t:a:b..c:d@arg1,", "at character 17: a key is" },
	{ "t:a:b..c:d@,arg1", "at character 12: a key is" },
	{ "", "it is empty" },
	{ "@", "\"@\" is none of @irq" },
	{ "@disk", "\"@disk\" is none of @irq" },
	{ "@IRQ", "\"@IRQ\" is none of @irq" },
	{ "f@cpu", "\"@cpu\" goes after a pair" },
	{ "f+4", "\"+4\" is for a pair" },
	{ "f+0", "\"+0\" is for a pair" },
	{ "m+4:f+4", "\"+4\" is for a pair" },
	{ "0xffffffff81000000+4", "\"+4\" is for a pair" },
	{ "0x10", "0x10 is no address of the kernel's" },
	{ "0xzz", "\"0xzz\" is no number" },
	{ "0xffffffffffffffff0", "is no number" },
	{ "0x", "does not begin as" },
	{ "m+:f", "\"\" is no number" },
	{ "m+0x4000000000000000:f", "\"0x4000000000000000\" is too far behind m" },
	{ "+4:f", "name of a module is missing" },
	{ "f g", "' ' in \"f g\" cannot be part of a name" },
	{ "f*", "'*' in \"f*\"" },
	{ "f\n", "'?' in \"f?\"" },
	{ "9f", "\"9f\" does not begin as" },
	{ ":f", "name of a module is missing" },
	{ "m:", "name of a function is missing" },
	{ "m/x:f", "'/' in \"m/x\" cannot be part of the name of a module" },
	{ "a:b:c", "':' in \"b:c\"" },
	{ "..b", "name of a function is missing" },
	{ "a..", "name of a function is missing" },
	{ "a..b..c", "holds another" },
	{ "a...b", "\".b\" does not begin as" },
	{ "a..b@", "\"@\" after a pair is neither" },
	{ "a..b@disk", "\"@disk\" after a pair is neither" },
	{ "a+..b", "\"\" is no number" },
	{ "a+zz..b", "\"zz\" is no number" },
	{ "a+0x..b", "\"0x\" is no number" },
	{ "a+0xg..b", "\"0xg\" is no number" },
	{ "a+-1..b", "\"-1\" is no number" },
	{ "a..b+0x10000000000000000", "\"0x10000000000000000\" is no number" },
	{ "a..b+18446744073709551616", "is no number" },
};

static void test_bad_specs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad_specs); i++) {
		struct ktlat_error err = { .text = "" };
		struct ktlat_probe_add request;
		int ret = ktlat_parse_spec(bad_specs[i].text, &request, &err);

		if (ret != -EINVAL || !strstr(err.text, bad_specs[i].error))
			fail_msg("\"%s\": %d %s", bad_specs[i].text, ret,
				 err.text);
		assert_null(strchr(err.text, '\n'));
	}
}

static void test_long_names(void **state)
{
	char text[KTLAT_NAME_LEN + 1];
	struct ktlat_probe_add request;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[KTLAT_NAME_LEN - 1] = '\0';
	assert_int_equal(ktlat_parse_spec(text, &request, NULL), 0);
	text[KTLAT_NAME_LEN - 1] = 'a';
	text[KTLAT_NAME_LEN] = '\0';
	assert_int_equal(ktlat_parse_spec(text, &request, NULL), -EINVAL);
	text[KTLAT_MODULE_LEN] = ':';
	assert_int_equal(ktlat_parse_spec(text, &request, NULL), -EINVAL);
}

/* Which character is wrong, from 1 up. */
static const struct {
	const char *text;
	unsigned int position;
} wrong_at[] = {
	{ "", 1 }, { "f+", 3 }, { "f+0x", 3 }, { "f+8", 2 }, { "1f", 1 },
	{ "fo-o", 3 }, { "mod:", 5 }, { ":f", 1 }, { "m!d:f", 2 },
	{ "mod+x:f", 5 }, { "mod:f g", 6 }, { "f@task", 2 }, { "a..", 4 },
	{ "a..b..c", 5 }, { "a..b c", 5 }, { "a..mod:1", 8 }, { "a..b@node", 5 },
	{ "a..b+x", 6 }, { "@nonsense", 1 }, { "0x10", 1 },
	{ "mod+0xffffffffffffffff:f", 5 },
};

static void test_spec_positions(void **state)
{
	struct ktlat_probe_add request;
	struct ktlat_error err;
	char where[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong_at); i++) {
		assert_int_equal(ktlat_parse_spec(wrong_at[i].text, &request,
						  &err), -EINVAL);
		snprintf(where, sizeof(where), "\" at character %u: ",
			 wrong_at[i].position);
		if (err.position != wrong_at[i].position ||
		    !strstr(err.text, where))
			fail_msg("%s: %u: %s", wrong_at[i].text, err.position,
				 err.text);
	}
}

static const struct {
	const char *text;
	unsigned int position;
} durations_wrong_at[] = {
	{ "", 1 }, { "s", 1 }, { "-1s", 1 }, { "1.s", 3 }, { "1m", 2 },
	{ "1.2.3s", 4 }, { "10 s", 3 }, { "1.55ns", 3 }, { "1.0001us", 6 },
	{ "99999999999999999999s", 1 },
};

static void test_duration_positions(void **state)
{
	struct ktlat_error err;
	size_t i;
	__u64 ns;

	(void)state;
	for (i = 0; i < ARRAY_LEN(durations_wrong_at); i++) {
		assert_true(ktlat_parse_duration(durations_wrong_at[i].text, &ns,
						 &err));
		if (err.position != durations_wrong_at[i].position)
			fail_msg("%s: %u: %s", durations_wrong_at[i].text,
				 err.position, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec_positions),
		cmocka_unit_test(test_duration_positions),
		cmocka_unit_test(test_parse_duration),
		cmocka_unit_test(test_format_duration),
		cmocka_unit_test(test_parse_spec),
		cmocka_unit_test(test_names_of_the_contract),
		cmocka_unit_test(test_presets_tell_apart),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
