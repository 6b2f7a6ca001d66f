/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * synchronize.h - waiting for code that runs with preemption off.
 */
#ifndef KTLAT_COMPAT_SYNCHRONIZE_H
#define KTLAT_COMPAT_SYNCHRONIZE_H

#include <linux/cpu.h>
#include <linux/rcupdate.h>

/*
 * Waits until no CPU is where it was in a piece of code that runs with preemption
 * off from begin to end. RCU-tasks-rude does so where such code may run while RCU
 * does not look (idle loops, up to Linux 6.11). From 6.12 on it does nothing where
 * no such code can be traced; then RCU is enough, as long as no CPU comes or goes.
 * Context: may sleep.
 */
static inline void ktlat_synchronize_cpus(void)
{
#ifdef CONFIG_TASKS_RUDE_RCU
	synchronize_rcu_tasks_rude();
#endif
	cpus_read_lock();
	synchronize_rcu();
	cpus_read_unlock();
}

#endif /* KTLAT_COMPAT_SYNCHRONIZE_H */
