/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slow.h - what a slow call sets off.
 */
#ifndef KTLAT_HOT_SLOW_H
#define KTLAT_HOT_SLOW_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/types.h>

struct ktlat_done;
struct ktlat_recorder;

/**
 * struct ktlat_slow_told - The slow call of a probe that is to be told
 * @open: none is. Who clears it fills in the rest, and @work tells it and sets @open
 *	again
 * @calls: slow calls in all
 * @full: what is below is filled in; for @work
 * @start: of the call, see struct ktlat_done
 * @latency_ns: of the call
 * @comm: of its task
 * @pid: likewise
 * @tgid: likewise
 * @stack_id: of the call
 * @cpu: where it ended
 * @function: of a group
 * @context: &enum ktlat_context
 * @work: tells it
 */
struct ktlat_slow_told {
	int open;
	atomic64_t calls;
	bool full;
	u64 start;
	u64 latency_ns;
	u64 comm[2];
	u32 pid;
	u32 tgid;
	u32 stack_id;
	u16 cpu;
	u16 function;
	u8 context;
	struct irq_work work;
};

/* Probe context. */
void ktlat_slow(const struct ktlat_recorder *recorder,
		struct ktlat_slow_told *told, const struct ktlat_done *done,
		u64 number);

#endif /* KTLAT_HOT_SLOW_H */
