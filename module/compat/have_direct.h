/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * have_direct.h - can this kernel have the direct backend? For C and assembler.
 *
 * Not yet where the interface goes by a struct ftrace_ops, from Linux 6.5 on.
 */
#ifndef KTLAT_COMPAT_HAVE_DIRECT_H
#define KTLAT_COMPAT_HAVE_DIRECT_H

#include <linux/version.h>

#if defined(CONFIG_X86_64) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) && \
	defined(CONFIG_HAVE_STATIC_CALL_INLINE) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define KTLAT_HAVE_DIRECT
#endif

#endif /* KTLAT_COMPAT_HAVE_DIRECT_H */
