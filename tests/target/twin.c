// SPDX-License-Identifier: GPL-2.0-only
/* A function that has the name of another one, in funcs.c. */
#include "target.h"

static noinline __noclone void ktlat_target_twin(struct target_call *call)
{
	call->start = target_clock();
	target_count_start(&target_funcs[TARGET_OTHER_TWIN]);
	target_count_return(&target_funcs[TARGET_OTHER_TWIN]);
	call->end = target_clock();
}

static void (*const twin)(struct target_call *) = ktlat_target_twin;

/* Its name is not that of the other. */
void target_other_twin(struct target_call *call)
{
	READ_ONCE(twin)(call);
}
