// SPDX-License-Identifier: GPL-2.0-only
/* Values of calls on the command line: what is asked for, and how it is shown. */
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "values.h"
#include "fakedev.h"
#include "sampletypes.h"
#include "tool.h"
#include "unit.h"

#define FILE_NAME	"/tmp/ktlat-unit-values.dat"

static struct result result;

static int tool(const char *line)
{
	tool_run(line, &result);
	return result.status;
}

static void run(const char *line)
{
	if (tool(line))
		fail_msg("ktlat-ctl %s: %d\n%s", line, result.status,
			 result.err);
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is missing in\n%s", part, text);
}

static void new_device(void **state)
{
	(void)state;
	tool_new_device(1);
	tool_write("/proc/kallsyms", FAKE_KALLSYMS, strlen(FAKE_KALLSYMS));
	unlink(FILE_NAME);
}

/* Another process gives back by name what the module was told without. */
static void test_told(void **state)
{
	new_device(state);
	run("add-probe f_idle --arg file->f_path.dentry->d_name.len --arg ret --filter count==-5&&name!='x' --filter on==true --by arg");
	run("list --json");
	expect_in(result.out, "\"by\":\"arg\",\"args\":[\"file->f_path.dentry->d_name.len\",\"ret\"],\"conditions\":[\"count == -5\",\"name != \\\"x\\\"\",\"on == 1\"]");
	expect_in(result.out, "\"unread\":0");
	run("add-probe f_busy --by caller");
	run("list --json");
	expect_in(result.out, "\"by\":\"caller\",\"args\":[\"caller\"],\"conditions\":[]");
	run("add-probe f_idle --by ret");
	run("list --json");
	expect_in(result.out, "\"by\":\"ret\",\"args\":[\"ret\"]");
}

/* Nothing is known of it: what the module has is shown as it would be written. */
static void test_raw(void **state)
{
	new_device(state);
	run("add-probe f_caller --arg -8(+16(arg2)):s16 --filter +0(arg1):string==\"x\"");
	run("list --json");
	expect_in(result.out, "\"args\":[\"-8(+16(arg2)):s16\"],\"conditions\":[\"+0(arg1):string == \\\"x\\\"\"]");
}

static const struct {
	int status;
	const char *line;
	const char *reason;
} refused[] = {
	{ 2, "--arg file->", "--arg: expression \"file->\" at character 7: the name of a member is missing" },
	{ 2, "--filter count=5", "--filter: condition \"count=5\" at character 6: one of ==" },
	{ 2, "--filter a==1 --filter b==1 --filter c==1 --filter d==1 --filter e==1",
	  "--filter can be given 4 times" },
	{ 2, "--arg ret --arg ret --arg ret", "--arg can be given 2 times, and \"ret\" is one more" },
	{ 2, "--by arg", "--by arg goes by what --arg captures; give --arg" },
	{ 2, "--by caller --arg ret", "give --by arg --arg caller --arg EXPR" },
	{ 2, "--by args", "--by: \"args\" is none of none, cpu, pid, tgid, comm, cgroup, event, arg, caller, ret" },
	{ 1, "--arg fil->count", "--arg: expression \"fil->count\" at character 1: f_idle has no parameter \"fil\"" },
	{ 1, "--filter file->counts==1", "at character 7: no member \"counts\" in struct s_file; did you mean \"count\"?" },
	{ 1, "--arg name --arg ret", "a text takes the place of two values" },
	{ 1, "--arg ret --arg name", "a text takes the place of two values" },
	{ 1, "--filter ret==1&&ret==2 --filter ret==3&&ret==4&&ret==5",
	  "at character 17: a probe has up to 4 conditions" },
	{ 1, "--arg arg1 --backend direct --by arg", "sees what a function returns and who calls it, and no arguments; take --backend auto" },
};

static void test_refused(void **state)
{
	char line[512];
	size_t i;

	for (i = 0; i < ARRAY_LEN(refused); i++) {
		new_device(state);
		snprintf(line, sizeof(line), "add-probe %s %s",
			 strstr(refused[i].line, "direct") ? "f_busy" : "f_idle",
			 refused[i].line);
		assert_int_equal(tool(line), refused[i].status);
		expect_in(result.err, refused[i].reason);
		run("list --json");
		expect_in(result.out, "\"probes\":[]");
	}
}

/* Of the first, too, no probe is left if the second has no such parameter. */
static void test_all_or_none(void **state)
{
	new_device(state);
	assert_int_equal(tool("add-probe f_idle f_busy --arg count"), 1);
	expect_in(result.err, "f_busy has no parameter \"count\"; it has bits, packed");
	run("list --json");
	expect_in(result.out, "\"probes\":[]");
}

/* Nobody would ever see the values. */
static void test_not_shown(void **state)
{
	new_device(state);
	run("add-probe f_idle --arg count");
	expect_in(result.err, "give --events, --slow, --slowest or --by arg");
	run("add-probe f_idle --arg count --events");
	assert_string_equal(result.err, "");
	run("add-probe f_idle --arg count --by arg");
	assert_string_equal(result.err, "");
	assert_int_equal(tool("lat f_idle --arg count -d 1ms"), 2);
	expect_in(result.err, "record and slow do, and lat --by arg");
}

static void test_kinds(void **state)
{
	new_device(state);
	assert_int_equal(tool("add-probe @irq --arg ret"), 2);
	expect_in(result.err, "--arg is for functions; tracepoints go by");
	assert_int_equal(tool("add-probe @irq --by caller"), 2);
	expect_in(result.err, "--by is for functions");
	assert_int_equal(tool("add-probe f_idle+4..f_busy --arg count"), 2);
	expect_in(result.err, "--arg looks at a pair where it begins");
	assert_int_equal(tool("add-probe f_idle..f_busy --arg ret"), 1);
	expect_in(result.err, "what f_idle returns is known where it does");
	run("add-probe f_idle..f_busy --arg count");
	run("list --json");
	expect_in(result.out, "\"args\":[\"count\"]");
	assert_int_equal(tool("add-probe --group g f_idle --arg arg1"), 2);
	expect_in(result.err, "of a group, ret and caller can be looked at");
	assert_int_equal(tool("add-probe --group g f_idle --arg count"), 2);
	expect_in(result.err, "functions of a group have parameters of their own each");
}

static void test_record(void **state)
{
	new_device(state);
	run("record f_busy --arg bits->third --arg caller -o " FILE_NAME " -d 1ms");
	run("report " FILE_NAME);
	expect_in(result.out, " f_busy bits->third=(fault) caller=(fault)\n");
	expect_in(result.out, " f_busy bits->third=-1 caller=f_idle+0x30\n");
	/* Five bits of it. */
	expect_in(result.out, " f_busy bits->third=15 caller=");
	run("report --json " FILE_NAME);
	expect_in(result.out, ",\"args\":[\"bits->third\",\"caller\"],\"values\":[-3,\"f_idle+0x30\"]");
	expect_in(result.out, ",\"values\":[null,null]");
	run("report --format chrome " FILE_NAME);
	expect_in(result.out, ",\"args\":[\"bits->third\",\"caller\"],\"values\":[-3,\"f_idle+0x30\"]}}");
	new_device(state);
	run("record f_busy --arg arg1:string -o " FILE_NAME " -d 1ms");
	run("report " FILE_NAME);
	expect_in(result.out, " f_busy +0(arg1):string=\"\"call\\x5c7\\xe4\"\n");
	run("report --json " FILE_NAME);
	expect_in(result.out, "\"values\":[\"\\\"call\\\\x5c7\\\\xe4\"]");
}

/* From before there were values. */
static void test_old_recording(void **state)
{
	new_device(state);
	run("report ../fuzz/corpus/sample-before-values");
	expect_in(result.out, " recorded calls, ");
	run("report --json ../fuzz/corpus/sample-before-values");
	expect_in(result.out, "\"whole\":true");
	assert_null(strstr(result.out, "\"args\""));
}

static void test_slow(void **state)
{
	new_device(state);
	run("slow f_busy --slowest 3 -d 1ms --arg caller --arg bits->flag");
	expect_in(result.out, " f_busy caller=(fault) bits->flag=(fault)\n");
	run("slow f_busy --slowest 3 -d 1ms --json --arg caller --arg bits->flag");
	expect_in(result.out, "\"args\":[\"caller\",\"bits->flag\"],\"values\":[null,null]");
}

static void set_value(struct watch *watch, int i, const char *text,
		      __u32 type, __u32 bits, __u32 show)
{
	struct ktlat_value *value = &watch->values[i];

	strcpy(value->text, text);
	value->fetch.type = type;
	value->fetch.bits = bits;
	value->show = show;
}

static void key_is(const struct watch *watch, __u64 first, __u64 second,
		   const char *text, const char *json)
{
	const struct ktlat_key key = { .words = { first, second } };
	struct json_object *object = json_object_new_object();
	char found[1024];

	format_value_key(watch, &key, found, sizeof(found));
	assert_string_equal(found, text);
	add_value_key(object, watch, &key);
	assert_string_equal(json_object_to_json_string_ext(object, 0), json);
	json_object_put(object);
}

/* Numbers as numbers, texts as texts. */
static void test_keys(void **state)
{
	struct watch watch = { .info = { .by = KTLAT_BY_VALUES } };
	__u64 words[2];

	(void)state;
	set_value(&watch, 0, "a", KTLAT_FETCH_UNSIGNED, 64, KTLAT_SHOW_NUMBER);
	key_is(&watch, ~0ULL, 0, "18446744073709551615",
	       "{\"key\":18446744073709551615}");
	set_value(&watch, 0, "a", KTLAT_FETCH_SIGNED, 32, KTLAT_SHOW_NUMBER);
	key_is(&watch, 0xfffffff2, 0, "-14", "{\"key\":-14}");
	key_is(&watch, -14ULL, 0, "-14", "{\"key\":-14}");
	set_value(&watch, 1, "b", KTLAT_FETCH_UNSIGNED, 64, KTLAT_SHOW_HEX);
	key_is(&watch, 7, 0x1ffffffffffffULL, "7, 0x1ffffffffffff",
	       "{\"key\":[7,\"0x1ffffffffffff\"]}");
	set_value(&watch, 1, "b", KTLAT_FETCH_UNSIGNED, 1, KTLAT_SHOW_BOOL);
	key_is(&watch, 7, 1, "7, true", "{\"key\":[7,true]}");
	*watch.values[1].text = '\0';
	set_value(&watch, 0, "a", KTLAT_FETCH_STRING, 0, KTLAT_SHOW_TEXT);
	memcpy(words, "sixteen of them.", sizeof(words));
	key_is(&watch, words[0], words[1], "sixteen of them.",
	       "{\"key\":\"sixteen of them.\"}");
	memcpy(words, "\t\\\xff", 4);
	key_is(&watch, words[0] & 0xffffffff, 0, "\\x09\\x5c\\xff",
	       "{\"key\":\"\\\\x09\\\\x5c\\\\xff\"}");
	set_value(&watch, 0, "caller", KTLAT_FETCH_UNSIGNED, 64,
		  KTLAT_SHOW_SYMBOL);
	key_is(&watch, FAKE_CALLER, 0, "0xffffffff81003030",
	       "{\"key\":\"0xffffffff81003030\"}");
	tool_write("/proc/kallsyms", FAKE_KALLSYMS, strlen(FAKE_KALLSYMS));
	watch.key_names = ktlat_open_key_names(&watch.info);
	key_is(&watch, FAKE_CALLER, 0, "f_idle+0x30", "{\"key\":\"f_idle+0x30\"}");
	ktlat_close_key_names(watch.key_names);
}

static int setup(void **state)
{
	return tool_setup(state) ?: sample_install_types();
}

static int teardown(void **state)
{
	unlink(FILE_NAME);
	return tool_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_or_none),
		cmocka_unit_test(test_not_shown),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_old_recording),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
