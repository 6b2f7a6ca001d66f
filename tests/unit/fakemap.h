/* SPDX-License-Identifier: GPL-2.0-only */
/* A mapping of a probe as the module makes it, in plain memory. */
#ifndef FAKEMAP_H
#define FAKEMAP_H

#include <ktlat.h>
#include <stddef.h>

#define FAKEMAP_CPUS	3

size_t fakemap_size(__u32 precision);
void fakemap_init(void *base, __u64 probe_id, __u32 precision);
struct ktlat_counters *fakemap_counters(void *base, __u64 generation,
					__u32 cpu);
__u64 *fakemap_buckets(void *base, __u64 generation, __u32 cpu);
void fakemap_clear(void *base, __u64 generation);
void fakemap_record(void *base, __u32 cpu, __u64 latency);

#endif /* FAKEMAP_H */
