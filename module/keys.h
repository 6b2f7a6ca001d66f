/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - the figures of a probe by key.
 */
#ifndef KTLAT_KEYS_H
#define KTLAT_KEYS_H

#include <linux/types.h>

#include "histogram.h"
#include "hot/keys.h"

/**
 * struct ktlat_key_table - What a probe counts by key; guarded by ktlat_lock
 * @keyed: what the hot path reads
 * @histogram: where it lies; a slot is what is a function of a group elsewhere
 * @map_slot: where in the device's offsets it is mapped
 */
struct ktlat_key_table {
	struct ktlat_keyed keyed;
	struct ktlat_histogram histogram;
	int map_slot;
};

struct ktlat_key_table *ktlat_keys_make(u64 probe_id, u32 by, u32 nr_keys);
void ktlat_keys_flip(struct ktlat_key_table *table, u64 generation);
void ktlat_keys_clean(struct ktlat_key_table *table);
void ktlat_keys_end(struct ktlat_key_table *table);
void ktlat_keys_free(struct ktlat_key_table *table);
void ktlat_keys_place(const struct ktlat_key_table *table, u64 *offset, u64 *size);
void ktlat_keys_tell(const struct ktlat_key_table *table,
		     struct ktlat_probe_info *info);
u64 ktlat_keys_bytes(const struct ktlat_key_table *table);

#endif /* KTLAT_KEYS_H */
