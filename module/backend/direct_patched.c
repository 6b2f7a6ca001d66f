// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_patched.c - are functions livepatched?
 *
 * ftrace refuses a trampoline beside a livepatch, but not before the trampoline
 * has been in its list for a moment: a call that comes then and that ftrace has
 * other business with, too, is led to the trampoline, which calls the function
 * itself and not what has been put in its place. So we ask first, by a ftrace_ops
 * that may change where a function goes on, and does not: of those, too, ftrace
 * takes one a function, and a livepatch is such a one.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/slab.h>

#include "backend/direct.h"
#include "compat/ftrace_direct.h"
#include "compat/ftrace_regs.h"
#include "compat/livepatch.h"

#ifdef KTLAT_HAVE_DIRECT

/* Probe context. Goes on where the function would. */
static void patched_hit(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct ktlat_ftrace_regs *regs)
{
}
NOKPROBE_SYMBOL(patched_hit);

/* Return: 0, or why ftrace does not take the ops. */
static int patched_try(struct ftrace_ops *ops)
{
	int err = register_ftrace_function(ops);

	if (err) {
		/* It may have been in ftrace's list for a moment. */
		ktlat_synchronize_cpus();
		/* A BPF program that is just coming or going: ask again later. */
		return err == -EAGAIN ? -EBUSY : err;
	}
	return unregister_ftrace_function(ops) ? -ENODEV : 0;
}

/**
 * direct_check_patched() - Is none of these functions livepatched?
 * @sites: their ftrace sites
 * @nr_sites: how many
 *
 * A livepatch that comes afterwards is not seen. Where none is loaded, nothing is
 * asked of ftrace.
 *
 * Context: may sleep. Return: 0; -EBUSY if one is; -ENODEV where ftrace has broken
 * down, and may go on to call us; another errno.
 */
int direct_check_patched(const unsigned long *sites, unsigned int nr_sites)
{
	struct ftrace_ops *ops;
	int err;

	if (!ktlat_livepatch_is_loaded())
		return 0;
	ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	ops->func = patched_hit;
	ops->flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY;
	err = ktlat_ftrace_filter(ops, sites, nr_sites);
	/* Broken already, but nothing of ours has been patched. */
	if (err == -ENODEV)
		err = -EBUSY;
	if (!err) {
		err = patched_try(ops);
		/* ftrace may keep it, and some sites call it for ever. */
		if (err == -ENODEV)
			return err;
	}
	ktlat_ftrace_unfilter(ops, sites);
	kfree(ops);
	return err;
}

#endif /* KTLAT_HAVE_DIRECT */
