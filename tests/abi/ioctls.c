// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every call has to refuse: bad pointers, sizes, flags, reserved members,
 * descriptors. And unknown calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "abi.h"

#define TAIL 64
#define ABSENT ((size_t)-1)

/* Arguments with room for a tail, at the start of a page. */
union argument {
	__u32 size;
	__u8 bytes[4096];
	struct ktlat_info info;
	struct ktlat_session_new session;
	struct ktlat_probe_add add;
	struct ktlat_probe_ref ref;
	struct ktlat_probe_info probe;
	struct ktlat_function function;
	struct ktlat_rings_info rings;
};

static const struct a_call {
	const char *name;
	unsigned long request;
	size_t size;
	size_t reserved, reserved_size;
	size_t flags;
	bool configures;
} calls[] = {
	{ "INFO", KTLAT_IOC_INFO, sizeof(struct ktlat_info),
	  offsetof(struct ktlat_info, reserved), 32, ABSENT, false },
	{ "SESSION_NEW", KTLAT_IOC_SESSION_NEW, sizeof(struct ktlat_session_new),
	  offsetof(struct ktlat_session_new, reserved), 4, ABSENT, true },
	{ "PROBE_ADD", KTLAT_IOC_PROBE_ADD, sizeof(struct ktlat_probe_add),
	  offsetof(struct ktlat_probe_add, functions), 16,
	  offsetof(struct ktlat_probe_add, flags), true },
	{ "PROBE_GET", KTLAT_IOC_PROBE_GET, sizeof(struct ktlat_probe_info),
	  offsetof(struct ktlat_probe_info, reserved), 4, ABSENT, false },
	{ "PROBE_NEXT", KTLAT_IOC_PROBE_NEXT, sizeof(struct ktlat_probe_info),
	  offsetof(struct ktlat_probe_info, reserved), 4, ABSENT, false },
#define REF(what)							\
	{ "PROBE_" #what, KTLAT_IOC_PROBE_##what,			\
	  sizeof(struct ktlat_probe_ref),				\
	  offsetof(struct ktlat_probe_ref, reserved), 4,		\
	  offsetof(struct ktlat_probe_ref, flags), true }
	REF(DELETE), REF(ENABLE), REF(DISABLE), REF(RESET),
	/* Those that the first one makes serve the others. */
#define RINGS(what, configures)						\
	{ "RINGS_" #what, KTLAT_IOC_RINGS_##what,			\
	  sizeof(struct ktlat_rings_info),				\
	  offsetof(struct ktlat_rings_info, reserved), 16,		\
	  offsetof(struct ktlat_rings_info, flags), configures }
	RINGS(MAKE, true), RINGS(GET, false),
	{ "RINGS_SEEN", KTLAT_IOC_RINGS_SEEN, sizeof(struct ktlat_rings_seen),
	  offsetof(struct ktlat_rings_seen, reserved), 12, ABSENT, false },
#define FLIGHT(what, configures)					\
	{ "FLIGHT_" #what, KTLAT_IOC_FLIGHT_##what,			\
	  sizeof(struct ktlat_flight_info),				\
	  offsetof(struct ktlat_flight_info, reserved), 16,		\
	  offsetof(struct ktlat_flight_info, flags), configures }
	FLIGHT(ARM, true), FLIGHT(GET, false), FLIGHT(THAW, true),
	RINGS(DELETE, true),
	{ "CLOCK_GET", KTLAT_IOC_CLOCK_GET, sizeof(struct ktlat_clock_now),
	  offsetof(struct ktlat_clock_now, reserved), 16, ABSENT, false },
};

/* These want a group, so that a right call is refused below, too. */
static const struct a_call function_calls[] = {
	{ "FUNCTION_ADD", KTLAT_IOC_FUNCTION_ADD, sizeof(struct ktlat_function),
	  offsetof(struct ktlat_function, reserved), 16,
	  offsetof(struct ktlat_function, flags), true },
	{ "FUNCTION_GET", KTLAT_IOC_FUNCTION_GET, sizeof(struct ktlat_function),
	  offsetof(struct ktlat_function, reserved), 16,
	  offsetof(struct ktlat_function, flags), false },
};

static int fd;
static __u64 probe;
/* A page of arguments and, after it, one that is not mapped. */
static union argument *page;

/* What the call would take. */
static void valid(const struct a_call *c, union argument *arg)
{
	memset(arg, 0, sizeof(*arg));
	if (c->request == KTLAT_IOC_PROBE_ADD)
		arg->add = function_probe(TARGET);
	else if (c->size == sizeof(struct ktlat_probe_ref))
		arg->ref.id = probe;
	else if (c->request == KTLAT_IOC_PROBE_GET)
		arg->probe.id = probe;
	else if (c->size == sizeof(struct ktlat_function))
		arg->function = (struct ktlat_function){
			.id = probe,
			.point.name = TARGET,
		};
	else if (c->request == KTLAT_IOC_RINGS_MAKE)
		arg->rings.nr_slots = KTLAT_SLOTS_MIN;
	arg->size = c->size;
}

static void test(int want, const struct a_call *c, void *arg, const char *what)
{
	char text[80];

	snprintf(text, sizeof(text), "%s, %s", c->name, what);
	expect(want, fd, c->request, arg, text);
}

static void pointers(const struct a_call *c)
{
	/* In the kernel's half, or as near as a 32-bit pointer gets to it. */
	void *kernel = (void *)(sizeof(void *) == 8 ? 0xffff888000000000ULL :
				0xfffff000ULL);
	char *end = (char *)(page + 1);

	test(-EFAULT, c, NULL, "null pointer");
	test(-EFAULT, c, kernel, "kernel address");
	test(-EFAULT, c, end, "unmapped address");
	/* The size can be read, what follows cannot. */
	memset(page, 0, sizeof(*page));
	*(__u32 *)(end - 8) = c->size;
	test(-EFAULT, c, end - 8, "struct that ends on an unmapped page");
	valid(c, page);
	mprotect(page, sizeof(*page), PROT_READ);
	test(-EFAULT, c, page, "struct that cannot be written");
	mprotect(page, sizeof(*page), PROT_READ | PROT_WRITE);
}

/* The size of the struct in version 1, the least that is taken. */
static __u32 least_size(const struct a_call *c)
{
	if (c->request == KTLAT_IOC_PROBE_ADD)
		return offsetof(struct ktlat_probe_add, filter);
	if (c->size == sizeof(struct ktlat_probe_info))
		return offsetof(struct ktlat_probe_info, filter);
	return c->size;
}

static void sizes(const struct a_call *c)
{
	static const __u32 small[] = { 0, 1, 4, 8 };
	char text[40];
	unsigned int i;

	for (i = 0; i <= ARRAY_SIZE(small); i++) {
		valid(c, page);
		page->size = i < ARRAY_SIZE(small) ? small[i] :
						     least_size(c) - 1;
		snprintf(text, sizeof(text), "size %u", page->size);
		test(-EINVAL, c, page, text);
	}
	valid(c, page);
	page->size = c->size + TAIL;
	page->bytes[c->size + TAIL - 1] = 1;
	test(-E2BIG, c, page, "longer, last byte not zero");
	valid(c, page);
	page->size = c->size + TAIL;
	page->bytes[c->size] = 1;
	test(-E2BIG, c, page, "longer, first further byte not zero");
}

/* A size that no struct has: the tail cannot all be zero and readable. */
static void huge_size(const struct a_call *c)
{
	struct ktlat_info before = get_info(fd), after;
	int got;

	valid(c, page);
	page->size = 0xffffffff;
	got = call(fd, c->request, page);
	after = get_info(fd);
	ok((got == -E2BIG || got == -EFAULT) &&
	   !memcmp(&before, &after, sizeof(before)),
	   "%s, size 0xffffffff: E2BIG or EFAULT", c->name);
}

static void zeroes(const struct a_call *c)
{
	static const __u32 unknown[] = { 1U << 6, 1U << 31, 0xffffffc0 };
	char text[40];
	unsigned int i;

	for (i = 0; i < c->reserved_size; i += 4) {
		valid(c, page);
		*(__u32 *)(page->bytes + c->reserved + i) = 1;
		snprintf(text, sizeof(text), "reserved word %u not zero", i / 4);
		test(-EINVAL, c, page, text);
	}
	for (i = 0; c->flags != ABSENT && i < ARRAY_SIZE(unknown); i++) {
		valid(c, page);
		*(__u32 *)(page->bytes + c->flags) = unknown[i];
		snprintf(text, sizeof(text), "unknown flags %#x", unknown[i]);
		test(-EINVAL, c, page, text);
	}
}

static void read_only_descriptor(const struct a_call *c)
{
	int rw = fd;

	valid(c, page);
	fd = open_device(O_RDONLY);
	if (c->configures)
		test(-EBADF, c, page, "read-only descriptor");
	else
		test(0, c, page, "read-only descriptor");
	close(fd);
	fd = rw;
}

/* A longer struct with zeroes at its end is taken; those stay untouched. */
static void longer_struct(const struct a_call *c)
{
	static const __u8 zero[TAIL];
	char text[60];
	int other;

	valid(c, page);
	page->size = c->size + TAIL;
	/* The fresh session and the added probe are to leave nothing behind. */
	other = c->request == KTLAT_IOC_SESSION_NEW ? open_device(O_RDWR) : fd;
	snprintf(text, sizeof(text), "%s, longer, zeroes: taken", c->name);
	expect(0, other, c->request, page, text);
	ok(!memcmp(page->bytes + c->size, zero, TAIL),
	   "%s, longer: the tail is still zero", c->name);
	if (other != fd)
		close(other);
	if (c->request == KTLAT_IOC_PROBE_ADD)
		on_probe(fd, KTLAT_IOC_PROBE_DELETE, page->add.id);
	if (c->request == KTLAT_IOC_PROBE_DELETE)
		probe = add_probe(fd, function_probe(TARGET));
}

static bool nothing_held(void *arg)
{
	struct ktlat_held held = { .size = sizeof(held) };

	return call(*(int *)arg, KTLAT_IOC_HELD_NEXT, &held) == -ENOENT;
}

/* Nothing holds the module, once groups are drained; so a right call finds nothing. */
static void held_calls(void)
{
	struct ktlat_held held = { .size = sizeof(held) };

	eventually(nothing_held, &fd);
	expect(-ENOENT, fd, KTLAT_IOC_HELD_NEXT, &held, "HELD_NEXT: nothing");
	held.cursor = ~0U;
	expect(-ENOENT, fd, KTLAT_IOC_HELD_NEXT, &held,
	       "HELD_NEXT: a cursor beyond the end");
	held.reserved[1] = 1;
	expect(-EINVAL, fd, KTLAT_IOC_HELD_NEXT, &held,
	       "HELD_NEXT: reserved not zero");
	held = (struct ktlat_held){ .size = sizeof(held) - 1 };
	expect(-EINVAL, fd, KTLAT_IOC_HELD_NEXT, &held, "HELD_NEXT: too short");
	expect(-EFAULT, fd, KTLAT_IOC_HELD_NEXT, (void *)8,
	       "HELD_NEXT: bad pointer");
}

static void no_group(const struct a_call *c)
{
	valid(c, page);
	test(-EINVAL, c, page, "a probe that is no group");
	valid(c, page);
	page->function.id = ~0ULL;
	test(-ENOENT, c, page, "no such probe");
}

/* What is wrong with a function before anybody looks for its group. */
static void bad_functions(void)
{
	const struct a_call *add = &function_calls[0];

	valid(add, page);
	page->function.index = 1;
	test(-EINVAL, add, page, "index is not zero");
	valid(add, page);
	page->function.point.offset = 1;
	test(-EINVAL, add, page, "an offset");
	valid(add, page);
	page->function.point.name[0] = 0;
	test(-EINVAL, add, page, "no name");
	valid(add, page);
	memset(page->function.point.name, 'x', KTLAT_NAME_LEN);
	test(-EINVAL, add, page, "name without end");
	valid(add, page);
	memset(page->function.point.module, 'x', KTLAT_MODULE_LEN);
	test(-EINVAL, add, page, "module without end");
}

/* In a group: addresses of nothing, and what an empty one can do. */
static void in_group(__u64 group)
{
	static const __u64 nowhere[] = { 0, 1, 0xffff888000000000, ~0ULL };
	char text[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		valid(&function_calls[0], page);
		page->function.id = group;
		page->function.point.address = nowhere[i];
		snprintf(text, sizeof(text), "address %#llx",
			 (unsigned long long)nowhere[i]);
		test(-ENXIO, &function_calls[0], page, text);
		ok(page->function.refusal == KTLAT_REFUSED_ADDRESS,
		   "FUNCTION_ADD, %s: says why", text);
	}
	valid(&function_calls[1], page);
	page->function.id = group;
	test(-ENOENT, &function_calls[1], page, "after the last");
	page->ref = (struct ktlat_probe_ref){ .size = sizeof(page->ref),
					      .id = group };
	expect(-ENODEV, fd, KTLAT_IOC_PROBE_ENABLE, page,
	       "an empty group is not enabled");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, group);
}

static void groups(void)
{
	struct ktlat_probe_add add = {
		.size = sizeof(add), .kind = KTLAT_KIND_GROUP,
		.flags = KTLAT_PROBE_DISABLED, .functions = 10,
		.point[0].name = "group",
	}, bad;

	bad = add;
	bad.flags = 0;
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &bad, "group, not disabled");
	bad = add;
	bad.functions = 0;
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &bad, "group of none");
	bad = add;
	bad.functions = KTLAT_FUNCTIONS_MAX + 1;
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &bad, "group of too many");
	bad = add;
	bad.pool = 1;
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &bad, "group with a pool");
	bad = add;
	bad.point[1].name[0] = 'x';
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &bad, "group, two points");
	add.backend = KTLAT_BACKEND_KRETPROBE;
	expect(0, fd, KTLAT_IOC_PROBE_ADD, &add, "group by kretprobes");
	in_group(add.id);
	add.backend = KTLAT_BACKEND_DIRECT;
	if (get_info(fd).features & KTLAT_FEATURE_DIRECT_GROUP) {
		expect(0, fd, KTLAT_IOC_PROBE_ADD, &add, "group by a trampoline");
		in_group(add.id);
	} else {
		expect(-EPROTONOSUPPORT, fd, KTLAT_IOC_PROBE_ADD, &add,
		       "group, on a kernel without");
	}
}

static void unknown_calls(void)
{
	static const unsigned long requests[] = {
		_IO(KTLAT_IOC_MAGIC, 0x02), _IO(KTLAT_IOC_MAGIC, 0x0f),
		_IO(KTLAT_IOC_MAGIC, 0x1a), _IO(KTLAT_IOC_MAGIC, 0x1f),
		_IO(KTLAT_IOC_MAGIC, 0x28), _IO(KTLAT_IOC_MAGIC, 0xff),
		_IO(KTLAT_IOC_MAGIC + 1, 0x00), _IO(0, 0), 0xffffffff,
		_IOWR(KTLAT_IOC_MAGIC, 0x00, struct ktlat_info),
		_IOW(KTLAT_IOC_MAGIC, 0x10, struct ktlat_probe_add),
	};
	struct ktlat_info info = { .size = sizeof(info) };
	char text[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		snprintf(text, sizeof(text), "unknown call %#lx", requests[i]);
		expect(-ENOTTY, fd, requests[i], &info, text);
	}
}

int main(void)
{
	struct ktlat_probe_ref all = { .size = sizeof(all),
				       .flags = KTLAT_REF_ALL };
	struct ktlat_info before;
	unsigned int i;

	page = mmap(NULL, 2 * sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || munmap(page + 1, sizeof(*page)))
		die("mmap");
	fd = open_device(O_RDWR);
	before = get_info(fd);
	probe = add_probe(fd, function_probe(TARGET));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		pointers(&calls[i]);
		sizes(&calls[i]);
		huge_size(&calls[i]);
		zeroes(&calls[i]);
		read_only_descriptor(&calls[i]);
		longer_struct(&calls[i]);
	}
	for (i = 0; i < ARRAY_SIZE(function_calls); i++) {
		pointers(&function_calls[i]);
		sizes(&function_calls[i]);
		huge_size(&function_calls[i]);
		zeroes(&function_calls[i]);
		no_group(&function_calls[i]);
	}
	bad_functions();
	groups();
	held_calls();
	unknown_calls();
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, probe);
	ok(get_info(fd).memory_bytes == before.memory_bytes,
	   "no memory is left accounted");
	/* Whatever went wrong here must not show in the next program. */
	call(fd, KTLAT_IOC_PROBE_DELETE, &all);
	return done();
}
