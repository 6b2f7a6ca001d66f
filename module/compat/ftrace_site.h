/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ftrace_site.h - where in a function ftrace would put a call.
 */
#ifndef KTLAT_COMPAT_FTRACE_SITE_H
#define KTLAT_COMPAT_FTRACE_SITE_H

#include <linux/ftrace.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/kprobes.h"

#ifdef CONFIG_X86_64
#include <asm/text-patching.h>

/* Is that what an ftrace site looks like, or one that is being changed? */
static inline bool ktlat_looks_like_site(const u8 *code)
{
	static const u8 nop[MCOUNT_INSN_SIZE] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };

	return code[0] == CALL_INSN_OPCODE || code[0] == INT3_INSN_OPCODE ||
	       !memcmp(code, nop, sizeof(nop));
}

/* Of ENDBR64, or what the kernel puts there if nothing calls the function by it. */
#define KTLAT_ENDBR_BYTES	4

/**
 * ktlat_ftrace_site() - The ftrace site of a function
 * @function: its address
 *
 * Where indirect branches are tracked it is behind an ENDBR. Whether it is one is
 * ftrace's to say when it is used. Context: may sleep.
 *
 * Return: its address, or 0 if there is none.
 */
static inline unsigned long ktlat_ftrace_site(unsigned long function)
{
	u8 code[KTLAT_ENDBR_BYTES + MCOUNT_INSN_SIZE];

	if (copy_from_kernel_nofault(code, (const void *)function, sizeof(code)))
		return 0;
	if (ktlat_looks_like_site(code))
		return function;
	return ktlat_looks_like_site(&code[KTLAT_ENDBR_BYTES]) ?
	       function + KTLAT_ENDBR_BYTES : 0;
}
#else
/* No backend has groups here. */
static inline unsigned long ktlat_ftrace_site(unsigned long function)
{
	return 0;
}
#endif

/*
 * Is this an ftrace site? ftrace says so when it is asked to trace it. Context:
 * may sleep. Return: 1 or 0, or -ENOMEM.
 */
static inline int ktlat_ftrace_is_site(unsigned long site)
{
	struct ftrace_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	int err;

	if (!ops)
		return -ENOMEM;
	err = ftrace_set_filter_ip(ops, site, 0, 0);
	ftrace_free_filter(ops);
	kfree(ops);
	return err == -ENOMEM ? err : !err;
}

/**
 * ktlat_kprobe_at_site() - Does a function that has a kprobe have an ftrace site?
 * @kp: registered, at the entry of a function
 *
 * If not, the function was compiled notrace, or it is in assembler. Where kprobes do
 * not use the sites (arm64) ftrace is asked. Context: may sleep. Return: 1 or 0, or
 * -ENOMEM.
 */
static inline int ktlat_kprobe_at_site(const struct kprobe *kp)
{
	if (IS_ENABLED(CONFIG_KPROBES_ON_FTRACE))
		return ktlat_kprobe_on_ftrace(kp);
	if (IS_ENABLED(CONFIG_DYNAMIC_FTRACE))
		return ktlat_ftrace_is_site((unsigned long)kp->addr);
	return 1;
}

#endif /* KTLAT_COMPAT_FTRACE_SITE_H */
