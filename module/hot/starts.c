// SPDX-License-Identifier: GPL-2.0-only
/*
 * starts.c - starts that wait for their end; see starts.h.
 *
 * Each operation runs with interrupts off and is short and bounded, so on one
 * CPU only an NMI can come in between; what it wants then is counted as
 * recursed. Operations on one key never run on two CPUs at once: a task is on
 * one CPU, and a wake-up and the switch-in that follows it are ordered by the
 * run queue's lock. So CPUs meet only where they claim a free slot.
 */
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "hot/starts.h"

/* How far from its home slot a start may lie. */
#define STARTS_REACH	8

/* Guards the list of tables keyed by task, against one another's changes. */
static DEFINE_MUTEX(starts_list_lock);
static LIST_HEAD(starts_by_task);

/* Nesting of operations on this CPU: above 1 inside an NMI only. */
static DEFINE_PER_CPU(int, starts_depth);

static u32 starts_segment_slots(u32 nr_starts, bool by_cpu)
{
	u32 slots = by_cpu ? nr_starts / nr_cpu_ids : nr_starts;

	return roundup_pow_of_two(max_t(u32, slots, KTLAT_STARTS_MIN));
}

/* Bytes that a table takes. */
size_t ktlat_starts_size(u32 nr_starts, bool by_cpu)
{
	size_t slots = starts_segment_slots(nr_starts, by_cpu);

	if (by_cpu)
		slots *= nr_cpu_ids;
	return sizeof(struct ktlat_starts) + slots * sizeof(struct ktlat_start);
}

/**
 * ktlat_starts_alloc() - A table for at least @nr_starts waiting starts
 * @meter: where to count
 * @nr_starts: %KTLAT_STARTS_MIN to %KTLAT_STARTS_MAX
 * @by_cpu: the keys mean something on one CPU only
 *
 * Context: may sleep. Return: the table, or NULL without memory.
 */
struct ktlat_starts *ktlat_starts_alloc(const struct ktlat_meter *meter,
					u32 nr_starts, bool by_cpu)
{
	u32 slots = starts_segment_slots(nr_starts, by_cpu);
	struct ktlat_starts *starts;

	starts = kvzalloc(ktlat_starts_size(nr_starts, by_cpu),
			  GFP_KERNEL_ACCOUNT);
	if (!starts)
		return NULL;
	starts->meter = meter;
	starts->by_cpu = by_cpu;
	starts->segment_mask = slots - 1;
	starts->segment_shift = ilog2(slots);
	starts->nr_slots = by_cpu ? slots * nr_cpu_ids : slots;
	INIT_LIST_HEAD(&starts->node);
	if (!by_cpu) {
		mutex_lock(&starts_list_lock);
		list_add_rcu(&starts->node, &starts_by_task);
		mutex_unlock(&starts_list_lock);
	}
	return starts;
}

/* Context: may sleep; no handler that knows the table can run any more. */
void ktlat_starts_free(struct ktlat_starts *starts)
{
	if (!starts->by_cpu) {
		mutex_lock(&starts_list_lock);
		list_del_rcu(&starts->node);
		mutex_unlock(&starts_list_lock);
		synchronize_rcu();
	}
	kvfree(starts);
}

static __always_inline struct ktlat_start *
starts_slot(struct ktlat_starts *starts, u64 key, u32 i)
{
	u32 segment = starts->by_cpu ?
		      smp_processor_id() << starts->segment_shift : 0;

	return &starts->slots[segment +
			      ((hash_64(key, 32) + i) & starts->segment_mask)];
}

static __always_inline struct ktlat_start *
starts_find(struct ktlat_starts *starts, u64 key)
{
	for (u32 i = 0; i < STARTS_REACH; i++) {
		struct ktlat_start *start = starts_slot(starts, key, i);

		if (READ_ONCE(start->key) == key)
			return start;
	}
	return NULL;
}

static __always_inline struct ktlat_start *
starts_claim(struct ktlat_starts *starts, u64 key)
{
	for (u32 i = 0; i < STARTS_REACH; i++) {
		struct ktlat_start *start = starts_slot(starts, key, i);

		/* Pairs with the release in starts_release(). */
		if (!READ_ONCE(start->key) && !cmpxchg(&start->key, 0, key))
			return start;
	}
	return NULL;
}

static __always_inline void starts_release(struct ktlat_start *start)
{
	/* Pairs with the cmpxchg in starts_claim(). */
	smp_store_release(&start->key, 0);
}

/* Opens an operation; false inside an NMI that has interrupted another one. */
static __always_inline bool starts_lock(unsigned long *flags)
{
	raw_local_irq_save(*flags);
	return this_cpu_inc_return(starts_depth) == 1;
}

static __always_inline void starts_unlock(unsigned long flags)
{
	this_cpu_dec(starts_depth);
	raw_local_irq_restore(flags);
}

/* Enters a start; whoever waited under this key will never be matched. */
static __always_inline void starts_enter(struct ktlat_starts *starts, u64 key,
					 struct ktlat_counters *counters)
{
	struct ktlat_start *start = starts_find(starts, key);

	env_local_inc(&counters->entries);
	if (start) {
		ktlat_meter_abandon(starts->meter, start->call.generation);
	} else {
		start = starts_claim(starts, key);
		if (!start) {
			env_local_inc(&counters->missed);
			return;
		}
	}
	start->call.generation = ktlat_meter_generation(starts->meter);
	start->call.start = ktlat_clock();
}

/**
 * ktlat_starts_begin() - A start has passed
 * @starts: the table
 * @key: under which its end will come; not 0
 *
 * Context: any, preemption off.
 */
void ktlat_starts_begin(struct ktlat_starts *starts, u64 key)
{
	struct ktlat_counters *counters;
	unsigned long flags;
	bool alone = starts_lock(&flags);

	counters = ktlat_meter_counters(starts->meter,
					ktlat_meter_generation(starts->meter));
	if (likely(alone)) {
		starts_enter(starts, key, counters);
	} else {
		env_local_inc(&counters->entries);
		env_local_inc(&counters->recursed);
	}
	starts_unlock(flags);
}
NOKPROBE_SYMBOL(ktlat_starts_begin);

/**
 * ktlat_starts_end() - An end has passed
 * @starts: the table
 * @key: of the start
 *
 * Context: any, preemption off. Return: whether there was a start.
 */
bool ktlat_starts_end(struct ktlat_starts *starts, u64 key)
{
	u64 now = ktlat_clock();
	struct ktlat_start *start = NULL;
	unsigned long flags;

	if (starts_lock(&flags)) {
		start = starts_find(starts, key);
		if (start) {
			ktlat_meter_return(starts->meter, &start->call, now);
			starts_release(start);
		}
	}
	starts_unlock(flags);
	return start;
}
NOKPROBE_SYMBOL(ktlat_starts_end);

/* Counts an end without a start. Context: any, preemption off. */
void ktlat_starts_unmatched(struct ktlat_starts *starts)
{
	const struct ktlat_meter *meter = starts->meter;

	env_local_inc(&ktlat_meter_counters(meter, ktlat_meter_generation(meter))
			       ->unmatched);
}
NOKPROBE_SYMBOL(ktlat_starts_unmatched);

/**
 * ktlat_starts_drop() - The end of a start will never come
 * @starts: the table
 * @key: of the start, if there is one
 *
 * Context: any, preemption off.
 */
void ktlat_starts_drop(struct ktlat_starts *starts, u64 key)
{
	unsigned long flags;

	if (starts_lock(&flags)) {
		struct ktlat_start *start = starts_find(starts, key);

		if (start) {
			ktlat_meter_abandon(starts->meter,
					    start->call.generation);
			starts_release(start);
		}
	}
	starts_unlock(flags);
}
NOKPROBE_SYMBOL(ktlat_starts_drop);

/* A task is exiting: none of its starts will end. Context: that task. */
void ktlat_starts_task_exit(struct task_struct *task)
{
	struct ktlat_starts *starts;

	rcu_read_lock();
	preempt_disable_notrace();
	list_for_each_entry_rcu(starts, &starts_by_task, node)
		ktlat_starts_drop(starts, ktlat_key_task(task));
	preempt_enable_notrace();
	rcu_read_unlock();
}
