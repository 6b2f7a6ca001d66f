/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * histogram.h - the memory that a probe counts in and readers map.
 */
#ifndef KTLAT_HISTOGRAM_H
#define KTLAT_HISTOGRAM_H

#include <linux/kref.h>
#include <linux/types.h>

#include "account.h"
#include "hot/measure.h"

struct page;

/**
 * struct ktlat_histogram - Header and areas, as ktlat.h lays them out
 * @ref: the probe has one reference, and each mapping one
 * @account: who pays for it, and for all else that belongs to the probe
 * @pages: its pages, in the order of the mapping
 * @nr_pages: how many
 * @header: start of the kernel's own mapping of them
 */
struct ktlat_histogram {
	struct kref ref;
	struct ktlat_account account;
	struct page **pages;
	unsigned long nr_pages;
	struct ktlat_map_header *header;
};

size_t ktlat_histogram_bytes(u32 precision, u32 nr_functions);
struct ktlat_histogram *ktlat_histogram_alloc(u64 probe_id, u32 precision,
					      u32 nr_functions);
void ktlat_histogram_get(struct ktlat_histogram *histogram);
void ktlat_histogram_put(struct ktlat_histogram *histogram);
void ktlat_histogram_meter(const struct ktlat_histogram *histogram,
			   struct ktlat_meter *meter);
void ktlat_histogram_flip(struct ktlat_histogram *histogram,
			  struct ktlat_meter *meter);
void ktlat_histogram_clean(struct ktlat_histogram *histogram);

#endif /* KTLAT_HISTOGRAM_H */
