// SPDX-License-Identifier: GPL-2.0-only
/* Groups from the command line to the figures, over the fake device. */
#include <bpf/btf.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "fakedev.h"
#include "tool.h"
#include "unit.h"

#define MANY		2000

static struct result result;

/* The functions there are; those of module mod_a have an m before the name. */
static const char * const in_kernel[] = {
	"f_idle", "f_notrace", "f_taken", "f_elsewhere", "f_full", "f_enabled",
	"f_rights", "f_calls_1_50000000", "f_calls_100_2000",
	"f_calls_40_10000", "f_calls_1000_100", "f_two", "f_twice", "f_twice",
	"f_stacked", "f_untold", "f_copied.isra.0",
};

static const char * const in_module[] = {
	"f_two", "m_calls_3_7", "f_calls_9_9",
};

static char *kallsyms;
static size_t kallsyms_len;

static void make_kallsyms(void)
{
	FILE *file = open_memstream(&kallsyms, &kallsyms_len);
	size_t i;

	for (i = 0; i < ARRAY_LEN(in_kernel); i++)
		fprintf(file, "ffffffff810%05zx t %s\n", i * 16, in_kernel[i]);
	/* The same place by another name */
	fprintf(file, "ffffffff81000000 T f_idle_alias\n");
	fprintf(file, "ffffffff81000000 T _stext\n");
	for (i = 0; i < ARRAY_LEN(in_module); i++)
		fprintf(file, "ffffffffc00%05zx t %s\t[mod_a]\n", i * 16,
			in_module[i]);
	for (i = 0; i < MANY; i++)
		fprintf(file, "ffffffff820%05zx t f_many_%zu\n", i * 16, i);
	fclose(file);
}

static void add_functions(struct btf *btf, __u32 proto,
			  const char * const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		assert_true(btf__add_func(btf, names[i], BTF_FUNC_STATIC,
					  proto) > 0);
}

static void write_btf(const char *path, const struct btf *btf)
{
	__u32 size;
	const void *data = btf__raw_data(btf, &size);

	tool_write(path, data, size);
}

/* Of all functions but f_untold it is known how they take their arguments. */
static void make_btf(void)
{
	struct btf *vmlinux = btf__new_empty(), *module;
	int word = btf__add_int(vmlinux, "long", 8, BTF_INT_SIGNED);
	int proto, many, i;
	char name[32];

	proto = btf__add_func_proto(vmlinux, 0);
	add_functions(vmlinux, proto, in_kernel, ARRAY_LEN(in_kernel) - 3);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "f_many_%d", i);
		btf__add_func(vmlinux, name, BTF_FUNC_STATIC, proto);
	}
	many = btf__add_func_proto(vmlinux, 0);
	for (i = 0; i < 7; i++)
		assert_int_equal(btf__add_func_param(vmlinux, "x", word), 0);
	btf__add_func(vmlinux, "f_stacked", BTF_FUNC_STATIC, many);
	write_btf("/sys/kernel/btf/vmlinux", vmlinux);

	module = btf__new_empty_split(vmlinux);
	add_functions(module, proto, in_module, ARRAY_LEN(in_module));
	write_btf("/sys/kernel/btf/mod_a", module);
	btf__free(module);
	btf__free(vmlinux);
}

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
	assert_string_equal(result.err, "");
}

/* Fails with this one line, and no probe is left. */
static void expect_failure(const char *line, int status, const char *err)
{
	char text[2048];

	snprintf(text, sizeof(text), "ktlat-ctl: %s\n", err);
	tool_run(line, &result);
	assert_string_equal(result.err, text);
	assert_int_equal(result.status, status);
	assert_string_equal(result.out, "");
	run("list --json");
	assert_non_null(strstr(result.out, "\"probes\":[]"));
}

static void path_of(const char *name, char path[FAKE_PATH_LEN])
{
	snprintf(path, FAKE_PATH_LEN, "%s%s", getenv("KTLAT_FAKE_ROOT"), name);
}

/* Runs @before, the path of a file that holds @text, and @after. */
static void with_file(const char *before, const char *text, char line[])
{
	char path[FAKE_PATH_LEN];

	tool_write("/list", text, strlen(text));
	path_of("/list", path);
	sprintf(line, "%s %s", before, path);
}

static void test_one_line(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe --group all_in f_idle f_two mod_a:m_calls_3_7",
		   "added group 1: all_in (direct, 4 functions)\n");
	expect_out("add-probe --group mixed f_idle f_stacked f_notrace nothing f_taken f_untold f_elsewhere f_idle_alias mod_b:f_idle nothing f_copied.isra.0 vmlinux:f_two mod_a:f_two",
		   "added group 2: mixed (direct, 3 functions; 9 left out: 2 arguments not known from BTF, 2 no such function, 1 another function at its address, 1 another name of one that is in the group, 1 another trampoline on it, 1 no ftrace site, 1 not all arguments in registers)\n");
	expect_out("add-probe --group one --why f_stacked f_idle f_idle vmlinux:f_idle f_twice",
		   "added group 3: one (direct, 1 function; 3 left out: 2 arguments not known from BTF, 1 not all arguments in registers)\n"
		   "left out f_stacked: not all arguments in registers\n"
		   "left out f_twice: arguments not known from BTF\n"
		   "left out f_twice: arguments not known from BTF\n");
}

/* They stand for what ftrace knows; without its list for all that there is. */
static void test_patterns(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe f_calls_*",
		   "added group 1: f_calls_* (direct, 5 functions)\n");
	run("hist --json f_calls_*");
	assert_non_null(strstr(result.out, "\"spec\":\"mod_a:f_calls_9_9\",\"function\":\"f_calls_9_9\",\"module\":\"mod_a\""));
	assert_non_null(strstr(result.out, "\"spec\":\"f_calls_1_50000000\",\"function\":\"f_calls_1_50000000\",\"module\":\"vmlinux\""));
	expect_out("remove-probe f_calls_*", "removed probe 1: f_calls_*\n");
	expect_out("add-probe --group m mod_?:*_calls_[0-9]_* f_calls_9_9",
		   "added group 2: m (direct, 2 functions)\n");
	expect_out("add-probe --group n --why vmlinux:f_two nothing*",
		   "added group 3: n (direct, 1 function; 1 left out: 1 no such function)\n"
		   "left out nothing*: no such function\n");
	run("remove-probe all");
	expect_failure("add-probe nothing*", 1,
		       "cannot add group nothing*: none of its functions can be measured, as nothing*: no such function; ktlat-ctl functions lists those there are");
}

static void test_not_for_patterns(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_failure("add-probe --pending f_calls_*", 2,
		       "add-probe: --pending is not for groups; see ktlat-ctl help add-probe");
	expect_failure("lat f_calls_* -d 1s", 2,
		       "lat: patterns make a group, which is for add-probe, and \"f_calls_*\" is one; see ktlat-ctl help lat");
	expect_out("add-probe mod-a:f_calls_*",
		   "added group 1: mod-a:f_calls_* (direct, 1 function)\n");
}

/* What is told apart once stays so. */
static void test_told_apart(void **state)
{
	struct ktlat_point list[] = {
		{ .name = "f_twice", .address = 0xffffffff810000c0 },
		{ .name = "f_idle", .address = 0xffffffff81000000 },
		{ .name = "f_twice", .address = 0xffffffff810000d0 },
		{ .name = "f_twice", .address = 0xffffffff810000e0 },
	};
	char text[KTLAT_SPEC_LEN];

	(void)state;
	ktlat_tell_apart(list, 3);
	ktlat_tell_apart(list, 4);
	ktlat_format_function(&list[0], text);
	assert_string_equal(text, "vmlinux+0xc0:f_twice");
	ktlat_format_function(&list[1], text);
	assert_string_equal(text, "f_idle");
	ktlat_format_function(&list[3], text);
	assert_string_equal(text, "vmlinux+0xe0:f_twice");
}

/* Those that share a name are shown by where they are. */
static void test_one_name(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe --group one --args-in-registers f_twice f_idle",
		   "added group 1: one (direct, 3 functions)\n");
	run("hist --json one");
	assert_non_null(strstr(result.out, "\"spec\":\"vmlinux+0xc0:f_twice\""));
	assert_non_null(strstr(result.out, "\"spec\":\"vmlinux+0xd0:f_twice\""));
	assert_non_null(strstr(result.out, "\"spec\":\"f_idle\""));
}

static void test_options(void **state)
{
	(void)state;
	tool_new_device(1);
	expect_out("add-probe --group x --args-in-registers f_untold f_stacked",
		   "added group 1: x (direct, 1 function; 1 left out: 1 not all arguments in registers)\n");
	run("add-probe --group y --disabled --public --precision 4 --backend direct f_idle");
	run("list --json");
	assert_non_null(strstr(result.out, "\"spec\":\"x\",\"function\":null,\"module\":null,\"functions\":1,\"kind\":\"group\",\"backend\":\"direct\",\"passed_over\":null,\"state\":\"armed\",\"uid\":0,\"public\":false,\"precision\":2,"));
	assert_non_null(strstr(result.out, "\"spec\":\"y\",\"function\":null,\"module\":null,\"functions\":1,\"kind\":\"group\",\"backend\":\"direct\",\"passed_over\":null,\"state\":\"disabled\",\"uid\":0,\"public\":true,\"precision\":4,"));
	assert_null(strstr(result.out, "members"));
	expect_out("enable y", "enabled probe 2: y\n");
	expect_out("reset 1 y", "reset probe 1: x\nreset probe 2: y\n");
	expect_out("remove-probe x", "removed probe 1: x\n");
	expect_out("disable y", "disabled probe 2: y\n");
	expect_out("remove-probe all", "removed 1 probe\n");
}

static void test_files(void **state)
{
	char line[FAKE_PATH_LEN + 64];

	(void)state;
	tool_new_device(1);
	with_file("add-probe --group a -f",
		  "# a comment\n\n  f_idle # another\nmod_a:m_calls_3_7\r\n"
		  "\tf_calls_100_2000\t\nf_idle\nmod-a:f_calls_9_9", line);
	expect_out(line, "added group 1: a (direct, 4 functions)\n");
	with_file("add-probe f_two mod_a:f_two --group b --file",
		  "f_calls_100_2000\n", line);
	expect_out(line,
		   "added group 2: b (direct, 3 functions)\n");
	run("remove-probe all");

	with_file("add-probe --group a -f", "f_idle\nf g\n", line);
	tool_run(line, &result);
	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.err, "cannot take line 2 of /tmp/"));
	assert_non_null(strstr(result.err, " at character 2: ' ' in \"f g\" cannot be part"));
	with_file("add-probe --group a -f", "f_idle+4\n", line);
	tool_run(line, &result);
	assert_non_null(strstr(result.err, "without an offset\n"));
	with_file("add-probe --group a -f", "# nothing\n\n", line);
	expect_failure(line, 1,
		       "cannot add group a: it has no functions; name some");
	expect_failure("add-probe --group a -f /nonexistent", 1,
		       "cannot read /nonexistent: No such file or directory; give a file with one function a line");
	expect_failure("add-probe --group a -f /", 1,
		       "cannot read /: Is a directory; give a file with one function a line");
	tool_write("/list", "f_idle\0f_two\n", 13);
	path_of("/list", line);
	memmove(line + 24, line, strlen(line) + 1);
	memcpy(line, "add-probe --group ab -f ", 24);
	tool_run(line, &result);
	assert_non_null(strstr(result.err, "it holds a zero byte\n"));
}

/* Whatever a list holds, it is taken or the line is told that is wrong. */
static void test_random_lists(void **state)
{
	static const char letters[] = "ab_19.:+-# \t\r\n\n\0*[]";
	char text[64];
	int i, j;

	(void)state;
	srand(1);
	for (i = 0; i < 100000; i++) {
		size_t len = 1 + rand() % sizeof(text);
		struct ktlat_group group = { .name = "g" };
		struct ktlat_error err = { .text = "" };
		FILE *file;
		int ret;

		for (j = 0; j < (int)len; j++)
			text[j] = letters[rand() % (sizeof(letters) - 1)];
		file = fmemopen(text, len, "r");
		ret = ktlat_read_members(&group, file, "LIST", &err);
		fclose(file);
		assert_true(!ret || ret == -EINVAL);
		assert_int_equal(!ret, !strstr(err.text, "line "));
		for (j = 0; j < (int)group.nr_members; j++)
			assert_true(*group.members[j].point.name);
		ktlat_free_members(&group);
	}
}

static void test_standard_input(void **state)
{
	int saved = dup(STDIN_FILENO), file;
	char path[FAKE_PATH_LEN];

	(void)state;
	tool_new_device(1);
	tool_write("/list", "f_idle\nf_two\n", 13);
	path_of("/list", path);
	file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(saved >= 0 && file >= 0);
	dup2(file, STDIN_FILENO);
	expect_out("add-probe --group in -f - mod_a:f_two",
		   "added group 1: in (direct, 3 functions)\n");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(file);
}

#define HELP	"; see ktlat-ctl help add-probe"

static const struct {
	const char *line;
	const char *err;
} usages[] = {
	{ "add-probe --group g",
	  "add-probe: a group needs functions, or a file of them" HELP },
	{ "add-probe f_idle --why",
	  "add-probe: --why is for a group; give it a name by --group" HELP },
	{ "add-probe -f list",
	  "add-probe: --file is for a group; give it a name by --group" HELP },
	{ "add-probe --group g --pool 3 f_idle",
	  "add-probe: --pool is not for groups" HELP },
	{ "add-probe --group g --starts 30 f_idle",
	  "add-probe: --starts is not for groups" HELP },
	{ "add-probe --group g --backend fprobe f_idle",
	  "add-probe: --backend fprobe cannot measure a group; direct and kretprobe can" HELP },
	{ "add-probe --group all f_idle",
	  "add-probe: malformed name of a group \"all\": all stands for all probes" HELP },
	{ "add-probe --group 12 f_idle",
	  "add-probe: malformed name of a group \"12\": a number is the id of a probe" HELP },
	{ "add-probe --group '' f_idle",
	  "add-probe: malformed name of a group \"\": it is empty" HELP },
	{ "add-probe --group a\tb f_idle",
	  "add-probe: malformed name of a group \"a?b\": it holds a control character" HELP },
	{ "add-probe --group g f*+3",
	  "add-probe: malformed function \"f*+3\" at character 3: '+' in \"f*+3\" cannot be part of a pattern for names" HELP },
	{ "add-probe --group g :f*",
	  "add-probe: malformed function \":f*\" at character 1: a part of the pattern is missing" HELP },
	{ "add-probe f_idle m_*",
	  "add-probe: patterns make a group; give it a name by --group" HELP },
	{ "add-probe --group g f+3",
	  "add-probe: malformed function \"f+3\" at character 2: a function is measured from its entry, without an offset" HELP },
	{ "hist --sort name",
	  "hist: --sort: \"name\" is none of total, max, p99, count; see ktlat-ctl help hist" },
	{ "hist --top 0",
	  "hist: --top: 0 is out of range, 1 to 4294967295; see ktlat-ctl help hist" },
};

static void test_usage(void **state)
{
	size_t i;

	(void)state;
	tool_new_device(1);
	for (i = 0; i < ARRAY_LEN(usages); i++)
		expect_failure(usages[i].line, 2, usages[i].err);
}

static const struct {
	const char *line;
	const char *err;
} refused[] = {
	{ "add-probe --group g f_notrace f_stacked",
	  "cannot add group g: none of its functions can be measured, as f_notrace: no ftrace site; ktlat-ctl functions lists those there are" },
	{ "add-probe --group g nothing",
	  "cannot add group g: none of its functions can be measured, as nothing: no such function; ktlat-ctl functions lists those there are" },
	{ "add-probe --group g f_idle f_rights",
	  "cannot add group g: a group takes CAP_SYS_ADMIN; run as root" },
	{ "add-probe --group g f_idle f_full",
	  "cannot add group g: the group has no room left; somebody else has added functions to it, so try again" },
	{ "add-probe --group g f_enabled",
	  "cannot add group g: somebody else has enabled the group, and it takes no more functions; try again" },
	{ "add-probe --group g_taken f_idle",
	  "cannot add group g_taken: another trampoline is on one of its functions by now, of a BPF program maybe, or kernel.ftrace_enabled is 0; try again, or take --backend kretprobe" },
	{ "add-probe --group g_slots f_idle",
	  "cannot add group g_slots: all trampolines for groups are in use; remove a group, or take --backend kretprobe" },
	/* 2 functions on 3 CPUs in 2 generations of (128 + 8 * 7424) bytes */
	{ "add-probe --group g_memlock --precision 7 f_idle vmlinux:f_two",
	  "cannot add group g_memlock: its functions take 0.7 MiB, and that would pass your limit of locked memory; raise ulimit -l, lower --precision or name fewer functions" },
	{ "add-probe --group g_large f_idle",
	  "cannot add group g_large: its functions take 0.0 MiB, and the kernel has no room for that; lower --precision or name fewer functions" },
};

static void test_refused(void **state)
{
	size_t i;

	(void)state;
	tool_new_device(1);
	for (i = 0; i < ARRAY_LEN(refused); i++)
		expect_failure(refused[i].line, 1, refused[i].err);
}

static void test_kernel_without(void **state)
{
	(void)state;
	tool_new_device(1);
	run("status");
	assert_non_null(strstr(result.out, "groups by direct kretprobe\n"));
	assert_non_null(strstr(result.out, "no fprobe this kernel has none of a known kind\n"));
	assert_null(strstr(result.out, "no pair"));
	setenv("KTLAT_FAKE_NO_DIRECT_GROUPS", "1", 1);
	expect_out("add-probe --group k f_idle f_stacked f_untold",
		   "added group 1: k (kretprobe, 3 functions)\n");
	run("remove-probe k");
	expect_failure("add-probe --group g --backend direct f_idle", 1,
		       "cannot add group g: the module has no trampolines for groups on this kernel; leave out --backend, for kretprobes");
	setenv("KTLAT_FAKE_NO_GROUPS", "1", 1);
	run("status --json");
	assert_non_null(strstr(result.out, "\"group_backends\":[]"));
	assert_non_null(strstr(result.out, "\"lacks\":{\"direct\":\"this kernel has no direct calls\","));
	expect_failure("add-probe --group g f_idle", 1,
		       "cannot add group g: the module is older than this program, and cannot measure groups by kretprobes; load the one that belongs to it");
	unsetenv("KTLAT_FAKE_NO_GROUPS");
	unsetenv("KTLAT_FAKE_NO_DIRECT_GROUPS");
}

static void test_livepatched(void **state)
{
	char path[FAKE_PATH_LEN];

	(void)state;
	tool_new_device(1);
	tool_write("/sys/kernel/livepatch/fix/enabled", "1\n", 2);
	expect_out("add-probe --group g f_idle",
		   "added group 1: g (kretprobe, 1 function)\n");
	expect_out("add-probe --group h --backend direct f_idle",
		   "added group 2: h (direct, 1 function)\n");
	path_of("/sys/kernel/livepatch/fix/enabled", path);
	unlink(path);
	path_of("/sys/kernel/livepatch/fix", path);
	rmdir(path);
}

static void test_hidden_addresses(void **state)
{
	(void)state;
	tool_new_device(1);
	tool_write("/proc/kallsyms", "0000000000000000 t f_idle\n", 26);
	expect_failure("add-probe --group g f_idle", 1,
		       "cannot add group g: /proc/kallsyms hides the addresses of its functions; run as root, with sysctl kernel.kptr_restrict at 0 or 1");
	tool_write("/proc/kallsyms", kallsyms, kallsyms_len);
}

#define RANKED								\
	"f_calls_100_2000 f_idle f_calls_1_50000000 f_calls_40_10000 "	\
	"f_calls_1000_100 mod_a:f_calls_9_9"

static const char * const lines[] = {
	[0] = "          100    200us   2.00us   2.00us   2.00us   2.00us  f_calls_100_2000\n",
	[1] = "            1   50.0ms   50.0ms   50.0ms   50.0ms   50.0ms  f_calls_1_50000000\n",
	[2] = "           40    400us   10.0us   10.0us   10.0us   10.0us  f_calls_40_10000\n",
	[3] = "        1,000    100us    100ns    100ns    100ns    100ns  f_calls_1000_100\n",
	[4] = "            9     81ns      9ns      9ns      9ns      9ns  mod_a:f_calls_9_9\n",
};

static const struct {
	const char *key;
	int order[5];
} sorted[] = {
	{ "total", { 1, 2, 0, 3, 4 } },
	{ "max", { 1, 2, 0, 3, 4 } },
	{ "p99", { 1, 2, 0, 3, 4 } },
	{ "count", { 3, 0, 2, 4, 1 } },
};

static void test_ranking(void **state)
{
	char line[64], want[2048];
	size_t i;
	int top;

	(void)state;
	tool_new_device(1);
	run("add-probe --group ranked " RANKED);
	for (i = 0; i < ARRAY_LEN(sorted); i++) {
		for (top = 1; top <= 6; top++) {
			int j, len;

			len = sprintf(want, "group 1: ranked (direct, armed)\n"
				      "        count    total     mean      p50      p99      max  function\n");
			for (j = 0; j < top && j < 5; j++)
				len += sprintf(want + len, "%s",
					       lines[sorted[i].order[j]]);
			if (top < 5)
				len += sprintf(want + len,
					       "  %d more with calls\n",
					       5 - top);
			sprintf(want + len,
				"  1 without a call\n"
				"  count 1,150  mean 44.1us  min 9ns  max 50.0ms\n"
				"  p50 111ns  p90 2.05us  p99 10.2us  p99.9 10.2us (true value 0 to 25.0 %% lower)\n"
				"  coverage 100 %%: 1,150 entered, 1,150 returned, 0 missed\n");
			sprintf(line, "hist ranked --sort %s --top %d",
				sorted[i].key, top);
			expect_out(line, want);
		}
	}
	run("hist");
	assert_non_null(strstr(result.out, lines[4]));
	run("list");
	assert_non_null(strstr(result.out,
			       "   1  armed     direct              1,150    111ns   10.2us   50.0ms       100 %       -  ranked (6 functions)\n"));
}

static void test_no_call(void **state)
{
	(void)state;
	tool_new_device(1);
	run("add-probe --group idle f_idle vmlinux:f_two");
	expect_out("hist idle",
		   "group 1: idle (direct, armed)\n"
		   "  no call recorded yet: is any of its functions called at all? Wait, or make the kernel call one\n");
	run("hist idle --interval 10ms --count 1 --delta");
	assert_non_null(strstr(result.out,
			       "no call recorded since the last time: wait"));
}

static struct json_object *get(struct json_object *from, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(from, key, &value))
		fail_msg("no key %s in %s", key,
			 json_object_to_json_string(from));
	return value;
}

static void check_member(struct json_object *member, const char *module,
			 const char *function, __u64 count, __u64 each)
{
	struct json_object *buckets = get(member, "buckets");

	assert_string_equal(json_object_get_string(get(member, "function")),
			    function);
	assert_string_equal(json_object_get_string(get(member, "module")),
			    module);
	assert_int_equal(json_object_get_uint64(get(member, "entries")), count);
	assert_int_equal(json_object_get_uint64(get(member, "count")), count);
	assert_int_equal(json_object_get_uint64(get(member, "sum_ns")),
			 count * each);
	assert_int_equal(json_object_array_length(buckets), count ? 1 : 0);
	if (!count) {
		assert_null(get(member, "min_ns"));
		assert_null(get(member, "p999_ns"));
		return;
	}
	assert_int_equal(json_object_get_uint64(get(member, "min_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "max_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "mean_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "p50_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "p90_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "p99_ns")), each);
	assert_int_equal(json_object_get_uint64(get(member, "p999_ns")), each);
}

static void check_group(const char *text, bool delta)
{
	struct json_object *root = json_tokener_parse(text), *group, *members;

	assert_non_null(root);
	group = json_object_array_get_idx(get(root, "probes"), 0);
	assert_string_equal(json_object_get_string(get(group, "kind")),
			    "group");
	assert_int_equal(json_object_get_uint64(get(group, "functions")), 6);
	assert_int_equal(json_object_get_uint64(get(group, "count")),
			 delta ? 0 : 1150);
	assert_int_equal(json_object_get_uint64(get(group, "sum_ns")),
			 delta ? 0 : 50700081);
	members = get(group, "members");
	assert_int_equal(json_object_array_length(members), 6);
	check_member(json_object_array_get_idx(members, 0), "vmlinux",
		     "f_calls_100_2000", delta ? 0 : 100, 2000);
	check_member(json_object_array_get_idx(members, 1), "vmlinux",
		     "f_idle", 0, 0);
	check_member(json_object_array_get_idx(members, 5), "mod_a",
		     "f_calls_9_9", delta ? 0 : 9, 9);
	json_object_put(root);
}

static void test_json(void **state)
{
	const char *second;

	(void)state;
	tool_new_device(1);
	run("add-probe --group ranked " RANKED);
	run("hist ranked --json");
	check_group(result.out, false);
	run("hist --json -i 10ms -n 2");
	second = strchr(result.out, '\n');
	assert_non_null(second);
	check_group(second + 1, false);
	run("hist --json -i 10ms -n 1 --delta");
	check_group(result.out, true);
}

static void test_many(void **state)
{
	char line[FAKE_PATH_LEN + 64], *text = NULL;
	size_t size;
	FILE *list = open_memstream(&text, &size);
	int i;

	(void)state;
	tool_new_device(1);
	/* Backwards, and some of them twice */
	for (i = MANY - 1; i >= 0; i--)
		fprintf(list, "f_many_%d\nf_many_%d\n", i, i / 10);
	fprintf(list, "f_calls_40_10000\nf_stacked\n");
	fclose(list);
	with_file("add-probe --group many -f", text, line);
	expect_out(line,
		   "added group 1: many (direct, 2,001 functions; 1 left out: 1 not all arguments in registers)\n");
	run("list");
	assert_non_null(strstr(result.out, "many (2,001 functions)\n"));
	run("hist many");
	assert_non_null(strstr(result.out, lines[2]));
	assert_non_null(strstr(result.out, "  2,000 without a call\n"));
	free(text);
}

static void test_memory_is_announced(void **state)
{
	char line[FAKE_PATH_LEN + 64], *text = NULL;
	size_t size;
	FILE *list = open_memstream(&text, &size);
	int i;

	(void)state;
	tool_new_device(1);
	for (i = 0; i < MANY; i++)
		fprintf(list, "f_many_%d\n", i);
	fclose(list);
	/* 2000 functions on 3 CPUs in 2 generations of (128 + 8 * 976) bytes */
	with_file("add-probe --precision 4 --group g_large -f", text, line);
	expect_failure(line, 1,
		       "group g_large takes 90.8 MiB; a lower --precision would make it less\n"
		       "ktlat-ctl: cannot add group g_large: its functions take 90.8 MiB, and the kernel has no room for that; lower --precision or name fewer functions");
	free(text);
}

static int setup(void **state)
{
	int ret = tool_setup(state);

	if (ret)
		return ret;
	make_kallsyms();
	tool_write("/proc/kallsyms", kallsyms, kallsyms_len);
	make_btf();
	return 0;
}

static int teardown(void **state)
{
	free(kallsyms);
	return tool_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_one_name),
		cmocka_unit_test(test_not_for_patterns),
		cmocka_unit_test(test_told_apart),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_random_lists),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kernel_without),
		cmocka_unit_test(test_livepatched),
		cmocka_unit_test(test_hidden_addresses),
		cmocka_unit_test(test_ranking),
		cmocka_unit_test(test_no_call),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory_is_announced),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
