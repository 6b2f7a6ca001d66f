// SPDX-License-Identifier: GPL-2.0-only
/*
 * keys.c - the figures of a probe by key.
 *
 * A table is laid out as the figures of a group are, and has its two generations: a call
 * is counted in that of the probe's own figures.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "keys.h"
#include "offsets.h"

#include <ktlat.h>

static DEFINE_IDA(keys_map_slots);

static u32 keys_nr_buckets(void)
{
	return ktlat_nr_buckets(KTLAT_KEYS_PRECISION);
}

/* Offsets of two tables lie this far apart: the largest one fits. */
static u64 keys_map_span(void)
{
	return roundup_pow_of_two(
		ktlat_histogram_bytes(keys_nr_buckets(), KTLAT_KEYS_MAX + 1));
}

static u64 keys_map_offset(const struct ktlat_key_table *table)
{
	return KTLAT_OFFSET_KEYS + table->map_slot * keys_map_span();
}

static int keys_map_take(struct ktlat_key_table *table)
{
	u64 max = div64_u64(KTLAT_OFFSET_END - KTLAT_OFFSET_KEYS,
			    keys_map_span()) - 1;

	table->map_slot = ida_alloc_max(&keys_map_slots,
					min_t(u64, max, INT_MAX), GFP_KERNEL);
	return min(table->map_slot, 0);
}

static void keys_init(struct ktlat_key_table *table, u32 by, u32 nr_keys)
{
	const struct ktlat_map_header *header = table->histogram.header;

	table->keyed = (struct ktlat_keyed){
		.keys = {
			.areas = (char *)header + header->cpu_offset,
			.cpu_stride = header->cpu_stride,
			.generation_stride = header->generation_stride,
			.slot_stride = header->function_stride,
			.mask = nr_keys - 1,
			.shift = 64 - ilog2(nr_keys),
		},
		.by = by,
	};
}

/**
 * ktlat_keys_make() - Tell the calls of a probe apart
 * @probe_id: told to readers
 * @by: &enum ktlat_by
 * @nr_keys: how many on each CPU; a power of two, up to %KTLAT_KEYS_MAX
 *
 * Context: may sleep. Return: the table, or an ERR_PTR: those of ktlat_memory_alloc();
 * -ENOSPC without a place to map it at.
 */
struct ktlat_key_table *ktlat_keys_make(u64 probe_id, u32 by, u32 nr_keys)
{
	struct ktlat_key_table *table = kzalloc(sizeof(*table),
						GFP_KERNEL_ACCOUNT);
	int err;

	if (!table)
		return ERR_PTR(-ENOMEM);
	err = keys_map_take(table);
	if (!err)
		err = ktlat_histogram_alloc(&table->histogram, probe_id,
					    KTLAT_KEYS_PRECISION,
					    keys_nr_buckets(), nr_keys + 1);
	if (err) {
		ktlat_keys_free(table);
		return ERR_PTR(err);
	}
	keys_init(table, by, nr_keys);
	return table;
}

/*
 * Readers go on to the generation that calls are about to go to. A grace period has to
 * follow before ktlat_keys_clean(), which pairs with the second barrier of readers.
 * Context: resets are serialized by the caller.
 */
void ktlat_keys_flip(struct ktlat_key_table *table, u64 generation)
{
	/* Pairs with the acquiring load of readers, see ktlat.h. */
	smp_store_release(&table->histogram.header->generation, generation);
}

/* Clears the generation that nobody counts in any more. Context: may sleep. */
void ktlat_keys_clean(struct ktlat_key_table *table)
{
	ktlat_histogram_clean(&table->histogram);
}

/* The probe is detached, and the figures are final. */
void ktlat_keys_end(struct ktlat_key_table *table)
{
	WRITE_ONCE(table->histogram.header->removed, 1);
}

/* The probe is detached. Mappings live on. Context: may sleep. */
void ktlat_keys_free(struct ktlat_key_table *table)
{
	ktlat_histogram_free(&table->histogram);
	if (table->map_slot >= 0)
		ida_free(&keys_map_slots, table->map_slot);
	kfree(table);
}

/* Where it is mapped; 0 if @table is NULL. */
void ktlat_keys_place(const struct ktlat_key_table *table, u64 *offset, u64 *size)
{
	*offset = table ? keys_map_offset(table) : 0;
	*size = table ? ktlat_memory_bytes(table->histogram.memory) : 0;
}

/* Fills in what a reader has to know; all 0 if @table is NULL. Context: ktlat_lock. */
void ktlat_keys_tell(const struct ktlat_key_table *table,
		     struct ktlat_probe_info *info)
{
	info->by = table ? table->keyed.by : KTLAT_BY_NOTHING;
	info->keys = table ? table->keyed.keys.mask + 1 : 0;
	ktlat_keys_place(table, &info->keys_offset, &info->keys_size);
}

/* What it takes of its owner's memory. */
u64 ktlat_keys_bytes(const struct ktlat_key_table *table)
{
	return ktlat_account_bytes(&table->histogram.memory->account);
}
