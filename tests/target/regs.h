/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regs.h - where regs_x86.S finds and leaves what regs.c compares: indices into
 * arrays of words.
 */
#ifndef KTLAT_TARGET_REGS_H
#define KTLAT_TARGET_REGS_H

#define REGS_ARGS	0	/* rdi rsi rdx rcx r8 r9 */
#define REGS_SAVED	6	/* rbx rbp r12 r13 r14 r15 */
#define REGS_XMM	12	/* xmm0 to xmm15, two words each */
#define REGS_STACK	44	/* of the caller's frame, the topmost first */
#define REGS_STACK_NR	8
#define REGS_PAIR	52	/* rax rdx, returned */
#define REGS_RSP	54	/* of the caller */
#define REGS_FLAGS	55
#define REGS_NR		56

/* Random as well, but free to change: nothing may depend on it. */
#define REGS_BELOW	56	/* what lies below the caller's stack */
#define REGS_LOOSE	64	/* rax r10 r11, when the function is called */
#define REGS_CLOBBER	67	/* rdi rsi rcx r8 r9 r10 r11, when it returns */
#define REGS_PUT_NR	74

#ifndef __ASSEMBLY__
#include <linux/linkage.h>
#include <linux/types.h>

/* What is put in, what the function finds, what its caller finds afterwards. */
extern u64 target_regs_put[REGS_PUT_NR];
extern u64 target_regs_entry[REGS_NR];
extern u64 target_regs_after[REGS_NR];
/* Whether xmm0 to xmm15 are part of the round. */
extern u8 target_regs_sse;
/* What the function flips in rbx. */
extern u64 target_regs_flip;

asmlinkage void target_regs_call(void);
#endif

#endif /* KTLAT_TARGET_REGS_H */
