/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * presets.h - the tracepoint pairs that have a name: all that is known of each.
 */
#ifndef KTLAT_PRESETS_H
#define KTLAT_PRESETS_H

#include <linux/types.h>

#include <ktlat.h>

struct ktlat_starts;

/* Events that start, or end, are no more. */
#define KTLAT_PRESET_EVENTS	6

/**
 * enum ktlat_tells - What an event is about, as %KTLAT_BY_EVENT has it
 * @KTLAT_TELLS_NOTHING: nothing that has a name
 * @KTLAT_TELLS_NUMBER: something that has a number
 * @KTLAT_TELLS_ADDRESS: a function of the kernel, by its address
 */
enum ktlat_tells {
	KTLAT_TELLS_NOTHING,
	KTLAT_TELLS_NUMBER,
	KTLAT_TELLS_ADDRESS,
};

/**
 * struct ktlat_preset_event - One tracepoint of a preset
 * @name: of the tracepoint
 * @handler: what it calls, with struct ktlat_matcher in front of its own arguments
 * @optional: not all kernels have it
 */
struct ktlat_preset_event {
	const char *name;
	void *handler;
	bool optional;
};

/**
 * struct ktlat_preset - A tracepoint pair that has a name
 * @name: in struct ktlat_point
 * @by_cpu: start and end pass on the same CPU, else the key is good for all of them
 * @syscalls: it is about system calls, of which one may be chosen
 * @tells: what it is about
 * @start: events that start; the unused ones have no name
 * @end: events that end, likewise. A tracepoint that is among both ends first
 */
struct ktlat_preset {
	const char *name;
	bool by_cpu;
	bool syscalls;
	enum ktlat_tells tells;
	struct ktlat_preset_event start[KTLAT_PRESET_EVENTS];
	struct ktlat_preset_event end[KTLAT_PRESET_EVENTS];
};

/**
 * struct ktlat_matcher - What handlers go by; constant while they run
 * @starts: what waits
 * @match: of two tracepoints: &enum ktlat_match
 * @argument: of two tracepoints: what these are matched by
 * @syscall: of a preset on system calls: the only one, see struct ktlat_probe_add
 * @all_syscalls: there is no such one
 */
struct ktlat_matcher {
	struct ktlat_starts *starts;
	u32 match;
	struct ktlat_argument argument[2];
	u32 syscall[2];
	bool all_syscalls;
};

const struct ktlat_preset *ktlat_preset_find(const char *name);

/* Handlers that fit any tracepoint, see any_tracepoint.c; NULL where none does. */
extern void * const ktlat_on_any_start;
extern void * const ktlat_on_any_end;
/* For task_newtask, where what is compared may be tasks. */
extern void * const ktlat_on_new_task;

#endif /* KTLAT_PRESETS_H */
