// SPDX-License-Identifier: GPL-2.0-only
/*
 * waiters.c - descriptors that wait for records.
 *
 * Those that wait are woken through their descriptor and not through the rings, as
 * epoll remembers what it waits for as long as the descriptor lives, and rings may
 * go before.
 */
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "rings.h"
#include "session.h"
#include "waiters.h"

/*
 * Guards all lists of waiters. A leaf but for the locks of the wait queues; also taken
 * by an irq_work, so with interrupts off. Held for no longer than it takes to wake
 * %WAITERS_AT_ONCE, each of which may be waited on by several threads, but when rings
 * are deleted while descriptors of others are due: these are passed over each time.
 */
static DEFINE_SPINLOCK(waiters_lock);

/* Who is to be woken, of whatever rings. */
static LIST_HEAD(waiters_due);

#define WAITERS_AT_ONCE	8

static void waiters_work(struct work_struct *work);
static DECLARE_WORK(waiters_rest, waiters_work);

void ktlat_waiter_init(struct ktlat_waiter *waiter)
{
	INIT_LIST_HEAD(&waiter->node);
	init_waitqueue_head(&waiter->wait);
}

static void waiter_set(struct ktlat_waiter *waiter, struct ktlat_rings *rings)
{
	unsigned long flags;

	spin_lock_irqsave(&waiters_lock, flags);
	waiter->rings = rings;
	if (rings)
		list_move_tail(&waiter->node, &rings->waiters);
	else
		list_del_init(&waiter->node);
	spin_unlock_irqrestore(&waiters_lock, flags);
	/* Who waits finds out that there is nothing to wait for. */
	if (!rings)
		wake_up_interruptible_all(&waiter->wait);
}

/* All that is in the rings now is known. Context: ktlat_lock and ktlat_map_lock. */
void ktlat_waiter_look(struct ktlat_waiter *waiter, struct ktlat_rings *rings)
{
	waiter->seen = ktlat_rings_progress(rings);
	if (waiter->rings != rings)
		waiter_set(waiter, rings);
}

/*
 * The descriptor is closed, or bound to another session. Context: as above, or
 * nobody else knows the descriptor; but rings may be going that it waits for, so
 * this takes the lock in any case.
 */
void ktlat_waiter_leave(struct ktlat_waiter *waiter)
{
	waiter_set(waiter, NULL);
}

/* Context: ktlat_map_lock. */
static __poll_t waiter_ready(const struct ktlat_waiter *waiter)
{
	struct ktlat_rings *rings = waiter->rings;

	if (!rings)
		return EPOLLHUP;
	WRITE_ONCE(rings->waker.armed, true);
	/* Pairs with the one in ktlat_wake(): who does not see us armed is seen. */
	smp_mb();
	return ktlat_rings_progress(rings) == waiter->seen ?
	       0 : EPOLLIN | EPOLLRDNORM;
}

/**
 * ktlat_waiter_poll() - Is there anything new?
 * @waiter: of the descriptor
 * @file: the descriptor
 * @table: where to note that it waits
 *
 * Context: may sleep.
 */
__poll_t ktlat_waiter_poll(struct ktlat_waiter *waiter, struct file *file,
			   poll_table *table)
{
	__poll_t ready;

	poll_wait(file, &waiter->wait, table);
	mutex_lock(&ktlat_map_lock);
	ready = waiter_ready(waiter);
	mutex_unlock(&ktlat_map_lock);
	return ready;
}

/* Wakes some of those who are due. Under waiters_lock. Return: whether there are more. */
static bool waiters_wake_some(void)
{
	for (int i = 0; i < WAITERS_AT_ONCE && !list_empty(&waiters_due); i++) {
		struct ktlat_waiter *waiter =
			list_first_entry(&waiters_due, struct ktlat_waiter,
					 node);

		wake_up_interruptible_all(&waiter->wait);
		list_move_tail(&waiter->node, &waiter->rings->waiters);
	}
	return !list_empty(&waiters_due);
}

static void waiters_work(struct work_struct *work)
{
	unsigned long flags;
	bool more = true;

	while (more) {
		spin_lock_irqsave(&waiters_lock, flags);
		more = waiters_wake_some();
		spin_unlock_irqrestore(&waiters_lock, flags);
		cond_resched();
	}
}

/*
 * Wakes who waits for these rings, the first of many at once. Context: irq_work, in a
 * thread on real-time kernels, as these locks may sleep there.
 */
void ktlat_waiters_wake(struct ktlat_rings *rings)
{
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&waiters_lock, flags);
	list_splice_tail_init(&rings->waiters, &waiters_due);
	more = waiters_wake_some();
	spin_unlock_irqrestore(&waiters_lock, flags);
	if (more)
		queue_work(system_highpri_wq, &waiters_rest);
}

/* As above, but these are told that their rings go. Return: whether there are more. */
static bool waiters_forget_some(struct ktlat_rings *rings)
{
	struct ktlat_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &waiters_due, node)
		if (waiter->rings == rings)
			list_move_tail(&waiter->node, &rings->waiters);
	for (int i = 0; i < WAITERS_AT_ONCE && !list_empty(&rings->waiters);
	     i++) {
		waiter = list_first_entry(&rings->waiters, struct ktlat_waiter,
					  node);
		waiter->rings = NULL;
		list_del_init(&waiter->node);
		wake_up_interruptible_all(&waiter->wait);
	}
	return !list_empty(&rings->waiters);
}

/* The rings are about to go: who waits is told. Context: both locks of a session. */
void ktlat_waiters_forget(struct ktlat_rings *rings)
{
	unsigned long flags;
	bool more = true;

	while (more) {
		spin_lock_irqsave(&waiters_lock, flags);
		more = waiters_forget_some(rings);
		spin_unlock_irqrestore(&waiters_lock, flags);
	}
}

/* There are no rings any more. Context: may sleep. */
void ktlat_waiters_exit(void)
{
	cancel_work_sync(&waiters_rest);
}
