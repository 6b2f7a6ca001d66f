/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kretprobe_instances.h - which returns does the current task still owe?
 *
 * From 5.11 on the kernel has a list of them for each task. Before, they lie in
 * a table that modules cannot see (compat/kprobes.h), so there we keep a table
 * of our own for each kretprobe: of its instances that are in use, by task.
 */
#ifndef KTLAT_COMPAT_KRETPROBE_INSTANCES_H
#define KTLAT_COMPAT_KRETPROBE_INSTANCES_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/kprobes.h"

#ifdef CONFIG_KRETPROBE_ON_RETHOOK
#include <linux/rethook.h>
#endif

#if KTLAT_KRETPROBE_HASH
/**
 * struct ktlat_owed - A slot: a return that a task owes
 * @task: the task; NULL where the slot is free. Taken by compare-and-exchange,
 *	given back by a release that pairs with it
 * @ri: the instance. Set and read by @task alone
 *
 * What takes and gives back a slot, and what looks for it when the task exits,
 * all runs in that task. So a slot with the current task in it changes under
 * nobody's hand, but for interrupts, which leave everything as they found it.
 * It would if a call that is entered after its task's exit was told never returned:
 * its instance gives the slot back for whoever uses that next, and another task
 * may have come to the same address by then. No function with an ftrace site is
 * known to be entered that late and not to return.
 */
struct ktlat_owed {
	struct task_struct *task;
	struct kretprobe_instance *ri;
};

/**
 * struct ktlat_debt - What an instance knows of its slot, in its data
 * @slot: the slot, while the return is owed; else NULL
 *
 * An instance has one slot at most: one that is used again gives the old one
 * back first. So half of a table is free at any time.
 */
struct ktlat_debt {
	struct ktlat_owed *slot;
};
#else
struct ktlat_debt {
};
#endif

/**
 * struct ktlat_instances - The instances of one kretprobe
 * @node: in a list for ktlat_kretprobe_pending(), under RCU
 * @slots: twice as many as there are instances, or more; where the kernel does
 *	not tell who uses which
 * @bits: log2 of their number
 * @reach: how far from where its task belongs a slot was ever taken; only grows
 */
struct ktlat_instances {
	struct list_head node;
#if KTLAT_KRETPROBE_HASH
	struct ktlat_owed *slots;
	u32 bits;
	u32 reach;
#endif
};

#if KTLAT_KRETPROBE_HASH
/*
 * How many returns the tasks of each hash owe, to all kretprobes of ours: most tasks that
 * exit owe none, and need not look into the slots of thousands.
 */
#define KTLAT_OWING_BITS	12
extern atomic_t ktlat_owing[1 << KTLAT_OWING_BITS];

static __always_inline atomic_t *ktlat_owing_of(const struct task_struct *task)
{
	return &ktlat_owing[hash_ptr(task, KTLAT_OWING_BITS)];
}

/* log2 of the number of slots for so many instances. */
static inline u32 ktlat_instances_bits(u32 instances)
{
	return order_base_2(2 * instances);
}

/* What so many instances take besides themselves. */
static inline size_t ktlat_instances_bytes(u32 instances)
{
	return sizeof(struct ktlat_owed) << ktlat_instances_bits(instances);
}

/**
 * ktlat_instances_init() - Get ready to know who uses which instance
 * @instances: to be filled in
 * @rp: registered, never yet enabled; the data of its instances is cleared
 *
 * Return: 0 or -ENOMEM.
 */
static inline int ktlat_instances_init(struct ktlat_instances *instances,
				       struct kretprobe *rp)
{
	struct kretprobe_instance *ri;

	instances->bits = ktlat_instances_bits(rp->maxactive);
	instances->slots = kvzalloc(ktlat_instances_bytes(rp->maxactive),
				    GFP_KERNEL);
	if (!instances->slots)
		return -ENOMEM;
	hlist_for_each_entry(ri, &rp->free_instances, hlist)
		memset(ri->data, 0, rp->data_size);
	return 0;
}

/* Once the kretprobe is unregistered; what is still owed to it nobody will ask for. */
static inline void ktlat_instances_free(struct ktlat_instances *instances)
{
	for (u32 i = 0; i < 1U << instances->bits; i++)
		if (instances->slots[i].task)
			atomic_dec(ktlat_owing_of(instances->slots[i].task));
	kvfree(instances->slots);
}

/* The i-th slot from where the current task belongs. */
static __always_inline struct ktlat_owed *
ktlat_owed_slot(const struct ktlat_instances *instances, u32 i)
{
	u32 home = hash_ptr(current, instances->bits);

	return &instances->slots[(home + i) & ((1U << instances->bits) - 1)];
}

/* Have who looks for slots go that far. Goes round only if others went further. */
static __always_inline void
ktlat_instances_reach(struct ktlat_instances *instances, u32 reach)
{
	u32 old, seen = READ_ONCE(instances->reach);

	while (seen < reach) {
		old = seen;
		seen = cmpxchg(&instances->reach, old, reach);
		if (seen == old)
			return;
	}
}

/* The current task does not owe this return any more. Context: probe. */
static __always_inline void ktlat_debt_close(struct ktlat_debt *debt)
{
	struct ktlat_owed *slot = debt->slot;

	if (!slot)
		return;
	debt->slot = NULL;
	atomic_dec(ktlat_owing_of(slot->task));
	/* Pairs with the cmpxchg in ktlat_debt_open(). */
	smp_store_release(&slot->task, NULL);
}

/**
 * ktlat_debt_open() - The current task owes one more return
 * @instances: of the kretprobe
 * @debt: in the data of the instance
 * @ri: the instance, just taken out of the pool
 *
 * Half of the slots are free, so that a few are looked at; at most all are, and
 * if none was free when it was looked at, the return is not looked for when the
 * task exits.
 *
 * Context: probe. Return: whether the instance was last used for a call that
 * neither returned nor was pending when its task exited. It never will return.
 */
static __always_inline bool ktlat_debt_open(struct ktlat_instances *instances,
					    struct ktlat_debt *debt,
					    struct kretprobe_instance *ri)
{
	bool stale = debt->slot;

	ktlat_debt_close(debt);
	for (u32 i = 0; i < 1U << instances->bits; i++) {
		struct ktlat_owed *slot = ktlat_owed_slot(instances, i);

		/* Pairs with the release in ktlat_debt_close(). */
		if (READ_ONCE(slot->task) ||
		    cmpxchg(&slot->task, NULL, current))
			continue;
		slot->ri = ri;
		debt->slot = slot;
		atomic_inc(ktlat_owing_of(current));
		ktlat_instances_reach(instances, i);
		break;
	}
	return stale;
}
#else
static inline size_t ktlat_instances_bytes(u32 instances)
{
	return 0;
}

static inline int ktlat_instances_init(struct ktlat_instances *instances,
				       struct kretprobe *rp)
{
	return 0;
}

static inline void ktlat_instances_free(struct ktlat_instances *instances)
{
}

static __always_inline void ktlat_debt_close(struct ktlat_debt *debt)
{
}

static __always_inline bool ktlat_debt_open(struct ktlat_instances *instances,
					    struct ktlat_debt *debt,
					    struct kretprobe_instance *ri)
{
	return false;
}
#endif /* KTLAT_KRETPROBE_HASH */

/**
 * ktlat_kretprobe_pending() - Visit the returns that the current task still owes
 * @visit: called with the instance and with the address of the kretprobe that
 *	it belongs to, which is to be compared and not to be followed: other
 *	users of the same return hooks come by, too
 * @ours: list of struct ktlat_instances
 *
 * Context: the current task, RCU read side.
 */
static inline void
ktlat_kretprobe_pending(void (*visit)(struct kretprobe_instance *ri,
				      const void *rp),
			const struct list_head *ours)
{
#if KTLAT_KRETPROBE_HASH
	const struct ktlat_instances *instances;

	/* What the current task owes it has counted itself. */
	if (!atomic_read(ktlat_owing_of(current)))
		return;
	list_for_each_entry_rcu(instances, ours, node) {
		u32 reach = READ_ONCE(instances->reach);

		for (u32 i = 0; i <= reach; i++) {
			struct ktlat_owed *slot = ktlat_owed_slot(instances, i);

			if (READ_ONCE(slot->task) == current)
				visit(slot->ri, READ_ONCE(slot->ri->rp));
		}
	}
#elif defined(CONFIG_KRETPROBE_ON_RETHOOK)
	struct rethook_node *node;

	/* Without a handler the kretprobe is gone, its address used again maybe. */
	llist_for_each_entry(node, current->rethooks.first, llist)
		if (rcu_access_pointer(node->rethook->handler))
			visit(container_of(node, struct kretprobe_instance,
					   node),
			      node->rethook->data);
#else
	struct kretprobe_instance *ri;

	llist_for_each_entry(ri, current->kretprobe_instances.first, llist)
		visit(ri, get_kretprobe(ri));
#endif
}

#endif /* KTLAT_COMPAT_KRETPROBE_INSTANCES_H */
