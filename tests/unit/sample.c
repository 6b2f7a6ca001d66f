// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "sample.h"

/* The clock ticks four times a ns, and is 1000 ns before CLOCK_MONOTONIC. */
#define TICKS_OF(ns)	(4 * ((ns) - 1000))
#define FIRST_NS	50000

/* Calls come on all CPUs in turn; each second run of ten is of the group. */
void sample_event(unsigned int call, struct ktlat_event *event)
{
	bool group = call / 10 % 2;

	*event = (struct ktlat_event){
		/* Of CPU 2 the first five were overwritten. */
		.sequence = call / SAMPLE_CPUS + 1 +
			    (call % SAMPLE_CPUS == 2 ? 5 : 0),
		.probe_id = group ? SAMPLE_GROUP : SAMPLE_FUNCTION,
		.start = TICKS_OF(FIRST_NS + 1000ULL * call),
		.latency_ns = call % 7 ? 100 + call : 100000,
		.cgroup_id = call % 2 ? 4711 : 0,
		.pid = call % 4 ? 1000 + call % 4 : 0,
		.tgid = call % 4 ? 1000 : 0,
		.stack_id = call % 5 == 4 ? SAMPLE_STACK : 0,
		.cpu = call % SAMPLE_CPUS,
		.start_cpu = call % 11 ? KTLAT_CPU_UNKNOWN : 1,
		.function = group ? call % 2 : 0,
		.context = call % 4,
		.flags = (call % 7 ? 0 : KTLAT_EVENT_SLOW) |
			 (call % 13 ? 0 : KTLAT_EVENT_VALUES),
		.values = { 0, call % 13 ? 0 : SAMPLE_CALLER },
	};
	strcpy(event->comm, call % 4 ? "worker" : "swapper");
}

/* As a reader has to find it. */
__u64 sample_end_ns(const struct ktlat_event *event)
{
	return event->start / 4 + 1000 + event->latency_ns;
}

static void write_clock(struct ktlat_writer *w, __u64 ns)
{
	const struct ktlat_clock_now now = {
		.ticks = TICKS_OF(ns),
		.ns_per_tick = 1ULL << 30,
		.monotonic_ns = ns,
		.realtime_ns = 1800000000000000000ULL + ns,
		.uncertainty_ns = 50,
	};

	ktlat_write_clock(w, &now);
}

static void write_probes(struct ktlat_writer *w)
{
	struct ktlat_point functions[] = {
		{ .name = "g_one" },
		/* One of several of that name. */
		{ .name = "g_two", .module = "mod",
		  .address = KTLAT_TEXT_OFFSET | 0x40 },
	};
	struct ktlat_file_probe function = {
		.info = {
			.id = SAMPLE_FUNCTION,
			.kind = KTLAT_KIND_FUNCTION,
			.backend = KTLAT_BACKEND_DIRECT,
			.state = KTLAT_STATE_ARMED,
			.flags = KTLAT_PROBE_EVENTS,
			.precision = 5,
			.point[0] = { .name = "f_one", .module = "mod" },
		},
		.spec = "mod:f_one",
		.module = "mod",
		.values = {
			{ "a->b.c", { .from = KTLAT_FETCH_ARGUMENT, .index = 5,
				      .type = KTLAT_FETCH_SIGNED, .nr_steps = 2,
				      .bytes = 4, .shift = 7, .bits = 25,
				      .offset = { -8, 1LL << 40 } },
			  KTLAT_SHOW_NUMBER },
			{ "caller", { .from = KTLAT_FETCH_CALLER,
				      .type = KTLAT_FETCH_UNSIGNED, .bits = 64 },
			  KTLAT_SHOW_SYMBOL },
		},
		.conditions = { "a->b.c > 5", "ret == 0" },
	};
	struct ktlat_file_probe group = {
		.info = {
			.id = SAMPLE_GROUP,
			.kind = KTLAT_KIND_GROUP,
			.backend = KTLAT_BACKEND_DIRECT,
			.state = KTLAT_STATE_ARMED,
			.precision = 2,
			.functions = 2,
			.point[0] = { .name = "g" },
		},
		.spec = "g",
		.functions = functions,
		.nr_functions = 2,
	};

	ktlat_write_probe(w, &function);
	ktlat_write_probe(w, &group);
}

static void write_stack(struct ktlat_writer *w)
{
	struct ktlat_frame frames[] = {
		{ 0xffffffff81000010, "caller", KTLAT_VMLINUX, 0x10 },
		{ 0xffffffffc0000020, "entry", "mod", 0x20 },
		{ 0xffffffffc0000030, "", "", 0 },
	};
	const struct ktlat_file_stack stack = {
		.id = SAMPLE_STACK,
		.nr_frames = 3,
		.frames = frames,
	};

	ktlat_write_stack(w, &stack);
}

/* What one of the values of some calls is. */
static void write_symbol(struct ktlat_writer *w)
{
	const struct ktlat_frame symbol = {
		SAMPLE_CALLER, "who", "mod", 0x30,
	};

	ktlat_write_symbol(w, &symbol);
}

/* In four turns, as rings are read: one CPU after the other. */
static void write_events(struct ktlat_writer *w)
{
	struct ktlat_event event;
	unsigned int turn, cpu, call;

	for (turn = 0; turn < 4; turn++)
		for (cpu = 0; cpu < SAMPLE_CPUS; cpu++)
			for (call = turn * SAMPLE_CALLS / 4;
			     call < (turn + 1) * SAMPLE_CALLS / 4; call++) {
				sample_event(call, &event);
				if (event.cpu == cpu)
					ktlat_write_event(w, &event);
			}
}

static void write_end(struct ktlat_writer *w)
{
	const struct ktlat_ring_counts counts[SAMPLE_CPUS] = {
		{ .read = 20 }, { .read = 20, .dropped = 2 },
		{ .read = 20, .lost = 5 },
	};
	const struct ktlat_snapshot figures = {
		.entries = 45,
		.count = 38,
		.missed = 2,
		.filtered = 5,
		.unread = 3,
	};

	ktlat_write_counts(w, counts, SAMPLE_CPUS);
	ktlat_write_figures(w, SAMPLE_FUNCTION, &figures);
}

/* Writes it; the same bytes each time. */
int sample_write(const char *path, struct ktlat_error *err)
{
	const struct ktlat_file_host host = {
		.version = "1",
		.node = "host",
		.release = "6.1.0",
		.machine = "x86_64",
		.boot_id = "0-1-2-3",
		.clock = KTLAT_CLOCK_TSC,
		.nr_rings = SAMPLE_CPUS,
		.nr_slots = 16,
	};
	struct ktlat_writer *w;
	int ret = ktlat_create_file(path, &w, err);

	if (ret)
		return ret;
	ktlat_write_host(w, &host);
	write_clock(w, 40000);
	write_probes(w);
	write_stack(w);
	write_symbol(w);
	write_events(w);
	/* Probes are told once more when they have ended. */
	write_probes(w);
	write_clock(w, 1000000);
	write_end(w);
	ret = ktlat_end_file(w, NULL, err);
	ktlat_close_file(w);
	return ret;
}
