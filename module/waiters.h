/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * waiters.h - descriptors that wait for records.
 */
#ifndef KTLAT_WAITERS_H
#define KTLAT_WAITERS_H

#include <linux/list.h>
#include <linux/poll.h>
#include <linux/wait.h>

struct ktlat_rings;

/**
 * struct ktlat_waiter - What a descriptor waits for
 * @node: in the list of those that have looked at its rings, or of those that are to be
 *	woken; under waiters_lock
 * @wait: who polls the descriptor
 * @rings: what it has looked at, or NULL; under waiters_lock and ktlat_map_lock
 * @seen: what ktlat_rings_progress() was then
 */
struct ktlat_waiter {
	struct list_head node;
	wait_queue_head_t wait;
	struct ktlat_rings *rings;
	u64 seen;
};

void ktlat_waiter_init(struct ktlat_waiter *waiter);
void ktlat_waiter_look(struct ktlat_waiter *waiter, struct ktlat_rings *rings);
void ktlat_waiter_leave(struct ktlat_waiter *waiter);
__poll_t ktlat_waiter_poll(struct ktlat_waiter *waiter, struct file *file,
			   poll_table *table);
void ktlat_waiters_wake(struct ktlat_rings *rings);
void ktlat_waiters_forget(struct ktlat_rings *rings);
void ktlat_waiters_exit(void);

#endif /* KTLAT_WAITERS_H */
