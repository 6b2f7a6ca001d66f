// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace_hold.c - ftrace cannot be switched off while somebody relies on it.
 *
 * A kprobe at the entry of a function sits on its ftrace site. A 0 in
 * kernel.ftrace_enabled takes the calls out of all sites, and what is enabled
 * later puts none in; the kernel says nothing of it, and such a kprobe is never
 * hit. A ftrace_ops that is marked permanent keeps ftrace on, and is refused where
 * it is off. So we have one while such a kprobe is enabled, on a function that
 * nobody calls.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "compat/ftrace_regs.h"
#include "ftrace_hold.h"

/* Guards what follows. */
static DEFINE_MUTEX(hold_lock);

/* How many rely on ftrace. */
static unsigned int hold_users;

/* Registered as long as there is one; a fresh one each time. */
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

/* Where ftrace has broken down, it may keep the ops. */
static void hold_unregister(void)
{
	if (unregister_ftrace_function(hold_ops))
		return;
	hold_free(hold_ops);
}

/**
 * ktlat_ftrace_hold() - From now on ftrace is on
 *
 * Context: may sleep. Return: 0; -EUNATCH where it is switched off; another errno
 * where it does not work at all.
 */
int ktlat_ftrace_hold(void)
{
	int err = 0;

	mutex_lock(&hold_lock);
	if (!hold_users)
		err = hold_register();
	if (!err)
		hold_users++;
	mutex_unlock(&hold_lock);
	return err;
}

/* The counterpart of a ktlat_ftrace_hold() that succeeded. Context: may sleep. */
void ktlat_ftrace_release(void)
{
	mutex_lock(&hold_lock);
	if (!--hold_users)
		hold_unregister();
	mutex_unlock(&hold_lock);
}
