// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - memory that CPUs write, each its own, and that readers map.
 *
 * Pages lie on the node of the CPU that writes them, so they are taken one by
 * one and joined by vmap(); vmalloc() knows no node for a part of its area.
 * There is an area for each CPU number that there can be, so that CPU hotplug
 * moves nothing.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "compat/mm.h"
#include "memory.h"

/* A user may ask for much: that fails, rather than that others are killed for it. */
#define MEMORY_GFP	(KTLAT_GFP_MAPPED | __GFP_ZERO | \
			 __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static int memory_alloc_range(struct ktlat_memory *memory, unsigned long first,
			      unsigned long nr, int node)
{
	for (unsigned long i = first; i < first + nr; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		memory->pages[i] = alloc_pages_node(node, MEMORY_GFP, 0);
		if (!memory->pages[i])
			return -ENOMEM;
		cond_resched();
	}
	return 0;
}

static int memory_alloc_pages(struct ktlat_memory *memory,
			      unsigned long header_pages,
			      unsigned long area_pages)
{
	unsigned long first = header_pages;
	int err = memory_alloc_range(memory, 0, header_pages, NUMA_NO_NODE);

	for (u32 cpu = 0; !err && cpu < nr_cpu_ids; cpu++) {
		int node = cpu_possible(cpu) ? cpu_to_node(cpu) : NUMA_NO_NODE;

		err = memory_alloc_range(memory, first, area_pages, node);
		first += area_pages;
	}
	return err;
}

static void memory_free(struct ktlat_memory *memory)
{
	vunmap(memory->start);
	for (unsigned long i = 0; memory->pages && i < memory->nr_pages; i++)
		if (memory->pages[i])
			__free_page(memory->pages[i]);
	kvfree(memory->pages);
	ktlat_account_exit(&memory->account);
	kfree(memory);
}

static int memory_fill(struct ktlat_memory *memory, size_t header_bytes,
		       size_t area_bytes)
{
	int err;

	memory->nr_pages = (header_bytes + nr_cpu_ids * area_bytes) >> PAGE_SHIFT;
	if (ktlat_account_charge(&memory->account, ktlat_memory_bytes(memory)))
		return -EDQUOT;
	memory->pages = kvcalloc(memory->nr_pages, sizeof(*memory->pages),
				 GFP_KERNEL | __GFP_NOWARN);
	if (!memory->pages)
		return -ENOMEM;
	err = memory_alloc_pages(memory, header_bytes >> PAGE_SHIFT,
				 area_bytes >> PAGE_SHIFT);
	if (err)
		return err;
	memory->start = vmap(memory->pages, memory->nr_pages, VM_MAP,
			     PAGE_KERNEL);
	return memory->start ? 0 : -ENOMEM;
}

/**
 * ktlat_memory_alloc() - Zeroed memory, charged to the user of the current task
 * @header_bytes: in front of all areas; a multiple of PAGE_SIZE
 * @area_bytes: of each CPU number's area; likewise
 *
 * Context: may sleep. Return: the memory, to be given back by ktlat_memory_put();
 * -EDQUOT where it would pass RLIMIT_MEMLOCK; -ENOMEM; -EINTR when killed.
 */
struct ktlat_memory *ktlat_memory_alloc(size_t header_bytes, size_t area_bytes)
{
	struct ktlat_memory *memory;
	int err;

	memory = kzalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);
	if (!memory)
		return ERR_PTR(-ENOMEM);
	kref_init(&memory->ref);
	ktlat_account_init(&memory->account);
	err = memory_fill(memory, header_bytes, area_bytes);
	if (err) {
		memory_free(memory);
		return ERR_PTR(err);
	}
	return memory;
}

void ktlat_memory_get(struct ktlat_memory *memory)
{
	kref_get(&memory->ref);
}

static void memory_release(struct kref *ref)
{
	memory_free(container_of(ref, struct ktlat_memory, ref));
}

/* Context: may sleep. */
void ktlat_memory_put(struct ktlat_memory *memory)
{
	kref_put(&memory->ref, memory_release);
}
