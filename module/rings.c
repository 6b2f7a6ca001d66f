// SPDX-License-Identifier: GPL-2.0-only
/*
 * rings.c - the event rings of a session: one for each CPU number, so that CPU
 * hotplug moves nothing.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "core/ring.h"
#include "offsets.h"
#include "rings.h"
#include "session.h"

/* The rings of all sessions; under ktlat_lock. */
static LIST_HEAD(rings_list);

/* Fills in whose ring each is. Nobody writes or maps them yet. */
static void rings_init(const struct ktlat_rings *rings, u64 session_id)
{
	struct ktlat_ring ring;

	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ktlat_ring_init(&ring,
				rings->recorder.rings +
				cpu * rings->recorder.stride,
				sizeof(*ring.header), rings->nr_slots);
		ring.header->session_id = session_id;
		ring.header->cpu = cpu;
	}
}

/**
 * ktlat_rings_make() - The rings of a session
 * @session_id: told to readers
 * @nr_slots: of each ring; a power of two
 *
 * Context: ktlat_lock; may sleep. Return: the rings, or an errno of
 * ktlat_memory_alloc().
 */
struct ktlat_rings *ktlat_rings_make(u64 session_id, u32 nr_slots)
{
	struct ktlat_rings *rings = kzalloc(sizeof(*rings), GFP_KERNEL_ACCOUNT);
	size_t stride = PAGE_ALIGN(sizeof(struct ktlat_ring_header) +
				   nr_slots * sizeof(struct ktlat_event));
	int err;

	lockdep_assert_held(&ktlat_lock);
	if (!rings)
		return ERR_PTR(-ENOMEM);
	rings->owner = current_uid();
	rings->nr_slots = nr_slots;
	rings->memory = ktlat_memory_alloc(0, stride);
	if (IS_ERR(rings->memory)) {
		err = PTR_ERR(rings->memory);
		kfree(rings);
		return ERR_PTR(err);
	}
	rings->recorder = (struct ktlat_recorder){
		.rings = rings->memory->start,
		.stride = stride,
		.mask = nr_slots - 1,
	};
	rings_init(rings, session_id);
	list_add_tail(&rings->node, &rings_list);
	return rings;
}

/* Nobody writes them any more; mappings live on. Context: ktlat_lock; may sleep. */
void ktlat_rings_free(struct ktlat_rings *rings)
{
	lockdep_assert_held(&ktlat_lock);
	list_del(&rings->node);
	ktlat_memory_put(rings->memory);
	kfree(rings);
}

/* Fills in what a reader has to know. Context: ktlat_lock. */
void ktlat_rings_tell(const struct ktlat_rings *rings,
		      struct ktlat_rings_info *info)
{
	info->nr_slots = rings->nr_slots;
	info->nr_rings = nr_cpu_ids;
	info->map_offset = KTLAT_OFFSET_RINGS;
	info->map_size = ktlat_memory_bytes(rings->memory);
	info->ring_stride = rings->recorder.stride;
	info->uid = from_kuid_munged(current_user_ns(), rings->owner);
}

/* Memory of the rings that the current task's user has made. Context: ktlat_lock. */
u64 ktlat_rings_bytes_mine(void)
{
	const struct ktlat_rings *rings;
	u64 bytes = 0;

	list_for_each_entry(rings, &rings_list, node)
		if (uid_eq(rings->owner, current_uid()))
			bytes += ktlat_account_bytes(&rings->memory->account);
	return bytes;
}
