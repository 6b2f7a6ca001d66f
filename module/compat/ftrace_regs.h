/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace_regs.h - what a ftrace handler is given as registers; ours look at none. A
 * type of its own since 5.11 ("ftrace: Have the callbacks receive a struct ftrace_regs
 * instead of pt_regs").
 */
#ifndef KTLAT_COMPAT_FTRACE_REGS_H
#define KTLAT_COMPAT_FTRACE_REGS_H

#if KTLAT_HAS_FTRACE_REGS
#define ktlat_ftrace_regs ftrace_regs
#else
#define ktlat_ftrace_regs pt_regs
#endif

#endif /* KTLAT_COMPAT_FTRACE_REGS_H */
