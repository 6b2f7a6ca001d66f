/* SPDX-License-Identifier: GPL-2.0-only */
/* user_regs.h - what registers of a process tell of its stack. */
#ifndef KTLAT_COMPAT_USER_REGS_H
#define KTLAT_COMPAT_USER_REGS_H

#include <linux/ptrace.h>
#include <asm/processor.h>

/*
 * Where the process keeps its outermost frame pointer, if it keeps any: a frame begins
 * with that of the caller, and the address to return to follows. 0 if it does not look
 * like that: in 32-bit code, or on this architecture.
 */
static inline unsigned long ktlat_user_frame(struct pt_regs *regs)
{
#if defined(CONFIG_X86_64)
	return user_64bit_mode(regs) ? regs->bp : 0;
#elif defined(CONFIG_ARM64)
	return compat_user_mode(regs) ? 0 : regs->regs[29];
#else
	return 0;
#endif
}

/* An address to return to without the signature that arm64 code may have put into it. */
static inline unsigned long ktlat_user_return(unsigned long address)
{
#ifdef CONFIG_ARM64
	return address & (TASK_SIZE_64 - 1);
#else
	return address;
#endif
}

#endif /* KTLAT_COMPAT_USER_REGS_H */
