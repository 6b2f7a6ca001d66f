/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace_direct.h - a trampoline of our own on an ftrace site.
 */
#ifndef KTLAT_COMPAT_FTRACE_DIRECT_H
#define KTLAT_COMPAT_FTRACE_DIRECT_H

#include <linux/ftrace.h>
#include <linux/rcupdate.h>

#include "compat/have_direct.h"

#ifdef KTLAT_HAVE_DIRECT
/**
 * ktlat_ftrace_direct_add() - Have a trampoline called from an ftrace site
 * @site: address of the site
 * @trampoline: what to call
 *
 * Context: may sleep. Return: 0; -EBUSY where another trampoline is there.
 */
static inline int ktlat_ftrace_direct_add(unsigned long site,
					  unsigned long trampoline)
{
	return register_ftrace_direct(site, trampoline);
}

/*
 * Calls may still be on their way into the trampoline afterwards. Context: may
 * sleep. Return: 0; an error where ftrace has broken down, and the site may go
 * on to call the trampoline.
 */
static inline int ktlat_ftrace_direct_remove(unsigned long site,
					     unsigned long trampoline)
{
	return unregister_ftrace_direct(site, trampoline);
}

/*
 * Waits until no CPU and no task is where it was in a piece of code that does
 * not sleep: neither with preemption off, RCU watching or not, nor preempted.
 * Context: may sleep.
 */
static inline void ktlat_synchronize_text(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu_tasks_rude();
}

/* The same, for code that runs with preemption off from begin to end. */
static inline void ktlat_synchronize_cpus(void)
{
	synchronize_rcu_tasks_rude();
}
#endif /* KTLAT_HAVE_DIRECT */

#endif /* KTLAT_COMPAT_FTRACE_DIRECT_H */
