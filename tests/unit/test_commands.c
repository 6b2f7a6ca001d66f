// SPDX-License-Identifier: GPL-2.0-only
/* What the commands do and print, over the fake device. */
#include <json-c/json.h>
#include <signal.h>

#include "tool.h"
#include "unit.h"

static struct result result;

static void run(const char *line)
{
	tool_run(line, &result);
	if (result.status)
		fail_msg("ktlat-ctl %s: %d\n%s", line, result.status,
			 result.err);
}

static void expect_out(const char *line, const char *out)
{
	run(line);
	assert_string_equal(result.out, out);
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is missing in\n%s", part, text);
}

static void test_add_and_remove(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe f_idle f_busy..f_idle@cpu @wakeup",
		   "added probe 1: f_idle (kretprobe)\n"
		   "added probe 2: f_busy..f_idle@cpu (pair)\n"
		   "added probe 3: @wakeup (tracepoint)\n");
	expect_out("disable 1", "disabled probe 1: f_idle\n");
	expect_out("enable f_idle", "enabled probe 1: f_idle\n");
	expect_out("reset f_idle 1 @wakeup",
		   "reset probe 1: f_idle\nreset probe 3: @wakeup\n");
	expect_out("remove-probe f_busy..f_idle@cpu",
		   "removed probe 2: f_busy..f_idle@cpu\n");
	expect_out("remove-probe all", "removed 2 probes\n");
	expect_out("remove-probe all", "removed 0 probes\n");
}

static void test_backends(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe f_idle --backend kretprobe",
		   "added probe 1: f_idle (kretprobe)\n");
	expect_out("add-probe f_idle --backend fprobe",
		   "added probe 2: f_idle (fprobe)\n");
	expect_out("add-probe f_idle..f_busy --backend pair",
		   "added probe 3: f_idle..f_busy (pair)\n");
}

static void test_module_names(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe mod_a:f_two",
		   "added probe 1: mod_a:f_two (kretprobe)\n");
	expect_out("add-probe vmlinux:f_two",
		   "added probe 2: f_two (kretprobe)\n");
	expect_out("remove-probe vmlinux:f_two",
		   "removed probe 2: f_two\n");
}

static void test_all_or_none(void **state)
{
	(void)state;
	tool_new_device(1);
	tool_run("add-probe f_idle f_busy f_blacklisted", &result);
	assert_int_equal(result.status, 1);
	assert_string_equal(result.out, "");
	tool_run("list --json", &result);
	expect_in(result.out, "\"probes\":[]");

	run("add-probe f_idle");
	tool_run("remove-probe f_idle nothing", &result);
	assert_int_equal(result.status, 1);
	run("list --json");
	expect_in(result.out, "\"spec\":\"f_idle\"");
}

static void test_hist_names(void **state)
{
	(void)state;
	tool_new_device(1);
	run("add-probe f_idle f_busy");
	run("hist f_idle");
	assert_null(strstr(result.out, "f_busy"));
	expect_in(result.out, "no call recorded yet: is it called at all?");
	assert_null(strstr(result.out, "in its place"));
	run("add-probe do_sys_open");
	run("hist do_sys_open");
	expect_in(result.out, "  from Linux 5.6 on the kernel calls do_sys_openat2 in its place\n");
	run("remove-probe do_sys_open");
	run("hist");
	expect_in(result.out, "probe 1: f_idle (kretprobe, armed)");
	expect_in(result.out, "probe 2: f_busy (kretprobe, armed)");
	expect_in(result.out, "count 3,000");
	expect_in(result.out, "p50 1.0");
	expect_in(result.out,
		  "coverage <= 100 %: 3,000 entered, 3,000 returned, 0 missed");
	/* The name of a function does not name a pair that begins in it. */
	run("add-probe f_busy..f_idle");
	run("hist f_busy");
	assert_null(strstr(result.out, "f_busy..f_idle"));
	run("disable 1");
	run("hist 1");
	expect_in(result.out, "ktlat-ctl enable starts it");
}

static void test_intervals(void **state)
{
	const char *second;

	(void)state;
	tool_new_device(1);
	run("add-probe f_busy");
	run("hist --interval 10ms --count 2 --json");
	second = strchr(result.out, '\n');
	assert_non_null(second);
	expect_in(second, "\"count\":3000");
	run("hist --interval 10ms --count 1 --delta");
	expect_in(result.out, "no call recorded since the last time");
}

static void test_lat(void **state)
{
	(void)state;
	tool_new_device(1);
	run("lat f_busy @wakeup -d 10ms");
	expect_in(result.out, "count 3,000");
	expect_in(result.out, "does anything pass both points");
	tool_new_device(1);
	/* The tab keeps it one argument. */
	run("lat f_busy --json -- sh -c exit\t3");
	expect_in(result.out,
		  "\"command\":{\"running\":false,\"exit_status\":3}");
	tool_new_device(1);
	run("lat f_busy -- false");
	assert_string_equal(result.err,
			    "ktlat-ctl: false ended with exit status 1\n");
	tool_new_device(1);
	run("lat f_busy --json -d 10ms -- sleep 60");
	expect_in(result.out, "\"command\":{\"running\":false,\"signal\":15}");
	run("list --json");
	expect_in(result.out, "\"probes\":[]");
}

static void test_interrupted(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(signals); i++) {
		tool_new_device(1);
		tool_interrupt("lat f_busy", signals[i], &result);
		assert_int_equal(result.status, 0);
		expect_in(result.out, "count 3,000");
	}
	run("add-probe f_busy");
	tool_interrupt("hist -i 3600", SIGINT, &result);
	assert_int_equal(result.status, 0);
	expect_in(result.out, "count 3,000");
}

static void test_net(void **state)
{
	(void)state;
	tool_new_device(1);
	run("add-probe f_busy");
	run("hist --net");
	expect_in(result.out,
		  "probe 1: f_busy (kretprobe, armed), net of 207 ns per call\n");
	expect_in(result.out, "min 793ns");
	run("hist --net --json");
	expect_in(result.out, "\"net\":true,");
	expect_in(result.out, "\"min_ns\":793,");
	run("hist --net --interval 10ms --count 2 --json");
	expect_in(strchr(result.out, '\n'), "\"min_ns\":793,");
	run("hist --json");
	expect_in(result.out, "\"net\":false,");
	expect_in(result.out, "\"min_ns\":1000,");
	run("add-probe f_busy..f_idle");
	tool_run("hist --net", &result);
	assert_int_equal(result.status, 1);
	assert_string_equal(result.err,
			    "ktlat-ctl: cannot show net latencies of f_busy..f_idle: the share of a pair probe in them was not measured; leave out --net\n");
	run("hist --net f_busy");
}

static void test_cost(void **state)
{
	(void)state;
	tool_new_device(1);
	run("status --json");
	expect_in(result.out, "\"costs\":[]");
	run("add-probe f_busy f_idle @irq");
	run("list");
	expect_in(result.out, "<= 100 %   559ns  f_busy\n");
	expect_in(result.out, "-       -  @irq\n");
	run("list --json");
	expect_in(result.out, "\"cost_ns\":559.300,\"net_share_ns\":207.234}");
	expect_in(result.out, "\"cost_ns\":null,\"net_share_ns\":null}");
	run("status");
	expect_in(result.out,
		  "\ncost      kretprobe 559ns a call, 207ns of that in its latency\n");
	run("status --json");
	expect_in(result.out,
		  "\"costs\":[{\"backend\":\"kretprobe\",\"cost_ns\":559.300,\"net_share_ns\":207.234}]");
}

static void test_functions(void **state)
{
	(void)state;
	expect_out("functions *_b*",
		   "f_busy                                   vmlinux\n"
		   "f_blacklisted                            vmlinux\n"
		   "f_busy_too                               mod_b\n");
	run("functions");
	assert_null(strstr(result.out, "f_data"));
	assert_null(strstr(result.out, "bpf"));
	assert_null(strstr(result.out, "trampoline"));
	assert_null(strstr(result.out, "f_of_ktlat"));
	assert_null(strstr(result.out, "f_forbidden"));
	run("functions f_busy --json");
	assert_string_equal(result.out,
			    "{\"version\":1,\"functions\":[{\"name\":\"f_busy\",\"module\":\"vmlinux\"}],\"source\":\"/proc/kallsyms\"}\n");
}

static void put_event(const char *name, const char *format)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/format", name);
	tool_write(path, format, strlen(format));
}

static void test_events(void **state)
{
	static const char names[] = "irq:softirq_exit\nirq:irq_handler_entry\nbroken\nfs:no_format\n";

	(void)state;
	tool_run("events", &result);
	assert_int_equal(result.status, 1);
	expect_in(result.err, "ktlat-ctl: cannot read /sys/kernel/tracing/available_events: No such file or directory; run as root, with tracefs mounted\n");
	tool_write("/sys/kernel/tracing/available_events", names, sizeof(names) - 1);
	put_event("irq/softirq_exit",
		  "name: softirq_exit\nID: 1\nformat:\n"
		  "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		  "\tfield:unsigned int vec;\toffset:8;\tsize:4;\tsigned:0;\n\n"
		  "print fmt: \"field: %u;\", REC->vec\n");
	put_event("irq/irq_handler_entry",
		  "\tfield:int irq;\toffset:8;\tsize:4;\tsigned:1;\n"
		  "\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:1;\n"
		  "\tfield:char comm[16];\toffset:16;\tsize:16;\tsigned:1;\n"
		  "\tfield:const void *ptr;\toffset:32;\tsize:8;\tsigned:0;\n");
	expect_out("events",
		   "irq:softirq_exit  unsigned int vec\n"
		   "irq:irq_handler_entry  int irq, __data_loc char[] name, char[16] comm, const void * ptr\n"
		   "fs:no_format\n");
	expect_out("events s*", "irq:softirq_exit  unsigned int vec\n");
	expect_out("events f*:*", "fs:no_format\n");
	expect_out("events --json *exit",
		   "{\"version\":1,\"events\":[{\"subsystem\":\"irq\",\"name\":\"softirq_exit\",\"fields\":[{\"name\":\"vec\",\"type\":\"unsigned int\",\"offset\":8,\"size\":4,\"signed\":false}]}]}\n");
	tool_run("events nothing", &result);
	assert_int_equal(result.status, 1);
	expect_in(result.err, "no event matches \"nothing\"");
}

static void test_status(void **state)
{
	(void)state;
	tool_new_device(1);
	run("status");
	expect_in(result.out, "loaded, version 1.2.3, 3 references");
	expect_in(result.out, "ABI 1 as the module");
	tool_new_device(2);
	run("status");
	expect_in(result.out, "speaks ABI 1, the module 2");
	tool_no_device();
	run("status --json");
	expect_in(result.out, "\"loaded\":false");
	expect_in(result.out, "ktlat-ctl load");
}

static const char * const probe_keys[] = {
	"id", "spec", "function", "module", "kind", "backend", "state",
	"entries", "count", "missed", "recursed", "abandoned", "in_flight",
	"filtered", "throttled", "exact", "coverage", "sum_ns", "min_ns",
	"max_ns", "mean_ns", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "cost_ns",
	"net_share_ns", "net",
};

static struct json_object *get(struct json_object *from, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(from, key, &value))
		fail_msg("no key %s in %s", key,
			 json_object_to_json_string(from));
	return value;
}

static void check_keys(struct json_object *probe)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(probe_keys); i++)
		get(probe, probe_keys[i]);
}

static __u64 sum_of_buckets(struct json_object *buckets)
{
	size_t nr = json_object_array_length(buckets), i;
	__u64 sum = 0, low, high;

	for (i = 0; i < nr; i++) {
		struct json_object *bucket = json_object_array_get_idx(buckets,
								       i);

		sum += json_object_get_uint64(get(bucket, "count"));
		low = json_object_get_uint64(get(bucket, "lo_ns"));
		high = json_object_get_uint64(get(bucket, "hi_ns"));
		assert_true(low <= high);
	}
	return sum;
}

static void test_json(void **state)
{
	struct json_object *root, *probes, *probe;

	(void)state;
	tool_new_device(1);
	run("add-probe f_idle mod_b:f_busy_too");
	run("hist --json");
	root = json_tokener_parse(result.out);
	assert_non_null(root);
	assert_int_equal(json_object_get_int(get(root, "version")), 1);
	assert_true(json_object_get_uint64(get(root, "time_ns")) > 0);
	probes = get(root, "probes");
	assert_int_equal(json_object_array_length(probes), 2);

	probe = json_object_array_get_idx(probes, 0);
	check_keys(probe);
	assert_null(get(probe, "coverage"));
	assert_null(get(probe, "min_ns"));
	assert_null(get(probe, "p999_ns"));
	assert_string_equal(json_object_get_string(get(probe, "module")),
			    "vmlinux");

	probe = json_object_array_get_idx(probes, 1);
	check_keys(probe);
	assert_string_equal(json_object_get_string(get(probe, "module")),
			    "mod_b");
	assert_string_equal(json_object_get_string(get(probe, "function")),
			    "f_busy_too");
	assert_int_equal(json_object_get_uint64(get(probe, "count")), 3000);
	assert_int_equal(sum_of_buckets(get(probe, "buckets")), 3000);
	assert_int_equal(json_object_get_uint64(get(probe, "min_ns")), 1000);
	json_object_put(root);

	run("list --json");
	assert_null(strstr(result.out, "buckets"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_remove),
		cmocka_unit_test(test_backends),
		cmocka_unit_test(test_module_names),
		cmocka_unit_test(test_all_or_none),
		cmocka_unit_test(test_hist_names),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_lat),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, tool_setup, tool_teardown);
}
