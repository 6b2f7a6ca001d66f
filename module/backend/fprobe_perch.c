// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_perch.c - the one function of ours that has an ftrace site, see Kbuild.
 *
 * A fprobe that is not to be hit sits here. Taken off its function in any other
 * way the kernel has, it would forget the calls in flight.
 */
#include "backend/fprobe.h"

/* Called once. Return: what a fprobe on this function remembers this very call by. */
noinline const void *fpr_perch(const struct fprobe *fp)
{
	return ktlat_fprobe_node_of(fp);
}
