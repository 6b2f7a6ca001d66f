// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping of a probe: what it shows, and that nothing else can be mapped,
 * written, executed or inherited.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "abi.h"

/* What a child gives when it was stopped by SIGSEGV or SIGBUS. */
#define FAULTED 42

static int fd;
static struct ktlat_probe_info info;
static size_t page;

/* Return: 0 or a negative errno; a mapping that was made is unmapped again. */
static int try_map(int file, size_t size, int prot, int flags, __u64 offset)
{
	void *map = mmap(NULL, size, prot, flags, file, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, size);
	return 0;
}

static void header(const void *map)
{
	const struct ktlat_map_header *h = map;
	__u64 generation = h->bucket_offset + 8ULL * h->nr_buckets;

	ok(h->magic == KTLAT_MAP_MAGIC, "magic");
	ok(h->probe_id == info.id, "probe id");
	ok(h->precision == 5 && h->nr_buckets == ktlat_nr_buckets(5),
	   "precision and number of buckets");
	ok(h->nr_cpus == get_info(fd).nr_cpus, "number of areas");
	ok(h->cpu_offset >= sizeof(*h) &&
	   h->bucket_offset >= sizeof(struct ktlat_counters) &&
	   h->generation_stride >= generation &&
	   h->cpu_stride >= h->generation_stride + generation &&
	   h->cpu_offset + h->nr_cpus * h->cpu_stride <= info.map_size,
	   "areas and generations do not overlap and are inside");
	ok(info.map_size % page == 0 && info.map_offset % page == 0,
	   "whole pages");
	ok(!h->removed && h->generation == 0, "neither removed nor reset");
}

/* All bytes that no counter lives in are zero: nothing of the kernel leaks. */
static void no_leak(const void *map)
{
	const struct ktlat_map_header *h = map;
	const char *at = map, *end = at + info.map_size;
	const char *area = at + h->cpu_offset;
	size_t used = h->generation_stride + h->bucket_offset +
		      8 * h->nr_buckets;
	unsigned int bad = 0;
	__u32 cpu;

	for (at += sizeof(*h); at < area; at++)
		bad += *at != 0;
	for (cpu = 0; cpu < h->nr_cpus; cpu++, area += h->cpu_stride) {
		for (at = area + used; at < area + h->cpu_stride; at++)
			bad += *at != 0;
	}
	for (at = area; at < end; at++)
		bad += *at != 0;
	ok(!bad, "what is between and behind the areas is zero");
}

static void places(void)
{
	__u64 size = info.map_size, at = info.map_offset;
	const int r = PROT_READ, s = MAP_SHARED;

	ok(!try_map(fd, size, r, s, at), "the whole mapping");
	ok(try_map(fd, size + page, r, s, at), "one page more is refused");
	ok(try_map(fd, page, r, s, at + size),
	   "the page behind the end is refused");
	ok(try_map(fd, size, r, s, at + page),
	   "beginning a page later, over the end, is refused");
	ok(try_map(fd, page, r, s, 1ULL << 43), "a bogus offset is refused");
	ok(try_map(fd, page, r, s, -(__u64)page & ~(1ULL << 63)),
	   "the highest offset is refused");
	ok(at == 0 || try_map(fd, page, r, s, 0), "offset 0 is refused");
	ok(try_map(fd, 1ULL << 30, r, s, at), "a size of 1 GB is refused");
}

static void rights(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	__u64 size = info.map_size, at = info.map_offset;
	int readonly = open_device(O_RDONLY), got;

	ok(try_map(fd, size, rw, MAP_SHARED, at) == -EACCES,
	   "writable: EACCES");
	ok(try_map(fd, size, PROT_WRITE, MAP_SHARED, at) == -EACCES,
	   "write-only: EACCES");
	ok(try_map(fd, size, rw, MAP_PRIVATE, at) != 0,
	   "writable and private is refused");
	got = try_map(fd, size, PROT_READ | PROT_EXEC, MAP_SHARED, at);
	ok(got == -EACCES || got == -EPERM, "executable: EACCES or EPERM");
	ok(!try_map(readonly, size, PROT_READ, MAP_SHARED, at),
	   "a read-only descriptor can map");
	ok(try_map(readonly, size, rw, MAP_SHARED, at) == -EACCES,
	   "but not writable: EACCES");
	close(readonly);
}

static void for_good(void *map)
{
	__u64 value = 0;
	int mem = open("/proc/self/mem", O_RDWR);

	ok(mprotect(map, page, PROT_READ | PROT_WRITE) && errno == EACCES,
	   "mprotect to writable: EACCES");
	ok(mprotect(map, page, PROT_WRITE) && errno == EACCES,
	   "mprotect to write-only: EACCES");
	ok(mprotect(map, page, PROT_READ | PROT_EXEC) && errno == EACCES,
	   "mprotect to executable: EACCES");
	ok(mremap(map, info.map_size, info.map_size + page, MREMAP_MAYMOVE) ==
	   MAP_FAILED, "mremap cannot make it longer");
	ok(mem >= 0 && pwrite(mem, &value, sizeof(value), (uintptr_t)map) < 0,
	   "nor is there a way through /proc/self/mem");
	close(mem);
	ok(((struct ktlat_map_header *)map)->magic == KTLAT_MAP_MAGIC,
	   "nothing was written");
}

static void on_fault(int sig)
{
	(void)sig;
	_exit(FAULTED);
}

/* With a handler the kernel has no reason to log the fault. */
static void catch_faults(void)
{
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
}

static int read_it(int unused, void *map)
{
	(void)unused;
	catch_faults();
	return LOAD(*(__u64 *)map) == KTLAT_MAP_MAGIC;
}

static int write_it(int file, void *unused)
{
	size_t size;
	__u64 *map = map_probe(file, info.id, &size);

	(void)unused;
	catch_faults();
	if (!map)
		return 1;
	__atomic_store_n(map, 0, __ATOMIC_RELAXED);
	return 0;
}

static void inheritance(void *map)
{
	ok(in_child(read_it, fd, map) == FAULTED,
	   "a child does not inherit the mapping");
	ok(in_child(write_it, fd, NULL) == FAULTED, "a write faults");
	ok(read_it(0, map) == 1, "the parent still has its mapping");
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
}

static void figures(void *map)
{
	size_t size;
	void *second = map_probe(fd, info.id, &size);

	run_target(10);
	ok(SUM_OF(map, entries) == 10 && SUM_OF(map, returns) == 10,
	   "10 calls are seen");
	ok(second && SUM_OF(second, returns) == 10, "by a second mapping too");
	ok(SUM_OF(map, sum_ns) > 0, "and took some time");
	munmap(second, size);
	on_probe(fd, KTLAT_IOC_PROBE_RESET, info.id);
	ok(LOAD(((struct ktlat_map_header *)map)->generation) == 1 &&
	   SUM_OF(map, returns) == 0 && SUM_OF(map, sum_ns) == 0,
	   "a reset begins a new generation");
	run_target(5);
	ok(SUM_OF(map, returns) == 5, "in which 5 calls are seen");
	on_probe(fd, KTLAT_IOC_PROBE_RESET, info.id);
	run_target(3);
	ok(SUM_OF(map, returns) == 3, "and 3 in the next, in the same place");
}

static void removed(void *map)
{
	ok(!on_probe(fd, KTLAT_IOC_PROBE_DELETE, info.id), "delete");
	ok(LOAD(((struct ktlat_map_header *)map)->removed) == 1,
	   "the mapping says that the probe is gone");
	run_target(7);
	ok(SUM_OF(map, returns) == 3, "and keeps the final figures");
	ok(try_map(fd, info.map_size, PROT_READ, MAP_SHARED, info.map_offset),
	   "it cannot be mapped any more");
	munmap(map, info.map_size);
}

int main(void)
{
	size_t size;
	void *map;

	page = sysconf(_SC_PAGESIZE);
	fd = open_device(O_RDWR);
	ok(get_info(fd).page_size == page, "page size");
	ok(try_map(fd, page, PROT_READ, MAP_SHARED, 0),
	   "without a probe there is nothing to map");
	info.id = add_probe(fd, function_probe(TARGET));
	get_probe(fd, info.id, &info);
	map = map_probe(fd, info.id, &size);
	if (!map)
		die("mmap");
	header(map);
	no_leak(map);
	places();
	rights();
	for_good(map);
	inheritance(map);
	figures(map);
	removed(map);
	ok(get_info(fd).memory_bytes == 0, "no memory is left accounted");
	return done();
}
