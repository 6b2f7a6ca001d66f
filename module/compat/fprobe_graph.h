/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe_graph.h - fprobes whose calls are remembered on the shadow stack of the
 * task, by function graph tracing (from Linux 6.14 on). There is no pool, and all
 * fprobes share one ftrace_ops, which is out of reach.
 */
#ifndef KTLAT_COMPAT_FPROBE_GRAPH_H
#define KTLAT_COMPAT_FPROBE_GRAPH_H

#include <linux/fprobe.h>
#include <linux/ftrace.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

/*
 * What the data of all fprobes on a function have in a call, in words, each with
 * a word of the kernel's: what fgraph.c gives to one user. If it is not enough,
 * all of them miss the call.
 */
#define KTLAT_FPROBE_WORDS	32

/* What the handlers are given as registers. */
#define ktlat_fprobe_regs ftrace_regs

/* What a function returns. Context: exit handler. */
static __always_inline unsigned long
ktlat_fprobe_returned(struct ktlat_fprobe_regs *regs)
{
	return ftrace_regs_get_return_value(regs);
}

/**
 * ktlat_fprobe_register() - Register a fprobe on one function
 * @fp: zeroed but for its handlers and entry_data_size, or one that was
 *	unregistered
 * @function: its address
 *
 * Context: may sleep. Return: what register_fprobe_ips() says; nothing is said of
 * whether ftrace is switched on.
 */
static inline int ktlat_fprobe_register(struct fprobe *fp,
					unsigned long function)
{
	return register_fprobe_ips(fp, &function, 1);
}

/*
 * Waits for who is in a handler: it runs with preemption off, and maybe where RCU
 * does not look; not every kernel checks. Where the second does nothing, no function
 * that ftrace can reach runs there. Context: may sleep.
 */
static inline void ktlat_fprobe_synchronize_handlers(void)
{
	synchronize_rcu();
	synchronize_rcu_tasks_rude();
}

/**
 * ktlat_fprobe_unregister() - Take a fprobe off its function
 * @fp: registered
 *
 * Calls in flight come to no handler any more. On return none runs: they run only
 * for who is on the kernel's list. The kernel waits for them itself, where RCU looks,
 * since it has another function that does not.
 *
 * Context: may sleep.
 */
static inline void ktlat_fprobe_unregister(struct fprobe *fp)
{
	unregister_fprobe(fp);
	if (KTLAT_HAS_FPROBE_ASYNC)
		synchronize_rcu_tasks_rude();
	else
		ktlat_fprobe_synchronize_handlers();
}

/**
 * ktlat_fprobe_shadow() - The shadow stack of the current task
 * @nr: how many words of it are in use
 *
 * Its shape is known to fgraph.c of the kernel alone. What is relied on is that
 * the data of a call in flight lie among the words in use, aligned and in one
 * piece; fprobe_graph.c tries that out. Words of nobody's may hold anything that
 * lay there before.
 *
 * Context: the current task. Return: its first word; NULL if it
 * has none.
 */
static inline const unsigned long *ktlat_fprobe_shadow(size_t *nr)
{
	*nr = max(READ_ONCE(current->curr_ret_stack), 0);
	return READ_ONCE(current->ret_stack);
}

#endif /* KTLAT_COMPAT_FPROBE_GRAPH_H */
