/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * histogram.h - what a probe counts in and readers map.
 */
#ifndef KTLAT_HISTOGRAM_H
#define KTLAT_HISTOGRAM_H

#include <linux/types.h>

#include "hot/measure.h"
#include "memory.h"

/**
 * struct ktlat_histogram - Header and areas, as ktlat.h lays them out
 * @memory: where they lie; mappings hold it, too
 * @header: its start
 */
struct ktlat_histogram {
	struct ktlat_memory *memory;
	struct ktlat_map_header *header;
};

size_t ktlat_histogram_bytes(u32 nr_buckets, u32 nr_functions);
int ktlat_histogram_alloc(struct ktlat_histogram *histogram, u64 probe_id,
			  u32 precision, u32 nr_buckets, u32 nr_functions);
void ktlat_histogram_free(struct ktlat_histogram *histogram);
void ktlat_histogram_meter(const struct ktlat_histogram *histogram,
			   struct ktlat_meter *meter);
void ktlat_histogram_flip(struct ktlat_histogram *histogram,
			  struct ktlat_meter *meter);
void ktlat_histogram_clean(struct ktlat_histogram *histogram);
u64 ktlat_histogram_tail(const struct ktlat_histogram *histogram, u32 ppm);
void ktlat_histogram_sum(const struct ktlat_histogram *histogram,
			 struct ktlat_counters *sum);

#endif /* KTLAT_HISTOGRAM_H */
