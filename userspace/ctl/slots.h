/* SPDX-License-Identifier: GPL-2.0-only */
/* Event rings and stack tables as add-probe, record and slow make them. */
#ifndef SLOTS_H
#define SLOTS_H

#include "request.h"

/**
 * struct room - How much rings and stack table hold
 * @slots: records of each ring; 0 if no rings are needed
 * @stacks: stacks of the table; 0 for none
 *
 * As they are given on the command line, at first %ROOM_NOT_GIVEN.
 */
struct room {
	__u32 slots;
	__u32 stacks;
};

#define ROOM_NOT_GIVEN	{ NOT_GIVEN, NOT_GIVEN }

#define SLOTS_OPTION(room)						\
	{ OPTION_NUMBER, "--slots", NULL, &(room)->slots,		\
	  KTLAT_SLOTS_MIN, KTLAT_SLOTS_MAX, NULL }
#define STACKS_OPTION(room)						\
	{ OPTION_NUMBER, "--stacks", NULL, &(room)->stacks, 0,		\
	  KTLAT_STACKS_MAX, NULL }

bool room_is_given(const struct room *room);
struct room room_or_default(const struct room *room);
int need_rings(struct ktlat *k, const struct room *room,
	       struct ktlat_error *err);
int need_stacks(struct ktlat *k, struct ktlat_stack_map **stacks,
		struct ktlat_error *err);

#endif /* SLOTS_H */
