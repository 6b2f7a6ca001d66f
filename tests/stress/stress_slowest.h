/* SPDX-License-Identifier: GPL-2.0-only */
/* Slowest calls whose records tell by themselves whether they are whole. */
#ifndef STRESS_SLOWEST_H
#define STRESS_SLOWEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/slowest.h"

#define STRESS_CONTEXTS	4

/* How long the call of that number took; never the same twice. */
static inline __u64 stress_latency(__u64 id)
{
	return id * 0x9e3779b97f4a7c15ULL;
}

/* The first words, but for the sequence, and the last; the first of them is the id. */
static inline void stress_fill(struct ktlat_event *slot, __u64 id)
{
	env_write(&slot->probe_id, id);
	env_write(&slot->latency_ns, stress_latency(id));
	env_write(&slot->reserved[3], ~id);
}

static inline bool stress_whole(const struct ktlat_event *event)
{
	return event->sequence && event->reserved[3] == ~event->probe_id &&
	       event->latency_ns == stress_latency(event->probe_id);
}

static inline struct ktlat_slowest_header *
stress_make(struct ktlat_slowest *slowest, __u32 cpus, __u32 slots)
{
	__u64 area = STRESS_CONTEXTS * ktlat_slowest_context_bytes(slots);
	struct ktlat_slowest_header *header;
	size_t bytes = sizeof(*header) + cpus * area;
	void *memory;

	if (posix_memalign(&memory, 4096, bytes))
		abort();
	header = memset(memory, 0, bytes);
	header->cpu_offset = sizeof(*header);
	header->cpu_stride = area;
	header->nr_cpus = cpus;
	header->nr_contexts = STRESS_CONTEXTS;
	header->nr_slots = slots;
	ktlat_slowest_init(slowest, header);
	return header;
}

#endif /* STRESS_SLOWEST_H */
