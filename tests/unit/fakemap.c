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

static size_t generation_stride(__u32 precision)
{
	return bucket_offset() + ktlat_nr_buckets(precision) * sizeof(__u64) +
	       GAP;
}

static size_t cpu_stride(__u32 precision)
{
	return 2 * generation_stride(precision) + GAP;
}

size_t fakemap_size(__u32 precision)
{
	return HEADER_ROOM + FAKEMAP_CPUS * cpu_stride(precision);
}

void fakemap_init(void *base, __u64 probe_id, __u32 precision)
{
	struct ktlat_map_header *header = base;

	memset(base, 0, fakemap_size(precision));
	header->magic = KTLAT_MAP_MAGIC;
	header->probe_id = probe_id;
	header->cpu_offset = HEADER_ROOM;
	header->cpu_stride = cpu_stride(precision);
	header->generation_stride = generation_stride(precision);
	header->bucket_offset = bucket_offset();
	header->nr_cpus = FAKEMAP_CPUS;
	header->precision = precision;
	header->nr_buckets = ktlat_nr_buckets(precision);
	fakemap_clear(base, 0);
	fakemap_clear(base, 1);
}

struct ktlat_counters *fakemap_counters(void *base, __u64 generation, __u32 cpu)
{
	const struct ktlat_map_header *header = base;

	return base + header->cpu_offset + cpu * header->cpu_stride +
	       (generation & 1) * header->generation_stride;
}

__u64 *fakemap_buckets(void *base, __u64 generation, __u32 cpu)
{
	const struct ktlat_map_header *header = base;

	return (void *)fakemap_counters(base, generation, cpu) +
	       header->bucket_offset;
}

void fakemap_clear(void *base, __u64 generation)
{
	const struct ktlat_map_header *header = base;
	__u32 cpu;

	for (cpu = 0; cpu < FAKEMAP_CPUS; cpu++) {
		struct ktlat_counters *counters =
			fakemap_counters(base, generation, cpu);

		memset(counters, 0, sizeof(*counters));
		counters->min_ns = ~0ULL;
		memset(fakemap_buckets(base, generation, cpu), 0,
		       header->nr_buckets * sizeof(__u64));
	}
}

/* A call that was entered and returned on @cpu. */
void fakemap_record(void *base, __u32 cpu, __u64 latency)
{
	const struct ktlat_map_header *header = base;
	__u64 generation = header->generation;
	struct ktlat_counters *counters =
		fakemap_counters(base, generation, cpu);

	counters->entries++;
	counters->returns++;
	counters->sum_ns += latency;
	if (latency < counters->min_ns)
		counters->min_ns = latency;
	if (latency > counters->max_ns)
		counters->max_ns = latency;
	fakemap_buckets(base, generation, cpu)
		[ktlat_bucket_index(latency, header->precision)]++;
}
