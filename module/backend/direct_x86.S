/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_x86.S - the trampolines of the direct backend: slots for one function
 * each, and slots for a group each.
 *
 * Probe context, in whatever context the traced function runs. A slot is called
 * from the ftrace site of the function, before its body, and finds
 *
 *	(%rsp)		back to the body, behind the site
 *	8(%rsp)		back to who called the function
 *
 * It counts the entry, stamps, calls the body as the function would have been
 * called, stamps, records, and returns to the caller. Of a call in flight the
 * stack holds, below these two,
 *
 *	(%rsp)		stamp at entry, in ticks of the clock
 *	8(%rsp)		epoch that counted the entry
 *	16(%rsp)	for a group: which function, as the offset of its counters
 *
 * The arguments of the function lie in registers and stay where they are: all
 * that is used here before the body runs is %rax, %r10 and %r11, and %rdx is put
 * back. After it, all but %rax and %rdx are free; those wait in %r8 and %r9.
 * Nothing here may be traced, nor calls what may, but for the rare ways out and
 * the slow way.
 *
 * Each slot can be entered in two places: the first one stamps by the TSC, the
 * other one, DIRECT_SLOT_SLOW or DIRECT_GROUP_SLOW bytes on, by whatever clock is
 * in use where that is not the TSC. They have a return of the body each, and
 * record by the same code.
 *
 * The body is reached by a static call of the slot's own, which is a direct call
 * once the slot is bound: an indirect one into the middle of a function would be
 * refused by CPUs with IBT. A group's slot knows its functions by the way back to
 * the body, looks that up, and goes there by a return, which IBT does not mind.
 *
 * For ORC: the state at a slot's start is that of a function just called, from
 * behind the site. Once all words and the way back to the body are popped, it
 * is that of the traced function, just called.
 *
 * The order of stores to the counters is that of hist.h: entries first, returns
 * last; x86 keeps stores in order.
 */
#include "backend/direct_layout.h"
#include "compat/asm.h"
#include "compat/have_direct.h"
#include "compat/preempt_asm.h"

#ifdef KTLAT_HAVE_DIRECT

	.section .kprobes.text, "ax"

/* The counters of this CPU, without the generation, to \to. Preemption off. */
.macro AREA_OF nr:req, to:req
	movq	ktlat_direct_percpu(%rip), \to
	movq	%gs:((\nr) * 8)(\to), \to
.endm

/* Cycles to %rax; changes %rdx. */
.macro JOIN_CYCLES
	shlq	$32, %rdx
	orq	%rdx, %rax
.endm

/*
 * Which function of the group it is, on top of the stack; it is known by the way
 * back to the body. \name here and below: what makes the labels unique.
 */
.macro FIND name:req, group:req
	movq	ktlat_direct_tables + (\group) * 8(%rip), %r10
	/* direct_table_index() */
	imull	$TABLE_FACTOR, (%rsp), %eax
	shrl	$TABLE_SHIFT, %eax
.Llook_\name:
	andl	TABLE_MASK(%r10), %eax
	movq	TABLE_ENTRIES(%r10, %rax, 8), %r11
	cmpq	(%rsp), %r11
	jne	.Lnext_\name
	pushq	TABLE_ENTRIES + 8(%r10, %rax, 8)
.endm

/* The rest of that, out of the way; goes on behind if it is none of the group. */
.macro FIND_NEXT name:req
.Lnext_\name:
	addl	$2, %eax
	testq	%r11, %r11
	jne	.Llook_\name
.endm

/*
 * Counts the entry, and leaves its epoch on the stack. Preemption is off before
 * and on afterwards. \function: where on the stack it then says which function
 * of a group, or nothing.
 */
.macro COUNT name:req, nr:req, function
	movq	ktlat_direct_meters + (\nr) * 8(%rip), %r10
	AREA_OF	\nr, %r11
	movq	METER_EPOCH(%r10), %r10
	pushq	%r10
	movl	%r10d, %r10d
	.ifnb \function
	addq	\function, %r10
	.endif
	incq	COUNTERS_ENTRIES(%r11, %r10)
	KTLAT_PREEMPT_ENABLE .Lresched_entry_\name
.Lentered_\name:
.endm

/* What is done there where the scheduler waits. */
.macro COUNT_RESCHED name:req
#ifdef CONFIG_PREEMPTION
.Lresched_entry_\name:
	KTLAT_RESCHED
	jmp	.Lentered_\name
#endif
.endm

/* The stamp at entry, by the TSC. */
.macro STAMP
	movq	%rdx, %r10
	rdtsc
	JOIN_CYCLES
	pushq	%rax
	movq	%r10, %rdx
.endm

/*
 * What comes after the body: stamp, record, and return with \words words of ours
 * and the way back to the body popped. \function: where on the stack it says
 * which function of a group, or nothing.
 */
.macro RECORD name:req, nr:req, words:req, function
.Lreturned_\name:
	movq	%rax, %r8
	movq	%rdx, %r9
	rdtscp
	JOIN_CYCLES
.Lstamped_\name:
	subq	(%rsp), %rax
	jb	.Lbackwards_\name
	mulq	ktlat_clock_ns_per_tick(%rip)
	shrdq	$32, %rdx, %rax
.Lmeasured_\name:
	KTLAT_PREEMPT_DISABLE
	movq	ktlat_direct_meters + (\nr) * 8(%rip), %r10
	movq	8(%rsp), %rdx
	cmpq	METER_FAST_EPOCH(%r10), %rdx
	jne	.Lmore_\name
.Lcount_\name:
	AREA_OF	\nr, %r11
	movl	%edx, %edx
	addq	%rdx, %r11
	.ifnb \function
	addq	\function, %r11
	.endif

	/* ktlat_bucket_index(): the bucket of %rax, to %rdx */
	movq	%rax, %rcx
	orq	METER_PRECISION_BIT(%r10), %rcx
	bsrq	%rcx, %rcx
	subl	METER_PRECISION(%r10), %ecx
	movq	%rax, %rdx
	shrq	%cl, %rdx
	movl	%ecx, %edi
	movl	METER_PRECISION(%r10), %ecx
	shll	%cl, %edi
	addq	%rdi, %rdx

	incq	COUNTERS_BUCKETS(%r11, %rdx, 8)
	addq	%rax, COUNTERS_SUM(%r11)
	cmpq	COUNTERS_MIN(%r11), %rax
	jb	.Lextreme_\name
	cmpq	COUNTERS_MAX(%r11), %rax
	ja	.Lextreme_\name
.Lrecorded_\name:
	incq	COUNTERS_RETURNS(%r11)
.Ldone_\name:
	KTLAT_PREEMPT_ENABLE .Lresched_exit_\name
.Lleave_\name:
	movq	%r8, %rax
	movq	%r9, %rdx
	addq	$8 * (\words + 1), %rsp
	UNWIND_HINT_FUNC
	RET

	/* Out of the way. */
	COUNT_RESCHED \name
#ifdef CONFIG_PREEMPTION
.Lresched_exit_\name:
	call	direct_resched
	jmp	.Lleave_\name
#endif
.Lextreme_\name:
	call	direct_extreme
	jmp	.Lrecorded_\name
.Lmore_\name:
	movl	$(\nr), %edi
	.ifnb \function
	call	direct_more_group
	.else
	call	direct_more
	.endif
	cmpq	$DIRECT_DONE, %rax
	je	.Ldone_\name
	jmp	.Lcount_\name
.Lbackwards_\name:
	movl	$(\nr), %edi
	movq	8(%rsp), %rsi
	.ifnb \function
	movq	\function, %rdx
	.else
	xorl	%edx, %edx
	.endif
	call	direct_backwards
	jmp	.Lmeasured_\name
.endm

/* The slow way: what comes after the body, up to where RECORD goes on. */
.macro RECORD_SLOW name:req
.Lreturned_slow_\name:
	movq	%rax, %r8
	movq	%rdx, %r9
	call	direct_now
	jmp	.Lstamped_\name
	COUNT_RESCHED slow_\name
.endm

.macro SLOT name:req, nr:req
SYM_START(ktlat_direct_\name, SYM_L_LOCAL, SYM_A_NONE)
	KTLAT_NOENDBR
	KTLAT_PREEMPT_DISABLE
	COUNT	\name, \nr
	STAMP
	KTLAT_CALL_DEPTH
	call	__SCT__ktlat_body_\name
	RECORD	\name, \nr, 2

	.org	ktlat_direct_\name + DIRECT_SLOT_SLOW, 0xcc
	UNWIND_HINT_FUNC
	KTLAT_NOENDBR
	KTLAT_PREEMPT_DISABLE
	COUNT	slow_\name, \nr
	call	direct_now
	pushq	%rax
	KTLAT_CALL_DEPTH
	call	__SCT__ktlat_body_\name
	RECORD_SLOW \name
SYM_FUNC_END(ktlat_direct_\name)
	/* An error here: DIRECT_SLOT_BYTES is too small. */
	.org	ktlat_direct_\name + DIRECT_SLOT_BYTES, 0xcc
.endm

/*
 * The slot of a group. \nr counts on from the slots of functions, \group from 0.
 */
.macro GROUP name:req, nr:req, group:req
SYM_START(ktlat_direct_\name, SYM_L_LOCAL, SYM_A_NONE)
	KTLAT_NOENDBR
	KTLAT_PREEMPT_DISABLE
	FIND	\name, \group
	COUNT	\name, \nr, 8(%rsp)
	STAMP
	KTLAT_CALL_DEPTH
	call	direct_to_body
	RECORD	\name, \nr, 3, 16(%rsp)

	FIND_NEXT \name
.Lstrange_\name:
	/* None of the group: it was not the site that led here. On to the body. */
	movq	ktlat_direct_percpu(%rip), %r10
	incq	%gs:(CPU_STRANGE + (\group) * 8)(%r10)
	KTLAT_PREEMPT_ENABLE .Lresched_strange_\name
.Lpassed_\name:
	UNWIND_HINT_FUNC
	RET
#ifdef CONFIG_PREEMPTION
.Lresched_strange_\name:
	KTLAT_RESCHED
	jmp	.Lpassed_\name
#endif

	.org	ktlat_direct_\name + DIRECT_GROUP_SLOW, 0xcc
	UNWIND_HINT_FUNC
	KTLAT_NOENDBR
	KTLAT_PREEMPT_DISABLE
	FIND	slow_\name, \group
	COUNT	slow_\name, \nr, 8(%rsp)
	call	direct_now
	pushq	%rax
	KTLAT_CALL_DEPTH
	call	direct_to_body
	RECORD_SLOW \name
	FIND_NEXT slow_\name
	jmp	.Lstrange_\name
SYM_FUNC_END(ktlat_direct_\name)
	/* An error here: DIRECT_GROUP_BYTES is too small. */
	.org	ktlat_direct_\name + DIRECT_GROUP_BYTES, 0xcc
.endm

	.globl	ktlat_direct_text
	.balign	64
ktlat_direct_text:
	.set	slot, 0
	.irpc	high, 0123456789abcdef
	.irpc	low, 0123456789abcdef
	SLOT	\high\low, slot
	.set	slot, slot + 1
	.endr
	.endr
	.set	group, 0
	.irpc	digit, 0123456789abcdef
	GROUP	group_\digit, slot, group
	.set	slot, slot + 1
	.set	group, group + 1
	.endr

/*
 * Called with the words of a group's call on the stack; the function returns to
 * where this was called from.
 */
SYM_START(direct_to_body, SYM_L_LOCAL, KTLAT_ALIGN)
	pushq	32(%rsp)
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(direct_to_body)

/* Now, in ticks of a clock that is not the TSC, to %rax; all others are kept. */
SYM_START(direct_now, SYM_L_LOCAL, KTLAT_ALIGN)
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	call	ktlat_direct_now
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	RET
SYM_FUNC_END(direct_now)

/* What a rare way out of a slot has to keep: the values that are returned. */
.macro RARE name:req
SYM_START(\name, SYM_L_LOCAL, KTLAT_ALIGN)
	pushq	%r8
	pushq	%r9
.endm

.macro RARE_END name:req
	popq	%r9
	popq	%r8
	RET
SYM_FUNC_END(\name)
.endm

RARE direct_resched
	KTLAT_RESCHED
RARE_END direct_resched

/* %r11: counters, %rax: latency; %r11 is kept. */
RARE direct_extreme
	pushq	%r11
	movq	%r11, %rdi
	movq	%rax, %rsi
	call	ktlat_direct_extreme
	popq	%r11
RARE_END direct_extreme

/*
 * %edi: slot, %rax: latency; %rdx: epoch, %r10: meter, which are kept, as the slot may
 * get another meter meanwhile. The stack of the slot lies above ours. %rax becomes
 * the latency to count, or DIRECT_DONE. C sees the stack as struct direct_stack.
 */
.macro MORE name:req, callee:req
RARE \name
	pushq	%r10
	movq	%rax, %rsi
	movq	%rsp, %rcx
	call	\callee
	popq	%r10
	movq	STACK_EPOCH - 8(%rsp), %rdx
RARE_END \name
.endm

MORE direct_more, ktlat_direct_more
MORE direct_more_group, ktlat_direct_more_group

/* %edi: slot, %rsi: epoch, %rdx: function; %rax becomes 0, the latency to record. */
RARE direct_backwards
	call	ktlat_direct_backwards
	xorl	%eax, %eax
RARE_END direct_backwards

/*
 * The static calls as C sees them: key and trampoline of each slot. Also what
 * lets objtool find the key of a call.
 */
	.section .rodata
	.balign	8
	.globl	ktlat_direct_bodies
ktlat_direct_bodies:
	.irpc	high, 0123456789abcdef
	.irpc	low, 0123456789abcdef
	.quad	__SCK__ktlat_body_\high\low
	.quad	__SCT__ktlat_body_\high\low
	.endr
	.endr

/*
 * Where in the text the body of each slot returns to, and where on the slow way.
 * Not the same in each: the slot's number is encoded in one byte or in four.
 */
	.globl	ktlat_direct_returns
ktlat_direct_returns:
	.irpc	high, 0123456789abcdef
	.irpc	low, 0123456789abcdef
	.long	.Lreturned_\high\low - ktlat_direct_text
	.long	.Lreturned_slow_\high\low - ktlat_direct_text
	.endr
	.endr
	.irpc	digit, 0123456789abcdef
	.long	.Lreturned_group_\digit - ktlat_direct_text
	.long	.Lreturned_slow_group_\digit - ktlat_direct_text
	.endr

#endif /* KTLAT_HAVE_DIRECT */
