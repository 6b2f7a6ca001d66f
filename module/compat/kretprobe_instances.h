/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kretprobe_instances.h - which returns does the current task still owe?
 *
 * From 5.11 on the kernel has a list of them for each task. Before, they lie in
 * a table that modules cannot see (compat/kprobes.h); there we know all instances
 * of our own kretprobes, and look for those that the task took last. Whether one
 * is still in use can only be told by what its handlers leave in it.
 */
#ifndef KTLAT_COMPAT_KRETPROBE_INSTANCES_H
#define KTLAT_COMPAT_KRETPROBE_INSTANCES_H

#include <linux/errno.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/kprobes.h"

#ifdef CONFIG_KRETPROBE_ON_RETHOOK
#include <linux/rethook.h>
#endif

/**
 * struct ktlat_instances - The instances of one kretprobe
 * @node: in a list for ktlat_kretprobe_pending(), under RCU
 * @all: all of them, where the kernel does not tell who uses them
 * @nr: how many
 */
struct ktlat_instances {
	struct list_head node;
#if KTLAT_KRETPROBE_HASH
	struct kretprobe_instance **all;
	int nr;
#endif
};

#if KTLAT_KRETPROBE_HASH
/* Memory for each instance. */
#define KTLAT_INSTANCE_BYTES	sizeof(struct kretprobe_instance *)

/**
 * ktlat_instances_init() - Get to know the instances of a kretprobe
 * @instances: to be filled in
 * @rp: registered, never yet enabled; the data of its instances becomes all ones
 *
 * Return: 0 or -ENOMEM.
 */
static inline int ktlat_instances_init(struct ktlat_instances *instances,
				       struct kretprobe *rp)
{
	struct kretprobe_instance *ri;

	instances->nr = 0;
	instances->all = kvmalloc_array(rp->maxactive, sizeof(ri), GFP_KERNEL);
	if (!instances->all)
		return -ENOMEM;
	hlist_for_each_entry(ri, &rp->free_instances, hlist) {
		memset(ri->data, 0xff, rp->data_size);
		ri->task = NULL;
		instances->all[instances->nr++] = ri;
	}
	return 0;
}

/* Once the kretprobe is unregistered. */
static inline void ktlat_instances_free(struct ktlat_instances *instances)
{
	kvfree(instances->all);
}
#else
#define KTLAT_INSTANCE_BYTES	0

static inline int ktlat_instances_init(struct ktlat_instances *instances,
				       struct kretprobe *rp)
{
	return 0;
}

static inline void ktlat_instances_free(struct ktlat_instances *instances)
{
}
#endif /* KTLAT_KRETPROBE_HASH */

/**
 * ktlat_kretprobe_pending() - Visit the returns that the current task still owes
 * @visit: called with the instance and with the address of the kretprobe that
 *	it belongs to, which is to be compared and not to be followed: other
 *	users of the same return hooks come by, too. Before 5.11 also called
 *	with instances of ours that the task has given back
 * @ours: list of struct ktlat_instances
 *
 * Context: the current task, RCU read side, preemption off.
 */
static inline void
ktlat_kretprobe_pending(void (*visit)(struct kretprobe_instance *ri,
				      const void *rp),
			const struct list_head *ours)
{
#if KTLAT_KRETPROBE_HASH
	const struct ktlat_instances *instances;

	list_for_each_entry_rcu(instances, ours, node) {
		for (int i = 0; i < instances->nr; i++) {
			struct kretprobe_instance *ri = instances->all[i];

			if (READ_ONCE(ri->task) == current)
				visit(ri, READ_ONCE(ri->rp));
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
