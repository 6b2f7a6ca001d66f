/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq_work.h - an irq_work that runs in its interrupt on every kernel.
 */
#ifndef KTLAT_COMPAT_IRQ_WORK_H
#define KTLAT_COMPAT_IRQ_WORK_H

#include <linux/irq_work.h>

/*
 * On real-time kernels others are left to a thread, which waits for whatever is more
 * urgent on its CPU. So this is for what must not wait; it takes no lock but raw ones.
 * Linux 5.10 has it with the real-time patches only, all others since 5.11.
 */
static inline void ktlat_irq_work_init_hard(struct irq_work *work,
					    void (*func)(struct irq_work *))
{
#ifdef IRQ_WORK_INIT_HARD
	*work = IRQ_WORK_INIT_HARD(func);
#else
	init_irq_work(work, func);
#endif
}

#endif /* KTLAT_COMPAT_IRQ_WORK_H */
