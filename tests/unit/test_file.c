// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings: what is written is read again; of what was cut off or damaged, what
 * is whole is read, and it is said that not all is.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "sample.h"
#include "unit.h"

#define HEADER_LEN	20
#define HEAD_LEN	24

/**
 * struct file - A file in memory
 * @fd: its descriptor
 * @path: a name by which it can be opened
 */
struct file {
	int fd;
	char path[64];
};

static unsigned char sample[65536];
static size_t sample_len;

static void begin_file(struct file *file)
{
	file->fd = memfd_create("recording", MFD_CLOEXEC);
	assert_true(file->fd >= 0);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

static void set_file(const struct file *file, const void *bytes, size_t len)
{
	assert_int_equal(ftruncate(file->fd, 0), 0);
	assert_int_equal(pwrite(file->fd, bytes, len, 0), len);
}

static int make_sample(void **state)
{
	struct ktlat_error err;
	struct file file;

	(void)state;
	begin_file(&file);
	assert_int_equal(sample_write(file.path, &err), 0);
	sample_len = pread(file.fd, sample, sizeof(sample), 0);
	close(file.fd);
	assert_true(sample_len > 1000 && sample_len < sizeof(sample));
	return 0;
}

static unsigned int call_number(const struct ktlat_event *event)
{
	__u64 sequence = event->sequence - (event->cpu == 2 ? 5 : 0);

	return (sequence - 1) * SAMPLE_CPUS + event->cpu;
}

/**
 * struct outcome - What reading a file came to
 * @ret: of opening it
 * @calls: how many calls were read
 * @whole: it is whole
 * @err: why not
 */
struct outcome {
	int ret;
	unsigned int calls;
	bool whole;
	struct ktlat_error err;
};

/* Nothing is read that was not written, nothing twice, and all in order. */
static void read_file(const char *path, struct outcome *outcome)
{
	bool seen[SAMPLE_CALLS] = { false };
	struct ktlat_event event;
	struct ktlat_reader *r;
	struct ktlat_call call;
	__u64 last_ns = 0;

	*outcome = (struct outcome){ 0 };
	outcome->ret = ktlat_open_file(path, &r, &outcome->err);
	if (outcome->ret)
		return;
	while (ktlat_next_call(r, &call, &outcome->err) > 0) {
		unsigned int number = call_number(&call.event);

		assert_true(number < SAMPLE_CALLS);
		assert_false(seen[number]);
		seen[number] = true;
		sample_event(number, &event);
		assert_memory_equal(&call.event, &event, sizeof(event));
		assert_true(call.time_ns >= last_ns);
		last_ns = call.time_ns;
		outcome->calls++;
	}
	outcome->whole = ktlat_file_is_whole(r, &outcome->err);
	ktlat_end_reading(r);
}

static void read_bytes(const struct file *file, const void *bytes, size_t len,
		       struct outcome *outcome)
{
	set_file(file, bytes, len);
	read_file(file->path, outcome);
}

static void check_call(const struct ktlat_call *call)
{
	const struct ktlat_event *event = &call->event;

	assert_true(call->time_ns == sample_end_ns(event));
	assert_true(call->probe->info.id == event->probe_id);
	assert_int_equal(!!call->stack, !!event->stack_id);
	assert_null(call->user_stack);
	assert_null(call->symbols[0]);
	if (event->probe_id == SAMPLE_FUNCTION &&
	    event->values[1] == SAMPLE_CALLER) {
		assert_string_equal(call->symbols[1]->name, "who");
		assert_string_equal(call->symbols[1]->module, "mod");
		assert_true(call->symbols[1]->offset == 0x30);
	} else {
		assert_null(call->symbols[1]);
	}
}

static void check_values(const struct ktlat_file_probe *probe)
{
	const struct ktlat_fetch fetch = {
		.from = KTLAT_FETCH_ARGUMENT, .index = 5,
		.type = KTLAT_FETCH_SIGNED, .nr_steps = 2, .bytes = 4,
		.shift = 7, .bits = 25, .offset = { -8, 1LL << 40 },
	};

	assert_string_equal(probe->values[0].text, "a->b.c");
	assert_memory_equal(&probe->values[0].fetch, &fetch, sizeof(fetch));
	assert_int_equal(probe->values[0].show, KTLAT_SHOW_NUMBER);
	assert_string_equal(probe->values[1].text, "caller");
	assert_int_equal(probe->values[1].fetch.from, KTLAT_FETCH_CALLER);
	assert_int_equal(probe->values[1].show, KTLAT_SHOW_SYMBOL);
	assert_string_equal(probe->conditions[0], "a->b.c > 5");
	assert_string_equal(probe->conditions[1], "ret == 0");
	assert_string_equal(probe->conditions[2], "");
	assert_true(probe->figures.unread == 3);
}

static void check_probes(const struct ktlat_reader *r)
{
	struct ktlat_file_probe * const *probes;

	assert_int_equal(ktlat_file_probes(r, &probes), 2);
	assert_string_equal(probes[0]->spec, "mod:f_one");
	assert_string_equal(probes[0]->module, "mod");
	assert_string_equal(probes[0]->info.point[0].name, "f_one");
	assert_int_equal(probes[0]->info.precision, 5);
	assert_true(probes[0]->ended);
	assert_true(probes[0]->figures.entries == 45);
	check_values(probes[0]);
	assert_string_equal(probes[1]->values[0].text, "");
	assert_int_equal(probes[1]->nr_functions, 2);
	assert_string_equal(probes[1]->functions[0].name, "g_one");
	assert_string_equal(probes[1]->functions[0].module, "");
	assert_string_equal(probes[1]->functions[1].name, "g_two");
	assert_string_equal(probes[1]->functions[1].module, "mod");
	assert_false(probes[1]->ended);
}

static void check_stack(const struct ktlat_file_stack *stack)
{
	assert_int_equal(stack->id, SAMPLE_STACK);
	assert_int_equal(stack->nr_frames, 3);
	assert_true(stack->frames[0].address == 0xffffffff81000010);
	assert_string_equal(stack->frames[0].name, "caller");
	assert_string_equal(stack->frames[1].module, "mod");
	assert_true(stack->frames[1].offset == 0x20);
	assert_string_equal(stack->frames[2].name, "");
}

static void test_round_trip(void **state)
{
	const struct ktlat_ring_counts *counts;
	struct ktlat_reader *r;
	struct ktlat_error err;
	struct ktlat_call call;
	struct file file;
	int calls = 0;

	(void)state;
	begin_file(&file);
	set_file(&file, sample, sample_len);
	assert_int_equal(ktlat_open_file(file.path, &r, &err), 0);
	assert_string_equal(ktlat_file_host(r)->release, "6.1.0");
	assert_string_equal(ktlat_file_host(r)->boot_id, "0-1-2-3");
	assert_int_equal(ktlat_file_host(r)->nr_slots, 16);
	assert_int_equal(ktlat_file_timeline(r)->nr, 2);
	check_probes(r);
	assert_int_equal(ktlat_file_counts(r, &counts), SAMPLE_CPUS);
	assert_true(counts[1].dropped == 2 && counts[2].lost == 5);
	for (; ktlat_next_call(r, &call, &err) > 0; calls++) {
		check_call(&call);
		if (call.stack)
			check_stack(call.stack);
	}
	assert_int_equal(calls, SAMPLE_CALLS);
	assert_true(ktlat_file_is_whole(r, &err));
	ktlat_end_reading(r);
	close(file.fd);
}

/* Wherever it ends, what was complete by then is read. */
static void test_cut(void **state)
{
	struct outcome outcome;
	unsigned int calls = 0;
	struct file file;
	size_t len;

	(void)state;
	begin_file(&file);
	for (len = 0; len < sample_len; len++) {
		read_bytes(&file, sample, len, &outcome);
		if (len < HEADER_LEN)
			assert_int_equal(outcome.ret, -EPROTO);
		else
			assert_int_equal(outcome.ret, 0);
		assert_false(outcome.whole);
		assert_true(outcome.calls >= calls);
		calls = outcome.calls;
		assert_non_null(strstr(outcome.err.text, outcome.ret ?
				       "nothing in it is whole" :
				       "it ends too early"));
	}
	assert_int_equal(calls, SAMPLE_CALLS);
	close(file.fd);
}

/* Whatever byte is wrong, all but the chunk that it is in is read. */
static void test_damage(void **state)
{
	static const unsigned char faults[] = { 0x01, 0x80, 0xff };
	struct outcome outcome;
	struct file file;
	size_t at, i;

	(void)state;
	begin_file(&file);
	for (at = 0; at < sample_len; at++) {
		for (i = 0; i < ARRAY_LEN(faults); i++) {
			sample[at] ^= faults[i];
			read_bytes(&file, sample, sample_len, &outcome);
			sample[at] ^= faults[i];
			assert_int_equal(outcome.ret, 0);
			assert_false(outcome.whole);
			/* A turn of a CPU has 5 calls. */
			assert_true(outcome.calls >= SAMPLE_CALLS - 5);
			assert_non_null(strstr(outcome.err.text,
					       "is not whole: "));
		}
	}
	close(file.fd);
}

static __u32 word_at(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (__u32)at[3] << 24;
}

static void set_word(unsigned char *at, __u32 value)
{
	at[0] = value;
	at[1] = value >> 8;
	at[2] = value >> 16;
	at[3] = value >> 24;
}

/* Makes the checksums of a chunk those of what is in it. */
static void seal(unsigned char *head)
{
	set_word(head + 16, crc32(0, head + HEAD_LEN, word_at(head + 12)));
	set_word(head + 20, crc32(0, head, 20));
}

/* The first chunk of a type. */
static size_t find_chunk(const unsigned char *bytes, __u32 type)
{
	size_t at = HEADER_LEN;

	while (word_at(bytes + at + 4) != type)
		at += HEAD_LEN + word_at(bytes + at + 12);
	return at;
}

static void test_later_versions(void **state)
{
	unsigned char bytes[sizeof(sample) + 5];
	struct outcome outcome;
	struct file file;
	size_t at;

	(void)state;
	begin_file(&file);
	/* One that is read otherwise. */
	memcpy(bytes, sample, sample_len);
	set_word(bytes + 8, 2);
	set_word(bytes + 16, crc32(0, bytes, 16));
	read_bytes(&file, bytes, sample_len, &outcome);
	assert_int_equal(outcome.ret, -EPROTO);
	assert_non_null(strstr(outcome.err.text,
			       "it is of version 2, and this ktlat-ctl reads version 1"));

	/* A type that nobody knows yet. */
	memcpy(bytes, sample, sample_len);
	at = find_chunk(bytes, 8);
	set_word(bytes + at + 4, 99);
	seal(bytes + at);
	read_bytes(&file, bytes, sample_len, &outcome);
	assert_true(outcome.whole);
	assert_int_equal(outcome.calls, SAMPLE_CALLS);

	/* Something new at the end of an old one. */
	memcpy(bytes, sample, HEADER_LEN);
	at = HEADER_LEN + HEAD_LEN + word_at(sample + HEADER_LEN + 12);
	memcpy(bytes, sample, at);
	memset(bytes + at, 'x', 5);
	memcpy(bytes + at + 5, sample + at, sample_len - at);
	set_word(bytes + HEADER_LEN + 12, at + 5 - HEADER_LEN - HEAD_LEN);
	seal(bytes + HEADER_LEN);
	read_bytes(&file, bytes, sample_len + 5, &outcome);
	assert_true(outcome.whole);
	close(file.fd);
}

/* Checksums are right, what is in the chunk is not. */
static void test_nonsense(void **state)
{
	unsigned char bytes[sizeof(sample)];
	struct outcome outcome;
	struct file file;
	__u32 type, i;

	(void)state;
	begin_file(&file);
	for (type = 1; type <= 8; type++) {
		size_t at = find_chunk(sample, type);

		memcpy(bytes, sample, sample_len);
		for (i = 0; i < word_at(bytes + at + 12); i++)
			bytes[at + HEAD_LEN + i] = 0xff;
		seal(bytes + at);
		read_bytes(&file, bytes, sample_len, &outcome);
		assert_int_equal(outcome.ret, 0);
		assert_false(outcome.whole);
		assert_true(outcome.calls >= SAMPLE_CALLS - 5);
	}
	close(file.fd);
}

static void test_no_recording(void **state)
{
	static const char text[] = "this is a text, and long enough to be one";
	struct outcome outcome;
	struct file file;

	(void)state;
	begin_file(&file);
	read_bytes(&file, text, sizeof(text), &outcome);
	assert_int_equal(outcome.ret, -EPROTO);
	assert_non_null(strstr(outcome.err.text, "no recording of ktlat-ctl"));
	close(file.fd);
	read_file("/nonexistent", &outcome);
	assert_int_equal(outcome.ret, -ENOENT);
	read_file("/dev/null", &outcome);
	assert_int_equal(outcome.ret, -EINVAL);
	assert_non_null(strstr(outcome.err.text, "not a regular file"));
}

static __u64 next_random(void)
{
	static __u64 state = 1;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* Small numbers and large ones. */
static __u64 random_number(void)
{
	return next_random() >> next_random() % 64;
}

static void make_random(struct ktlat_event *event, __u32 cpu, __u64 sequence)
{
	*event = (struct ktlat_event){
		.sequence = sequence,
		.probe_id = random_number(),
		.start = random_number(),
		.latency_ns = random_number(),
		.cgroup_id = random_number(),
		.pid = random_number(),
		.tgid = random_number(),
		.stack_id = random_number(),
		.user_stack_id = random_number(),
		.cpu = cpu,
		.start_cpu = random_number(),
		.function = random_number(),
		.context = next_random() % 4,
		.flags = random_number(),
		.values = { random_number(), random_number() },
		.reserved = { random_number(), 0, random_number(), 0 },
	};
	memset(event->comm, 'a', next_random() % KTLAT_COMM_LEN);
}

#define RANDOM_EVENTS	20000

/* Every value that an event can have comes back, and what it does not have does not. */
static void test_any_event(void **state)
{
	struct ktlat_event *events = calloc(RANDOM_EVENTS, sizeof(*events));
	__u64 sequence[4] = { 0 };
	struct ktlat_reader *r;
	struct ktlat_writer *w;
	struct ktlat_error err;
	struct ktlat_call call;
	struct file file;
	int i, calls = 0;

	(void)state;
	begin_file(&file);
	assert_int_equal(ktlat_create_file(file.path, &w, &err), 0);
	for (i = 0; i < RANDOM_EVENTS; i++) {
		__u32 cpu = i / 500 % 4;

		sequence[cpu] += 1 + next_random() % 2;
		make_random(&events[i], cpu, sequence[cpu]);
		/* To be found again. */
		events[i].reserved[2] = i;
		ktlat_write_event(w, &events[i]);
		if (!(events[i].flags & KTLAT_EVENT_VALUES))
			memset(events[i].values, 0, sizeof(events[i].values));
	}
	assert_int_equal(ktlat_end_file(w, NULL, &err), 0);
	ktlat_close_file(w);
	assert_int_equal(ktlat_open_file(file.path, &r, &err), 0);
	for (; ktlat_next_call(r, &call, &err) > 0; calls++)
		assert_memory_equal(&call.event, &events[call.event.reserved[2]],
				    sizeof(call.event));
	assert_int_equal(calls, RANDOM_EVENTS);
	assert_true(ktlat_file_is_whole(r, &err));
	ktlat_end_reading(r);
	close(file.fd);
	free(events);
}

static void write_calls(struct ktlat_writer *w, __u64 first, __u64 nr)
{
	struct ktlat_event event = {
		.start_cpu = KTLAT_CPU_UNKNOWN,
		.comm = "task",
	};

	for (; nr--; first++) {
		event.sequence = first;
		event.start = 1000 * first;
		ktlat_write_event(w, &event);
	}
}

static unsigned int count_calls(const char *path, bool *whole)
{
	struct ktlat_reader *r;
	struct ktlat_error err;
	struct ktlat_call call;
	unsigned int calls = 0;

	assert_int_equal(ktlat_open_file(path, &r, &err), 0);
	while (ktlat_next_call(r, &call, &err) > 0)
		calls++;
	*whole = ktlat_file_is_whole(r, &err);
	ktlat_end_reading(r);
	return calls;
}

/* What was handed over before the disk was full is read, and nothing is broken. */
static void test_full_disk(void **state)
{
	const struct rlimit limit = { 8000, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	char path[] = "/tmp/ktlat-unit-XXXXXX";
	struct ktlat_writer *w;
	struct ktlat_error err;
	__u64 size = 0, calls = 0;
	bool whole;
	int ret;

	(void)state;
	close(mkstemp(path));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(ktlat_create_file(path, &w, &err), 0);
	do {
		write_calls(w, calls + 1, 100);
		ret = ktlat_flush_file(w, &size, &err);
		if (!ret)
			calls += 100;
	} while (!ret);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(err.text, "cannot write /tmp/ktlat-unit"));
	/* It stays so. */
	write_calls(w, calls + 1, 100);
	assert_int_equal(ktlat_end_file(w, &size, &err), -EFBIG);
	ktlat_close_file(w);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_true(calls > 0);
	assert_int_equal(count_calls(path, &whole), calls);
	assert_false(whole);
	unlink(path);

	assert_int_equal(ktlat_create_file("/dev/full", &w, &err), 0);
	assert_int_equal(ktlat_end_file(w, NULL, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "make room"));
	ktlat_close_file(w);
	assert_int_equal(ktlat_create_file("/nonexistent/file", &w, &err),
			 -ENOENT);
}

/* What a long recording takes: a thousand chunks, and the size of a call. */
static void test_long(void **state)
{
	struct ktlat_writer *w;
	struct ktlat_error err;
	struct file file;
	bool whole;
	__u64 size;
	int i;

	(void)state;
	begin_file(&file);
	assert_int_equal(ktlat_create_file(file.path, &w, &err), 0);
	for (i = 0; i < 1000; i++) {
		write_calls(w, i * 1000 + 1, 1000);
		assert_int_equal(ktlat_flush_file(w, &size, &err), 0);
	}
	assert_int_equal(ktlat_end_file(w, &size, &err), 0);
	ktlat_close_file(w);
	assert_true(size < 8 * 1000000);
	assert_int_equal(count_calls(file.path, &whole), 1000000);
	assert_true(whole);
	close(file.fd);
}

static void add(struct ktlat_timeline *line, __u64 ticks, __u64 ns)
{
	const struct ktlat_clock_now now = {
		.ticks = ticks,
		.monotonic_ns = ns,
		.ns_per_tick = 1ULL << 31,
	};

	assert_int_equal(ktlat_add_moment(line, &now, NULL), 0);
}

static void test_timeline(void **state)
{
	struct ktlat_timeline line = { 0 };

	(void)state;
	assert_true(ktlat_ticks_to_monotonic(&line, 77) == 77);
	add(&line, 1000, 400);
	/* One moment: by what a tick is, either way, and not below 0. */
	assert_true(ktlat_ticks_to_monotonic(&line, 1000) == 400);
	assert_true(ktlat_ticks_to_monotonic(&line, 1100) == 450);
	assert_true(ktlat_ticks_to_monotonic(&line, 900) == 350);
	assert_true(ktlat_ticks_to_monotonic(&line, 0) == 0);
	/* Two: by the line between them, though a tick says otherwise. */
	add(&line, 2000, 1400);
	assert_true(ktlat_ticks_to_monotonic(&line, 1500) == 900);
	assert_true(ktlat_ticks_to_monotonic(&line, 1999) == 1399);
	assert_true(ktlat_ticks_to_monotonic(&line, 2000) == 1400);
	assert_true(ktlat_ticks_to_monotonic(&line, 2100) == 1450);
	/* A third one, and one that comes to nothing. */
	add(&line, 1500, 9999999);
	add(&line, 2000, 9999999);
	assert_int_equal(line.nr, 2);
	add(&line, 4000, 1500);
	assert_true(ktlat_ticks_to_monotonic(&line, 3000) == 1450);
	assert_true(ktlat_ticks_to_monotonic(&line, 1500) == 900);
	/* CLOCK_MONOTONIC that goes back is not followed. */
	add(&line, 5000, 100);
	assert_true(ktlat_ticks_to_monotonic(&line, 4100) == 1550);
	/* As far as numbers go. */
	add(&line, ~0ULL, ~0ULL);
	assert_true(ktlat_ticks_to_monotonic(&line, ~0ULL) == ~0ULL);
	assert_true(ktlat_ticks_to_monotonic(&line, ~0ULL - 1) <= ~0ULL);
	ktlat_free_timeline(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_later_versions),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_no_recording),
		cmocka_unit_test(test_any_event),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_timeline),
	};

	return cmocka_run_group_tests(tests, make_sample, NULL);
}
