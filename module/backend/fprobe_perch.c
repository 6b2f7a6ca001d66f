// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_perch.c - the one function of ours that has an ftrace site, see Kbuild.
 *
 * What is to be registered with ftrace and not to be hit sits here.
 */
#include "backend/fprobe.h"

/* Called once, by a hook that has to find out how calls of this are remembered. */
noinline void fpr_perch(void)
{
	fpr_perched();
}
