/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace_site.h - where in a function ftrace would put a call.
 */
#ifndef KTLAT_COMPAT_FTRACE_SITE_H
#define KTLAT_COMPAT_FTRACE_SITE_H

#include <linux/ftrace.h>
#include <linux/uaccess.h>

#ifdef CONFIG_X86_64
#include <asm/text-patching.h>

/*
 * Where indirect branches are tracked a function starts with ENDBR64, or with
 * what the kernel puts there if nothing calls it through a pointer: four bytes.
 */
static inline int ktlat_endbr_bytes(const u8 *code)
{
	static const u8 endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	static const u8 sealed[] = { 0x66, 0x0f, 0x1f, 0x00 };

	return !memcmp(code, endbr, sizeof(endbr)) ||
	       !memcmp(code, sealed, sizeof(sealed)) ? sizeof(endbr) : 0;
}

/**
 * ktlat_ftrace_site() - The ftrace site of a function
 * @function: its address
 *
 * A nop of five bytes, or a call, is what it looks like; whether it is one is
 * ftrace's to say when it is used. Context: may sleep.
 *
 * Return: its address, or 0 if there is none.
 */
static inline unsigned long ktlat_ftrace_site(unsigned long function)
{
	static const u8 nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	u8 code[4 + sizeof(nop)];
	int endbr;

	if (copy_from_kernel_nofault(code, (const void *)function, sizeof(code)))
		return 0;
	endbr = ktlat_endbr_bytes(code);
	/* Or an INT3, while somebody is changing what is called there. */
	if (code[endbr] != CALL_INSN_OPCODE &&
	    code[endbr] != INT3_INSN_OPCODE &&
	    memcmp(&code[endbr], nop, sizeof(nop)))
		return 0;
	return function + endbr;
}
#else
/* No backend has groups here. */
static inline unsigned long ktlat_ftrace_site(unsigned long function)
{
	return 0;
}
#endif

#endif /* KTLAT_COMPAT_FTRACE_SITE_H */
