/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arguments.h - may a function be called with arguments of other types than its own?
 */
#ifndef KTLAT_COMPAT_ARGUMENTS_H
#define KTLAT_COMPAT_ARGUMENTS_H

/*
 * On these, a data pointer and five more arguments, none longer than a word, are passed
 * in integer registers, whatever their types are. Not where the kernel looks at the type
 * of what it calls: CONFIG_CFI_CLANG, which newer kernels call CONFIG_CFI.
 */
#if (defined(CONFIG_X86_64) || defined(CONFIG_ARM64)) &&			\
	!defined(CONFIG_CFI_CLANG) && !defined(CONFIG_CFI)
#define KTLAT_ARGUMENTS_ARE_WORDS	1
#else
#define KTLAT_ARGUMENTS_ARE_WORDS	0
#endif

#endif /* KTLAT_COMPAT_ARGUMENTS_H */
