/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inside.h - is this CPU in a part of our own path that calls the kernel?
 *
 * What is called there may have a probe itself, whose calls would come to the same
 * part again, and so on. A bit for each context level of a CPU has that end after
 * one turn. It is for what is rare; what every call runs calls nothing.
 */
#ifndef KTLAT_HOT_INSIDE_H
#define KTLAT_HOT_INSIDE_H

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/smp.h>

DECLARE_PER_CPU(unsigned int, ktlat_inside);

/*
 * An interrupt runs some functions before it counts as one, and after. They are
 * taken for what it has interrupted, and so find it inside.
 */
static __always_inline unsigned int ktlat_inside_level(void)
{
	if (in_nmi())
		return BIT(3);
	if (hardirq_count())
		return BIT(2);
	return in_serving_softirq() ? BIT(1) : BIT(0);
}

/**
 * ktlat_inside_enter() - Enter such a part
 * @level: for ktlat_inside_leave(), which must follow
 *
 * Context: any; preemption off. Return: false inside of it.
 */
static __always_inline bool ktlat_inside_enter(unsigned int *level)
{
	*level = ktlat_inside_level();
	if (this_cpu_read(ktlat_inside) & *level)
		return false;
	this_cpu_or(ktlat_inside, *level);
	return true;
}

static __always_inline void ktlat_inside_leave(unsigned int level)
{
	this_cpu_and(ktlat_inside, ~level);
}

/*
 * Can an irq_work be queued here? One that is queued on a CPU that goes stays there
 * for ever, with all others behind it. Context: any; preemption off.
 */
static __always_inline bool ktlat_may_queue(void)
{
	return likely(cpu_online(smp_processor_id()));
}

#endif /* KTLAT_HOT_INSIDE_H */
