/* SPDX-License-Identifier: GPL-2.0-only */
/* A mapping of a probe as the module makes it, in plain memory. */
#ifndef FAKEMAP_H
#define FAKEMAP_H

#include <ktlat.h>
#include <stddef.h>

#define FAKEMAP_CPUS	3

/**
 * struct fake_figures - Figures of a function
 * @counters: its counters
 * @buckets: its buckets
 */
struct fake_figures {
	struct ktlat_counters *counters;
	__u64 *buckets;
};

size_t fakemap_size(__u32 precision);
size_t fakemap_group_size(__u32 precision, __u32 functions);
void fakemap_init(void *base, __u64 probe_id, __u32 precision);
void fakemap_init_group(void *base, __u64 probe_id, __u32 precision,
			__u32 functions);
void fakemap_begin(void *base, __u32 function);
struct fake_figures fakemap_figures(void *base, __u64 generation, __u32 cpu,
				    __u32 function);
struct ktlat_counters *fakemap_counters(void *base, __u64 generation,
					__u32 cpu);
__u64 *fakemap_buckets(void *base, __u64 generation, __u32 cpu);
void fakemap_record(void *base, __u32 cpu, __u64 latency);
void fakemap_record_in(void *base, __u32 cpu, __u32 function, __u64 latency);

#endif /* FAKEMAP_H */
