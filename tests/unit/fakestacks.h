/* SPDX-License-Identifier: GPL-2.0-only */
/* The stack table of the fake device. */
#ifndef FAKESTACKS_H
#define FAKESTACKS_H

#include <ktlat.h>

#define FAKE_STACKS_SIZE	0x2001000

/* /proc/kallsyms that these stacks go with. */
#define FAKE_KALLSYMS							\
	"ffffffff81000000 T f_busy\n"					\
	"ffffffff81000000 T alias_of_f_busy\n"				\
	"ffffffff81000400 D f_data\n"					\
	"ffffffff81001000 T f_caller\n"					\
	"ffffffff81002000 T arch_rethook_trampoline\n"			\
	"ffffffff81003000 T f_idle\n"					\
	"ffffffffc0001000 t f_handler\t[mod_a]\n"			\
	"ffffffffc0001001 t $x\t[mod_a]\n"				\
	"ffffffffc0002000 t f_after\t[mod_a]\n"				\
	"ffffffffc0003000 t ktlat_direct_00\t[ktlat]\n"			\
	"ffffffffc0500000 t bpf_prog_1\t[bpf]\n"

void fakestacks_make(void *base, __u32 nr_stacks);
__u32 fakestacks_put(void *base, unsigned int call);

#endif /* FAKESTACKS_H */
