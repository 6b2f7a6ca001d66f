/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace_direct.h - a trampoline of our own on ftrace sites.
 *
 * Kbuild looks at linux/ftrace.h for which of three interfaces there is:
 *
 * KTLAT_HAS_FTRACE_DIRECT_OPS	(ftrace_ops, trampoline), since Linux 6.5
 * KTLAT_HAS_FTRACE_DIRECT_MULTI	the same by another name, since Linux 5.16
 * neither				(site, trampoline), one site at a time
 */
#ifndef KTLAT_COMPAT_FTRACE_DIRECT_H
#define KTLAT_COMPAT_FTRACE_DIRECT_H

#include "compat/have_direct.h"

#ifdef KTLAT_HAVE_DIRECT
#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/text-patching.h>

#include "compat/ftrace_site.h"
#include "compat/synchronize.h"

/*
 * As ktlat_synchronize_cpus(), for code that does not sleep but may be preempted.
 */
static inline void ktlat_synchronize_text(void)
{
	synchronize_rcu_tasks();
	ktlat_synchronize_cpus();
}

#if KTLAT_HAS_FTRACE_DIRECT_OPS || KTLAT_HAS_FTRACE_DIRECT_MULTI
#define KTLAT_FTRACE_DIRECT_GROUPS
#endif

/*
 * How many sites groups may have in all. Before Linux 6.5 ftrace looks them up
 * in a table of at most 4096 lists; from twice as many entries on it makes the
 * table anew for each one, and forgets the old one's memory. BPF programs are in
 * that table, too.
 */
#if KTLAT_HAS_FTRACE_DIRECT_OPS
#define KTLAT_FTRACE_DIRECT_MAX	UINT_MAX
#else
#define KTLAT_FTRACE_DIRECT_MAX	6000
#endif

/**
 * struct ktlat_ftrace_direct - Sites that call a trampoline
 * @sites: their addresses
 * @nr_sites: how many; more than one only with %KTLAT_FTRACE_DIRECT_GROUPS
 * @trampoline: what they call
 * @ops: what ftrace knows them by, where it wants one: a fresh one each time, as
 *	a used one cannot be relied upon (Linux 6.12 runs into a NULL pointer)
 */
struct ktlat_ftrace_direct {
	const unsigned long *sites;
	unsigned int nr_sites;
	unsigned long trampoline;
	struct ftrace_ops *ops;
};

#ifdef KTLAT_FTRACE_DIRECT_GROUPS
/* Has an ops look at these sites. Context: may sleep. Return: 0 or an errno. */
static inline int ktlat_ftrace_filter(struct ftrace_ops *ops,
				      const unsigned long *sites,
				      unsigned int nr_sites)
{
	/* They are not written to; the interface has no const. */
	return ftrace_set_filter_ips(ops, (unsigned long *)sites, nr_sites, 0,
				     0);
}

/* Frees what that took. */
static inline void ktlat_ftrace_unfilter(struct ftrace_ops *ops,
					 const unsigned long *sites)
{
	ftrace_free_filter(ops);
}
#else
static inline int ktlat_ftrace_filter(struct ftrace_ops *ops,
				      const unsigned long *sites,
				      unsigned int nr_sites)
{
	return ftrace_set_filter_ip(ops, sites[0], 0, 0);
}

/* Not every kernel exports ftrace_free_filter(): a filter of nothing is none. */
static inline void ktlat_ftrace_unfilter(struct ftrace_ops *ops,
					 const unsigned long *sites)
{
	ftrace_set_filter_ip(ops, sites[0], 1, 0);
}
#endif

#if KTLAT_HAS_FTRACE_DIRECT_OPS
static inline int ktlat_ftrace_register(struct ktlat_ftrace_direct *direct)
{
	return register_ftrace_direct(direct->ops, direct->trampoline);
}

static inline int ktlat_ftrace_unregister(struct ktlat_ftrace_direct *direct)
{
	return unregister_ftrace_direct(direct->ops, direct->trampoline, false);
}
#elif KTLAT_HAS_FTRACE_DIRECT_MULTI
static inline int ktlat_ftrace_register(struct ktlat_ftrace_direct *direct)
{
	return register_ftrace_direct_multi(direct->ops, direct->trampoline);
}

static inline int ktlat_ftrace_unregister(struct ktlat_ftrace_direct *direct)
{
	return unregister_ftrace_direct_multi(direct->ops, direct->trampoline);
}
#endif

#ifdef KTLAT_FTRACE_DIRECT_GROUPS
static inline void ktlat_ftrace_ops_free(struct ktlat_ftrace_direct *direct)
{
	ftrace_free_filter(direct->ops);
	kfree(direct->ops);
	direct->ops = NULL;
}

/*
 * Does the first site call anything? Not while ftrace is switched off. Somebody
 * else who changes what is called there puts an INT3 there meanwhile.
 */
static inline bool ktlat_ftrace_is_on(const struct ktlat_ftrace_direct *direct)
{
	const u8 *site = (const u8 *)direct->sites[0];
	u8 opcode;

	return !copy_from_kernel_nofault(&opcode, site, sizeof(opcode)) &&
	       (opcode == CALL_INSN_OPCODE || opcode == INT3_INSN_OPCODE);
}

/**
 * ktlat_ftrace_direct_remove() - Have the trampoline not called any more
 * @direct: what ktlat_ftrace_direct_add() was given
 *
 * Calls may still be on their way into the trampoline afterwards.
 *
 * Context: may sleep. Return: 0; an error where ftrace has broken down, and the
 * sites may go on to call the trampoline.
 */
static inline int ktlat_ftrace_direct_remove(struct ktlat_ftrace_direct *direct)
{
	int err = ktlat_ftrace_unregister(direct);

	if (!err)
		ktlat_ftrace_ops_free(direct);
	return err;
}

static inline int ktlat_ftrace_ops_add(struct ktlat_ftrace_direct *direct)
{
	int err = ktlat_ftrace_filter(direct->ops, direct->sites,
				      direct->nr_sites);

	/* Broken already, but nothing of ours has been patched. */
	if (err == -ENODEV)
		return -EBUSY;
	return err ?: ktlat_ftrace_register(direct);
}

/*
 * From now on nobody switches ftrace off, so that no call goes uncounted. Whoever
 * is about to has not seen the mark maybe; he is done when we have had ftrace's
 * lock. Return: whether it is on.
 */
static inline bool ktlat_ftrace_keep_on(struct ktlat_ftrace_direct *direct)
{
	direct->ops->flags |= FTRACE_OPS_FL_PERMANENT;
	ktlat_ftrace_is_site(direct->sites[0]);
	return ktlat_ftrace_is_on(direct);
}

/**
 * ktlat_ftrace_direct_add() - Have a trampoline called from ftrace sites
 * @direct: @sites, @nr_sites and @trampoline are filled in, and stay
 *
 * Context: may sleep. Return: 0; -EBUSY where another trampoline is on one of
 * the sites, or ftrace is switched off; -EINVAL where one is no ftrace site;
 * -ENODEV where ftrace has broken down, and some sites may call the trampoline
 * for ever.
 */
static inline int ktlat_ftrace_direct_add(struct ktlat_ftrace_direct *direct)
{
	int err;

	direct->ops = kzalloc(sizeof(*direct->ops), GFP_KERNEL);
	if (!direct->ops)
		return -ENOMEM;
	err = ktlat_ftrace_ops_add(direct);
	if (err && err != -ENODEV) {
		/* It may have been in ftrace's list for a moment. */
		ktlat_synchronize_cpus();
		ktlat_ftrace_ops_free(direct);
	}
	if (err)
		return err;
	if (!ktlat_ftrace_keep_on(direct))
		return ktlat_ftrace_direct_remove(direct) ? -ENODEV : -EBUSY;
	return 0;
}
#else
static inline int ktlat_ftrace_direct_add(struct ktlat_ftrace_direct *direct)
{
	return register_ftrace_direct(direct->sites[0], direct->trampoline);
}

static inline int ktlat_ftrace_direct_remove(struct ktlat_ftrace_direct *direct)
{
	return unregister_ftrace_direct(direct->sites[0], direct->trampoline);
}
#endif

#endif /* KTLAT_HAVE_DIRECT */

#endif /* KTLAT_COMPAT_FTRACE_DIRECT_H */
