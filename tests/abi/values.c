// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of calls and conditions on them: what is captured is what the function was
 * called with, and what cannot be read is counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "abi.h"
#include "../target/values.h"

#define FUNCTION	"ktlat_target_value"
#define VALUE_FILE	"/sys/kernel/debug/ktlat_target/value"
#define CALLS		5ULL
#define NUMBER		0x123456789abcdefULL
#define NEGATIVE	(-70000)
#define NARROW		((short)NEGATIVE)
#define NAME		"a-name-of-22-letters-x"
#define BAD		0xffff800000000000ULL

/* Where the kernel, which is 64 bits wide, has the members of struct target_value. */
enum {
	AT_NUMBER = 0,
	AT_NEGATIVE = 8,
	AT_BITS = 12,
	AT_OCTET = 16,
	AT_NAME = 24,
	AT_TEXT = 48,
	AT_SELF = 56,
};

#if __SIZEOF_POINTER__ == 8
_Static_assert(offsetof(struct target_value, octet) == AT_OCTET, "");
_Static_assert(offsetof(struct target_value, inner.name) == AT_NAME, "");
_Static_assert(offsetof(struct target_value, inner.text) == AT_TEXT, "");
_Static_assert(offsetof(struct target_value, inner.self) == AT_SELF, "");
#endif

#define ARGUMENT(n)	.from = KTLAT_FETCH_ARGUMENT, .index = (n)
#define RETURNED	.from = KTLAT_FETCH_RETURN
#define CALLER		.from = KTLAT_FETCH_CALLER
#define UNSIGNED(n)	.type = KTLAT_FETCH_UNSIGNED, .bits = (n)
#define SIGNED(n)	.type = KTLAT_FETCH_SIGNED, .bits = (n)
#define TEXT		.type = KTLAT_FETCH_STRING
#define USER_TEXT	.type = KTLAT_FETCH_USER_STRING
#define LOADS(n)	.bytes = (n)
#define STEPS(...) \
	.nr_steps = sizeof((long long[]){ __VA_ARGS__ }) / sizeof(long long), \
	.offset = { __VA_ARGS__ }

/* A word of a text, as little-endian machines have it. */
static __u64 word_of(const char *text, unsigned int word)
{
	char padded[17] = { 0 };
	__u64 value;

	strncpy(padded, text, 16);
	memcpy(&value, padded + 8 * word, sizeof(value));
	return value;
}

/* What is captured of the call that call_it() makes. */
static const struct {
	const char *what;
	struct ktlat_fetch value[KTLAT_VALUES];
	__u64 want[KTLAT_VALUES];
	const char *text;	/* instead of @want */
	bool unread;		/* instead of both */
} captures[] = {
	{ .what = "an argument", .value = { { ARGUMENT(1), UNSIGNED(64) } }, .want = { NUMBER } },
	{ .what = "its lower half", .value = { { ARGUMENT(1), UNSIGNED(32) } },
	  .want = { (__u32)NUMBER } },
	{ .what = "bits of it", .value = { { ARGUMENT(1), UNSIGNED(8), .shift = 4 } }, .want = { 0xde } },
	{ .what = "a narrow one with a sign", .value = { { ARGUMENT(2), SIGNED(16) } },
	  .want = { (__u64)(__s64)NARROW } },
	{ .what = "the same without", .value = { { ARGUMENT(2), UNSIGNED(16) } },
	  .want = { (unsigned short)NARROW } },
	{ .what = "two arguments", .value = { { ARGUMENT(1), UNSIGNED(64) }, { ARGUMENT(2), SIGNED(16) } },
	  .want = { NUMBER, (__u64)(__s64)NARROW } },
	{ .what = "a member", .value = { { ARGUMENT(0), UNSIGNED(64), LOADS(8), STEPS(AT_NUMBER) } },
	  .want = { NUMBER } },
	{ .what = "one with a sign",
	  .value = { { ARGUMENT(0), SIGNED(32), LOADS(4), STEPS(AT_NEGATIVE) } },
	  .want = { (__u64)(__s64)NEGATIVE } },
	{ .what = "an octet", .value = { { ARGUMENT(0), UNSIGNED(8), LOADS(1), STEPS(AT_OCTET) } },
	  .want = { 0xa5 } },
	{ .what = "low bits", .value = { { ARGUMENT(0), UNSIGNED(5), LOADS(4), STEPS(AT_BITS) } },
	  .want = { 21 } },
	{ .what = "middle bits",
	  .value = { { ARGUMENT(0), UNSIGNED(11), LOADS(4), .shift = 5, STEPS(AT_BITS) } },
	  .want = { 1234 } },
	{ .what = "high bits, with a sign",
	  .value = { { ARGUMENT(0), SIGNED(16), LOADS(4), .shift = 16, STEPS(AT_BITS) } },
	  .want = { (__u64)(__s64)(short)45678 } },
	{ .what = "what a pointer leads to",
	  .value = { { ARGUMENT(0), UNSIGNED(8), LOADS(1), STEPS(AT_SELF, AT_NAME - AT_NAME) } },
	  .want = { 'a' } },
	{ .what = "eight steps",
	  .value = { { ARGUMENT(0), UNSIGNED(8), LOADS(1),
	      STEPS(AT_SELF, AT_SELF - AT_NAME, AT_SELF - AT_NAME, AT_SELF - AT_NAME,
		    AT_SELF - AT_NAME, AT_SELF - AT_NAME, AT_SELF - AT_NAME, 2) } },
	  .want = { 'n' } },
	{ .what = "a step back",
	  .value = { { ARGUMENT(0), UNSIGNED(64), LOADS(8), STEPS(AT_SELF, AT_NUMBER - AT_NAME) } },
	  .want = { NUMBER } },
	{ .what = "a text in it", .value = { { ARGUMENT(0), TEXT, STEPS(AT_NAME) } }, .text = NAME },
	{ .what = "a text that a pointer leads to",
	  .value = { { ARGUMENT(0), TEXT, STEPS(AT_TEXT, 0) } }, .text = NAME },
	{ .what = "the end of a text", .value = { { ARGUMENT(3), TEXT, STEPS(15) } },
	  .text = "tters-x" },
	{ .what = "a text of the user's", .value = { { ARGUMENT(4), USER_TEXT, STEPS(0) } },
	  .text = NAME },
	{ .what = "what is returned", .value = { { RETURNED, SIGNED(64) } }, .want = { -NUMBER } },
	{ .what = "that, narrow", .value = { { RETURNED, UNSIGNED(16) } },
	  .want = { -NUMBER & 0xffff } },
	{ .what = "an argument, and what is returned",
	  .value = { { ARGUMENT(2), SIGNED(16) }, { RETURNED, SIGNED(64) } },
	  .want = { (__u64)(__s64)NARROW, -NUMBER } },
	{ .what = "what is returned, and an argument",
	  .value = { { RETURNED, SIGNED(64) }, { ARGUMENT(2), SIGNED(16) } },
	  .want = { -NUMBER, (__u64)(__s64)NARROW } },
	{ .what = "behind a bad pointer",
	  .value = { { ARGUMENT(5), UNSIGNED(64), LOADS(8), STEPS(0) } }, .unread = true },
	{ .what = "far behind one",
	  .value = { { ARGUMENT(5), UNSIGNED(64), LOADS(8), STEPS(0, 0, 0) } }, .unread = true },
	{ .what = "a text behind one", .value = { { ARGUMENT(5), TEXT, STEPS(0) } }, .unread = true },
	{ .what = "a text of the user's as one of the kernel's",
	  .value = { { ARGUMENT(4), TEXT, STEPS(0) } }, .unread = true },
	{ .what = "a text of the kernel's as one of the user's",
	  .value = { { ARGUMENT(3), USER_TEXT, STEPS(0) } }, .unread = true },
	{ .what = "one that is not canonical",
	  .value = { { ARGUMENT(1), UNSIGNED(8), LOADS(1), STEPS(0) } }, .unread = true },
	{ .what = "behind what is returned",
	  .value = { { RETURNED, UNSIGNED(64), LOADS(8), STEPS(0) } }, .unread = true },
	{ .what = "a good one and a bad one",
	  .value = { { ARGUMENT(1), UNSIGNED(64) },
	    { ARGUMENT(5), UNSIGNED(64), LOADS(8), STEPS(0) } }, .unread = true },
};

static int fd;

/* Let the function be called as the values tell. */
static void call_it(unsigned long long calls)
{
	char line[256];
	int file = open(VALUE_FILE, O_WRONLY | O_CLOEXEC);
	int length = snprintf(line, sizeof(line), "%llu %llu %d 21 1234 45678 %llx %s",
			      calls, NUMBER, NEGATIVE, BAD, NAME);

	/* With its zero: the user's text is this one. */
	if (file < 0 || write(file, line, length + 1) != length + 1)
		die(VALUE_FILE);
	close(file);
}

/* What a key has counted on all CPUs, of those in the table that @map is. */
static __u64 count_of(const void *map, const __u64 key[2], __u64 *others)
{
	const struct ktlat_map_header *header = map;
	const char *area = (const char *)map + header->cpu_offset +
			   (LOAD(header->generation) & 1) * header->generation_stride;
	__u64 count = 0;
	__u32 cpu, slot;

	*others = 0;
	for (cpu = 0; cpu < header->nr_cpus; cpu++) {
		for (slot = 0; slot < header->nr_functions; slot++) {
			const struct ktlat_counters *counters =
				(const void *)(area + slot * header->function_stride);

			if (slot && counters->key_state == KTLAT_KEY_USED &&
			    counters->key[0] == key[0] && counters->key[1] == key[1])
				count += LOAD(counters->returns);
			else
				*others += LOAD(counters->returns);
		}
		area += header->cpu_stride;
	}
	return count;
}

/* Is there this key and no other, or none, and all else in the first slot? */
static bool keys_are(__u64 id, const __u64 want[2], bool unread)
{
	struct ktlat_probe_info info;
	__u64 count, others;
	void *map;

	if (get_probe(fd, id, &info))
		die("get");
	map = mmap(NULL, info.keys_size, PROT_READ, MAP_SHARED, fd, info.keys_offset);
	if (map == MAP_FAILED)
		die("keys");
	count = count_of(map, want, &others);
	munmap(map, info.keys_size);
	return count == (unread ? 0 : CALLS) && others == (unread ? CALLS : 0);
}

static const struct {
	__u32 id;
	__u64 feature;
	const char *name;
	bool arguments;
} backends[] = {
	{ KTLAT_BACKEND_KRETPROBE, KTLAT_FEATURE_KRETPROBE, "kretprobe", true },
	{ KTLAT_BACKEND_FPROBE, KTLAT_FEATURE_FPROBE, "fprobe", false },
	{ KTLAT_BACKEND_DIRECT, KTLAT_FEATURE_DIRECT, "direct", false },
};

static bool takes_arguments(const struct ktlat_probe_add *add)
{
	for (int i = 0; i < KTLAT_VALUES; i++)
		if (add->value[i].from == KTLAT_FETCH_ARGUMENT)
			return true;
	for (int i = 0; i < KTLAT_CONDITIONS; i++)
		if (add->condition[i].fetch.from == KTLAT_FETCH_ARGUMENT)
			return true;
	return false;
}

static struct ktlat_probe_add probe_by(unsigned int backend)
{
	struct ktlat_probe_add add = function_probe(FUNCTION);

	add.backend = backends[backend].id;
	if (add.backend == KTLAT_BACKEND_DIRECT)
		add.flags = KTLAT_PROBE_REGISTERS;
	return add;
}

/* Adds it, or sees it refused where the backend sees no arguments. */
static bool add_by(struct ktlat_probe_add *add, unsigned int backend, const char *what)
{
	if (takes_arguments(add) && !backends[backend].arguments) {
		int got = call(fd, KTLAT_IOC_PROBE_ADD, add);

		if (got != -EBADSLT || add->refusal != KTLAT_REFUSED_VALUES)
			ok(false, "%s: %s: refused", backends[backend].name, what);
		return false;
	}
	add->id = add_probe(fd, *add);
	return true;
}

/* Entries, returns and the rest, all told of the mapping of a probe. */
static void counted(__u64 id, __u64 returns, __u64 filtered, __u64 unread,
		    const char *backend, const char *what)
{
	size_t size;
	void *map = map_probe(fd, id, &size);
	__u64 got[4];

	if (!map)
		die("map");
	got[0] = SUM_OF(map, entries);
	got[1] = SUM_OF(map, returns);
	got[2] = SUM_OF(map, filtered);
	got[3] = SUM_OF(map, unread);
	munmap(map, size);
	if (!ok(got[0] == returns + filtered && got[1] == returns &&
		got[2] == filtered && got[3] == unread, "%s: %s: the counts", backend, what))
		note("entries %llu, returns %llu, filtered %llu, unread %llu",
		     got[0], got[1], got[2], got[3]);
}

static void try_capture(unsigned int i, unsigned int backend)
{
	struct ktlat_probe_add add = probe_by(backend);
	__u64 want[2] = { captures[i].want[0], captures[i].want[1] };

	if (captures[i].text) {
		want[0] = word_of(captures[i].text, 0);
		want[1] = word_of(captures[i].text, 1);
	}
	add.by = KTLAT_BY_VALUES;
	memcpy(add.value, captures[i].value, sizeof(add.value));
	if (!add_by(&add, backend, captures[i].what))
		return;
	call_it(CALLS);
	ok(keys_are(add.id, want, captures[i].unread), "%s: %s",
	   backends[backend].name, captures[i].what);
	counted(add.id, CALLS, 0, captures[i].unread ? CALLS : 0,
		backends[backend].name, captures[i].what);
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

/* Conditions on the call that call_it() makes. */
static const struct {
	const char *what;
	struct ktlat_condition condition[2];
	bool holds;
	bool unread;
} conditions[] = {
#define NUMBER_IS(op_, value_) \
	{ { .fetch = { ARGUMENT(1), UNSIGNED(64) }, .op = (op_), .value = (value_) } }
	{ .what = "==", .condition = NUMBER_IS(KTLAT_OP_EQ, NUMBER), .holds = true },
	{ .what = "== of another", .condition = NUMBER_IS(KTLAT_OP_EQ, NUMBER + 1) },
	{ .what = "!=", .condition = NUMBER_IS(KTLAT_OP_NE, NUMBER + 1), .holds = true },
	{ .what = "!= of the same", .condition = NUMBER_IS(KTLAT_OP_NE, NUMBER) },
	{ .what = "<", .condition = NUMBER_IS(KTLAT_OP_LT, NUMBER + 1), .holds = true },
	{ .what = "< of the same", .condition = NUMBER_IS(KTLAT_OP_LT, NUMBER) },
	{ .what = "<=", .condition = NUMBER_IS(KTLAT_OP_LE, NUMBER), .holds = true },
	{ .what = "<= of less", .condition = NUMBER_IS(KTLAT_OP_LE, NUMBER - 1) },
	{ .what = ">", .condition = NUMBER_IS(KTLAT_OP_GT, NUMBER - 1), .holds = true },
	{ .what = "> of the highest there is", .condition = NUMBER_IS(KTLAT_OP_GT, ~0ULL) },
	{ .what = "< of the highest there is", .condition = NUMBER_IS(KTLAT_OP_LT, ~0ULL), .holds = true },
	{ .what = ">=", .condition = NUMBER_IS(KTLAT_OP_GE, NUMBER), .holds = true },
	{ .what = ">= of more", .condition = NUMBER_IS(KTLAT_OP_GE, NUMBER + 1) },
	{ .what = "&", .condition = NUMBER_IS(KTLAT_OP_AND, 0x80), .holds = true },
	{ .what = "& of another bit", .condition = NUMBER_IS(KTLAT_OP_AND, 0x10) },
#define NARROW_IS(op_, value_) \
	{ { .fetch = { ARGUMENT(2), SIGNED(16) }, .op = (op_), .value = (__u64)(value_) } }
	{ .what = "< of 0", .condition = NARROW_IS(KTLAT_OP_LT, 0), .holds = true },
	{ .what = "> of 0", .condition = NARROW_IS(KTLAT_OP_GT, 0) },
	{ .what = "> of the lowest there is", .condition = NARROW_IS(KTLAT_OP_GT, 1ULL << 63),
	  .holds = true },
#define NAME_IS(op_, text_) \
	{ { .fetch = { ARGUMENT(3), TEXT, STEPS(0) }, .op = (op_), .text = text_ } }
	{ .what = "a text", .condition = NAME_IS(KTLAT_OP_EQ, NAME), .holds = true },
	{ .what = "the beginning of a text", .condition = NAME_IS(KTLAT_OP_EQ, "a-name") },
	{ .what = "not a text", .condition = NAME_IS(KTLAT_OP_NE, "a-name"), .holds = true },
	{ .what = "no text", .condition = NAME_IS(KTLAT_OP_EQ, "") },
	{ .what = "two that hold",
	  .condition = { { .fetch = { ARGUMENT(1), UNSIGNED(64) }, .op = KTLAT_OP_EQ, .value = NUMBER },
	    { .fetch = { RETURNED, SIGNED(64) }, .op = KTLAT_OP_LT } },
	  .holds = true },
	{ .what = "the first holds",
	  .condition = { { .fetch = { ARGUMENT(1), UNSIGNED(64) }, .op = KTLAT_OP_EQ, .value = NUMBER },
	    { .fetch = { RETURNED, SIGNED(64) }, .op = KTLAT_OP_GT } } },
	{ .what = "the second holds",
	  .condition = { { .fetch = { ARGUMENT(1), UNSIGNED(64) }, .op = KTLAT_OP_NE, .value = NUMBER },
	    { .fetch = { RETURNED, SIGNED(64) }, .op = KTLAT_OP_LT } } },
	{ .what = "what is returned",
	  .condition = { { .fetch = { RETURNED, SIGNED(64) }, .op = KTLAT_OP_EQ, .value = -NUMBER } },
	  .holds = true },
	{ .what = "not what is returned",
	  .condition = { { .fetch = { RETURNED, SIGNED(64) }, .op = KTLAT_OP_NE, .value = -NUMBER } } },
	{ .what = "behind a bad pointer",
	  .condition = { { .fetch = { ARGUMENT(5), UNSIGNED(64), LOADS(8), STEPS(0) },
	      .op = KTLAT_OP_NE } },
	  .unread = true },
	{ .what = "behind what is returned",
	  .condition = { { .fetch = { RETURNED, UNSIGNED(64), LOADS(8), STEPS(0) },
	      .op = KTLAT_OP_NE } },
	  .unread = true },
};

static void try_condition(unsigned int i, unsigned int backend)
{
	struct ktlat_probe_add add = probe_by(backend);
	__u64 passes = conditions[i].holds ? CALLS : 0;

	memcpy(add.condition, conditions[i].condition, sizeof(conditions[i].condition));
	if (!add_by(&add, backend, conditions[i].what))
		return;
	call_it(CALLS);
	counted(add.id, passes, CALLS - passes, conditions[i].unread ? CALLS : 0,
		backends[backend].name, conditions[i].what);
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

/* Of the caller it is known that it is in the target. */
static void try_caller(unsigned int backend)
{
	struct ktlat_probe_add add = probe_by(backend);
	unsigned long long begin = 0, end = 0;
	const char *command = "awk '$3 == \"target_value_run\" { print $1 }' /proc/kallsyms";
	FILE *symbols = popen(command, "r");

	if (!symbols || fscanf(symbols, "%llx", &begin) != 1)
		die(command);
	pclose(symbols);
	end = begin + 0x400;
	add.condition[0] = (struct ktlat_condition){
		.fetch = { CALLER, UNSIGNED(64) }, .op = KTLAT_OP_GT, .value = begin
	};
	add.condition[1] = (struct ktlat_condition){
		.fetch = { CALLER, UNSIGNED(64) }, .op = KTLAT_OP_LT, .value = end
	};
	add.id = add_probe(fd, add);
	call_it(CALLS);
	counted(add.id, CALLS, 0, 0, backends[backend].name, "who calls");
	/* Return hooks that lie below one another. Of a direct probe's there is one. */
	if (add.backend != KTLAT_BACKEND_DIRECT) {
		__u64 other = add_probe(fd, add);

		call_it(CALLS);
		counted(add.id, 2 * CALLS, 0, 0, backends[backend].name,
			"who calls, with another hook");
		counted(other, CALLS, 0, 0, backends[backend].name,
			"who calls, in another hook");
		on_probe(fd, KTLAT_IOC_PROBE_DELETE, other);
	}
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

/* The ring has the values of each call, of calls that have some. */
static void events_have_them(void)
{
	struct ktlat_rings_info rings = rings_of(64);
	struct ktlat_probe_add add = function_probe(FUNCTION);
	unsigned int good = 0, bad = 0;
	const char *map;

	if (call(fd, KTLAT_IOC_RINGS_MAKE, &rings))
		die("rings");
	map = mmap(NULL, rings.map_size, PROT_READ, MAP_SHARED, fd, rings.map_offset);
	if (map == MAP_FAILED)
		die("map rings");
	add.backend = KTLAT_BACKEND_KRETPROBE;
	add.flags = KTLAT_PROBE_EVENTS;
	add.value[0] = (struct ktlat_fetch){ ARGUMENT(1), UNSIGNED(64) };
	add.value[1] = (struct ktlat_fetch){
		ARGUMENT(5), UNSIGNED(64), LOADS(8), STEPS(0)
	};
	add.id = add_probe(fd, add);
	call_it(CALLS);
	for (__u32 ring = 0; ring < rings.nr_rings; ring++) {
		const struct ktlat_ring_header *header =
			(const void *)(map + ring * rings.ring_stride);

		for (__u64 n = 1; n <= LOAD(header->last); n++) {
			const struct ktlat_event *event = (const void *)
				((const char *)header + header->slot_offset +
				 n % header->nr_slots * header->slot_size);

			if (event->flags == (KTLAT_EVENT_VALUES | KTLAT_EVENT_UNREAD_2) &&
			    event->values[0] == NUMBER && !event->values[1])
				good++;
			else
				bad++;
		}
	}
	ok(good == CALLS && !bad, "events have the values");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
	munmap((void *)map, rings.map_size);
	call(fd, KTLAT_IOC_RINGS_DELETE, &rings);
}

/* One that is right, to be spoilt. */
static struct ktlat_probe_add right(void)
{
	struct ktlat_probe_add add = function_probe(FUNCTION);

	add.value[0] = (struct ktlat_fetch){
		ARGUMENT(0), UNSIGNED(64), LOADS(8), STEPS(0)
	};
	add.condition[1] = (struct ktlat_condition){
		.fetch = { ARGUMENT(3), TEXT, STEPS(0) }, .op = KTLAT_OP_EQ, .text = "x"
	};
	return add;
}

#define FIELD(member) offsetof(struct ktlat_probe_add, member)

static const struct {
	const char *what;
	size_t field;
	__u32 value;
} spoilt[] = {
	{ "from nowhere known", FIELD(value[0].from), KTLAT_FETCH_CALLER + 1 },
	{ "no value, of a type", FIELD(value[0].from), KTLAT_FETCH_NOTHING },
	{ "seventh argument", FIELD(value[0].index), 6 },
	{ "no type", FIELD(value[0].type), 0 },
	{ "no type known", FIELD(value[0].type), KTLAT_FETCH_USER_STRING + 1 },
	{ "too many steps", FIELD(value[0].nr_steps), KTLAT_FETCH_STEPS + 1 },
	{ "no end of steps", FIELD(value[0].nr_steps), ~0U },
	{ "a load without a step", FIELD(value[0].nr_steps), 0 },
	{ "an offset behind the steps", FIELD(value[0].offset[1]), 1 },
	{ "3 bytes", FIELD(value[0].bytes), 3 },
	{ "16 bytes", FIELD(value[0].bytes), 16 },
	{ "0 bytes", FIELD(value[0].bytes), 0 },
	{ "0 bits", FIELD(value[0].bits), 0 },
	{ "65 bits", FIELD(value[0].bits), 65 },
	{ "64 bits of 4 bytes", FIELD(value[0].bytes), 4 },
	{ "64 bits, shifted", FIELD(value[0].shift), 1 },
	{ "shifted far", FIELD(value[0].shift), ~0U },
	{ "value, reserved", FIELD(value[0].reserved), 1 },
	{ "text with bits", FIELD(condition[1].fetch.bits), 8 },
	{ "text with bytes", FIELD(condition[1].fetch.bytes), 1 },
	{ "text with a shift", FIELD(condition[1].fetch.shift), 1 },
	{ "text in a register", FIELD(condition[1].fetch.nr_steps), 0 },
	{ "text, less", FIELD(condition[1].op), KTLAT_OP_LT },
	{ "no operator", FIELD(condition[1].op), 0 },
	{ "text with a number", FIELD(condition[1].value), 1 },
	{ "condition, reserved", FIELD(condition[1].reserved), 1 },
	{ "text behind its end", FIELD(condition[1].text[4]), 'x' },
	{ "condition of nothing", FIELD(condition[0].op), KTLAT_OP_EQ },
	{ "pair", FIELD(kind), KTLAT_KIND_PAIR },
	{ "tracepoint", FIELD(kind), KTLAT_KIND_TRACEPOINT },
};

static void refuse_the_rest(void)
{
	struct ktlat_probe_add add;

	for (unsigned int i = 0; i < ARRAY_SIZE(spoilt); i++) {
		add = right();
		*(__u32 *)((char *)&add + spoilt[i].field) = spoilt[i].value;
		expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, spoilt[i].what);
	}
	add = right();
	add.value[1] = (struct ktlat_fetch){ ARGUMENT(0), TEXT, STEPS(AT_NAME) };
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "a text as the second value");
	add = right();
	add.value[1] = add.value[0];
	memset(&add.value[0], 0, sizeof(add.value[0]));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "a second value alone");
	add = right();
	memset(add.condition[1].text, 'x', sizeof(add.condition[1].text));
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "a text without end");
	add = function_probe(FUNCTION);
	add.by = KTLAT_BY_VALUES;
	expect(-EINVAL, fd, KTLAT_IOC_PROBE_ADD, &add, "by values, of which there are none");
}

/* What was asked for is told. */
static void told_again(void)
{
	struct ktlat_probe_add add = right();
	struct ktlat_probe_info info;

	add.id = add_probe(fd, add);
	if (get_probe(fd, add.id, &info))
		die("get");
	ok(!memcmp(info.value, add.value, sizeof(add.value)) &&
	   !memcmp(&info.condition[0], &add.condition[1], sizeof(add.condition[1])) &&
	   !memcmp(&info.condition[1], &add.condition[0], sizeof(add.condition[0])),
	   "what was asked for is told, conditions from the first place on");
	on_probe(fd, KTLAT_IOC_PROBE_DELETE, add.id);
}

int main(void)
{
	fd = open_device(O_RDWR);
	new_session(fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(backends); i++) {
		if (!(get_info(fd).features & backends[i].feature))
			continue;
		for (unsigned int j = 0; j < ARRAY_SIZE(captures); j++)
			try_capture(j, i);
		for (unsigned int j = 0; j < ARRAY_SIZE(conditions); j++)
			try_condition(j, i);
		try_caller(i);
	}
	events_have_them();
	told_again();
	refuse_the_rest();
	return done();
}
