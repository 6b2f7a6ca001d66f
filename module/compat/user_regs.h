/* SPDX-License-Identifier: GPL-2.0-only */
/* user_regs.h - what registers of a process tell of its stack. */
#ifndef KTLAT_COMPAT_USER_REGS_H
#define KTLAT_COMPAT_USER_REGS_H

#include <linux/ptrace.h>

/*
 * Where the process keeps its outermost frame pointer, if it keeps any: a frame begins
 * with that of the caller, and the address to return to follows. 0 if it does not look
 * like that: in 32-bit code, or on this architecture.
 */
static inline unsigned long ktlat_user_frame(struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	return user_64bit_mode(regs) ? regs->bp : 0;
#else
	return 0;
#endif
}

#endif /* KTLAT_COMPAT_USER_REGS_H */
