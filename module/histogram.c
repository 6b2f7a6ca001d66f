// SPDX-License-Identifier: GPL-2.0-only
/*
 * histogram.c - what a probe counts in and readers map.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "histogram.h"

/* The figures of a function; a line of its own for each, see hot/measure.h. */
static u32 histogram_function_bytes(u32 nr_buckets)
{
	return ALIGN(sizeof(struct ktlat_counters) + nr_buckets * sizeof(u64),
		     L1_CACHE_BYTES);
}

static size_t histogram_area_bytes(u32 nr_buckets, u32 nr_functions)
{
	return PAGE_ALIGN(2UL * nr_functions *
			  histogram_function_bytes(nr_buckets));
}

/* Size of the whole mapping, with so many functions. */
size_t ktlat_histogram_bytes(u32 nr_buckets, u32 nr_functions)
{
	return PAGE_SIZE +
	       nr_cpu_ids * histogram_area_bytes(nr_buckets, nr_functions);
}

/* The area of @cpu; the header has the first page for itself. */
static void *histogram_area(const struct ktlat_histogram *histogram, u32 cpu)
{
	const struct ktlat_map_header *header = histogram->header;

	return (void *)header + header->cpu_offset + cpu * header->cpu_stride;
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

static void histogram_clear(const struct ktlat_histogram *histogram,
			    u32 generation)
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
 * @histogram: zeroed before; filled in
 * @probe_id: told to readers
 * @precision: p, 0 to %KTLAT_PRECISION_MAX
 * @nr_buckets: as goes with it, or 0 for none
 * @nr_functions: 1, or how many a group has room for
 *
 * Context: may sleep. Return: 0 or an errno of ktlat_memory_alloc().
 */
int ktlat_histogram_alloc(struct ktlat_histogram *histogram, u64 probe_id,
			  u32 precision, u32 nr_buckets, u32 nr_functions)
{
	u32 function_bytes = histogram_function_bytes(nr_buckets);
	size_t area_bytes = histogram_area_bytes(nr_buckets, nr_functions);
	struct ktlat_memory *memory = ktlat_memory_alloc(PAGE_SIZE, area_bytes);

	if (IS_ERR(memory))
		return PTR_ERR(memory);
	histogram->memory = memory;
	histogram->header = memory->start;
	*histogram->header = (struct ktlat_map_header){
		.magic = KTLAT_MAP_MAGIC,
		.probe_id = probe_id,
		.cpu_offset = PAGE_SIZE,
		.cpu_stride = area_bytes,
		.generation_stride = (u64)nr_functions * function_bytes,
		.bucket_offset = sizeof(struct ktlat_counters),
		.nr_cpus = nr_cpu_ids,
		.precision = precision,
		.nr_buckets = nr_buckets,
		.function_stride = function_bytes,
		.nr_functions = nr_functions,
	};
	histogram_clear(histogram, 0);
	histogram_clear(histogram, 1);
	return 0;
}

/* Its memory, if it has any, stays as long as it is mapped. Context: may sleep. */
void ktlat_histogram_free(struct ktlat_histogram *histogram)
{
	if (histogram->memory)
		ktlat_memory_put(histogram->memory);
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
		.feed = &ktlat_feed_none,
	};
	meter->fast_epoch = meter->epoch;
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
	if (meter->feed == &ktlat_feed_none)
		WRITE_ONCE(meter->fast_epoch, meter->epoch);
	/* Pairs with the acquiring load of readers, see ktlat.h. */
	smp_store_release(&histogram->header->generation, generation);
	synchronize_rcu();
}

/* Clears the generation that is not in use. Context: may sleep. */
void ktlat_histogram_clean(struct ktlat_histogram *histogram)
{
	histogram_clear(histogram, histogram->header->generation - 1);
}

/* The current figures of a CPU; of the first function of a group. */
static const struct ktlat_counters *
histogram_current(const struct ktlat_histogram *histogram, u32 cpu)
{
	const struct ktlat_map_header *header = histogram->header;

	return histogram_area(histogram, cpu) +
	       (header->generation & 1 ? header->generation_stride : 0);
}

static u64 histogram_count(const struct ktlat_histogram *histogram)
{
	u64 count = 0;

	for (u32 cpu = 0; cpu < histogram->header->nr_cpus; cpu++)
		count += READ_ONCE(histogram_current(histogram, cpu)->returns);
	return count;
}

static u64 histogram_bucket(const struct ktlat_histogram *histogram, u32 index)
{
	u64 count = 0;

	for (u32 cpu = 0; cpu < histogram->header->nr_cpus; cpu++) {
		const u64 *buckets = (const u64 *)
			(histogram_current(histogram, cpu) + 1);

		count += READ_ONCE(buckets[index]);
	}
	return count;
}

/* The bucket of the longest call: those above are empty, or were a moment ago. */
static u32 histogram_last(const struct ktlat_histogram *histogram)
{
	u64 max = 0;

	for (u32 cpu = 0; cpu < histogram->header->nr_cpus; cpu++)
		max = max(max, READ_ONCE(histogram_current(histogram, cpu)->max_ns));
	return ktlat_bucket_index(max, histogram->header->precision);
}

/**
 * ktlat_histogram_tail() - Where the longest calls begin
 * @histogram: of one function, with buckets
 * @ppm: how many of a million calls are to be shorter, at least
 *
 * The bound of a bucket, so the calls from there on may be fewer than asked for.
 *
 * Context: ktlat_lock, or nobody resets it; may sleep. Return: in ns; all ones
 * where there are too few calls to tell.
 */
u64 ktlat_histogram_tail(const struct ktlat_histogram *histogram, u32 ppm)
{
	u32 precision = histogram->header->precision;
	u64 count = histogram_count(histogram);
	u64 room = mul_u64_u32_div(count, 1000000 - ppm, 1000000);
	u64 tail = U64_MAX;

	for (u32 index = histogram_last(histogram) + 1; room && index--;) {
		u64 calls = histogram_bucket(histogram, index);

		if (calls > room)
			break;
		room -= calls;
		tail = ktlat_bucket_low(index, precision);
		cond_resched();
	}
	return tail;
}

static void histogram_add_returned(struct ktlat_counters *sum,
				   const struct ktlat_counters *from)
{
	/* Acquire: pairs with the barrier of ktlat_hist_return(). */
	sum->returns += smp_load_acquire(&from->returns);
	sum->sum_ns += READ_ONCE(from->sum_ns);
	sum->min_ns = min(sum->min_ns, READ_ONCE(from->min_ns));
	sum->max_ns = max(sum->max_ns, READ_ONCE(from->max_ns));
	sum->clock_backwards += READ_ONCE(from->clock_backwards);
	sum->missed += READ_ONCE(from->missed);
	sum->recursed += READ_ONCE(from->recursed);
	sum->abandoned += READ_ONCE(from->abandoned);
	sum->unmatched += READ_ONCE(from->unmatched);
	sum->filtered += READ_ONCE(from->filtered);
	sum->unread += READ_ONCE(from->unread);
}

static void histogram_add_entered(struct ktlat_counters *sum,
				  const struct ktlat_counters *from)
{
	sum->entries += READ_ONCE(from->entries);
}

static void histogram_add_all(const struct ktlat_histogram *histogram,
			      struct ktlat_counters *sum,
			      void (*add)(struct ktlat_counters *sum,
					  const struct ktlat_counters *from))
{
	const struct ktlat_map_header *header = histogram->header;

	for (u32 cpu = 0; cpu < header->nr_cpus; cpu++) {
		const void *from = histogram_current(histogram, cpu);

		for (u32 i = 0; i < header->nr_functions; i++) {
			add(sum, from + i * header->function_stride);
			cond_resched();
		}
	}
}

/**
 * ktlat_histogram_sum() - Add up what all CPUs have counted of all functions
 * @histogram: of a probe that may be measuring
 * @sum: filled in; @min_ns is all ones if nothing was recorded
 *
 * Context: may sleep, and no reset meanwhile.
 */
void ktlat_histogram_sum(const struct ktlat_histogram *histogram,
			 struct ktlat_counters *sum)
{
	*sum = (struct ktlat_counters){ .min_ns = U64_MAX };
	histogram_add_all(histogram, sum, histogram_add_returned);
	/* B: pairs with A in core/hist.h and with ktlat_meter_lose(). */
	smp_rmb();
	histogram_add_all(histogram, sum, histogram_add_entered);
}
