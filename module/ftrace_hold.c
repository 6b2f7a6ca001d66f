// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace_hold.c - ftrace cannot be switched off while somebody relies on it.
 *
 * A kprobe at the entry of a function sits on its ftrace site. A 0 in
 * kernel.ftrace_enabled takes the calls out of all sites, and what is enabled
 * later puts none in; the kernel says nothing of it, and such a kprobe is never
 * hit. A ftrace_ops that is marked permanent keeps ftrace on, and is refused where
 * it is off. So we have one from the first time on that such a kprobe is enabled,
 * on a function that nobody calls. It stays until the module goes: when an ops
 * goes, ftrace waits for a grace period of RCU-tasks, with its lock held, and a
 * task that spins in the kernel can hold that up for minutes.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "compat/ftrace_regs.h"
#include "ftrace_hold.h"

static DEFINE_MUTEX(hold_lock);

/* Registered, if there is one. Under hold_lock. */
static struct ftrace_ops *hold_ops;

/* Never called. */
static void hold_hit(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ktlat_ftrace_regs *regs)
{
}
NOKPROBE_SYMBOL(hold_hit);

/* Not every kernel exports ftrace_free_filter(): a filter of nothing is none. */
static void hold_free(struct ftrace_ops *ops)
{
	ftrace_set_filter_ip(ops, (unsigned long)ktlat_ftrace_perch, 1, 0);
	kfree(ops);
}

/* Return: 0; -EUNATCH where ftrace is off; another errno. */
static int hold_register(void)
{
	struct ftrace_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	int err;

	if (!ops)
		return -ENOMEM;
	ops->func = hold_hit;
	ops->flags = FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(ops, (unsigned long)ktlat_ftrace_perch,
				   0, 0);
	if (!err)
		err = register_ftrace_function(ops);
	if (err) {
		hold_free(ops);
		return err == -EBUSY ? -EUNATCH : err;
	}
	hold_ops = ops;
	return 0;
}

/**
 * ktlat_ftrace_hold() - From now on ftrace is on, until the module goes
 *
 * Context: may sleep. Return: 0; -EUNATCH where it is switched off; another errno
 * where it does not work at all.
 */
int ktlat_ftrace_hold(void)
{
	int err = 0;

	mutex_lock(&hold_lock);
	if (!hold_ops)
		err = hold_register();
	mutex_unlock(&hold_lock);
	return err;
}

/* The module is going. Where ftrace has broken down, it may keep the ops. */
void ktlat_ftrace_hold_exit(void)
{
	if (hold_ops && !unregister_ftrace_function(hold_ops))
		hold_free(hold_ops);
}
