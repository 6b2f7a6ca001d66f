// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cannot be probed: each with its own errno and reason, and without a
 * trace left behind.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "abi.h"

#define DEBUGFS "/sys/kernel/debug"
#define MAX_PROBES "/sys/module/ktlat/parameters/max_probes"

/* A function that is on the blacklist of kprobes. */
#if defined(__aarch64__) || defined(__arm__)
#define FORBIDDEN	"get_kprobe"
#else
#define FORBIDDEN	"exc_int3"
#endif

static int fd;

/* Lines of a file that contain a text; the last of them, if wanted. */
static unsigned int count_lines(const char *path, const char *text)
{
	unsigned int n = 0;
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		die(path);
	while (getline(&line, &size, file) > 0)
		n += strstr(line, text) != NULL;
	free(line);
	fclose(file);
	return n;
}

static unsigned int nr_kprobes(void)
{
	return count_lines(DEBUGFS "/kprobes/list", " ");
}

static void refused(struct ktlat_probe_add add, int want, __u32 refusal,
		    __u32 point, const char *what)
{
	unsigned int before = nr_kprobes();

	expect(want, fd, KTLAT_IOC_PROBE_ADD, &add, what);
	ok(add.refusal == refusal && add.refused_point == point,
	   "%s: refusal %u, point %u", what, refusal, point);
	if (add.refusal != refusal || add.refused_point != point)
		note("got refusal %u, point %u", add.refusal,
		     add.refused_point);
	ok(nr_kprobes() == before, "%s: no kprobe is left", what);
}

static void function(const char *name, int want, __u32 refusal)
{
	refused(function_probe(name), want, refusal, 0, name);
}

static void functions(void)
{
	static const char *const never_return[] = {
		"do_exit", "do_group_exit", "do_task_dead",
		"kthread_complete_and_exit", "make_task_dead", "panic",
	};
	struct ktlat_probe_add add;
	unsigned int i;

	function("ktlat_no_such_function", -ENOENT, KTLAT_REFUSED_UNKNOWN);
	function("vfs_rea", -ENOENT, KTLAT_REFUSED_UNKNOWN);
	/* A name that is known, but is data; not every kernel knows those. */
	if (count_lines("/proc/kallsyms", " jiffies\n"))
		function("jiffies", -EADDRNOTAVAIL, KTLAT_REFUSED_BLACKLIST);
	if (count_lines(DEBUGFS "/kprobes/blacklist", "\t" FORBIDDEN))
		function(FORBIDDEN, -EADDRNOTAVAIL, KTLAT_REFUSED_BLACKLIST);
	else
		ok(false, FORBIDDEN " is on the blacklist");
	/* Assembler. */
	function("copy_page", -EOPNOTSUPP, KTLAT_REFUSED_NOTRACE);
	for (i = 0; i < ARRAY_SIZE(never_return); i++)
		function(never_return[i], -ENOTRECOVERABLE,
			 KTLAT_REFUSED_NORETURN);
	add = function_probe(TARGET);
	strcpy(add.point[0].module, "no_such_module");
	refused(add, -ENOENT, KTLAT_REFUSED_UNKNOWN, 0, "unknown module");
	add = function_probe("vfs_read");
	strcpy(add.point[0].module, "ktlat_target");
	refused(add, -ENOENT, KTLAT_REFUSED_UNKNOWN, 0, "of another module");
	refused(tracepoint_probe("no_such_pair"), -ENOENT,
		KTLAT_REFUSED_UNKNOWN, 0, "unknown tracepoint pair");
}

/* Every function of ktlat.ko that kallsyms knows, up to a few. */
static void our_own(void)
{
	unsigned int left = 20, nr = 0, bad = 0;
	char *line = NULL, name[256], type;
	struct ktlat_probe_add add;
	size_t size = 0;
	FILE *file = fopen("/proc/kallsyms", "r");
	int got;

	if (!file)
		die("kallsyms");
	while (left && getline(&line, &size, file) > 0) {
		if (!strstr(line, "\t[ktlat]\n") ||
		    sscanf(line, "%*x %c %255s", &type, name) != 2 ||
		    tolower(type) != 't' || strncmp(name, "ktlat_", 6))
			continue;
		left--;
		nr++;
		add = function_probe(name);
		got = call(fd, KTLAT_IOC_PROBE_ADD, &add);
		if (got == -ELOOP && add.refusal == KTLAT_REFUSED_OURS)
			continue;
		bad++;
		note("%s: %s, refusal %u", name, got ? error_name(got) : "0",
		     add.refusal);
	}
	free(line);
	fclose(file);
	ok(nr && !bad, "%u functions of ktlat itself: ELOOP", nr);
	/* A name that the kernel has, too. */
	add = function_probe("device_release");
	strcpy(add.point[0].module, "ktlat");
	refused(add, -ELOOP, KTLAT_REFUSED_OURS, 0, "ktlat:device_release");
	add = pair_probe(TARGET, name);
	refused(add, -ELOOP, KTLAT_REFUSED_OURS, 1, "ktlat's own as an end");
}

/* How far it is from one function of the target to the next in memory. */
static unsigned long long distance_to_next(const char *name)
{
	unsigned long long start = 0, next = ~0ULL, at;
	char *line = NULL, found[256];
	size_t size = 0;
	FILE *file = fopen("/proc/kallsyms", "r");
	int pass;

	if (!file)
		die("kallsyms");
	for (pass = 0; pass < 2; pass++, rewind(file)) {
		while (getline(&line, &size, file) > 0) {
			if (sscanf(line, "%llx %*c %255s", &at, found) != 2)
				continue;
			if (!pass && !strcmp(found, name))
				start = at;
			if (pass && at > start && at < next)
				next = at;
		}
	}
	free(line);
	fclose(file);
	return next - start;
}

static void offsets(void)
{
	unsigned long long next = distance_to_next("ktlat_target_begin");
	struct ktlat_probe_add add;
	int i;

	/* A good place for a probe, but not in the function that is named. */
	add = pair_probe(TARGET, "ktlat_target_begin");
	add.point[1].offset = next;
	refused(add, -EILSEQ, KTLAT_REFUSED_OFFSET, 1,
		"start of the next function");

	for (i = 0; i < 2; i++) {
		add = pair_probe("ktlat_target_begin", "ktlat_target_end");
		/* Each begins with an instruction of four bytes or more. */
		add.point[i].offset = 1;
		refused(add, -EILSEQ, KTLAT_REFUSED_OFFSET, i,
			"inside an instruction");
		add.point[i].offset = 1 << 20;
		refused(add, -EILSEQ, KTLAT_REFUSED_OFFSET, i,
			"beyond the end");
		add.point[i].offset = ~0ULL;
		refused(add, -EILSEQ, KTLAT_REFUSED_OFFSET, i,
			"offset that wraps");
		add.point[i].offset = 0;
		strcpy(add.point[i].name, "ktlat_no_such_function");
		refused(add, -ENOENT, KTLAT_REFUSED_UNKNOWN, i,
			"pair with an unknown function");
		strcpy(add.point[i].name, FORBIDDEN);
		refused(add, -EADDRNOTAVAIL, KTLAT_REFUSED_BLACKLIST, i,
			"pair with a blacklisted function");
	}
}

/* A pair needs no return, so a function without one can be its end. */
static void end_in_noreturn(void)
{
	struct ktlat_probe_add add = pair_probe("ktlat_target_begin",
						"do_exit");

	expect(0, fd, KTLAT_IOC_PROBE_ADD, &add, "pair that ends in do_exit");
	if (add.id)
		on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

static void set_file(const char *path, __u32 value)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%u", value) < 0 || fclose(file))
		die(path);
}

/* Kprobes can be switched off for the whole kernel, which a fprobe does without. */
static void switched_off(void)
{
	struct ktlat_probe_add add = tracepoint_probe("softirq");
	struct ktlat_probe_add function = function_probe(TARGET);

	function.backend = KTLAT_BACKEND_KRETPROBE;
	set_file(DEBUGFS "/kprobes/enabled", 0);
	refused(function, -EBUSY, KTLAT_REFUSED_OFF, 0,
		"function, kprobes switched off");
	refused(pair_probe("ktlat_target_begin", "ktlat_target_end"), -EBUSY,
		KTLAT_REFUSED_OFF, 0, "pair, kprobes switched off");
	expect(0, fd, KTLAT_IOC_PROBE_ADD, &add,
	       "tracepoints take no kprobe");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	set_file(DEBUGFS "/kprobes/enabled", 1);
	expect(0, fd, KTLAT_IOC_PROBE_ADD, &function,
	       "kprobes switched on again");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, function.id);
}

/* The limit on the number of probes, and that it is one on what there is. */
static void too_many(void)
{
	struct ktlat_probe_add add = tracepoint_probe("irq_handler"), last;
	__u32 usual = get_info(fd).max_probes, max = 40, n;
	struct ktlat_probe_ref all = { .size = sizeof(all),
				       .flags = KTLAT_REF_ALL };

	set_file(MAX_PROBES, max);
	ok(get_info(fd).max_probes == max, "INFO tells the limit");
	add.flags = KTLAT_PROBE_DISABLED;
	add.precision = 0;
	add.starts = KTLAT_STARTS_MIN;
	for (n = 0; n < max; n++) {
		last = add;
		if (call(fd, KTLAT_IOC_PROBE_ADD, &last))
			break;
	}
	ok(n == max && get_info(fd).nr_probes == max, "%u probes", max);
	refused(add, -EDQUOT, KTLAT_REFUSED_LIMIT, 0, "one more");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, last.id);
	expect(0, fd, KTLAT_IOC_PROBE_ADD, &add, "one for one");
	expect(0, fd, KTLAT_IOC_PROBE_DELETE, &all, "delete all");
	ok(all.count == max, "that was %u probes", all.count);
	set_file(MAX_PROBES, usual);
}

int main(void)
{
	struct ktlat_info before;

	fd = open_device(O_RDWR);
	new_session(fd);
	before = get_info(fd);
	functions();
	our_own();
	offsets();
	end_in_noreturn();
	switched_off();
	too_many();
	ok(get_info(fd).memory_bytes == before.memory_bytes &&
	   get_info(fd).nr_probes == before.nr_probes, "nothing is left");
	return done();
}
