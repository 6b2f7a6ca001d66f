/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover.h - one hook on a function takes over from another, and no call is
 * counted twice or not at all.
 *
 * Both hooks sit on the function for a while, and each call passes the handlers
 * of both, on one CPU, with preemption off. A number for each CPU says which of
 * them takes it. It is changed on that CPU, by its stopper task, so the change
 * can come before or after a call's two handlers and not between them. The
 * steady state pays nothing for this: a handler that looks at the number is
 * put in place before, and taken out after, with a grace period each.
 */
#ifndef KTLAT_BACKEND_HANDOVER_H
#define KTLAT_BACKEND_HANDOVER_H

#include <linux/percpu.h>

/**
 * struct ktlat_handover - Which of several hooks takes a call
 * @active: for each CPU, the index of the hook
 * @next: the index of the hook that is to take all calls. Guarded by the lock
 *	of the backend
 */
struct ktlat_handover {
	u8 __percpu *active;
	u8 next;
};

int ktlat_handover_init(struct ktlat_handover *handover);
void ktlat_handover_exit(struct ktlat_handover *handover);
void ktlat_handover_to(struct ktlat_handover *handover, u8 index);

/* Is this call the hook's to take? Context: probe; preemption off. */
static __always_inline bool
ktlat_handover_takes(const struct ktlat_handover *handover, u8 index)
{
	return this_cpu_read(*handover->active) == index;
}

#endif /* KTLAT_BACKEND_HANDOVER_H */
