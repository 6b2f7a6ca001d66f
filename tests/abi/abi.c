// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the programs that test the device contract share.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "abi.h"

#define RUN_FILE "/sys/kernel/debug/ktlat_target/run"

static int nr_tests, nr_failed;

bool ok(bool good, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++nr_tests);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	nr_failed += !good;
	return good;
}

void note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

int done(void)
{
	printf("1..%d\n", nr_tests);
	return nr_failed ? 1 : 0;
}

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

const char *error_name(int error)
{
	return error ? strerrorname_np(-error) : "0";
}

int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? -errno : 0;
}

bool expect(int want, int fd, unsigned long request, void *arg,
	    const char *what)
{
	struct ktlat_info before = get_info(fd), after;
	int got = call(fd, request, arg);
	bool good;

	after = get_info(fd);
	good = ok(got == want, "%s: %s", what, error_name(want));
	if (!good)
		note("got %s", got ? error_name(got) : "0");
	if (want && memcmp(&before, &after, sizeof(before))) {
		good = ok(false, "%s: changes nothing", what);
		note("session %llu, %llu; probes %u, %u; memory %llu, %llu",
		     before.session_id, after.session_id, before.nr_probes,
		     after.nr_probes, before.memory_bytes, after.memory_bytes);
	}
	return good;
}

int open_device(int flags)
{
	int fd = open(KTLAT_DEVICE_PATH, flags | O_CLOEXEC);

	if (fd < 0)
		die(KTLAT_DEVICE_PATH);
	return fd;
}

struct ktlat_info get_info(int fd)
{
	struct ktlat_info info = { .size = sizeof(info) };

	if (ioctl(fd, KTLAT_IOC_INFO, &info))
		die("info");
	return info;
}

void new_session(int fd)
{
	struct ktlat_session_new session = { .size = sizeof(session) };

	if (ioctl(fd, KTLAT_IOC_SESSION_NEW, &session))
		die("session");
}

struct ktlat_probe_add function_probe(const char *function)
{
	struct ktlat_probe_add add = {
		.size = sizeof(add),
		.kind = KTLAT_KIND_FUNCTION,
		.precision = KTLAT_PRECISION_DEFAULT,
	};

	strcpy(add.point[0].name, function);
	return add;
}

struct ktlat_probe_add pair_probe(const char *from, const char *to)
{
	struct ktlat_probe_add add = function_probe(from);

	add.kind = KTLAT_KIND_PAIR;
	add.match = KTLAT_MATCH_TASK;
	strcpy(add.point[1].name, to);
	return add;
}

struct ktlat_probe_add tracepoint_probe(const char *name)
{
	struct ktlat_probe_add add = function_probe(name);

	add.kind = KTLAT_KIND_TRACEPOINT;
	return add;
}

struct ktlat_probe_add between_tracepoints(const char *from, const char *to, __u32 match)
{
	struct ktlat_probe_add add = pair_probe(from, to);

	add.kind = KTLAT_KIND_TRACEPOINT;
	add.match = match;
	strcpy(add.point[0].module, "sched");
	strcpy(add.point[1].module, "sched");
	return add;
}

__u64 add_probe(int fd, struct ktlat_probe_add add)
{
	if (ioctl(fd, KTLAT_IOC_PROBE_ADD, &add))
		die("add");
	return add.id;
}

int on_probe(int fd, unsigned long request, __u64 id)
{
	struct ktlat_probe_ref ref = { .size = sizeof(ref), .id = id };

	return call(fd, request, &ref);
}

int get_probe(int fd, __u64 id, struct ktlat_probe_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->id = id;
	return call(fd, KTLAT_IOC_PROBE_GET, info);
}

struct ktlat_rings_info rings_of(__u32 nr_slots)
{
	return (struct ktlat_rings_info){
		.size = sizeof(struct ktlat_rings_info),
		.nr_slots = nr_slots,
	};
}

void *map_probe(int fd, __u64 id, size_t *size)
{
	struct ktlat_probe_info info;
	void *map;

	if (get_probe(fd, id, &info))
		die("get");
	map = mmap(NULL, info.map_size, PROT_READ, MAP_SHARED, fd,
		   info.map_offset);
	*size = info.map_size;
	return map == MAP_FAILED ? NULL : map;
}

__u64 sum_of(const void *map, size_t member)
{
	const struct ktlat_map_header *header = map;
	__u64 generation = LOAD(header->generation);
	const char *area = (const char *)map + header->cpu_offset +
			   (generation & 1) * header->generation_stride;
	__u64 sum = 0;
	__u32 cpu;

	for (cpu = 0; cpu < header->nr_cpus; cpu++) {
		sum += LOAD(*(const __u64 *)(area + member));
		area += header->cpu_stride;
	}
	return sum;
}

void run_target(unsigned int calls)
{
	FILE *file = fopen(RUN_FILE, "w");

	if (!file)
		die(RUN_FILE);
	fprintf(file, "func=busy ctx=kthread cpus=0 calls=%u", calls);
	if (fclose(file))
		die(RUN_FILE);
}

int in_child(int (*func)(int fd, void *arg), int fd, void *arg)
{
	int status, result;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		result = func(fd, arg);
		_exit(result < 0 ? 128 + -result : result);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFSIGNALED(status))
		return 1000 + WTERMSIG(status);
	result = WEXITSTATUS(status);
	return result > 128 ? 128 - result : result;
}

bool eventually(bool (*func)(void *arg), void *arg)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (func(arg))
			return true;
		nanosleep(&pause, NULL);
	}
	return func(arg);
}
