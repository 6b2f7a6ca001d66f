// SPDX-License-Identifier: GPL-2.0-only
/*
 * slow, and the stacks in recordings, over the fake device: of the 3,000 calls that
 * each of its probes f_busy makes, every hundredth is slow, the later the slower.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fakedev.h"
#include "tool.h"
#include "unit.h"

#define FILE_NAME	"/tmp/ktlat-unit-slow.dat"

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

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\" in %s", key, result.out);
	return value;
}

static __u64 number_of(struct json_object *object, const char *key)
{
	return json_object_get_uint64(get(object, key));
}

static void check_call(struct json_object *event, unsigned int call)
{
	__u64 latency = 1000 + call * 1000;

	assert_true(number_of(event, "latency_ns") == latency);
	assert_true(number_of(event, "time_ns") ==
		    FAKE_FIRST_NS + FAKE_CALL_NS * call + latency);
	assert_true(number_of(event, "cpu") == call % FAKEMAP_CPUS);
	assert_true(number_of(event, "pid") == 100 + call % 5);
	assert_int_equal(json_object_array_length(get(event, "stack")),
			 call / 100 % 2 ? 3 : 2);
}

/* One shot: all calls, the slowest first, whichever CPU and context they are from. */
static void test_json(void **state)
{
	struct json_object *root, *probe, *list;
	unsigned int i;

	new_device(state);
	run("slow f_busy -d 1ms --json");
	root = json_tokener_parse(result.out);
	assert_non_null(root);
	assert_true(number_of(root, "version") == 1);
	assert_true(number_of(get(root, "stacks"), "stored") == 2);
	probe = json_object_array_get_idx(get(root, "probes"), 0);
	list = get(probe, "slowest");
	assert_int_equal(json_object_array_length(list), 10);
	for (i = 0; i < 10; i++)
		check_call(json_object_array_get_idx(list, i), 2900 - 100 * i);
	json_object_put(root);
	expect_in(result.out, "\"function\":\"f_busy\",\"module\":\"vmlinux\"");
	expect_in(result.out, "\"running\":false");
	expect_in(result.out,
		  "\"stack\":[{\"address\":\"0xffffffffc0002000\",\"function\":\"f_handler\",\"module\":\"mod_a\",\"offset\":4096},{\"address\":\"0xffffffff81003030\",\"function\":\"f_idle\",\"module\":\"vmlinux\",\"offset\":48},{\"address\":\"0xffffffffa0000000\",\"function\":\"\",\"module\":\"\",\"offset\":0}]");
	run("slow f_busy --slowest 2 --json -- false");
	expect_in(result.out, "\"command\":{\"running\":false,\"exit_status\":1}}");
	/* No probe is left; nor is any, without. */
	run("slow --json");
	expect_in(result.out, "\"probes\":[]");
}

static void test_text(void **state)
{
	new_device(state);
	run("slow f_busy --slowest 2 -d 1ms");
	expect_in(result.out, "probe 1: f_busy (kretprobe, ");
	expect_in(result.out,
		  "\tf_handler+0x1000 [mod_a]\n\tf_idle+0x30\n\t0xffffffffa0000000\n");
	expect_in(result.out, "\tf_caller+0x10\n\tbpf_prog_1+0x10 [bpf]\n");
	assert_null(strstr(result.out, "not over"));
	assert_null(strstr(result.out, "trampoline"));
	assert_null(strstr(result.out, "direct"));
	/* It is what it measures, no name that is not there. */
	assert_int_equal(tool("slow nothing"), 1);
	expect_in(result.err, "nothing");
	assert_int_equal(tool("slow 7"), 1);
	expect_in(result.err, "cannot find a probe \"7\"");
}

static void *map_device(void)
{
	char path[FAKE_PATH_LEN];
	void *device;
	int fd;

	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH,
		 getenv("KTLAT_FAKE_ROOT"));
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	device = mmap(NULL, FAKE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	assert_true(device != MAP_FAILED);
	close(fd);
	return device;
}

static void next_interval(void)
{
	void *device = map_device();

	fakeslowest_next(device + FAKE_SLOWEST_OFFSET);
	munmap(device, FAKE_SIZE);
}

/* The present interval and the one before. */
static void test_intervals(void **state)
{
	new_device(state);
	run("add-probe f_busy --slowest 3 --interval 60s");
	run("add-probe f_idle");
	run("slow");
	expect_in(result.out, "probe 1: f_busy (kretprobe, armed), up to 3 calls of each 60.0s\n");
	expect_in(result.out, "f_busy (interval not over)\n\tf_handler");
	assert_null(strstr(result.out, "f_idle ("));
	next_interval();
	run("slow f_busy --json");
	expect_in(result.out, "\"interval_ns\":60000000000,\"wanted\":3,\"dropped\":0,");
	expect_in(result.out, "\"latency_ns\":2901000,");
	expect_in(result.out, "\"running\":false");
	next_interval();
	run("slow 1");
	expect_in(result.out, "no call has ended\n");
	run("slow f_idle");
	expect_in(result.err, "no probe keeps its slowest calls; add one with --slowest");
	run("add-probe f_busy --slowest 3");
	run("slow 3");
	expect_in(result.out, "of each 10.0s\n");
}

/* Who may not see addresses sees the calls. */
static void test_no_addresses(void **state)
{
	new_device(state);
	setenv("KTLAT_FAKE_NO_SYSLOG", "1", 1);
	run("slow f_busy -d 1ms --json");
	expect_in(result.out, "\"latency_ns\":2901000,");
	assert_null(strstr(result.out, "\"stack\":"));
	expect_in(result.err, "going on without stacks: cannot map the stack table: ");
	expect_in(result.err, "it takes CAP_SYSLOG");
	run("record f_busy --slowest 2 -d 1ms -o " FILE_NAME);
	expect_in(result.err, "going on without stacks");
	expect_in(result.err, "3,000 calls in");
	unsetenv("KTLAT_FAKE_NO_SYSLOG");
	run("slow f_busy -d 1ms --json --stacks 0");
	assert_null(strstr(result.out, "\"stack\":"));
	assert_string_equal(result.err, "");
}

/* Each stack is in a recording once, and is shown with each call. */
static void test_record(void **state)
{
	new_device(state);
	run("record f_busy --slowest 2 -d 1ms -o " FILE_NAME);
	run("report --stacks folded " FILE_NAME);
	/* 15 calls each: 200 k us, and 100 us more, and 1 us more. */
	expect_in(result.out, "0xffffffffa0000000;f_idle;f_handler;f_busy 22515000\n");
	expect_in(result.out, "bpf_prog_1;f_caller;f_busy 21015000\n");
	run("report " FILE_NAME);
	expect_in(result.out, "f_busy <- f_handler <- f_idle <- 0xffffffffa0000000\n");
	run("record f_busy --slowest 2 --stacks 0 -d 1ms -o " FILE_NAME);
	run("report " FILE_NAME);
	assert_null(strstr(result.out, "<-"));
}

static void test_usage(void **state)
{
	static const char * const lines[] = {
		"slow f_busy -d 1ms --slowest 0", "slow f_busy -d 1ms --slowest 33",
		"slow f_busy --", "slow -d 1ms", "slow -- true",
		"add-probe f_busy --interval 1s",
		"add-probe f_busy --slowest 1 --interval 1ms",
		"add-probe f_busy --slowest 1 --interval 25h",
		"add-probe f_busy --stacks 16",
		"record --stacks 16", "record f_busy --stacks 65537",
	};
	size_t i;

	new_device(state);
	for (i = 0; i < ARRAY_LEN(lines); i++)
		if (tool(lines[i]) != 2)
			fail_msg("ktlat-ctl %s: %d\n%s", lines[i],
				 result.status, result.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_no_addresses),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, tool_setup, tool_teardown);
}
