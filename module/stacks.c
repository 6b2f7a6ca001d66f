// SPDX-License-Identifier: GPL-2.0-only
/*
 * stacks.c - the stack table of a session: its memory, and who may see it.
 *
 * Slow calls are rare, and what CPUs write here they write once; so it is one table
 * for all of them.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "offsets.h"
#include "rights.h"
#include "stacks.h"

static int stacks_alloc(struct ktlat_session_stacks *stacks)
{
	struct ktlat_memory *memory;

	memory = ktlat_memory_alloc(PAGE_ALIGN(sizeof(struct ktlat_stacks_header) +
					       stacks->nr_slots *
					       sizeof(struct ktlat_stack)), 0);
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	stacks->table.scratch = alloc_percpu_gfp(struct ktlat_stack_scratch,
						 GFP_KERNEL_ACCOUNT);
	if (!stacks->table.scratch) {
		ktlat_memory_put(memory);
		return -ENOMEM;
	}
	stacks->memory = memory;
	return 0;
}

/**
 * ktlat_stacks_make() - A stack table
 * @session_id: told to readers
 * @nr_slots: how many stacks there is room for; a power of two
 *
 * Context: may sleep. Return: the table, or an errno of ktlat_memory_alloc().
 */
struct ktlat_session_stacks *ktlat_stacks_make(u64 session_id, u32 nr_slots)
{
	struct ktlat_session_stacks *stacks = kzalloc(sizeof(*stacks),
						      GFP_KERNEL_ACCOUNT);
	struct ktlat_stacks_header *header;
	int err;

	if (!stacks)
		return ERR_PTR(-ENOMEM);
	stacks->nr_slots = nr_slots;
	err = stacks_alloc(stacks);
	if (err) {
		kfree(stacks);
		return ERR_PTR(err);
	}
	header = stacks->memory->start;
	ktlat_stacks_init(&stacks->table.stacks, header, sizeof(*header), nr_slots,
			  get_random_u64());
	header->session_id = session_id;
	return stacks;
}

/* No probe stores anything there any more; mappings live on. Context: may sleep. */
void ktlat_stacks_free(struct ktlat_session_stacks *stacks)
{
	free_percpu(stacks->table.scratch);
	ktlat_memory_put(stacks->memory);
	kfree(stacks);
}

/* Fills in what a reader has to know; @stacks may be NULL. Context: ktlat_lock. */
void ktlat_stacks_tell(const struct ktlat_session_stacks *stacks,
		       struct ktlat_rings_info *info)
{
	info->nr_stacks = stacks ? stacks->nr_slots : 0;
	info->stacks_offset = stacks ? KTLAT_OFFSET_STACKS : 0;
	info->stacks_size = stacks ? ktlat_memory_bytes(stacks->memory) : 0;
}

/**
 * ktlat_stacks_memory() - The table, to be mapped
 * @stacks: the table, or NULL
 *
 * Context: ktlat_map_lock. Return: the memory with a reference for the caller; -ENXIO
 * if there is none that the caller may know of; -EPERM for who may not see addresses.
 */
struct ktlat_memory *
ktlat_stacks_memory(const struct ktlat_session_stacks *stacks)
{
	if (!stacks || !ktlat_sees_all())
		return ERR_PTR(-ENXIO);
	if (!capable(CAP_SYSLOG))
		return ERR_PTR(-EPERM);
	ktlat_memory_get(stacks->memory);
	return stacks->memory;
}

/* What it takes of its owner's memory. */
u64 ktlat_stacks_bytes(const struct ktlat_session_stacks *stacks)
{
	return ktlat_account_bytes(&stacks->memory->account);
}
