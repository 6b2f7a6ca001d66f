// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions and the probes in them: what can be seen from where, ids, and that
 * an anonymous session ends with its last descriptor and mapping.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"

static int main_fd;

static bool no_memory(void *unused)
{
	(void)unused;
	return get_info(main_fd).memory_bytes == 0;
}

/* Whether any kprobe of ours is left in the kernel. */
static bool no_kprobe(void *unused)
{
	FILE *file = fopen("/sys/kernel/debug/kprobes/list", "r");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	(void)unused;
	if (!file)
		die("kprobes/list");
	while (getline(&line, &size, file) > 0)
		found |= strstr(line, TARGET) != NULL;
	free(line);
	fclose(file);
	return !found;
}

static bool all_gone(void *unused)
{
	return no_memory(unused) && no_kprobe(unused);
}

static void visibility(void)
{
	int one = open_device(O_RDWR), two = open_device(O_RDWR);
	struct ktlat_info info = get_info(one);
	struct ktlat_probe_info probe;
	__u64 id;

	ok(info.session_kind == KTLAT_SESSION_DEFAULT &&
	   info.session_id == get_info(two).session_id,
	   "fresh descriptors share the default session");
	id = add_probe(one, function_probe(TARGET));
	ok(!get_probe(two, id, &probe), "and see the same probes");
	new_session(two);
	info = get_info(two);
	ok(info.session_kind == KTLAT_SESSION_ANONYMOUS &&
	   info.session_id != get_info(one).session_id && !info.nr_probes,
	   "a new session is another one, and empty");
	ok(get_probe(two, id, &probe) == -ENOENT, "no probe of the other");
	ok(on_probe(two, KTLAT_IOC_PROBE_RESET, id) == -ENOENT &&
	   on_probe(two, KTLAT_IOC_PROBE_DELETE, id) == -ENOENT,
	   "which cannot be changed from here");
	close(one);
	close(two);
	ok(!get_probe(main_fd, id, &probe),
	   "the default session keeps its probes");
	ok(!on_probe(main_fd, KTLAT_IOC_PROBE_DELETE, id), "until deleted");
}

static void ids(void)
{
	struct ktlat_probe_ref ref = { .size = sizeof(ref),
				       .flags = KTLAT_REF_ALL, .id = 1 };
	int other = open_device(O_RDWR);
	__u64 last = 0, session, id;
	bool rising = true;
	int i;

	new_session(other);
	for (i = 0; i < 20; i++) {
		id = add_probe(i % 2 ? other : main_fd,
			       function_probe(TARGET));
		rising &= id > last;
		last = id;
		on_probe(i % 2 ? other : main_fd, KTLAT_IOC_PROBE_DELETE, id);
	}
	ok(rising, "no probe id is used again");
	expect(-ENOENT, main_fd, KTLAT_IOC_PROBE_DELETE,
	       &(struct ktlat_probe_ref){ .size = sizeof(ref), .id = last },
	       "a deleted probe");
	expect(-ENOENT, main_fd, KTLAT_IOC_PROBE_RESET,
	       &(struct ktlat_probe_ref){ .size = sizeof(ref), .id = ~0ULL },
	       "a probe that never was");
	expect(-EINVAL, main_fd, KTLAT_IOC_PROBE_DELETE, &ref,
	       "all, and an id");
	session = get_info(other).session_id;
	new_session(other);
	ok(get_info(other).session_id > session,
	   "no session id is used again");
	close(other);
}

/* NEXT goes up in order, over gaps, and ends with ENOENT. */
static void next(void)
{
	struct ktlat_probe_info info = { .size = sizeof(info) };
	struct ktlat_probe_ref all = { .size = sizeof(all),
				       .flags = KTLAT_REF_ALL };
	int fd = open_device(O_RDWR);
	__u64 id[3];
	int i;

	new_session(fd);
	for (i = 0; i < 3; i++)
		id[i] = add_probe(fd, function_probe(TARGET));
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id[1]);
	ok(!call(fd, KTLAT_IOC_PROBE_NEXT, &info) && info.id == id[0],
	   "NEXT of 0 is the first");
	ok(!call(fd, KTLAT_IOC_PROBE_NEXT, &info) && info.id == id[2],
	   "NEXT goes over a gap");
	ok(call(fd, KTLAT_IOC_PROBE_NEXT, &info) == -ENOENT,
	   "NEXT of the last: ENOENT");
	ok(!call(fd, KTLAT_IOC_PROBE_DISABLE, &all) && all.count == 2,
	   "disable all");
	ok(!get_probe(fd, id[0], &info) &&
	   info.state == KTLAT_STATE_DISABLED, "they are disabled");
	close(fd);
}

/* Disabled probes count nothing; enabling goes on where it was. */
static void enable(void)
{
	struct ktlat_probe_info info;
	size_t size;
	__u64 id = add_probe(main_fd, function_probe(TARGET));
	void *map = map_probe(main_fd, id, &size);

	run_target(4);
	ok(!on_probe(main_fd, KTLAT_IOC_PROBE_DISABLE, id), "disable");
	ok(!on_probe(main_fd, KTLAT_IOC_PROBE_DISABLE, id), "once more");
	run_target(4);
	ok(SUM_OF(map, entries) == 4, "calls meanwhile are not counted");
	ok(!on_probe(main_fd, KTLAT_IOC_PROBE_ENABLE, id), "enable");
	ok(!on_probe(main_fd, KTLAT_IOC_PROBE_ENABLE, id), "once more");
	run_target(4);
	ok(SUM_OF(map, entries) == 8, "calls after it are");
	ok(!get_probe(main_fd, id, &info) && info.state == KTLAT_STATE_ARMED,
	   "the probe is armed");
	munmap(map, size);
	on_probe(main_fd, KTLAT_IOC_PROBE_DELETE, id);
}

static void last_descriptor(void)
{
	int fd = open_device(O_RDWR), copy;

	new_session(fd);
	add_probe(fd, function_probe(TARGET));
	copy = dup(fd);
	close(fd);
	ok(get_info(copy).nr_probes == 1, "a copy of the descriptor keeps it");
	close(copy);
	ok(eventually(all_gone, NULL), "the last descriptor ends it");
	fd = open_device(O_RDWR);
	new_session(fd);
	add_probe(fd, function_probe(TARGET));
	new_session(fd);
	ok(eventually(all_gone, NULL), "a new session ends the one before");
	close(fd);
}

static void last_mapping(void)
{
	int fd = open_device(O_RDWR);
	size_t size;
	void *map;

	new_session(fd);
	map = map_probe(fd, add_probe(fd, function_probe(TARGET)), &size);
	close(fd);
	run_target(6);
	ok(SUM_OF(map, returns) == 6, "a mapping keeps it measuring");
	munmap(map, size);
	ok(eventually(all_gone, NULL), "the last mapping ends it");
}

/* By a kretprobe, as that is what the kernel lists. */
static void killed(void)
{
	struct ktlat_probe_add add = function_probe(TARGET);
	int pipes[2], status;
	char byte;
	pid_t pid;

	if (pipe(pipes))
		die("pipe");
	add.backend = KTLAT_BACKEND_KRETPROBE;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		int fd = open_device(O_RDWR);
		size_t size;

		new_session(fd);
		map_probe(fd, add_probe(fd, add), &size);
		if (write(pipes[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ok(read(pipes[0], &byte, 1) == 1 && !no_kprobe(NULL),
	   "a child measures");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(eventually(all_gone, NULL), "kill -9 ends it");
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	main_fd = open_device(O_RDWR);
	visibility();
	ids();
	next();
	enable();
	last_descriptor();
	last_mapping();
	killed();
	ok(get_info(main_fd).nr_probes == 0, "nothing is left");
	return done();
}
