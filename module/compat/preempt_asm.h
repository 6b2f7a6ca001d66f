/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * preempt_asm.h - preempt_disable_notrace() and preempt_enable_notrace() of
 * x86-64, for assembler. No register is changed.
 */
#ifndef KTLAT_COMPAT_PREEMPT_ASM_H
#define KTLAT_COMPAT_PREEMPT_ASM_H

#include <asm/percpu.h>

/* From Linux 6.2 to 6.14 the count is a member of struct pcpu_hot. */
#if KTLAT_HAS_PCPU_HOT
#define KTLAT_PREEMPT_OFFSET	8
#define KTLAT_PREEMPT_COUNT	PER_CPU_VAR(pcpu_hot + KTLAT_PREEMPT_OFFSET)
#else
#define KTLAT_PREEMPT_COUNT	PER_CPU_VAR(__preempt_count)
#endif

#ifdef __ASSEMBLY__

.macro KTLAT_PREEMPT_DISABLE
#ifdef CONFIG_PREEMPT_COUNT
	incl	KTLAT_PREEMPT_COUNT
#endif
.endm

/* Jumps to \resched where the scheduler has been waiting for this. */
.macro KTLAT_PREEMPT_ENABLE resched:req
#ifdef CONFIG_PREEMPT_COUNT
	decl	KTLAT_PREEMPT_COUNT
#ifdef CONFIG_PREEMPTION
	jz	\resched
#endif
#endif
.endm

/* What is to be done there. */
.macro KTLAT_RESCHED
#ifdef CONFIG_PREEMPT_DYNAMIC
	call	__SCT__preempt_schedule_notrace
#elif defined(CONFIG_PREEMPTION)
	call	preempt_schedule_notrace_thunk
#endif
.endm
#elif KTLAT_HAS_PCPU_HOT
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <asm/current.h>

static_assert(offsetof(struct pcpu_hot, preempt_count) == KTLAT_PREEMPT_OFFSET);
#endif /* __ASSEMBLY__ */

#endif /* KTLAT_COMPAT_PREEMPT_ASM_H */
