// SPDX-License-Identifier: GPL-2.0-only
/*
 * canary_ftrace.c - a function that has an ftrace site (see Kbuild), for the canary
 * of kprobes that sit on one.
 */
#include <linux/compiler.h>

#include "canary.h"

noinline void ktlat_canary_ftrace(void)
{
	barrier();
}
