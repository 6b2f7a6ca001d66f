/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe_pool.h - fprobes whose calls are remembered by rethook nodes (6.12): a
 * pool of them, and a ftrace_ops in each fprobe.
 */
#ifndef KTLAT_COMPAT_FPROBE_POOL_H
#define KTLAT_COMPAT_FPROBE_POOL_H

#include <linux/cpumask.h>
#include <linux/fprobe.h>
#include <linux/ftrace.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <linux/rethook.h>
#include <linux/sched.h>

/* What the handlers are given as registers. */
#define ktlat_fprobe_regs pt_regs

/* What a function returns. Context: exit handler. */
static __always_inline unsigned long
ktlat_fprobe_returned(struct ktlat_fprobe_regs *regs)
{
	return regs_return_value(regs);
}

/**
 * ktlat_fprobe_register() - Register a fprobe on one function
 * @fp: zeroed but for its handlers and entry_data_size
 * @function: its address
 * @instances: how many calls may be in flight at once
 *
 * As long as it is registered, ftrace cannot be switched off.
 *
 * Context: may sleep. Return: 0; -EBUSY where ftrace is switched off, by a 0 in
 * kernel.ftrace_enabled; what register_fprobe_ips() says.
 */
static inline int ktlat_fprobe_register(struct fprobe *fp,
					unsigned long function, u32 instances)
{
	fp->nr_maxactive = instances;
	fp->ops.flags = FTRACE_OPS_FL_PERMANENT;
	return register_fprobe_ips(fp, &function, 1);
}

/**
 * ktlat_fprobe_move() - Have a fprobe hit by another function, and by no other
 * @fp: registered
 * @function: the address of the other one
 *
 * Calls in flight still come to the exit handler, which they do not after
 * disable_fprobe() or unregister_fprobe(). Calls that were on their way to the
 * entry handler may still reach it afterwards.
 *
 * Context: may sleep. Return: 0; an errno, and nothing has changed.
 */
static inline int ktlat_fprobe_move(struct fprobe *fp, unsigned long function)
{
	return ftrace_set_filter_ip(&fp->ops, function, 0, 1);
}

/* How many calls may be in flight at once. */
static inline u32 ktlat_fprobe_instances(const struct fprobe *fp)
{
	return fp->nr_maxactive;
}

/*
 * What so many instances take, with @data bytes of ours in each: a node with
 * what fprobe.c adds to it, and for each CPU a ring with room for all.
 */
static inline size_t ktlat_fprobe_bytes(u32 instances, size_t data)
{
	return instances * (sizeof(struct rethook_node) +
			    2 * sizeof(long) + data) +
	       num_possible_cpus() * roundup_pow_of_two(instances) *
	       sizeof(void *);
}

/*
 * Waits until every call that was on its way to an entry handler has been there,
 * and every handler that was running is done. A task may be preempted in the
 * trampoline before the handler; the handler itself runs with preemption off,
 * and maybe where RCU does not look. Context: may sleep.
 */
static inline void ktlat_fprobe_synchronize(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu_tasks_rude();
}

/*
 * The same, for who is in a handler. Where the second does nothing, no function
 * that ftrace can reach runs where RCU does not look.
 */
static inline void ktlat_fprobe_synchronize_handlers(void)
{
	synchronize_rcu();
	synchronize_rcu_tasks_rude();
}

/*
 * The node by which a fprobe remembers the current task's innermost call of what
 * it sits on; others may sit there, too. Context: that call. Return: NULL if
 * there is none.
 */
static inline const void *ktlat_fprobe_node_of(const struct fprobe *fp)
{
	const struct rethook_node *node;

	llist_for_each_entry(node, current->rethooks.first, llist)
		if (node->rethook->data == fp)
			return node;
	return NULL;
}

/* Can data of ours lie there, so far from a node? fprobe.c adds little to it. */
static inline bool ktlat_fprobe_offset_is_sound(size_t offset)
{
	return offset >= sizeof(struct rethook_node) &&
	       offset <= sizeof(struct rethook_node) + 8 * sizeof(long);
}

/**
 * ktlat_fprobe_pending() - Visit the returns that the current task still owes
 * @visit: called with the address of the node and with that of the fprobe, which
 *	is to be compared and not to be followed: other users of rethooks come
 *	by, too
 *
 * Context: the current task, RCU read side.
 */
static inline void
ktlat_fprobe_pending(void (*visit)(const void *node, const void *fp))
{
	const struct rethook_node *node;

	/* Without a handler the fprobe is gone, its address used again maybe. */
	llist_for_each_entry(node, current->rethooks.first, llist)
		if (rcu_access_pointer(node->rethook->handler))
			visit(node, node->rethook->data);
}

#endif /* KTLAT_COMPAT_FPROBE_POOL_H */
