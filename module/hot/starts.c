// SPDX-License-Identifier: GPL-2.0-only
/*
 * starts.c - starts that wait for their end; see starts.h.
 *
 * Each operation runs with interrupts off and is short and bounded, so on one
 * CPU only an NMI can come in between, or a probe on what reading the clock
 * calls. Such a start is counted as recursed, such an end as unmatched.
 *
 * Two CPUs can be at one key at once: a task that is being woken while it runs,
 * or while it exits. So a slot is changed by who has taken it:
 *
 *	free (0)  --cmpxchg-->  STARTS_TAKEN  --release-->  waiting (its key)
 *	waiting   --cmpxchg-->  STARTS_TAKEN  --release-->  free
 *
 * Each release pairs with the cmpxchg that takes the slot next, so who has taken
 * a slot sees its call whole, and what it is about, and is alone with it. Two
 * starts at once may leave two slots with one key; whoever comes for the key takes
 * both. An end and a start of one key are never at work at once: the task or the
 * CPU that they are keyed by, or the lock of its run queue, keeps them apart, or
 * what a request goes through. Two tracepoints that somebody else has chosen, by
 * one of their arguments, may be hit at once: the end then finds the start or does
 * not, and what it does not find waits for the next one. Either way it is counted.
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

/* In place of the key, while a slot is changed. No task and no object of ours. */
#define STARTS_TAKEN	(~0ULL)

/* Guards the list of tables keyed by task, against one another's changes. */
static DEFINE_MUTEX(starts_list_lock);
static LIST_HEAD(starts_by_task);

/* Nesting of operations on this CPU: above 1, one has interrupted another. */
static DEFINE_PER_CPU(int, starts_depth);

static u32 starts_segment_slots(u32 nr_starts, bool by_cpu)
{
	u32 slots = by_cpu ? DIV_ROUND_UP(nr_starts, nr_cpu_ids) :
			     nr_starts ?: KTLAT_STARTS_DEFAULT;

	return roundup_pow_of_two(max_t(u32, slots, KTLAT_STARTS_MIN));
}

/* Bytes of a table for @nr_starts, as ktlat_starts_alloc() takes it. */
size_t ktlat_starts_bytes(u32 nr_starts, bool by_cpu)
{
	size_t slots = starts_segment_slots(nr_starts, by_cpu);

	if (by_cpu)
		slots *= nr_cpu_ids;
	return sizeof(struct ktlat_starts) + slots * sizeof(struct ktlat_start);
}

/**
 * ktlat_starts_alloc() - A table for at least @nr_starts waiting starts
 * @meter: where to count
 * @nr_starts: %KTLAT_STARTS_MIN to %KTLAT_STARTS_MAX, or 0 for the usual size
 * @by_cpu: the keys mean something on one CPU only
 *
 * Context: may sleep. Return: the table, or NULL without memory.
 */
struct ktlat_starts *ktlat_starts_alloc(const struct ktlat_meter *meter,
					u32 nr_starts, bool by_cpu)
{
	u32 slots = starts_segment_slots(nr_starts, by_cpu);
	struct ktlat_starts *starts;

	starts = kvzalloc(ktlat_starts_bytes(nr_starts, by_cpu),
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

/*
 * What still waits in the table will never be matched. Context: may sleep; no handler
 * that knows the table can run any more.
 */
void ktlat_starts_free(struct ktlat_starts *starts)
{
	if (!starts->by_cpu) {
		mutex_lock(&starts_list_lock);
		list_del_rcu(&starts->node);
		mutex_unlock(&starts_list_lock);
		synchronize_rcu();
	}
	for (u32 i = 0; i < starts->nr_slots; i++)
		if (starts->slots[i].key)
			ktlat_meter_abandon(starts->meter,
					    starts->slots[i].call.epoch);
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

/*
 * Takes the next slot that holds @key, from the i-th of its reach on, or NULL.
 * With key 0 that is a free slot, near the home of @home.
 */
static __always_inline struct ktlat_start *
starts_take(struct ktlat_starts *starts, u64 home, u64 key, u32 *i)
{
	while (*i < STARTS_REACH) {
		struct ktlat_start *start = starts_slot(starts, home, (*i)++);

		/* Pairs with the release in starts_put(). */
		if (READ_ONCE(start->key) == key &&
		    cmpxchg(&start->key, key, STARTS_TAKEN) == key)
			return start;
	}
	return NULL;
}

/* Gives a slot back, to wait under @key, or free with key 0. */
static __always_inline void starts_put(struct ktlat_start *start, u64 key)
{
	/* Pairs with the cmpxchg in starts_take(). */
	smp_store_release(&start->key, key);
}

/* Opens an operation; false inside of another one. */
static __always_inline bool starts_open(unsigned long *flags)
{
	raw_local_irq_save(*flags);
	return this_cpu_inc_return(starts_depth) == 1;
}

static __always_inline void starts_close(unsigned long flags)
{
	this_cpu_dec(starts_depth);
	raw_local_irq_restore(flags);
}

/* Frees every slot with @key, from the i-th on; their calls will never end. */
static __always_inline void starts_abandon(struct ktlat_starts *starts, u64 key,
					   u32 i)
{
	struct ktlat_start *start;

	while ((start = starts_take(starts, key, key, &i))) {
		ktlat_meter_abandon(starts->meter, start->call.epoch);
		starts_put(start, 0);
	}
}

/* Enters a start; who has waited under this key will never be matched. */
static __always_inline void starts_enter(struct ktlat_starts *starts, u64 key,
					 struct ktlat_event_id event, u64 epoch)
{
	struct ktlat_counters *counters =
		ktlat_meter_counters(starts->meter, epoch);
	struct ktlat_start *start;
	u32 i = 0;

	env_local_inc(&counters->entries);
	starts_abandon(starts, key, 0);
	start = starts_take(starts, key, 0, &i);
	if (!start) {
		ktlat_meter_lose(&counters->missed);
		return;
	}
	start->event = event;
	start->call.epoch = epoch;
	start->call.start = ktlat_clock();
	starts_put(start, key);
}

/**
 * ktlat_starts_begin() - A start has passed
 * @starts: the table
 * @key: under which its end will come; neither 0 nor all ones
 * @event: what it is about
 *
 * Context: any, preemption off.
 */
void ktlat_starts_begin(struct ktlat_starts *starts, u64 key,
			struct ktlat_event_id event)
{
	u64 epoch = ktlat_meter_epoch(starts->meter);
	struct ktlat_counters *counters;
	unsigned long flags;

	if (likely(starts_open(&flags))) {
		starts_enter(starts, key, event, epoch);
	} else {
		counters = ktlat_meter_counters(starts->meter, epoch);
		env_local_inc(&counters->entries);
		ktlat_meter_lose(&counters->recursed);
	}
	starts_close(flags);
}
NOKPROBE_SYMBOL(ktlat_starts_begin);

/* On its own for the same reason as krp_return_more(). */
static noinline void starts_return_more(const struct ktlat_meter *meter,
					const struct ktlat_start *start,
					struct ktlat_end *end)
{
	end->event = start->event;
	ktlat_meter_return_fed(meter, &start->call, end);
}
NOKPROBE_SYMBOL(starts_return_more);

static __always_inline void starts_return(const struct ktlat_meter *meter,
					  const struct ktlat_start *start,
					  struct ktlat_end *end)
{
	if (ktlat_meter_is_plain(meter))
		ktlat_meter_return_plain(meter, &start->call, end->now);
	else
		starts_return_more(meter, start, end);
}

/**
 * ktlat_starts_end() - An end has passed
 * @starts: the table
 * @key: of the start
 * @end: how it ends; @event is filled in where somebody wants it
 *
 * Context: any, preemption off. Return: whether there was a start.
 */
bool ktlat_starts_end(struct ktlat_starts *starts, u64 key,
		      struct ktlat_end *end)
{
	struct ktlat_start *start = NULL;
	unsigned long flags;
	u32 i = 0;

	if (starts_open(&flags)) {
		start = starts_take(starts, key, key, &i);
		if (start) {
			starts_return(starts->meter, start, end);
			starts_put(start, 0);
			starts_abandon(starts, key, i);
		}
	}
	starts_close(flags);
	return start;
}
NOKPROBE_SYMBOL(ktlat_starts_end);

/* Counts an end without a start. Context: any, preemption off. */
void ktlat_starts_unmatched(struct ktlat_starts *starts)
{
	const struct ktlat_meter *meter = starts->meter;

	env_local_inc(&ktlat_meter_counters(meter, ktlat_meter_epoch(meter))
			       ->unmatched);
}
NOKPROBE_SYMBOL(ktlat_starts_unmatched);

/**
 * ktlat_starts_drop() - The end of a start will never come
 * @starts: the table
 * @key: of the start, if there is one
 *
 * Context: any; under RCU's read lock, if preemption is on.
 */
void ktlat_starts_drop(struct ktlat_starts *starts, u64 key)
{
	unsigned long flags;

	if (starts_open(&flags))
		starts_abandon(starts, key, 0);
	starts_close(flags);
}
NOKPROBE_SYMBOL(ktlat_starts_drop);

/* Is there a start in a table by task? A quick look, as most of the time there is none. */
static bool starts_waits(const struct ktlat_starts *starts, u64 key, u32 hash)
{
	for (u32 i = 0; i < STARTS_REACH; i++)
		if (READ_ONCE(starts->slots[(hash + i) & starts->segment_mask]
				      .key) == key)
			return true;
	return false;
}

/*
 * A task is exiting: none of its starts will end. Most kernels have preemption off in
 * the tracepoint that leads here, and there may be many tables. Context: that task.
 */
void ktlat_starts_task_exit(struct task_struct *task)
{
	u64 key = ktlat_key_task(task);
	u32 hash = hash_64(key, 32);
	struct ktlat_starts *starts;

	rcu_read_lock();
	list_for_each_entry_rcu(starts, &starts_by_task, node)
		if (!starts->by_argument && starts_waits(starts, key, hash))
			ktlat_starts_drop(starts, key);
	rcu_read_unlock();
}
