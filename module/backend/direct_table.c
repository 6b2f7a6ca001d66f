// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_table.c - by what a group's slot knows its functions: a hash table of
 * where their bodies begin. direct_x86.S looks into it, too.
 */
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "backend/direct.h"
#include "compat/have_direct.h"

#ifdef KTLAT_HAVE_DIRECT

/* The hash takes 32 bits of the product less the shift, one of them for the times two. */
#define DIRECT_TABLE_MAX	(1U << (32 - TABLE_SHIFT - 1))

static_assert(offsetof(struct direct_table, mask) == TABLE_MASK);
static_assert(offsetof(struct direct_table, entries) == TABLE_ENTRIES);
static_assert(sizeof(struct direct_entry) == 16);
static_assert(2 * KTLAT_FUNCTIONS_MAX <= DIRECT_TABLE_MAX);

/*
 * Fibonacci hashing (Knuth, The Art of Computer Programming 6.4): TABLE_FACTOR is
 * 2^32 divided by the golden ratio, squared. The same in direct_x86.S.
 */
static u32 direct_table_index(const struct direct_table *table,
			      unsigned long body)
{
	return (((u32)body * TABLE_FACTOR >> TABLE_SHIFT) & table->mask) / 2;
}

/* Context: may sleep. Return: a table, for kvfree(), or NULL without memory. */
struct direct_table *direct_table_alloc(u32 nr_functions)
{
	u32 size = roundup_pow_of_two(2 * nr_functions);
	struct direct_table *table;

	table = kvzalloc(struct_size(table, entries, size), GFP_KERNEL_ACCOUNT);
	if (table)
		table->mask = 2 * (size - 1);
	return table;
}

/* Of a function that is not there yet, to a table that no slot knows yet. */
void direct_table_add(struct direct_table *table, unsigned long body, u64 offset)
{
	u32 i = direct_table_index(table, body);

	while (table->entries[i].body)
		i = (i + 1) & (table->mask / 2);
	table->entries[i] = (struct direct_entry){ body, offset };
}

/* Context: any. Return: the offset of a function's counters; -1 if there is none. */
s64 direct_table_find(const struct direct_table *table, unsigned long body)
{
	u32 i = direct_table_index(table, body);

	for (; table->entries[i].body; i = (i + 1) & (table->mask / 2))
		if (table->entries[i].body == body)
			return table->entries[i].offset;
	return -1;
}
NOKPROBE_SYMBOL(direct_table_find);

#endif /* KTLAT_HAVE_DIRECT */
