/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm.h - what differs between kernels for assembler: annotations for objtool,
 * and the count of calls that some CPUs need.
 */
#ifndef KTLAT_COMPAT_ASM_H
#define KTLAT_COMPAT_ASM_H

#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

/* Annotations have a header of their own since Linux 6.14. */
#if __has_include("linux/annotate.h")
#include <linux/annotate.h>
#elif __has_include("linux/objtool.h")
#include <linux/objtool.h>
#endif

/* A place that is reached by a direct call or a return only. */
.macro KTLAT_NOENDBR
#ifdef CONFIG_X86_KERNEL_IBT
	ANNOTATE_NOENDBR
#endif
.endm

/*
 * How a function of ours begins: with room before it for what the kernel has each
 * call do there, where it counts calls (below). The macro itself came with that.
 */
#ifdef SYM_F_ALIGN
#define KTLAT_ALIGN	SYM_F_ALIGN
#else
#define KTLAT_ALIGN	SYM_A_NONE
#endif

/*
 * Before a call that the kernel does not see to, one by a static call: against
 * call depth tracking's underflow, where that is what the kernel does about the
 * CPU's return predictor (Linux 6.2 and later).
 */
.macro KTLAT_CALL_DEPTH
#if defined(CONFIG_CALL_DEPTH_TRACKING) || \
	defined(CONFIG_MITIGATION_CALL_DEPTH_TRACKING)
	CALL_DEPTH_ACCOUNT
#endif
.endm

#endif /* KTLAT_COMPAT_ASM_H */
