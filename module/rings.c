// SPDX-License-Identifier: GPL-2.0-only
/*
 * rings.c - the event rings of a session: one for each CPU number, so that CPU
 * hotplug moves nothing.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "core/ring.h"
#include "offsets.h"
#include "rings.h"
#include "session.h"
#include "stacks.h"
#include "waiters.h"

/* The rings of all sessions; under ktlat_lock. */
static LIST_HEAD(rings_list);

/* The ring of a CPU number. */
struct ktlat_ring_header *ktlat_rings_header(const struct ktlat_rings *rings,
					     u32 cpu)
{
	return rings->memory->start + cpu * rings->stride;
}

/* Fills in whose ring each is. Nobody writes or maps them yet. */
static void rings_init(const struct ktlat_rings *rings, u64 session_id)
{
	struct ktlat_ring ring;

	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ktlat_ring_init(&ring, ktlat_rings_header(rings, cpu),
				sizeof(*ring.header), rings->nr_slots);
		ring.header->session_id = session_id;
		ring.header->cpu = cpu;
		if (cpu_possible(cpu))
			*per_cpu_ptr(rings->recorder.rings, cpu) = ring.header;
	}
}

static void rings_wake(struct irq_work *work)
{
	struct ktlat_rings *rings = container_of(work, struct ktlat_rings,
						 waker.work);

	/* Who comes to wait from now on looks for records itself. */
	WRITE_ONCE(rings->waker.armed, false);
	/* A record was seen as begun and is whole only now: poll() must not sleep on. */
	atomic64_inc(&rings->waker.calls);
	ktlat_waiters_wake(rings);
}

static int rings_alloc(struct ktlat_rings *rings)
{
	rings->stride = PAGE_ALIGN(sizeof(struct ktlat_ring_header) +
				   rings->nr_slots * sizeof(struct ktlat_event));
	rings->recorder = (struct ktlat_recorder){
		.rings = alloc_percpu_gfp(struct ktlat_ring_header *,
					  GFP_KERNEL_ACCOUNT),
		.mask = rings->nr_slots - 1,
		.wake_mask = rings->watermark - 1,
		.waker = &rings->waker,
		.trigger = &rings->flight.trigger,
	};
	if (!rings->recorder.rings)
		return -ENOMEM;
	rings->memory = ktlat_memory_alloc(0, rings->stride);
	if (!IS_ERR(rings->memory))
		return 0;
	free_percpu(rings->recorder.rings);
	return PTR_ERR(rings->memory);
}

/**
 * ktlat_rings_make() - The rings of a session
 * @session_id: told to readers
 * @nr_slots: of each ring; a power of two
 * @watermark: likewise, not more, or 0 for the usual one
 *
 * Context: ktlat_lock; may sleep. Return: the rings, or an errno of
 * ktlat_memory_alloc().
 */
struct ktlat_rings *ktlat_rings_make(u64 session_id, u32 nr_slots,
				     u32 watermark)
{
	struct ktlat_rings *rings = kzalloc(sizeof(*rings), GFP_KERNEL_ACCOUNT);
	int err;

	lockdep_assert_held(&ktlat_lock);
	if (!rings)
		return ERR_PTR(-ENOMEM);
	rings->owner = current_uid();
	rings->session_id = session_id;
	rings->nr_slots = nr_slots;
	rings->watermark = watermark ?: nr_slots / 4;
	init_irq_work(&rings->waker.work, rings_wake);
	INIT_LIST_HEAD(&rings->waiters);
	ktlat_flight_init(&rings->flight);
	err = rings_alloc(rings);
	if (err) {
		kfree(rings);
		return ERR_PTR(err);
	}
	rings_init(rings, session_id);
	list_add_tail(&rings->node, &rings_list);
	return rings;
}

/**
 * ktlat_rings_add_stacks() - Give rings a stack table
 * @rings: without one; nobody writes to them yet
 * @session_id: told to readers
 * @nr_stacks: how many it has room for; a power of two
 *
 * Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat_memory_alloc().
 */
int ktlat_rings_add_stacks(struct ktlat_rings *rings, u64 session_id,
			   u32 nr_stacks)
{
	struct ktlat_session_stacks *stacks;

	lockdep_assert_held(&ktlat_lock);
	stacks = ktlat_stacks_make(session_id, nr_stacks);
	if (IS_ERR(stacks))
		return PTR_ERR(stacks);
	rings->stacks = stacks;
	return 0;
}

/**
 * ktlat_rings_take_values() - Records may hold values from now on
 * @rings: that a probe is about to write values to
 *
 * For good, as records stay until others take their place; also if the probe does not
 * come to be.
 *
 * Context: takes ktlat_map_lock. Return: 0; -EPERM where somebody has mapped the rings
 * who may not see addresses.
 */
int ktlat_rings_take_values(struct ktlat_rings *rings)
{
	int err = 0;

	mutex_lock(&ktlat_map_lock);
	if (rings->plain)
		err = -EPERM;
	else
		rings->values = true;
	mutex_unlock(&ktlat_map_lock);
	return err;
}

/* May the caller map them? Context: ktlat_map_lock. Return: 0 or -EPERM. */
int ktlat_rings_check_map(struct ktlat_rings *rings)
{
	lockdep_assert_held(&ktlat_map_lock);
	if (capable(CAP_SYSLOG))
		return 0;
	if (rings->values)
		return -EPERM;
	rings->plain = true;
	return 0;
}

/*
 * Nobody writes them any more, nor waits for them; mappings live on. Context:
 * ktlat_lock; may sleep.
 */
void ktlat_rings_free(struct ktlat_rings *rings)
{
	lockdep_assert_held(&ktlat_lock);
	list_del(&rings->node);
	ktlat_flight_exit(&rings->flight);
	irq_work_sync(&rings->waker.work);
	if (rings->stacks)
		ktlat_stacks_free(rings->stacks);
	ktlat_memory_put(rings->memory);
	free_percpu(rings->recorder.rings);
	kfree(rings);
}

/* Fills in what a reader has to know. Context: ktlat_lock. */
void ktlat_rings_tell(const struct ktlat_rings *rings,
		      struct ktlat_rings_info *info)
{
	info->nr_slots = rings->nr_slots;
	info->watermark = rings->watermark;
	info->nr_rings = nr_cpu_ids;
	info->map_offset = KTLAT_OFFSET_RINGS;
	info->map_size = ktlat_memory_bytes(rings->memory);
	info->ring_stride = rings->stride;
	info->uid = from_kuid_munged(current_user_ns(), rings->owner);
	ktlat_stacks_tell(rings->stacks, info);
}

/* Memory of the rings that the current task's user has made. Context: ktlat_lock. */
u64 ktlat_rings_bytes_mine(void)
{
	const struct ktlat_rings *rings;
	u64 bytes = 0;

	list_for_each_entry(rings, &rings_list, node) {
		if (!uid_eq(rings->owner, current_uid()))
			continue;
		bytes += ktlat_account_bytes(&rings->memory->account);
		if (rings->stacks)
			bytes += ktlat_stacks_bytes(rings->stacks);
	}
	return bytes;
}

/* Are there any, of any session? Context: ktlat_lock. */
bool ktlat_rings_exist(void)
{
	return !list_empty(&rings_list);
}

/* Is different once there is something to wake readers for. Context: any. */
u64 ktlat_rings_progress(const struct ktlat_rings *rings)
{
	u64 progress = atomic64_read(&rings->waker.calls);

	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		progress += ktlat_ring_last(ktlat_rings_header(rings, cpu)) /
			    rings->watermark;
	return progress;
}
