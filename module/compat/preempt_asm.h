/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * preempt_asm.h - preempt_disable_notrace() and preempt_enable_notrace() of
 * x86-64, for assembler. No register is changed.
 */
#ifndef KTLAT_COMPAT_PREEMPT_ASM_H
#define KTLAT_COMPAT_PREEMPT_ASM_H

#include <asm/percpu.h>

#define KTLAT_PREEMPT_COUNT	PER_CPU_VAR(__preempt_count)

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

#endif /* KTLAT_COMPAT_PREEMPT_ASM_H */
