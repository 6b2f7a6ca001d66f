/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kprobes.h - what differs between kernels around kprobes and kretprobes.
 */
#ifndef KTLAT_COMPAT_KPROBES_H
#define KTLAT_COMPAT_KPROBES_H

#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/preempt.h>

/*
 * Up to 5.10 the instances that are in use lie in a hash table which modules
 * cannot see, and lead to their kretprobe. Since commit d741bf41d7c7 ("kprobes:
 * Remove kretprobe hash") each task has a list of them, and get_kretprobe().
 */
#define KTLAT_KRETPROBE_HASH (!KTLAT_HAS_GET_KRETPROBE)

/**
 * ktlat_kprobe_on_ftrace() - Does a registered kprobe sit on an ftrace site?
 * @kp: at the entry of a function
 *
 * Not where kprobes do not use ftrace sites (arm64).
 */
static inline bool ktlat_kprobe_on_ftrace(const struct kprobe *kp)
{
#ifdef CONFIG_KPROBES_ON_FTRACE
	return kp->flags & KPROBE_FLAG_FTRACE;
#else
	return false;
#endif
}

/**
 * ktlat_kprobe_trap() - What the trap to a kprobe's handler added to the count
 * @kp: whose handler runs
 *
 * Since commit 0d00449c7a28 ("x86: Replace ist_enter() with nmi_enter()") the
 * trap of a kprobe counts as an NMI. One that has been optimized since is reached
 * by a jump, which cannot be seen in @kp: it is told by there being no NMI, and
 * so taken for a trap where a real NMI comes by.
 *
 * Context: that handler. Return: what preempt_count() is more than it was.
 */
static __always_inline u32 ktlat_kprobe_trap(const struct kprobe *kp)
{
#ifdef CONFIG_X86
	if (!(kp->flags & KPROBE_FLAG_FTRACE) && in_nmi())
		return NMI_OFFSET + HARDIRQ_OFFSET;
#endif
	return 0;
}

/**
 * ktlat_kretprobe_bytes() - What the instances of a kretprobe take
 * @instances: how many
 * @data_size: bytes of data in each
 *
 * Since commit 4bbd93455659 ("kprobes: kretprobe scalability improvement") they lie in an
 * object pool, which has pages for each CPU that there may be.
 */
static inline size_t ktlat_kretprobe_bytes(u32 instances, size_t data_size)
{
	size_t one = sizeof(struct kretprobe_instance) + data_size;

#if KTLAT_HAS_KRETPROBE_OBJPOOL
	return num_possible_cpus() *
	       PAGE_ALIGN(sizeof(struct objpool_slot) +
			  sizeof(void *) * roundup_pow_of_two(instances) +
			  one * DIV_ROUND_UP(instances, num_possible_cpus()));
#else
	return instances * one;
#endif
}

/**
 * ktlat_kretprobe_of() - The kretprobe of an instance
 * @ri: as given to a handler
 *
 * Where return hooks are not rethooks, an instance loses its kretprobe at the
 * beginning of unregister_kretprobe(), with handlers still running.
 *
 * Context: probe. Return: the kretprobe, or NULL if it is going.
 */
static __always_inline struct kretprobe *
ktlat_kretprobe_of(struct kretprobe_instance *ri)
{
#if KTLAT_KRETPROBE_HASH
	return READ_ONCE(ri->rp);
#else
	return get_kretprobe(ri);
#endif
}

/**
 * ktlat_kretprobe_caller() - Where a function returns to
 * @ri: as given to the handler of a return
 * @regs: likewise
 *
 * Where there are several return hooks on a call, an instance of a rethook, of which
 * kretprobes are made since commit 73f9b911faa7 ("kprobes: Use rethook for kretprobe if
 * possible"), may lead to the next one's trampoline; the registers lead to the caller.
 */
static __always_inline unsigned long
ktlat_kretprobe_caller(const struct kretprobe_instance *ri,
		       struct pt_regs *regs)
{
#ifdef CONFIG_KRETPROBE_ON_RETHOOK
	return instruction_pointer(regs);
#else
	return (unsigned long)ri->ret_addr;
#endif
}

/**
 * ktlat_kretprobe_may_fault() - A handler of ours may take page faults
 * @rp: registered, which takes the handler away; not enabled yet
 *
 * Up to commit ec6aba3d2be1 ("kprobes: Remove kprobe::fault_handler") the kernel counts a
 * page fault in a handler as a call that was missed, and asks the handler of faults
 * right afterwards: ours takes that back. Reading the user's stack faults where that is
 * none; no call was missed by it. When a call begins, other kprobes on the function are
 * taken to have missed it, too, which is not taken back: their counts of losses are too
 * high by the values that could not be read.
 */
#if KTLAT_HAS_KPROBE_FAULT_HANDLER
static inline int __kprobes ktlat_kretprobe_fault(struct kprobe *kp,
						   struct pt_regs *regs,
						   int trap)
{
	kp->nmissed--;
	return 0;
}

static inline void ktlat_kretprobe_may_fault(struct kretprobe *rp)
{
	rp->kp.fault_handler = ktlat_kretprobe_fault;
}
#else
static inline void ktlat_kretprobe_may_fault(struct kretprobe *rp)
{
}
#endif

#endif /* KTLAT_COMPAT_KPROBES_H */
