/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - what differs between kernels, by the names of the newest.
 */
#ifndef KTLAT_TARGET_COMPAT_H
#define KTLAT_TARGET_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/kthread.h>

/*
 * Takes the function as well since 6.13, commit 908a1d775422 ("hrtimers: Introduce
 * hrtimer_setup() to replace hrtimer_init()").
 */
#if !KTLAT_HAS_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/*
 * Renamed in 5.17, commit cead18552660 ("exit: Rename complete_and_exit to
 * kthread_complete_and_exit").
 */
#if !KTLAT_HAS_KTHREAD_COMPLETE_AND_EXIT
#define kthread_complete_and_exit complete_and_exit
#endif

#endif /* KTLAT_TARGET_COMPAT_H */
