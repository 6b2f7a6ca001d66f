// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "slots.h"

/* 1 MiB for each CPU. */
#define SLOTS_DEFAULT	8192

/* What the user gave, rounded up to what the module takes, or the default. */
__u32 slots_or_default(__u32 slots)
{
	__u32 power = KTLAT_SLOTS_MIN;

	if (slots == NOT_GIVEN)
		return SLOTS_DEFAULT;
	while (power < slots)
		power *= 2;
	return power;
}

/* Makes rings unless the session has some, of whatever size. */
int need_rings(struct ktlat *k, __u32 slots, struct ktlat_error *err)
{
	int ret = ktlat_make_rings(k, slots, err);

	return ret == -EEXIST ? 0 : ret;
}
