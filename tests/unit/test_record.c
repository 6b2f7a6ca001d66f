// SPDX-License-Identifier: GPL-2.0-only
/* record and report, over the fake device: each of its probes f_busy makes 3,000 calls. */
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakedev.h"
#include "sample.h"
#include "tool.h"
#include "unit.h"

#define CALLS	3000

static struct result result;
static char file[32];

/* Runs it; %s in the line is the recording. */
static int tool(const char *format)
{
	char line[512];

	snprintf(line, sizeof(line), format, file);
	tool_run(line, &result);
	return result.status;
}

static void run(const char *format)
{
	if (tool(format))
		fail_msg("ktlat-ctl %s: %d\n%s", format, result.status,
			 result.err);
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is missing in\n%s", part, text);
}

static void expect_line(const char *text, const char *line)
{
	const char *end = strchr(text, '\n');

	expect_in(text, line);
	assert_non_null(end);
	assert_string_equal(end, "\n");
}

static int setup(void **state)
{
	int fd;

	strcpy(file, "/tmp/ktlat-unit-XXXXXX");
	fd = mkstemp(file);
	if (fd < 0)
		return -1;
	close(fd);
	return tool_setup(state);
}

static int teardown(void **state)
{
	unlink(file);
	return tool_teardown(state);
}

static void new_device(void **state)
{
	(void)state;
	tool_new_device(1);
	unlink(file);
}

static unsigned int count_lines(const char *text, const char *part)
{
	unsigned int nr = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		nr++;
	}
	return nr;
}

static __u64 number_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	return json_object_get_uint64(value);
}

static void check_event(struct json_object *event, unsigned int call)
{
	__u64 latency = 1000 + call % 50 + (call % 100 ? 0 : call * 1000);

	assert_true(number_of(event, "latency_ns") == latency);
	assert_true(number_of(event, "time_ns") ==
		    FAKE_FIRST_NS + FAKE_CALL_NS * call + latency);
	assert_true(number_of(event, "pid") == 100 + call % 5);
	assert_true(number_of(event, "cpu") == call % FAKEMAP_CPUS);
}

/* Which call it was is told by when it began. */
static unsigned int call_of(struct json_object *event)
{
	return (number_of(event, "time_ns") - number_of(event, "latency_ns") -
		FAKE_FIRST_NS) / FAKE_CALL_NS;
}

/* Checks each line; returns the last one, to be freed. */
static struct json_object *check_events(unsigned int *nr)
{
	struct json_object *object;
	__u64 last_ns = 0;
	char *line, *rest = result.out;

	*nr = 0;
	while ((line = strsep(&rest, "\n")) && *line) {
		object = json_tokener_parse(line);
		assert_non_null(object);
		if (!strncmp(line, "{\"lost\"", 7))
			return object;
		check_event(object, call_of(object));
		assert_true(number_of(object, "time_ns") >= last_ns);
		last_ns = number_of(object, "time_ns");
		(*nr)++;
		json_object_put(object);
	}
	return NULL;
}

static void test_json(void **state)
{
	struct json_object *end;
	unsigned int nr;
	struct stat stat_buf;

	new_device(state);
	run("record f_busy -o %s -- true");
	assert_string_equal(result.out, "");
	expect_in(result.err, "ktlat-ctl: 3,000 calls in /tmp/");
	expect_in(result.err, "0 lost, 0 dropped\n");
	expect_in(result.err, "true ended with exit status 0");
	assert_int_equal(stat(file, &stat_buf), 0);
	assert_int_equal(stat_buf.st_mode & 0777, 0600);
	/* What is known of each call, in a few bytes. */
	assert_true(stat_buf.st_size < 9 * CALLS);

	run("report --json %s");
	expect_in(result.out, "\"probe\":1,\"function\":\"f_busy\",\"module\":\"vmlinux\"");
	expect_in(result.out, "\"context\":\"softirq\",\"pid\":103,\"tgid\":100,\"comm\":\"task \\\"3\\\"\"");
	end = check_events(&nr);
	assert_int_equal(nr, CALLS);
	assert_true(number_of(end, "read") == CALLS);
	assert_true(number_of(end, "lost") == 0);
	json_object_put(end);
}

static void test_text(void **state)
{
	new_device(state);
	run("record f_busy -o %s -d 1ms");
	run("report %s");
	expect_in(result.out, "clock monotonic");
	expect_in(result.out,
		  "5.000001000 [000]  task                task \"0\"-100     1.00us   f_busy\n");
	expect_in(result.out,
		  "5.000007003 [000]  softirq             task \"3\"-103     1.00us   f_busy\n");
	assert_int_equal(count_lines(result.out, "f_busy\n"), CALLS);
	expect_in(result.out, "# 3,000 of 3,000 recorded calls, 0 lost, 0 dropped\n");
	run("report --format text %s");
	assert_int_equal(count_lines(result.out, "f_busy\n"), CALLS);
}

/* The histogram of the calls is that of the probe. */
static void test_hist(void **state)
{
	char hist[8192];
	const char *from;

	new_device(state);
	run("lat f_busy -d 1ms");
	snprintf(hist, sizeof(hist), "%s", strchr(result.out, '\n'));
	new_device(state);
	run("record f_busy -o %s -d 1ms");
	run("report --hist %s");
	assert_string_equal(strchr(result.out, '\n'), hist);
	expect_in(result.out, "probe 1: f_busy (kretprobe, armed)\n");

	new_device(state);
	run("lat f_busy -d 1ms --json");
	from = strstr(result.out, "\"entries\"");
	snprintf(hist, sizeof(hist), "%s", from);
	new_device(state);
	run("record f_busy -o %s -d 1ms");
	run("report --hist --json %s");
	assert_string_equal(strstr(result.out, "\"entries\""), hist);
}

static void test_filters(void **state)
{
	static const struct {
		const char *options;
		unsigned int calls;
	} filters[] = {
		{ "--min 100us", 29 },
		{ "--min 1ms --cpu 0", 6 },
		{ "--cpu 1", 1000 },
		{ "--cpu 0-1", 2000 },
		{ "--cpu 0,2", 2000 },
		{ "--cpu 7,9-65535", 0 },
		{ "--pid 101", 600 },
		{ "--pid 7", 0 },
		{ "--tgid 100", 3000 },
		{ "--comm worker", 0 },
		{ "--probe f_busy", 3000 },
		{ "--probe 2", 1 },
		{ "--probe 1 --pid 104 --cpu 2", 200 },
	};
	char line[256];
	size_t i;

	new_device(state);
	run("record f_busy f_idle -o %s -d 1ms");
	for (i = 0; i < ARRAY_LEN(filters); i++) {
		/* Nothing is known of what f_idle did: it did nothing. */
		unsigned int calls = strcmp(filters[i].options, "--probe 2") ?
				     filters[i].calls : 0;

		snprintf(line, sizeof(line), "report --json %%s %s",
			 filters[i].options);
		run(line);
		assert_int_equal(count_lines(result.out, "\"time_ns\""), calls);
		run("report --hist %s --cpu 1");
		expect_in(result.out, "count 1,000");
	}
	assert_int_equal(tool("report %s --probe nothing"), 1);
	expect_line(result.err, "cannot find a probe \"nothing\"");
	assert_int_equal(tool("report %s --cpu 3-1"), 2);
	expect_line(result.err, "is no list of CPUs");
	assert_int_equal(tool("report %s --cpu 1,,2"), 2);
	assert_int_equal(tool("report %s --cpu 65536"), 2);
	assert_int_equal(tool("report %s --json --stacks folded"), 2);
	assert_int_equal(tool("report %s other"), 2);
}

static void test_folded(void **state)
{
	new_device(state);
	run("record f_busy -o %s -d 1ms");
	run("report --stacks folded %s");
	/* 3,000 calls of 1 us, 24.5 ns more, and 29 * 30 / 2 * 100 us. */
	assert_string_equal(result.out, "f_busy 46573500\n");
}

static void test_chrome(void **state)
{
	struct json_object *root, *events, *event, *value;
	unsigned int i, calls = 0;

	new_device(state);
	run("record f_busy -o %s -d 1ms");
	run("report --format chrome %s --cpu 0-1");
	root = json_tokener_parse(result.out);
	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "traceEvents", &events));
	for (i = 0; i < json_object_array_length(events); i++) {
		event = json_object_array_get_idx(events, i);
		assert_true(json_object_object_get_ex(event, "ph", &value));
		if (strcmp(json_object_get_string(value), "X"))
			continue;
		calls++;
		assert_true(json_object_object_get_ex(event, "dur", &value));
		assert_true(json_object_get_double(value) >= 1);
	}
	assert_int_equal(calls, 2000);
	expect_in(result.out, "\"name\":\"thread_name\",\"pid\":4194304,\"tid\":4194306,\"args\":{\"name\":\"CPU 0 softirq\"}");
	expect_in(result.out, "\"ts\":5000000.000,\"dur\":1.000,\"pid\":100,\"tid\":100,\"name\":\"f_busy\"");
	json_object_put(root);
}

/* Rings that are too small: what is lost is told, and adds up. */
static void test_lost(void **state)
{
	struct json_object *end;
	unsigned int nr;

	new_device(state);
	run("record f_busy --slots 100 -o %s -d 1ms");
	expect_in(result.err, "lost on CPU 0, 1, 2, 0 dropped; more --slots lose less\n");
	run("report --json %s");
	end = check_events(&nr);
	assert_true(nr > 0 && nr <= 3 * 128);
	assert_true(number_of(end, "read") == nr);
	assert_true(number_of(end, "read") + number_of(end, "lost") == CALLS);
	json_object_put(end);
	run("report %s");
	expect_in(result.out, "# CPU 2: ");
	run("report --hist %s");
	expect_in(result.out, "coverage <= 1");
	expect_in(result.out, "3,000 entered");
}

/* What others added with --events, from now on; also what comes meanwhile. */
static void test_default_session(void **state)
{
	new_device(state);
	assert_int_equal(tool("record -o %s -d 1ms"), 1);
	expect_line(result.err, "the session has none; add a probe that writes events: ktlat-ctl add-probe --events");
	run("add-probe f_idle");
	run("add-probe --events f_busy");
	run("record -o %s -d 1ms");
	expect_in(result.err, ": 0 calls in");
	run("record -o %s -- " TOOL_PATH " add-probe --events f_busy");
	expect_in(result.err, ": 3,000 calls in");
	run("report --hist %s");
	expect_in(result.out, "probe 2: f_busy (kretprobe, armed)");
	expect_in(result.out, "probe 3: f_busy (kretprobe, armed)");
	assert_null(strstr(result.out, "f_idle"));
	/* Its rings stay as they were made. */
	run("add-probe --events f_busy --slots 16");
	assert_int_equal(tool("record --slots 16 -o %s -d 1ms"), 2);
	assert_int_equal(tool("add-probe f_busy --slots 16"), 2);
}

static void test_refused(void **state)
{
	new_device(state);
	assert_int_equal(tool("record f_blacklisted -o %s -d 1ms"), 1);
	assert_int_equal(tool("record f_idle -o %s -- /nonexistent/command"), 1);
	assert_int_equal(tool("record f_idle --"), 2);
	assert_int_equal(tool("record f_idle --slots 8"), 2);
	assert_int_equal(tool("record f_idle --slots 1048577"), 2);
	assert_int_equal(tool("record f_busy -o /nonexistent/file -d 1ms"), 1);
	expect_line(result.err, "choose another place by --output");
	assert_int_equal(tool("record f_busy -o /dev/full -d 1ms"), 1);
	expect_line(result.err, "cannot write /dev/full: No space left on device; make room");
	assert_int_equal(tool("report /nonexistent"), 1);
	expect_line(result.err, "cannot read /nonexistent: No such file or directory");
}

/* What was cut off is shown as far as it goes, in each form; and it is said. */
static void test_cut_off(void **state)
{
	static const char * const forms[] = {
		"report %s", "report %s --json", "report %s --hist",
		"report %s --hist --json", "report %s --stacks folded",
		"report %s --format chrome",
	};
	struct stat stat_buf;
	size_t i;

	new_device(state);
	run("record f_busy -o %s -d 1ms");
	assert_int_equal(stat(file, &stat_buf), 0);
	assert_int_equal(truncate(file, stat_buf.st_size - 1), 0);
	for (i = 0; i < ARRAY_LEN(forms); i++) {
		assert_int_equal(tool(forms[i]), 1);
		expect_line(result.err, " is not whole: it ends too early, ");
		expect_in(result.out, "f_busy");
	}
	assert_int_equal(truncate(file, stat_buf.st_size / 2), 0);
	assert_int_equal(tool("report %s --json"), 1);
	expect_in(result.out, "\"whole\":false");
	assert_int_equal(count_lines(result.out, "\"time_ns\""), 1000);
	assert_int_equal(truncate(file, 10), 0);
	assert_int_equal(tool("report %s --json"), 1);
	expect_line(result.err, "no recording of ktlat-ctl");
	assert_string_equal(result.out, "");
}

/* On another machine there is no module, and other functions. */
static void test_elsewhere(void **state)
{
	new_device(state);
	run("record f_busy -o %s -d 1ms");
	tool_no_device();
	run("report --hist --json %s");
	expect_in(result.out, "\"function\":\"f_busy\",\"module\":\"vmlinux\"");
	run("report --json %s");
	assert_int_equal(count_lines(result.out, "\"time_ns\""), CALLS);
}

/* Stacks, and a group; no device tells of these here. */
static void test_stacks_and_groups(void **state)
{
	struct ktlat_error err;

	new_device(state);
	tool_no_device();
	assert_int_equal(sample_write(file, &err), 0);
	run("report %s");
	expect_in(result.out, "# host, Linux 6.1.0, clock tsc, begun at 0.000040000, 2027-01-15 08:00:00 UTC\n");
	expect_in(result.out, "  104ns   f_one a->b.c=0 caller=0x0 <- caller <- entry <- 0xffffffffc0000030\n");
	expect_in(result.out, "  100us ! f_one a->b.c=0 caller=mod:who+0x30\n");
	expect_in(result.out, "g_two\n");
	expect_in(result.out, "# CPU 1: 0 lost, 2 dropped, 0 while frozen\n"
		  "# CPU 2: 5 lost, 0 dropped, 0 while frozen\n"
		  "# 60 of 60 recorded calls, 5 lost, 2 dropped\n");
	run("report --json %s --probe g");
	assert_int_equal(count_lines(result.out, "\"probe\":9"), 30);
	expect_in(result.out, "\"function\":\"g_two\",\"module\":\"mod\"");
	expect_in(result.out, "\"stack\":[{\"address\":\"0xffffffff81000010\",\"function\":\"caller\",\"module\":\"vmlinux\",\"offset\":16},");
	run("report --stacks folded %s --probe mod:f_one");
	/* Calls 4, 9, 24, 29, 44, and 49, which took 100 us. */
	expect_in(result.out, "0xffffffffc0000030;entry;caller;f_one 100610\n");
	run("report --hist %s");
	expect_in(result.out, "group 9: g (direct, armed)");
	expect_in(result.out, "mod+0x40:g_two\n");
	expect_in(result.out, "45 entered, 30 returned, 10 missed, 5 filtered");
	run("report --format chrome %s");
	expect_in(result.out, "\"name\":\"CPU 1 nmi\"");
}

static __u32 times_seen(void)
{
	char path[FAKE_PATH_LEN];
	struct fake_device device;
	int fd;

	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH,
		 getenv("KTLAT_FAKE_ROOT"));
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &device, sizeof(device)), sizeof(device));
	close(fd);
	return device.rings.nr_seen;
}

/* It sleeps as long as nothing is written. */
static void test_idle(void **state)
{
	char line[256];

	new_device(state);
	run("record f_idle -o %s -d 300ms");
	assert_int_equal(times_seen(), 1);
	snprintf(line, sizeof(line), "record f_idle -o %s", file);
	tool_interrupt(line, SIGINT, &result);
	assert_int_equal(result.status, 0);
	expect_in(result.err, ": 0 calls in");
	assert_int_equal(times_seen(), 1);
	run("report %s");
	expect_in(result.out, "# 0 of 0 recorded calls");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_hist),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_chrome),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_default_session),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_stacks_and_groups),
		cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
