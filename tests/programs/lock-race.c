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
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "abi.h"
#include "actors.h"

#define FUNCTION	"do_nanosleep"
#define CPU_ONLINE	"/sys/devices/system/cpu/cpu1/online"
/* Nobody is stuck who has got on within this many seconds. */
#define PATIENCE	20

static const char * const *cpusets;
static pid_t mapper;

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

static const struct actor list[] = {
	{ "mmap", map_figures },
	{ "add and remove", add_and_remove },
	{ "CPU hotplug", plug },
	{ "cpuset", move },
};

static void meet_mapper(unsigned int actor, const pid_t *pids)
{
	(void)actor;
	mapper = pids[0];
}

int main(int argc, char **argv)
{
	const struct actors actors = {
		.list = list,
		.nr = ARRAY_SIZE(list),
		.patience = PATIENCE,
		.begin = meet_mapper,
	};
	unsigned int stuck;

	if (argc != 4)
		die("lock-race SECONDS CPUSET CPUSET");
	cpusets = (const char * const *)argv + 2;
	stuck = actors_run(&actors, strtoul(argv[1], NULL, 10));
	/* The CPU may have been off when its actor was killed. */
	stuck += !write_text(CPU_ONLINE, "1");
	return stuck > 0;
}
