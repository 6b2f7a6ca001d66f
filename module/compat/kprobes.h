/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobes.h - what differs between kernels around kprobes and kretprobes.
 */
#ifndef KTLAT_COMPAT_KPROBES_H
#define KTLAT_COMPAT_KPROBES_H

#include <linux/kprobes.h>
#include <linux/llist.h>
#include <linux/sched.h>

#ifdef CONFIG_KRETPROBE_ON_RETHOOK
#include <linux/rethook.h>
#endif

/**
 * ktlat_kprobe_on_ftrace() - Does a registered kprobe sit on an ftrace site?
 * @kp: at the entry of a function
 *
 * No site means that the function was compiled notrace. Where kprobes do not use
 * ftrace sites (arm64) this cannot be told, and the answer is yes.
 */
static inline bool ktlat_kprobe_on_ftrace(const struct kprobe *kp)
{
#ifdef CONFIG_KPROBES_ON_FTRACE
	return kp->flags & KPROBE_FLAG_FTRACE;
#else
	return true;
#endif
}

/**
 * ktlat_kretprobe_of() - The kretprobe of an instance
 * @ri: as given to a handler
 *
 * Where return hooks are not rethooks, an instance loses its kretprobe at the
 * beginning of unregister_kretprobe(), with handlers still running.
 *
 * Context: probe. Return: the kretprobe, or NULL if it is going.
 */
static __always_inline struct kretprobe *
ktlat_kretprobe_of(struct kretprobe_instance *ri)
{
	return get_kretprobe(ri);
}

/**
 * ktlat_kretprobe_pending() - Visit the returns that the current task still owes
 * @visit: called with the instance and with the address of the kretprobe that
 *	it belongs to, which is to be compared and not to be followed: other
 *	users of the same return hooks come by, too
 *
 * Context: the current task, RCU read side, preemption off.
 */
static inline void
ktlat_kretprobe_pending(void (*visit)(struct kretprobe_instance *ri,
				      const void *rp))
{
#ifdef CONFIG_KRETPROBE_ON_RETHOOK
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

#endif /* KTLAT_COMPAT_KPROBES_H */
