// SPDX-License-Identifier: GPL-2.0-only
/*
 * histogram.c - the memory that a probe counts in and readers map.
 *
 * Pages lie on the node of the CPU that writes them, so they are taken one by
 * one and joined by vmap(); vmalloc() knows no node for a part of its area.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "histogram.h"

/* The figures of a function; a line of its own for each, see hot/measure.h. */
static u32 histogram_function_bytes(u32 precision)
{
	return ALIGN(sizeof(struct ktlat_counters) +
		     ktlat_nr_buckets(precision) * sizeof(u64),
		     L1_CACHE_BYTES);
}

static size_t histogram_area_bytes(u32 precision, u32 nr_functions)
{
	return PAGE_ALIGN(2UL * nr_functions *
			  histogram_function_bytes(precision));
}

/* Size of the whole mapping, with so many functions. */
size_t ktlat_histogram_bytes(u32 precision, u32 nr_functions)
{
	return PAGE_SIZE +
	       nr_cpu_ids * histogram_area_bytes(precision, nr_functions);
}

/* The area of @cpu; the header has the first page for itself. */
static void *histogram_area(const struct ktlat_histogram *histogram, u32 cpu)
{
	const struct ktlat_map_header *header = histogram->header;

	return (void *)header + header->cpu_offset + cpu * header->cpu_stride;
}

static int histogram_alloc_pages(struct ktlat_histogram *histogram,
				 unsigned long pages_per_cpu)
{
	for (unsigned long i = 0; i < histogram->nr_pages; i++) {
		int node = NUMA_NO_NODE;

		if (i) {
			u32 cpu = (i - 1) / pages_per_cpu;

			if (cpu_possible(cpu))
				node = cpu_to_node(cpu);
		}
		histogram->pages[i] = alloc_pages_node(node,
						       GFP_KERNEL_ACCOUNT |
						       __GFP_ZERO, 0);
		if (!histogram->pages[i])
			return -ENOMEM;
	}
	return 0;
}

static void histogram_free(struct ktlat_histogram *histogram)
{
	vunmap(histogram->header);
	for (unsigned long i = 0; histogram->pages && i < histogram->nr_pages; i++)
		if (histogram->pages[i])
			__free_page(histogram->pages[i]);
	kvfree(histogram->pages);
	ktlat_account_exit(&histogram->account);
	kfree(histogram);
}

static int histogram_alloc_memory(struct ktlat_histogram *histogram,
				  u32 precision, u32 nr_functions)
{
	int err;

	histogram->nr_pages = ktlat_histogram_bytes(precision, nr_functions) >>
			      PAGE_SHIFT;
	err = ktlat_account_charge(&histogram->account,
				   histogram->nr_pages << PAGE_SHIFT);
	if (err)
		return -EDQUOT;
	histogram->pages = kvcalloc(histogram->nr_pages,
				    sizeof(*histogram->pages), GFP_KERNEL);
	if (!histogram->pages)
		return -ENOMEM;
	err = histogram_alloc_pages(histogram,
				    histogram_area_bytes(precision,
							 nr_functions) >>
				    PAGE_SHIFT);
	if (err)
		return err;
	histogram->header = vmap(histogram->pages, histogram->nr_pages, VM_MAP,
				 PAGE_KERNEL);
	return histogram->header ? 0 : -ENOMEM;
}

static void histogram_clear_functions(const struct ktlat_map_header *header,
				      void *generation)
{
	for (u32 i = 0; i < header->nr_functions; i++) {
		struct ktlat_counters *counters =
			generation + i * header->function_stride;

		memset(counters, 0, header->function_stride);
		counters->min_ns = U64_MAX;
		cond_resched();
	}
}

static void histogram_clear(struct ktlat_histogram *histogram, u32 generation)
{
	const struct ktlat_map_header *header = histogram->header;

	for (u32 cpu = 0; cpu < header->nr_cpus; cpu++)
		histogram_clear_functions(header,
					  histogram_area(histogram, cpu) +
					  (generation & 1 ?
					   header->generation_stride : 0));
}

/**
 * ktlat_histogram_alloc() - Memory for the figures of one probe
 * @probe_id: told to readers
 * @precision: p, 0 to %KTLAT_PRECISION_MAX
 * @nr_functions: 1, or how many a group has room for
 *
 * Context: may sleep. Return: the histogram, to be given back by
 * ktlat_histogram_put(); -EDQUOT where it would pass RLIMIT_MEMLOCK; -ENOMEM.
 */
struct ktlat_histogram *ktlat_histogram_alloc(u64 probe_id, u32 precision,
					      u32 nr_functions)
{
	u32 function_bytes = histogram_function_bytes(precision);
	struct ktlat_histogram *histogram;
	int err;

	histogram = kzalloc(sizeof(*histogram), GFP_KERNEL_ACCOUNT);
	if (!histogram)
		return ERR_PTR(-ENOMEM);
	kref_init(&histogram->ref);
	ktlat_account_init(&histogram->account);
	err = histogram_alloc_memory(histogram, precision, nr_functions);
	if (err) {
		histogram_free(histogram);
		return ERR_PTR(err);
	}
	*histogram->header = (struct ktlat_map_header){
		.magic = KTLAT_MAP_MAGIC,
		.probe_id = probe_id,
		.cpu_offset = PAGE_SIZE,
		.cpu_stride = histogram_area_bytes(precision, nr_functions),
		.generation_stride = (u64)nr_functions * function_bytes,
		.bucket_offset = sizeof(struct ktlat_counters),
		.nr_cpus = nr_cpu_ids,
		.precision = precision,
		.nr_buckets = ktlat_nr_buckets(precision),
		.function_stride = function_bytes,
		.nr_functions = nr_functions,
	};
	histogram_clear(histogram, 0);
	histogram_clear(histogram, 1);
	return histogram;
}

void ktlat_histogram_get(struct ktlat_histogram *histogram)
{
	kref_get(&histogram->ref);
}

static void histogram_release(struct kref *ref)
{
	histogram_free(container_of(ref, struct ktlat_histogram, ref));
}

/* Context: may sleep. */
void ktlat_histogram_put(struct ktlat_histogram *histogram)
{
	kref_put(&histogram->ref, histogram_release);
}

/* Tells the hot path where to count. */
void ktlat_histogram_meter(const struct ktlat_histogram *histogram,
			   struct ktlat_meter *meter)
{
	const struct ktlat_map_header *header = histogram->header;

	*meter = (struct ktlat_meter){
		.areas = histogram_area(histogram, 0),
		.epoch = ktlat_epoch(header->generation,
				     header->generation_stride),
		.precision = header->precision,
		.area_stride = header->cpu_stride,
		.precision_bit = 1ULL << header->precision,
		.function_stride = header->function_stride,
	};
}

/**
 * ktlat_histogram_flip() - Start the figures anew
 * @histogram: of a probe that may be measuring
 * @meter: what its hot path reads
 *
 * Flip, grace period, clear: the other generation is clean, so new calls and
 * readers move over to it at once; when the last handler that had read the old
 * number is done, ktlat_histogram_clean() clears the old one for the next time.
 *
 * Context: may sleep; resets of one histogram are serialized by the caller.
 */
void ktlat_histogram_flip(struct ktlat_histogram *histogram,
			  struct ktlat_meter *meter)
{
	u64 generation = histogram->header->generation + 1;

	/* Pairs with the dependent load in ktlat_meter_enter(). */
	smp_store_release(&meter->epoch,
			  ktlat_epoch(generation,
				      histogram->header->generation_stride));
	/* Pairs with the acquiring load of readers, see ktlat.h. */
	smp_store_release(&histogram->header->generation, generation);
	synchronize_rcu();
}

/* Clears the generation that is not in use. Context: may sleep. */
void ktlat_histogram_clean(struct ktlat_histogram *histogram)
{
	histogram_clear(histogram, histogram->header->generation - 1);
}
