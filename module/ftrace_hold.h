/* SPDX-License-Identifier: GPL-2.0-only */
/* ftrace cannot be switched off while somebody relies on it. */
#ifndef KTLAT_FTRACE_HOLD_H
#define KTLAT_FTRACE_HOLD_H

#ifdef CONFIG_KPROBES_ON_FTRACE
int ktlat_ftrace_hold(void);
void ktlat_ftrace_hold_exit(void);
void ktlat_ftrace_perch(void);
#else
static inline int ktlat_ftrace_hold(void)
{
	return 0;
}

static inline void ktlat_ftrace_hold_exit(void)
{
}
#endif

#endif /* KTLAT_FTRACE_HOLD_H */
