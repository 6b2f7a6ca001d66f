// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace_perch.c - a function that has an ftrace site (see Kbuild) and that nobody
 * calls, for a ftrace_ops that is only to be there.
 */
#include <linux/compiler.h>

#include "ftrace_hold.h"

noinline void ktlat_ftrace_perch(void)
{
	barrier();
}
