// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock-race SECONDS CPUSET CPUSET: what takes our lock, and the locks of the
 * kernel that are taken inside and outside of it, all at once: mmap() of a
 * probe (mmap_lock), adding and removing probes (kprobes, CPU hotplug and text
 * locks), CPU hotplug, and moves of the mapping task between two cpusets, which
 * take mmap_lock under the lock of CPU hotplug. Each has to get on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"

#define FUNCTION	"do_nanosleep"
#define CPU_ONLINE	"/sys/devices/system/cpu/cpu1/online"
/* Nobody is stuck who has got on within this many seconds. */
#define PATIENCE	20

static const char * const *cpusets;
static pid_t mapper;

/* Shared with the actors: how far each has come. */
static unsigned long *turns;

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	/* Another one of us is at it: the kernel says so and does nothing. */
	if (!done && errno != EBUSY)
		printf("%s: %s\n", path, strerror(errno));
	close(fd);
	return done;
}

/* One turn each. Return: whether it could do it. */

static bool map_figures(void)
{
	static int fd = -1;
	static __u64 id;
	size_t size;
	void *map;

	if (fd < 0) {
		fd = open_device(O_RDWR);
		id = add_probe(fd, function_probe(FUNCTION));
	}
	map = map_probe(fd, id, &size);
	return map && !munmap(map, size);
}

static bool add_and_remove(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open_device(O_RDWR);
	return !on_probe(fd, KTLAT_IOC_PROBE_DELETE,
			 add_probe(fd, function_probe(FUNCTION)));
}

static bool plug(void)
{
	return write_text(CPU_ONLINE, "0") && write_text(CPU_ONLINE, "1");
}

static bool move(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", mapper);
	return write_text(cpusets[0], pid) && write_text(cpusets[1], pid);
}

static const struct {
	const char *name;
	bool (*turn)(void);
} actors[] = {
	{ "mmap", map_figures },
	{ "add and remove", add_and_remove },
	{ "CPU hotplug", plug },
	{ "cpuset", move },
};

static pid_t start(unsigned int actor)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	while (actors[actor].turn())
		__atomic_add_fetch(&turns[actor], 1, __ATOMIC_RELAXED);
	_exit(1);
}

static void show_stack(pid_t pid)
{
	char path[32], text[4096];
	ssize_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		len = read(fd, text, sizeof(text));
	printf("%.*s", len > 0 ? (int)len : 0, text);
	close(fd);
}

/* Return: how many actors have not got on for too long, or have given up. */
static unsigned int watch(const pid_t *pids, unsigned int seconds)
{
	unsigned long last[ARRAY_SIZE(actors)] = { 0 };
	unsigned int still[ARRAY_SIZE(actors)] = { 0 };
	unsigned int i, stuck = 0;

	while (!stuck && seconds--) {
		sleep(1);
		for (i = 0; i < ARRAY_SIZE(actors); i++) {
			unsigned long now = __atomic_load_n(&turns[i],
							    __ATOMIC_RELAXED);

			still[i] = now == last[i] ? still[i] + 1 : 0;
			last[i] = now;
			if (still[i] < PATIENCE &&
			    !waitpid(pids[i], NULL, WNOHANG))
				continue;
			printf("%s: stuck or ended after %lu turns\n",
			       actors[i].name, now);
			show_stack(pids[i]);
			stuck++;
		}
	}
	return stuck;
}

int main(int argc, char **argv)
{
	pid_t pids[ARRAY_SIZE(actors)];
	unsigned int i, stuck;

	if (argc != 4)
		die("lock-race SECONDS CPUSET CPUSET");
	cpusets = (const char * const *)argv + 2;
	turns = mmap(NULL, sizeof(*turns) * ARRAY_SIZE(actors),
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turns == MAP_FAILED)
		die("mmap");
	setbuf(stdout, NULL);
	for (i = 0; i < ARRAY_SIZE(actors); i++) {
		pids[i] = start(i);
		mapper = pids[0];
	}
	stuck = watch(pids, strtoul(argv[1], NULL, 10));
	for (i = 0; i < ARRAY_SIZE(actors); i++) {
		kill(pids[i], SIGKILL);
		printf("%s: %lu turns\n", actors[i].name, turns[i]);
		stuck += !turns[i];
	}
	while (wait(NULL) > 0)
		;
	/* The CPU may have been off when its actor was killed. */
	stuck += !write_text(CPU_ONLINE, "1");
	return stuck > 0;
}
