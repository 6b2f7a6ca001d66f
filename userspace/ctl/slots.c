// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "slots.h"

/* 1 MiB for each CPU. */
#define SLOTS_DEFAULT	8192
/* 2 MiB. */
#define STACKS_DEFAULT	4096

static __u32 power_from(__u32 least, __u32 number)
{
	while (least < number)
		least *= 2;
	return least;
}

bool room_is_given(const struct room *room)
{
	return room->slots != NOT_GIVEN || room->stacks != NOT_GIVEN;
}

/* What the user gave, rounded up to what the module takes, or the default. */
struct room room_or_default(const struct room *room)
{
	struct room sizes = { SLOTS_DEFAULT, STACKS_DEFAULT };

	if (room->slots != NOT_GIVEN)
		sizes.slots = power_from(KTLAT_SLOTS_MIN, room->slots);
	if (!room->stacks)
		sizes.stacks = 0;
	else if (room->stacks != NOT_GIVEN)
		sizes.stacks = power_from(KTLAT_STACKS_MIN, room->stacks);
	return sizes;
}

/* Makes rings unless the session has some, of whatever size. */
int need_rings(struct ktlat *k, const struct room *room,
	       struct ktlat_error *err)
{
	int ret = ktlat_make_rings(k, room->slots, room->stacks, err);

	return ret == -EEXIST ? 0 : ret;
}

/**
 * need_stacks() - Map the stack table if there is one that may be seen
 * @k: handle
 * @stacks: where to put it; NULL if there is none
 * @err: why it failed
 */
int need_stacks(struct ktlat *k, struct ktlat_stack_map **stacks,
		struct ktlat_error *err)
{
	int ret = ktlat_open_stacks(k, stacks, err);

	if (!ret)
		return 0;
	*stacks = NULL;
	if (ret == -EPERM)
		note("going on without stacks: %s", err->text);
	return ret == -EPERM || ret == -ENOENT ? 0 : ret;
}
