// SPDX-License-Identifier: GPL-2.0-only
/*
 * slowest.c - the slowest calls of a probe, and the passing of its intervals.
 *
 * A work item moves the number of the interval on. Writers look at it at each call, so
 * what they do not have to do is read a clock and divide.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "offsets.h"
#include "slowest.h"

static size_t slowest_area_bytes(u32 nr_slots)
{
	return PAGE_ALIGN((KTLAT_CONTEXT_NMI + 1) *
			  ktlat_slowest_context_bytes(nr_slots));
}

/*
 * Begins the next interval. Who has read the number of the last one may still write
 * until a grace period is over (and in the idle loop, where RCU does not look, a moment
 * longer); then that interval is complete.
 */
static void slowest_next(struct ktlat_slowest_header *header)
{
	u64 last = header->interval;

	WRITE_ONCE(header->interval, last + 1);
	synchronize_rcu();
	/* Pairs with the acquiring load of readers, see ktlat.h. */
	smp_store_release(&header->complete, last);
}

static void slowest_work(struct work_struct *work)
{
	struct ktlat_slowest_calls *calls =
		container_of(to_delayed_work(work), struct ktlat_slowest_calls,
			     work);

	slowest_next(calls->header);
	queue_delayed_work(system_long_wq, &calls->work, calls->interval);
}

/* The first page is the header's. */
static void slowest_init(struct ktlat_slowest_calls *calls, u64 probe_id,
			 u32 nr_slots, u64 interval_ns)
{
	struct ktlat_slowest_header *header = calls->memory->start;

	*header = (struct ktlat_slowest_header){
		.probe_id = probe_id,
		.interval_ns = interval_ns,
		.cpu_offset = PAGE_SIZE,
		.cpu_stride = slowest_area_bytes(nr_slots),
		.nr_cpus = nr_cpu_ids,
		.nr_contexts = KTLAT_CONTEXT_NMI + 1,
		.nr_slots = nr_slots,
	};
	ktlat_slowest_init(&calls->slowest, header);
	calls->header = header;
	calls->interval = msecs_to_jiffies(div_u64(interval_ns, NSEC_PER_MSEC));
	INIT_DELAYED_WORK(&calls->work, slowest_work);
}

/**
 * ktlat_slowest_make() - Keep the slowest calls of a probe
 * @probe_id: told to readers
 * @nr_slots: how many of each context, CPU and interval; 1 to %KTLAT_SLOWEST_MAX
 * @interval_ns: how long an interval is; %KTLAT_INTERVAL_MIN to %KTLAT_INTERVAL_MAX
 *
 * The first interval begins now. Context: may sleep. Return: what is kept, or an errno
 * of ktlat_memory_alloc().
 */
struct ktlat_slowest_calls *ktlat_slowest_make(u64 probe_id, u32 nr_slots,
					       u64 interval_ns)
{
	struct ktlat_slowest_calls *calls = kzalloc(sizeof(*calls),
						    GFP_KERNEL_ACCOUNT);
	struct ktlat_memory *memory;

	if (!calls)
		return ERR_PTR(-ENOMEM);
	memory = ktlat_memory_alloc(PAGE_SIZE, slowest_area_bytes(nr_slots));
	if (IS_ERR(memory)) {
		kfree(calls);
		return ERR_CAST(memory);
	}
	calls->memory = memory;
	slowest_init(calls, probe_id, nr_slots, interval_ns);
	queue_delayed_work(system_long_wq, &calls->work, calls->interval);
	return calls;
}

/*
 * What was kept before counts no more: readers go by @first. Context: may sleep; resets
 * are serialized by the caller. The meter must be on to its next generation.
 */
void ktlat_slowest_reset(struct ktlat_slowest_calls *calls)
{
	cancel_delayed_work_sync(&calls->work);
	slowest_next(calls->header);
	WRITE_ONCE(calls->header->first, calls->header->interval);
	queue_delayed_work(system_long_wq, &calls->work, calls->interval);
}

/* The probe is detached: nothing is kept any more. Mappings live on. Context: may sleep. */
void ktlat_slowest_free(struct ktlat_slowest_calls *calls)
{
	cancel_delayed_work_sync(&calls->work);
	ktlat_memory_put(calls->memory);
	kfree(calls);
}

/* Where the calls of the probe with this slot are mapped; as far as to the next one. */
u64 ktlat_slowest_offset(unsigned int map_slot)
{
	u64 span = PAGE_SIZE +
		   (u64)nr_cpu_ids * slowest_area_bytes(KTLAT_SLOWEST_MAX);

	return KTLAT_OFFSET_SLOWEST + map_slot * roundup_pow_of_two(span);
}

/* Fills in what a reader has to know; all 0 if @calls is NULL. Context: ktlat_lock. */
void ktlat_slowest_tell(const struct ktlat_slowest_calls *calls,
			unsigned int map_slot, u64 *offset, u64 *size)
{
	*offset = calls ? ktlat_slowest_offset(map_slot) : 0;
	*size = calls ? ktlat_memory_bytes(calls->memory) : 0;
}

/* What it takes of its owner's memory. */
u64 ktlat_slowest_bytes(const struct ktlat_slowest_calls *calls)
{
	return ktlat_account_bytes(&calls->memory->account);
}
