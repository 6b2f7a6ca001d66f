// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader that does everything wrong while calls are measured: it maps all there
 * is, reaches beyond each end, tries to write by every way there is, forks, and
 * gives things back in odd orders. It gets errors, the others notice nothing, and
 * when it is gone so is all of its memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"

#define CALLS	200

/* One of the mappings of a session. */
struct mapping {
	const char *name;
	__u64 offset;
	size_t size;
	char *map;
};

enum { FIGURES, RINGS, STACKS, SLOWEST, KEYS, NR_MAPPINGS };

static size_t page;

/* A session with a probe that feeds all that can be mapped. */
static __u64 begin(int fd)
{
	struct ktlat_rings_info rings = rings_of(64);
	struct ktlat_probe_add add = function_probe(TARGET);

	rings.nr_stacks = 64;
	new_session(fd);
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &rings, "rings");
	add.flags = KTLAT_PROBE_EVENTS;
	add.slow.ns = 1;
	add.slow.slowest = 4;
	add.slow.interval_ns = KTLAT_INTERVAL_MAX;
	add.by = KTLAT_BY_COMM;
	add.keys = KTLAT_KEYS_MIN;
	return add_probe(fd, add);
}

static void find(int fd, __u64 id, struct mapping *all)
{
	struct ktlat_rings_info rings = rings_of(0);
	struct ktlat_probe_info probe;

	ok(!get_probe(fd, id, &probe) &&
	   !ioctl(fd, KTLAT_IOC_RINGS_GET, &rings), "the mappings are told");
	all[FIGURES] = (struct mapping){ "figures", probe.map_offset,
					 probe.map_size, NULL };
	all[RINGS] = (struct mapping){ "rings", rings.map_offset,
				       rings.map_size, NULL };
	all[STACKS] = (struct mapping){ "stacks", rings.stacks_offset,
					rings.stacks_size, NULL };
	all[SLOWEST] = (struct mapping){ "slowest calls", probe.slowest_offset,
					 probe.slowest_size, NULL };
	all[KEYS] = (struct mapping){ "keys", probe.keys_offset,
				      probe.keys_size, NULL };
}

static void map_all(int fd, struct mapping *all)
{
	int i;

	for (i = 0; i < NR_MAPPINGS; i++) {
		all[i].map = mmap(NULL, all[i].size, PROT_READ, MAP_SHARED, fd,
				  all[i].offset);
		if (all[i].map == MAP_FAILED)
			die(all[i].name);
	}
}

/* Does nothing of it succeed? */
static bool cannot_write(const struct mapping *m)
{
	struct iovec from = { "x", 1 }, to = { m->map, 1 };
	int mem = open("/proc/self/mem", O_RDWR);
	bool good = mem >= 0;

	good &= pwrite(mem, "x", 1, (off_t)(unsigned long)m->map) < 0;
	good &= process_vm_writev(getpid(), &from, 1, &to, 1, 0) < 0;
	good &= read(mem, m->map, 1) < 0;
	good &= mprotect(m->map, page, PROT_WRITE) && errno == EACCES;
	good &= mprotect(m->map, m->size, PROT_READ | PROT_WRITE) &&
		errno == EACCES;
	close(mem);
	return good;
}

static bool cannot_reach_beyond(int fd, const struct mapping *m)
{
	const off_t far = (1LL << 62);
	bool good = true;

	good &= mmap(NULL, m->size + page, PROT_READ, MAP_SHARED, fd,
		     m->offset) == MAP_FAILED;
	good &= mmap(NULL, page, PROT_READ, MAP_SHARED, fd,
		     m->offset + m->size) == MAP_FAILED;
	good &= mremap(m->map, m->size, m->size + page, MREMAP_MAYMOVE) ==
		MAP_FAILED;
	good &= mremap(m->map, 0, m->size + page, MREMAP_MAYMOVE) == MAP_FAILED;
	if (sizeof(long) == 8)
		good &= mmap(NULL, page, PROT_READ, MAP_SHARED, fd, far) ==
			MAP_FAILED;
	return good;
}

/* The device is no file: nothing is read, written or sought. */
static void no_file(int fd)
{
	char byte = 0;
	int null = open("/dev/null", O_WRONLY), pipes[2];

	if (pipe(pipes))
		die("pipe");
	ok(read(fd, &byte, 1) < 0, "read");
	ok(write(fd, &byte, 1) < 0, "write");
	ok(pread(fd, &byte, 1, 1LL << 40) < 0, "pread beyond the end");
	ok(ftruncate(fd, 0) < 0, "ftruncate");
	ok(fallocate(fd, 0, 0, 4096) < 0, "fallocate");
	ok(sendfile(null, fd, NULL, 4096) < 0, "sendfile");
	ok(splice(fd, NULL, pipes[1], NULL, 4096, SPLICE_F_NONBLOCK) < 0,
	   "splice");
	lseek(fd, 1LL << 40, SEEK_SET);
	ok(read(fd, &byte, 1) < 0, "read after a seek");
	close(null);
	close(pipes[0]);
	close(pipes[1]);
}

/* The child has the descriptor, and no mapping; the mappings it makes are its own. */
static int as_child(int fd, void *arg)
{
	struct mapping *all = arg, mine[NR_MAPPINGS];
	unsigned char resident;
	int i, wrong = 0;

	memcpy(mine, all, sizeof(mine));
	for (i = 0; i < NR_MAPPINGS; i++)
		wrong += !mincore(all[i].map, page, &resident);
	map_all(fd, mine);
	close(fd);
	for (i = 0; i < NR_MAPPINGS; i++)
		wrong += !cannot_write(&mine[i]);
	munmap(mine[RINGS].map + page, page);
	munmap(mine[STACKS].map, page);
	return wrong;
}

/* What is advised of a mapping may take pages out of that one, and of no other. */
static void advise(int fd, const struct mapping *m)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_REMOVE, MADV_DOFORK, MADV_MERGEABLE,
		MADV_HUGEPAGE, MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED,
	};
	void *map = mmap(NULL, m->size, PROT_READ, MAP_SHARED, fd, m->offset);
	size_t i;

	if (!ok(map != MAP_FAILED, "%s: once more", m->name))
		return;
	mlock(map, m->size);
	munlock(map, m->size);
	msync(map, m->size, MS_SYNC | MS_INVALIDATE);
	for (i = 0; i < ARRAY_SIZE(advices); i++)
		madvise(map, m->size, advices[i]);
	munmap(map, m->size);
}

/* Still what it was? The first word of each is its magic number. */
static bool all_readable(const struct mapping *all)
{
	static const __u64 magic[NR_MAPPINGS] = {
		KTLAT_MAP_MAGIC, KTLAT_RING_MAGIC, KTLAT_STACKS_MAGIC,
		KTLAT_SLOWEST_MAGIC, KTLAT_MAP_MAGIC,
	};
	int i;

	for (i = 0; i < NR_MAPPINGS; i++)
		if (LOAD(*(const __u64 *)all[i].map) != magic[i])
			return false;
	return true;
}

static int read_all(int unused, void *arg)
{
	(void)unused;
	return !all_readable(arg);
}

/* Who lets a child inherit a mapping holds the memory by it as by any other. */
static void inherited(struct mapping *all)
{
	int i;

	for (i = 0; i < NR_MAPPINGS; i++)
		if (madvise(all[i].map, all[i].size, MADV_DOFORK))
			break;
	ok(i < NR_MAPPINGS || in_child(read_all, -1, all) == 0,
	   "a child reads the mappings that it was left");
}

static bool no_memory(void *arg)
{
	return !get_info(*(int *)arg).memory_bytes;
}

/* The descriptor first, then the mappings, some of them in pieces. */
static void give_back(int fd, int watcher, struct mapping *all)
{
	close(fd);
	run_target(CALLS);
	ok(SUM_OF(all[FIGURES].map, returns) == 2 * CALLS,
	   "a mapping keeps the probe measuring");
	munmap(all[RINGS].map + page, all[RINGS].size - page);
	munmap(all[FIGURES].map + all[FIGURES].size - page, page);
	munmap(all[SLOWEST].map, all[SLOWEST].size);
	munmap(all[KEYS].map, all[KEYS].size);
	munmap(all[FIGURES].map, page);
	run_target(CALLS);
	munmap(all[RINGS].map, page);
	munmap(all[FIGURES].map + page, all[FIGURES].size - 2 * page);
	ok(!no_memory(&watcher), "the last mapping holds it all");
	munmap(all[STACKS].map, all[STACKS].size);
	ok(eventually(no_memory, &watcher), "then it is all gone");
}

int main(void)
{
	int fd = open_device(O_RDWR), watcher = open_device(O_RDWR), i;
	struct mapping all[NR_MAPPINGS];
	__u64 id;

	page = sysconf(_SC_PAGESIZE);
	id = begin(fd);
	find(fd, id, all);
	map_all(fd, all);
	no_file(fd);
	for (i = 0; i < NR_MAPPINGS; i++) {
		ok(cannot_write(&all[i]), "%s: nothing writes", all[i].name);
		ok(cannot_reach_beyond(fd, &all[i]), "%s: nothing is beyond",
		   all[i].name);
		advise(fd, &all[i]);
	}
	ok(in_child(as_child, fd, all) == 0,
	   "a child inherits no mapping and cannot write, either");
	run_target(CALLS);
	inherited(all);
	ok(all_readable(all), "all of it is still what it was");
	ok(SUM_OF(all[FIGURES].map, returns) == CALLS,
	   "and each call was counted");
	give_back(fd, watcher, all);
	return done();
}
