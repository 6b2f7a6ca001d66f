/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A traced function that tells what it found in the registers, and its caller,
 * which tells what it found afterwards. No register is free to point to where
 * all that is kept, so it has fixed addresses, and one user at a time (regs.c).
 *
 * %rbp holds whatever it likes: the kernel unwinds by ORC. objtool follows all
 * of the stack here, so nothing is excepted from it.
 */
#include <linux/linkage.h>
#include "regs.h"

#define PUT(word)	(target_regs_put + (word) * 8)(%rip)
#define ENTRY(word)	(target_regs_entry + (word) * 8)(%rip)
#define AFTER(word)	(target_regs_after + (word) * 8)(%rip)

.macro LOAD_SSE
	.irp	nr, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu	PUT(REGS_XMM + 2 * \nr), %xmm\nr
	.endr
.endm

.macro STORE_SSE to:req
	.irp	nr, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movdqu	%xmm\nr, (\to + (REGS_XMM + 2 * \nr) * 8)(%rip)
	.endr
.endm

.macro STORE_SAVED to:req
	movq	%rbx, (\to + (REGS_SAVED + 0) * 8)(%rip)
	movq	%rbp, (\to + (REGS_SAVED + 1) * 8)(%rip)
	movq	%r12, (\to + (REGS_SAVED + 2) * 8)(%rip)
	movq	%r13, (\to + (REGS_SAVED + 3) * 8)(%rip)
	movq	%r14, (\to + (REGS_SAVED + 4) * 8)(%rip)
	movq	%r15, (\to + (REGS_SAVED + 5) * 8)(%rip)
.endm

	.text

/* The ftrace site is as the compiler makes it: -mfentry -mrecord-mcount. */
SYM_FUNC_START(ktlat_target_regs)
.Lsite:	call	__fentry__
	.pushsection __mcount_loc, "a", @progbits
	.quad	.Lsite
	.popsection

	movq	%rdi, ENTRY(REGS_ARGS + 0)
	movq	%rsi, ENTRY(REGS_ARGS + 1)
	movq	%rdx, ENTRY(REGS_ARGS + 2)
	movq	%rcx, ENTRY(REGS_ARGS + 3)
	movq	%r8, ENTRY(REGS_ARGS + 4)
	movq	%r9, ENTRY(REGS_ARGS + 5)
	STORE_SAVED target_regs_entry
	pushfq
	popq	ENTRY(REGS_FLAGS)
	cmpb	$0, target_regs_sse(%rip)
	je	.Lno_sse_inside
	STORE_SSE target_regs_entry
.Lno_sse_inside:

	movq	PUT(REGS_CLOBBER + 0), %rdi
	movq	PUT(REGS_CLOBBER + 1), %rsi
	movq	PUT(REGS_CLOBBER + 2), %rcx
	movq	PUT(REGS_CLOBBER + 3), %r8
	movq	PUT(REGS_CLOBBER + 4), %r9
	movq	PUT(REGS_CLOBBER + 5), %r10
	movq	PUT(REGS_CLOBBER + 6), %r11
	/* Zero, unless the test is to see a fault; the caller restores its own. */
	xorq	target_regs_flip(%rip), %rbx
	movq	PUT(REGS_PAIR + 0), %rax
	movq	PUT(REGS_PAIR + 1), %rdx
	RET
SYM_FUNC_END(ktlat_target_regs)

/* Called from C, in task context. */
SYM_FUNC_START(target_regs_call)
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	.irp	nr, 0,1,2,3,4,5,6,7
	pushq	PUT(REGS_STACK + \nr)
	.endr
	/* What an interrupt has left there is as good. */
	.irp	nr, 0,1,2,3,4,5,6,7
	pushq	PUT(REGS_BELOW + \nr)
	.endr
	addq	$(8 * 8), %rsp
	movq	%rsp, PUT(REGS_RSP)

	cmpb	$0, target_regs_sse(%rip)
	je	.Lno_sse_before
	LOAD_SSE
.Lno_sse_before:
	movq	PUT(REGS_LOOSE + 0), %rax
	movq	PUT(REGS_LOOSE + 1), %r10
	movq	PUT(REGS_LOOSE + 2), %r11
	movq	PUT(REGS_SAVED + 0), %rbx
	movq	PUT(REGS_SAVED + 1), %rbp
	movq	PUT(REGS_SAVED + 2), %r12
	movq	PUT(REGS_SAVED + 3), %r13
	movq	PUT(REGS_SAVED + 4), %r14
	movq	PUT(REGS_SAVED + 5), %r15
	movq	PUT(REGS_ARGS + 0), %rdi
	movq	PUT(REGS_ARGS + 1), %rsi
	movq	PUT(REGS_ARGS + 2), %rdx
	movq	PUT(REGS_ARGS + 3), %rcx
	movq	PUT(REGS_ARGS + 4), %r8
	movq	PUT(REGS_ARGS + 5), %r9

	call	ktlat_target_regs

	movq	%rax, AFTER(REGS_PAIR + 0)
	movq	%rdx, AFTER(REGS_PAIR + 1)
	STORE_SAVED target_regs_after
	movq	%rsp, AFTER(REGS_RSP)
	pushfq
	popq	AFTER(REGS_FLAGS)
	cmpb	$0, target_regs_sse(%rip)
	je	.Lno_sse_after
	STORE_SSE target_regs_after
.Lno_sse_after:
	.irp	nr, 7,6,5,4,3,2,1,0
	popq	AFTER(REGS_STACK + \nr)
	.endr
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	RET
SYM_FUNC_END(target_regs_call)
