/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wake.h - telling who waits for records that there are some.
 */
#ifndef KTLAT_HOT_WAKE_H
#define KTLAT_HOT_WAKE_H

#include <linux/atomic.h>
#include <linux/irq_work.h>

/**
 * struct ktlat_waker - Who waits for the records of a session's rings
 * @armed: somebody does. Set by who is about to wait, before it looks for records
 *	a last time; cleared before all are woken
 * @calls: what there was to wake for but watermarks: slow calls, a freeze
 * @work: wakes them
 */
struct ktlat_waker {
	bool armed;
	atomic64_t calls;
	struct irq_work work;
};

/* Probe context. */
void ktlat_wake(struct ktlat_waker *waker);

#endif /* KTLAT_HOT_WAKE_H */
