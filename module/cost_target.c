// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_target.c - the function that a backend's cost is measured on. Kept apart,
 * because it is the only one of ours that ftrace may stop at (see Kbuild).
 */
#include <linux/compiler.h>

#include "cost.h"

/* Nothing but a call: what a probe on it adds is what the probe costs. */
noinline void ktlat_cost_target(void)
{
	barrier();
}
