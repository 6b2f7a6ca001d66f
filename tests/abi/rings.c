// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rings of a session: how they are made and mapped, and how long they last.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "abi.h"

#define SLOTS 64

static int fd;
static size_t page;

static int rings_call(unsigned long request, struct ktlat_rings_info *info)
{
	return call(fd, request, info);
}

static void *map_rings(const struct ktlat_rings_info *info)
{
	void *map = mmap(NULL, info->map_size, PROT_READ, MAP_SHARED, fd,
			 info->map_offset);

	return map == MAP_FAILED ? NULL : map;
}

/* Return: 0 or a negative errno; a mapping that was made is unmapped again. */
static int try_map(size_t size, int prot, int flags, __u64 offset)
{
	void *map = mmap(NULL, size, prot, flags, fd, offset);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, size);
	return 0;
}

static bool no_memory(void *unused)
{
	(void)unused;
	return get_info(fd).memory_bytes == 0;
}

static void sizes(void)
{
	static const __u32 bad[] = { 0, 1, KTLAT_SLOTS_MIN / 2,
				     KTLAT_SLOTS_MIN + 1, SLOTS - 1, SLOTS + 1,
				     KTLAT_SLOTS_MAX - 1, KTLAT_SLOTS_MAX * 2,
				     1U << 31, ~0U };
	static const __u32 good[] = { KTLAT_SLOTS_MIN, SLOTS, 4096 };
	struct ktlat_rings_info info;
	char text[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		info = rings_of(bad[i]);
		snprintf(text, sizeof(text), "%u slots", bad[i]);
		expect(-EINVAL, fd, KTLAT_IOC_RINGS_MAKE, &info, text);
	}
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		info = rings_of(good[i]);
		snprintf(text, sizeof(text), "%u slots", good[i]);
		expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, text);
		ok(info.map_size == get_info(fd).memory_bytes,
		   "%s: their memory is accounted", text);
		ok(!rings_call(KTLAT_IOC_RINGS_DELETE, &info),
		   "%s: deleted", text);
	}
	expect(-ENOENT, fd, KTLAT_IOC_RINGS_GET, &info, "get without rings");
	expect(-ENOENT, fd, KTLAT_IOC_RINGS_DELETE, &info,
	       "delete without rings");
}

/* Each ring says whose it is, and is empty to the last byte. */
static void headers(const struct ktlat_rings_info *info, const char *map)
{
	const size_t used = sizeof(struct ktlat_ring_header);
	unsigned int bad = 0, bytes = 0;
	__u64 i;
	__u32 cpu;

	for (cpu = 0; cpu < info->nr_rings; cpu++, map += info->ring_stride) {
		const struct ktlat_ring_header *h = (const void *)map;

		bad += h->magic != KTLAT_RING_MAGIC || h->cpu != cpu ||
		       h->session_id != get_info(fd).session_id ||
		       h->nr_slots != SLOTS || h->slot_offset < used ||
		       h->slot_size < sizeof(struct ktlat_event) ||
		       h->slot_offset + (__u64)SLOTS * h->slot_size >
		       info->ring_stride ||
		       h->stop != KTLAT_RING_NEVER || h->last || h->open ||
		       h->dropped || h->frozen;
		for (i = used; i < info->ring_stride; i++)
			bytes += map[i] != 0;
	}
	ok(!bad, "each ring's header says whose it is");
	ok(!bytes, "what is behind the headers is zero");
}

static void places(const struct ktlat_rings_info *info)
{
	const int r = PROT_READ, rw = PROT_READ | PROT_WRITE, s = MAP_SHARED;
	__u64 at = info->map_offset, size = info->map_size;
	int got;

	ok(!try_map(size, r, s, at), "the whole mapping");
	ok(!try_map(page, r, s, at + size - page), "its last page");
	ok(try_map(page, r, s, at + size) == -ENXIO,
	   "the page behind the end: ENXIO");
	ok(try_map(size + page, r, s, at) == -ENXIO, "a page more: ENXIO");
	ok(try_map(size, r, s, at + page) == -ENXIO,
	   "beginning a page later: ENXIO");
	ok(try_map(page, r, s, at - page) == -ENXIO,
	   "the page before: ENXIO");
	ok(try_map(page, r, s, (1ULL << 44) - page) == -ENXIO,
	   "the highest offset of 32-bit callers: ENXIO");
	ok(try_map(size, rw, s, at) == -EACCES, "writable: EACCES");
	ok(try_map(size, r, MAP_PRIVATE, at) == -EINVAL, "private: EINVAL");
	got = try_map(size, r | PROT_EXEC, s, at);
	ok(got == -EACCES || got == -EPERM, "executable: EACCES or EPERM");
}

static void for_good(const struct ktlat_rings_info *info, void *map)
{
	ok(mprotect(map, page, PROT_READ | PROT_WRITE) && errno == EACCES,
	   "mprotect to writable: EACCES");
	ok(mremap(map, info->map_size, info->map_size + page, MREMAP_MAYMOVE) ==
	   MAP_FAILED, "mremap cannot make it longer");
}

static void lifetime(struct ktlat_rings_info *info)
{
	const struct ktlat_ring_header *header = map_rings(info);

	ok(!rings_call(KTLAT_IOC_RINGS_DELETE, info), "delete");
	ok(header && header->magic == KTLAT_RING_MAGIC,
	   "the mapping outlives them");
	ok(get_info(fd).memory_bytes == 0, "their memory is not told any more");
	ok(try_map(page, PROT_READ, MAP_SHARED, info->map_offset) == -ENXIO,
	   "they cannot be mapped any more: ENXIO");
	munmap((void *)header, info->map_size);
}

/* Rings of an anonymous session are seen by nobody else, and go with it. */
static void anonymous(void)
{
	struct ktlat_rings_info info = rings_of(SLOTS), other = rings_of(0);
	int session = open_device(O_RDWR);

	new_session(session);
	expect(0, session, KTLAT_IOC_RINGS_MAKE, &info, "anonymous session");
	expect(-ENOENT, fd, KTLAT_IOC_RINGS_GET, &other,
	       "the default session has none");
	ok(get_info(fd).memory_bytes == info.map_size,
	   "they are accounted all the same");
	close(session);
	ok(eventually(no_memory, NULL), "the session's end is theirs");
}

static void refused(struct ktlat_probe_add add, int want, __u32 refusal,
		    const char *what)
{
	expect(want, fd, KTLAT_IOC_PROBE_ADD, &add, what);
	if (!ok(add.refusal == refusal, "%s: refusal %u", what, refusal))
		note("got refusal %u", add.refusal);
}

/* A probe that writes events keeps the rings. */
static void feeding(void)
{
	struct ktlat_rings_info info = rings_of(SLOTS);
	struct ktlat_probe_add add = function_probe(TARGET);
	struct ktlat_probe_info probe;
	__u64 id;

	add.flags = KTLAT_PROBE_EVENTS;
	refused(add, -ENOLINK, KTLAT_REFUSED_RINGS, "events without rings");
	rings_call(KTLAT_IOC_RINGS_MAKE, &info);
	id = add_probe(fd, add);
	ok(!get_probe(fd, id, &probe) && probe.flags & KTLAT_PROBE_EVENTS,
	   "the probe says that it writes events");
	expect(-EBUSY, fd, KTLAT_IOC_RINGS_DELETE, &info,
	       "delete with a probe that writes");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id);
	expect(0, fd, KTLAT_IOC_RINGS_DELETE, &info, "delete without");
}

static void no_histogram(void)
{
	struct ktlat_rings_info info = rings_of(SLOTS);
	struct ktlat_probe_add add = function_probe(TARGET);
	struct ktlat_probe_info probe;
	const struct ktlat_map_header *h;
	__u64 id;

	rings_call(KTLAT_IOC_RINGS_MAKE, &info);
	add.flags = KTLAT_PROBE_NO_HISTOGRAM;
	refused(add, -EINVAL, KTLAT_REFUSED_NOT, "no histogram, nor events");
	add.flags |= KTLAT_PROBE_EVENTS;
	add.slow.ppm = 999000;
	refused(add, -EINVAL, KTLAT_REFUSED_NOT,
		"no histogram to tell a percentile");
	add.slow.ppm = 0;
	id = add_probe(fd, add);
	ok(!get_probe(fd, id, &probe) &&
	   probe.flags & KTLAT_PROBE_NO_HISTOGRAM,
	   "the probe says that it has no histogram");
	h = mmap(NULL, probe.map_size, PROT_READ, MAP_SHARED, fd,
		 probe.map_offset);
	if (ok(h != MAP_FAILED, "its figures can be mapped")) {
		ok(!h->nr_buckets && h->precision == add.precision &&
		   h->cpu_stride == (__u64)page,
		   "the mapping has no buckets, and a page for each CPU");
		munmap((void *)h, probe.map_size);
	}
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, id);
	rings_call(KTLAT_IOC_RINGS_DELETE, &info);
}

/* The stack table is there if it is asked for, and empty. */
static void stack_table(const struct ktlat_rings_info *info)
{
	const size_t used = sizeof(struct ktlat_stacks_header);
	const struct ktlat_stacks_header *h =
		mmap(NULL, info->stacks_size, PROT_READ, MAP_SHARED, fd,
		     info->stacks_offset);
	unsigned int bytes = 0;
	__u64 i;

	if (!ok(h != MAP_FAILED, "the stack table can be mapped"))
		return;
	ok(h->magic == KTLAT_STACKS_MAGIC && h->nr_slots == info->nr_stacks &&
	   h->session_id == get_info(fd).session_id &&
	   h->depth == KTLAT_STACK_DEPTH && h->slot_offset >= used &&
	   h->slot_size >= sizeof(struct ktlat_stack) &&
	   h->slot_offset + (__u64)h->nr_slots * h->slot_size <=
	   info->stacks_size && !h->stored && !h->dropped && !h->recursed,
	   "its header says whose it is");
	for (i = used; i < info->stacks_size; i++)
		bytes += ((const char *)h)[i] != 0;
	ok(!bytes, "what is behind that is zero");
	ok(mprotect((void *)h, page, PROT_READ | PROT_WRITE) && errno == EACCES,
	   "it stays read-only");
	munmap((void *)h, info->stacks_size);
	ok(try_map(page, PROT_READ, MAP_SHARED,
		   info->stacks_offset + info->stacks_size) == -ENXIO,
	   "the page behind its end: ENXIO");
	ok(try_map(page, PROT_READ, MAP_SHARED, info->stacks_offset - page) ==
	   -ENXIO, "the page before: ENXIO");
}

static void stacks(void)
{
	static const __u32 bad[] = { 1, KTLAT_STACKS_MIN / 2,
				     KTLAT_STACKS_MIN + 1, SLOTS - 1,
				     KTLAT_STACKS_MAX * 2, ~0U };
	struct ktlat_rings_info info;
	char text[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		info = rings_of(SLOTS);
		info.nr_stacks = bad[i];
		snprintf(text, sizeof(text), "%u stacks", bad[i]);
		expect(-EINVAL, fd, KTLAT_IOC_RINGS_MAKE, &info, text);
	}
	info = rings_of(SLOTS);
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "no stacks");
	ok(!info.nr_stacks && !info.stacks_size, "and no table");
	ok(try_map(page, PROT_READ, MAP_SHARED, (1ULL << 43) + (1ULL << 42)) ==
	   -ENXIO, "nothing to be mapped: ENXIO");
	rings_call(KTLAT_IOC_RINGS_DELETE, &info);
	info = rings_of(SLOTS);
	info.nr_stacks = KTLAT_STACKS_MIN;
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "with stacks");
	ok(info.map_size + info.stacks_size == get_info(fd).memory_bytes,
	   "their memory is accounted");
	stack_table(&info);
	rings_call(KTLAT_IOC_RINGS_DELETE, &info);
	ok(!get_info(fd).memory_bytes, "and is given back");
}

static void again_and_again(void)
{
	struct ktlat_rings_info info;
	int left;

	for (left = 40; left; left--) {
		info = rings_of(1024);
		if (rings_call(KTLAT_IOC_RINGS_MAKE, &info) ||
		    try_map(info.map_size, PROT_READ, MAP_SHARED,
			    info.map_offset) ||
		    rings_call(KTLAT_IOC_RINGS_DELETE, &info))
			break;
	}
	ok(!left, "made, mapped and deleted 40 times");
}

int main(void)
{
	struct ktlat_rings_info info = rings_of(SLOTS), again, got;
	char *map;

	page = sysconf(_SC_PAGESIZE);
	fd = open_device(O_RDWR);
	sizes();
	expect(0, fd, KTLAT_IOC_RINGS_MAKE, &info, "make");
	ok(info.nr_rings == get_info(fd).nr_cpus &&
	   info.map_size >= info.nr_rings * info.ring_stride &&
	   !(info.ring_stride % page) && !(info.map_offset % page),
	   "one for each CPU number, in whole pages");
	again = rings_of(SLOTS);
	expect(-EEXIST, fd, KTLAT_IOC_RINGS_MAKE, &again, "make again");
	got = rings_of(0);
	ok(!rings_call(KTLAT_IOC_RINGS_GET, &got) &&
	   !memcmp(&got, &info, sizeof(got)), "get tells what make told");
	map = map_rings(&info);
	if (!map)
		die("mmap");
	headers(&info, map);
	places(&info);
	for_good(&info, map);
	munmap(map, info.map_size);
	lifetime(&info);
	anonymous();
	feeding();
	no_histogram();
	stacks();
	again_and_again();
	ok(get_info(fd).memory_bytes == 0, "no memory is left accounted");
	return done();
}
