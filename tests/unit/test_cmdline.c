// SPDX-License-Identifier: GPL-2.0-only
/* Command lines, with the exit status and the one line that each must give. */
#include <stdio.h>

#include "tool.h"
#include "unit.h"

static struct result result;

/* What a run is expected to come to; @err without the name of the program. */
struct expectation {
	const char *line;
	int status;
	const char *err;
};

static void check(const struct expectation *want)
{
	char err[2048] = "";

	tool_run(want->line, &result);
	if (want->err)
		snprintf(err, sizeof(err), "ktlat-ctl: %s\n", want->err);
	if (result.status != want->status || strcmp(result.err, err))
		fail_msg("ktlat-ctl %s\nstatus %d, want %d\n%swant\n%s",
			 want->line, result.status, want->status, result.err,
			 err);
}

static void check_all(const struct expectation *want, size_t nr)
{
	while (nr--)
		check(want++);
}

static const struct expectation usages[] = {
	{ "''", 2, "there is no command \"\"; see ktlat-ctl help" },
	{ "frob", 2, "there is no command \"frob\"; see ktlat-ctl help" },
	{ "lis", 2, "there is no command \"lis\"; see ktlat-ctl help" },
	{ "--frob", 2, "unknown option --frob; see ktlat-ctl help" },
	{ "--no-load", 2, "a command is missing; see ktlat-ctl help" },
	{ "help frob", 2,
	  "help: there is no command \"frob\"; see ktlat-ctl help help" },
	{ "--help", 0, NULL },
	{ "--version", 0, NULL },
	{ "help", 0, NULL },
	{ "help lat", 0, NULL },
	{ "lat --help", 0, NULL },
	{ "add-probe", 2,
	  "add-probe: a SPEC is missing; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --frob", 2,
	  "add-probe: unknown option --frob; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --prec 5", 2,
	  "add-probe: unknown option --prec; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --precision", 2,
	  "add-probe: --precision needs a value; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --precision 8", 2,
	  "add-probe: --precision: 8 is out of range, 0 to 7; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --precision=-1", 2,
	  "add-probe: --precision: \"-1\" is not a number; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --precision 5x", 2,
	  "add-probe: --precision: \"5x\" is not a number; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --pool 99999999999999999999", 2,
	  "add-probe: --pool: 99999999999999999999 is out of range, 0 to 65536; see ktlat-ctl help add-probe" },
	{ "add-probe a..b --starts 15", 2,
	  "add-probe: --starts: 15 is out of range, 16 to 1048576; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --public=yes", 2,
	  "add-probe: --public takes no value; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --backend uprobe", 2,
	  "add-probe: --backend: \"uprobe\" is none of auto, kretprobe, pair, tracepoint, direct, fprobe; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --backend pair", 2,
	  "add-probe: --backend pair cannot measure f_idle, --backend kretprobe can; see ktlat-ctl help add-probe" },
	{ "add-probe @irq --pool 5", 2,
	  "add-probe: --pool is for functions, and @irq is none; give --starts; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle --starts 64", 2,
	  "add-probe: --starts is not for functions as f_idle; give --pool; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle f+", 2,
	  "add-probe: malformed SPEC \"f+\" at character 3: \"\" is no number; write it in decimal, or in hexadecimal after 0x; see ktlat-ctl help add-probe" },
	{ "add-probe f_idle -- true", 2,
	  "add-probe: it takes no command after --; see ktlat-ctl help add-probe" },
	{ "remove-probe", 2,
	  "remove-probe: name probes by ID or NAME, or say all; see ktlat-ctl help remove-probe" },
	{ "list 3", 2, "list: it takes no argument; see ktlat-ctl help list" },
	{ "hist --count 3", 2,
	  "hist: --count needs --interval; see ktlat-ctl help hist" },
	{ "hist --delta", 2,
	  "hist: --delta needs --interval; see ktlat-ctl help hist" },
	{ "hist --interval 0", 2,
	  "hist: --interval: it must be longer than 0; see ktlat-ctl help hist" },
	{ "hist -i soon", 2,
	  "hist: --interval: \"soon\" is not a duration at character 1; write it as 250ns, 40us, 1.5ms or 2s; see ktlat-ctl help hist" },
	{ "lat -d 1", 2, "lat: a SPEC is missing; see ktlat-ctl help lat" },
	{ "lat f_idle --", 2,
	  "lat: a command is missing after --; see ktlat-ctl help lat" },
	{ "functions a b", 2,
	  "functions: one pattern at a time; see ktlat-ctl help functions" },
	{ "load a.ko b", 2,
	  "load: \"b\" is not a module parameter, NAME=VALUE; see ktlat-ctl help load" },
	{ "unload ktlat", 2,
	  "unload: it takes no argument; see ktlat-ctl help unload" },
};

static void test_usage(void **state)
{
	(void)state;
	tool_no_device();
	check_all(usages, ARRAY_LEN(usages));
}

#define NOT_LOADED							\
	"cannot open /dev/ktlat: the module ktlat is not loaded; load it as root with: ktlat-ctl load"

static const struct expectation without_device[] = {
	{ "--no-load list", 1, NOT_LOADED },
	{ "list --no-load", 1, NOT_LOADED },
	{ "--no-load hist", 1, NOT_LOADED },
	{ "--no-load add-probe f_idle", 1, NOT_LOADED },
	{ "--no-load lat f_idle -d 1ms", 1, NOT_LOADED },
	{ "--no-load reset all", 1, NOT_LOADED },
	{ "status", 0, NULL },
	{ "load /nonexistent/ktlat.ko", 1,
	  "cannot load /nonexistent/ktlat.ko: No such file or directory; see the kernel log" },
};

static void test_without_device(void **state)
{
	(void)state;
	tool_no_device();
	check_all(without_device, ARRAY_LEN(without_device));
}

static void test_other_abi(void **state)
{
	const struct expectation want = {
		"list", 1,
		"cannot use /dev/ktlat: ktlat-ctl speaks ABI 1, the module 2: install the two from the same version",
	};

	(void)state;
	tool_new_device(2);
	check(&want);
}

static void test_no_permission(void **state)
{
	const struct expectation want = {
		"list", 1,
		"cannot open /dev/ktlat: no permission; run as root, or as a member of the group ktlat",
	};

	(void)state;
	tool_new_device(1);
	setenv("KTLAT_FAKE_OPEN_ERRNO", "13", 1);
	check(&want);
	unsetenv("KTLAT_FAKE_OPEN_ERRNO");
}

static const struct expectation refused[] = {
	{ "add-probe f_blacklisted", 1,
	  "cannot add f_blacklisted: the kernel forbids probes there; it is listed in /sys/kernel/debug/kprobes/blacklist, probe a caller instead" },
	{ "add-probe f_notrace", 1,
	  "cannot add f_notrace: the function has no ftrace site (compiled notrace, or assembler); probe a caller instead, ktlat-ctl functions lists what can be probed" },
	{ "add-probe f_noreturn", 1,
	  "cannot add f_noreturn: the function never returns, so it has no latency; measure from it to another point with FUNC..OTHER" },
	{ "add-probe f_ours", 1,
	  "cannot add f_ours: the function is part of ktlat itself, or calls it; choose another" },
	{ "add-probe f_idle..f_busy+1", 1,
	  "cannot add f_busy+0x1: the offset is not the start of an instruction of the function; take one from its disassembly" },
	{ "add-probe f_lockdown", 1,
	  "cannot add f_lockdown: the kernel is locked down and allows no probes; see /sys/kernel/security/lockdown" },
	{ "add-probe f_lockdown..f_busy", 1,
	  "cannot add f_lockdown..f_busy: the kernel is locked down and allows no probes; see /sys/kernel/security/lockdown" },
	{ "add-probe f_memlock", 1,
	  "cannot add f_memlock: its histogram would pass your limit of locked memory; raise ulimit -l, lower --precision or remove a probe" },
	{ "add-probe f_off --backend fprobe", 1,
	  "cannot add f_off: ftrace is switched off; switch it on: sysctl kernel.ftrace_enabled=1" },
	{ "add-probe f_limit", 1,
	  "cannot add f_limit: you have as many probes as one user may have; remove some, or raise the module parameter max_probes" },
	{ "add-probe f_perm", 1,
	  "cannot add f_perm: it takes CAP_PERFMON or CAP_SYS_ADMIN; run as root" },
	{ "add-probe f_nomem", 1,
	  "cannot add f_nomem: the kernel is out of memory; lower --precision, --pool or --starts" },
	{ "add-probe f_twice", 1,
	  "cannot add f_twice: its address is needed to tell which function that is, and /proc/kallsyms hides it; run as root, with sysctl kernel.kptr_restrict at 0 or 1" },
	{ "add-probe f_idle f_twice f_idle mod_b:f_two f_two", 1,
	  "cannot add f_twice: its address is needed to tell which function that is, and /proc/kallsyms hides it; run as root, with sysctl kernel.kptr_restrict at 0 or 1" },
	{ "add-probe @irq f_idle..f_two", 1,
	  "cannot add f_two: 3 functions have that name, and a point of a pair is in one; say which: vmlinux:f_two, mod_a:f_two, mod_b:f_two" },
	{ "add-probe estimation_timr", 1,
	  "cannot add estimation_timr: no such function; did you mean ip_vs:estimation_timer?" },
	{ "add-probe f_tw", 1,
	  "cannot add f_tw: no such function; did you mean f_two or mod_a:f_two or mod_b:f_two?" },
	{ "add-probe copied", 1,
	  "cannot add copied: no such function: it is not there, or the compiler inlined it wherever it is called, or its module is not loaded; ktlat-ctl functions lists those there are" },
	{ "add-probe mod_a:estimation_timer", 1,
	  "cannot add mod_a:estimation_timer: no such function; did you mean ip_vs:estimation_timer?" },
	{ "add-probe mod_c:g", 1,
	  "cannot add mod_c:g: the module mod_c is not loaded, and not installed for this kernel; load it first, or wait for it with --pending" },
	{ "add-probe vmlinux:nothing", 1,
	  "cannot add vmlinux:nothing: no such function: it is not there, or the compiler inlined it wherever it is called, or its module is not loaded; ktlat-ctl functions lists those there are" },
	{ "remove-probe 9", 1,
	  "cannot find a probe \"9\": none has that id, SPEC or function; ktlat-ctl list shows those there are" },
	{ "reset f_idle", 1,
	  "cannot find a probe \"f_idle\": none has that id, SPEC or function; ktlat-ctl list shows those there are" },
	{ "hist f_idle", 1,
	  "cannot find a probe \"f_idle\": none has that id, SPEC or function; ktlat-ctl list shows those there are" },
	{ "lat f_idle -- /nonexistent/command", 1,
	  "cannot run /nonexistent/command: No such file or directory; give a command that exists after --" },
	{ "list", 0,
	  "there are no probes; add one with: ktlat-ctl add-probe FUNC" },
	{ "functions nothing*", 1,
	  "the list of ftrace cannot be read; taken from /proc/kallsyms instead, so some of these may be refused\nktlat-ctl: no function matches \"nothing*\": none of that name, or its module is not loaded; try a pattern as *name*" },
};

static void test_refused(void **state)
{
	(void)state;
	tool_new_device(1);
	check_all(refused, ARRAY_LEN(refused));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_without_device),
		cmocka_unit_test(test_other_abi),
		cmocka_unit_test(test_no_permission),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, tool_setup, tool_teardown);
}
