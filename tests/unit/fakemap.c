// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "fakemap.h"

/* Gaps between all parts, so that a reader that assumes an offset is wrong. */
#define GAP		64
#define HEADER_ROOM	4096

static size_t bucket_offset(void)
{
	return sizeof(struct ktlat_counters) + GAP;
}

static size_t function_bytes(__u32 precision)
{
	return bucket_offset() + ktlat_nr_buckets(precision) * sizeof(__u64);
}

static size_t function_stride(__u32 precision)
{
	return function_bytes(precision) + GAP;
}

static size_t generation_stride(__u32 precision, __u32 functions)
{
	return functions * function_stride(precision) + GAP;
}

static size_t cpu_stride(__u32 precision, __u32 functions)
{
	return 2 * generation_stride(precision, functions) + GAP;
}

size_t fakemap_size(__u32 precision)
{
	return fakemap_group_size(precision, 1);
}

/* Ends with the last bucket. */
size_t fakemap_group_size(__u32 precision, __u32 functions)
{
	return HEADER_ROOM + FAKEMAP_CPUS * cpu_stride(precision, functions) -
	       3 * GAP;
}

void fakemap_init(void *base, __u64 probe_id, __u32 precision)
{
	fakemap_init_group(base, probe_id, precision, 1);
	fakemap_begin(base, 0);
}

/* Room for functions, and none yet: all zero. */
void fakemap_init_group(void *base, __u64 probe_id, __u32 precision,
			__u32 functions)
{
	struct ktlat_map_header *header = base;

	memset(base, 0, fakemap_group_size(precision, functions));
	header->magic = KTLAT_MAP_MAGIC;
	header->probe_id = probe_id;
	header->cpu_offset = HEADER_ROOM;
	header->cpu_stride = cpu_stride(precision, functions);
	header->generation_stride = generation_stride(precision, functions);
	header->bucket_offset = bucket_offset();
	header->nr_cpus = FAKEMAP_CPUS;
	header->precision = precision;
	header->nr_buckets = ktlat_nr_buckets(precision);
	header->function_stride = function_stride(precision);
	header->nr_functions = functions;
}

static struct ktlat_counters *counters_of(void *base, __u64 generation,
					  __u32 cpu, __u32 function)
{
	const struct ktlat_map_header *header = base;

	return base + header->cpu_offset + cpu * header->cpu_stride +
	       (generation & 1) * header->generation_stride +
	       function * header->function_stride;
}

/* Counts of a function in one generation on one CPU. */
struct fake_figures fakemap_figures(void *base, __u64 generation, __u32 cpu,
				    __u32 function)
{
	const struct ktlat_map_header *header = base;
	struct ktlat_counters *counters = counters_of(base, generation, cpu,
						      function);

	return (struct fake_figures){
		.counters = counters,
		.buckets = (void *)counters + header->bucket_offset,
	};
}

struct ktlat_counters *fakemap_counters(void *base, __u64 generation, __u32 cpu)
{
	return fakemap_figures(base, generation, cpu, 0).counters;
}

__u64 *fakemap_buckets(void *base, __u64 generation, __u32 cpu)
{
	return fakemap_figures(base, generation, cpu, 0).buckets;
}

static void clear(void *base, __u64 generation, __u32 function)
{
	const struct ktlat_map_header *header = base;
	__u32 cpu;

	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++) {
		struct fake_figures figures =
			fakemap_figures(base, generation, cpu, function);

		memset(figures.counters, 0, sizeof(*figures.counters));
		figures.counters->min_ns = ~0ULL;
		memset(figures.buckets, 0,
		       header->nr_buckets * sizeof(*figures.buckets));
	}
}

/* A function takes a place in the mapping. */
void fakemap_begin(void *base, __u32 function)
{
	clear(base, 0, function);
	clear(base, 1, function);
}

/* A call that was entered and returned on @cpu. */
void fakemap_record(void *base, __u32 cpu, __u64 latency)
{
	fakemap_record_in(base, cpu, 0, latency);
}

void fakemap_record_in(void *base, __u32 cpu, __u32 function, __u64 latency)
{
	const struct ktlat_map_header *header = base;
	struct fake_figures figures =
		fakemap_figures(base, header->generation, cpu, function);
	struct ktlat_counters *counters = figures.counters;

	counters->entries++;
	counters->returns++;
	counters->sum_ns += latency;
	if (latency < counters->min_ns)
		counters->min_ns = latency;
	if (latency > counters->max_ns)
		counters->max_ns = latency;
	figures.buckets[ktlat_bucket_index(latency, header->precision)]++;
}
