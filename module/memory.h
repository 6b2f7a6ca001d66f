/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - memory that CPUs write, each its own, and that readers map.
 */
#ifndef KTLAT_MEMORY_H
#define KTLAT_MEMORY_H

#include <linux/kref.h>
#include <linux/types.h>

#include "account.h"

struct page;

/**
 * struct ktlat_memory - A header maybe, and an area for each CPU number
 * @ref: who made it has one reference, and each mapping one
 * @account: who pays for it, and for all else that belongs to its owner
 * @pages: its pages, in the order of the mapping
 * @nr_pages: how many
 * @start: of the kernel's own mapping of them
 */
struct ktlat_memory {
	struct kref ref;
	struct ktlat_account account;
	struct page **pages;
	unsigned long nr_pages;
	void *start;
};

struct ktlat_memory *ktlat_memory_alloc(size_t header_bytes, size_t area_bytes);
void ktlat_memory_get(struct ktlat_memory *memory);
void ktlat_memory_put(struct ktlat_memory *memory);

/* How large a mapping of all of it is, in bytes. */
static inline u64 ktlat_memory_bytes(const struct ktlat_memory *memory)
{
	return (u64)memory->nr_pages << PAGE_SHIFT;
}

#endif /* KTLAT_MEMORY_H */
