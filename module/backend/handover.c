// SPDX-License-Identifier: GPL-2.0-only
/*
 * handover.c - moving the CPUs over from one hook to the next.
 */
#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/stop_machine.h>

#include "backend/handover.h"

/* The first hook, index 0, takes all calls. */
int ktlat_handover_init(struct ktlat_handover *handover)
{
	handover->active = alloc_percpu(u8);
	return handover->active ? 0 : -ENOMEM;
}

void ktlat_handover_exit(struct ktlat_handover *handover)
{
	free_percpu(handover->active);
}

static int handover_cpu(void *data)
{
	const struct ktlat_handover *handover = data;

	this_cpu_write(*handover->active, handover->next);
	return 0;
}

/* Moves CPUs over that nothing runs on. Returns whether others are left. */
static bool handover_offline(struct ktlat_handover *handover)
{
	bool left = false;
	int cpu;

	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		u8 *active = per_cpu_ptr(handover->active, cpu);

		if (!cpu_online(cpu))
			*active = handover->next;
		left |= READ_ONCE(*active) != handover->next;
	}
	cpus_read_unlock();
	return left;
}

/**
 * ktlat_handover_to() - Let another hook take the calls
 * @handover: serialized by the caller
 * @index: of the hook. Every call that begins passes its handler and that of
 *	the hook which takes them now, and both handlers ask
 *	ktlat_handover_takes()
 *
 * Moves every CPU over by its own hand. The stopper runs where no work item
 * would, on a CPU that a real-time task has for itself. It goes round again for
 * a CPU that has gone offline in between.
 *
 * Context: may sleep; takes the CPU hotplug lock.
 */
void ktlat_handover_to(struct ktlat_handover *handover, u8 index)
{
	handover->next = index;
	while (handover_offline(handover))
		stop_machine(handover_cpu, handover, cpu_online_mask);
}
