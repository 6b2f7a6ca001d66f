/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * have_direct.h - can this kernel have the direct backend? For C and assembler.
 */
#ifndef KTLAT_COMPAT_HAVE_DIRECT_H
#define KTLAT_COMPAT_HAVE_DIRECT_H

#if defined(CONFIG_X86_64) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) && \
	defined(CONFIG_HAVE_STATIC_CALL_INLINE)
#define KTLAT_HAVE_DIRECT
#endif

#endif /* KTLAT_COMPAT_HAVE_DIRECT_H */
