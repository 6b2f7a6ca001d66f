// SPDX-License-Identifier: GPL-2.0-only
/* Stored as in the module, by core/stacks.h. */
#include <string.h>

#include "core/stacks.h"
#include "fakestacks.h"

#define SLOT_OFFSET	4096

void fakestacks_make(void *base, __u32 nr_stacks)
{
	struct ktlat_stacks stacks;

	memset(base, 0, SLOT_OFFSET + nr_stacks * sizeof(struct ktlat_stack));
	ktlat_stacks_init(&stacks, base, SLOT_OFFSET, nr_stacks, 0);
}

/*
 * Every other call came by a kretprobe, from the last instruction of f_handler, which
 * another trampoline of ours was called for; the others by a trampoline of ours.
 */
__u32 fakestacks_put(void *base, unsigned int call)
{
	static const __u64 by_kretprobe[] = {
		0xffffffff81002040, 0xffffffffc0002000, 0xffffffffc0003020,
		0xffffffff81003009, 0xffffffff81003030, 0xffffffffa0000000,
	};
	static const __u64 by_direct[] = {
		0xffffffff81000005, 0xffffffff81001010, 0xffffffffc0500010,
	};
	const __u64 *frames = call / 100 % 2 ? by_kretprobe : by_direct;
	struct ktlat_stacks_header *header = base;
	const struct ktlat_stacks stacks = {
		.header = header,
		.slots = base + SLOT_OFFSET,
		.mask = header->nr_slots - 1,
	};
	const struct ktlat_stacks_key key = {
		.frames = frames,
		.nr = frames == by_direct ? 3 : 6,
	};

	return ktlat_stacks_put(&stacks, &key);
}
