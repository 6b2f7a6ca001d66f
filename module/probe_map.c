// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe_map.c - what of a probe may be mapped, and by whom.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/lockdep.h>

#include "keys.h"
#include "probe_list.h"
#include "probe_make.h"
#include "rights.h"
#include "session.h"
#include "slowest.h"

#include <ktlat.h>

/**
 * ktlat_probe_memory() - The figures that may be mapped at an offset
 * @session: of the descriptor
 * @offset: in bytes; what is left of it in the memory is filled in
 *
 * Context: ktlat_map_lock. Return: the memory with a reference for the
 * caller; -ENXIO if there is none at that offset that the caller may see.
 */
struct ktlat_memory *ktlat_probe_memory(struct ktlat_session *session,
					u64 *offset)
{
	bool all = ktlat_sees_all();
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_map_lock);
	list_for_each_entry(probe, &ktlat_probes, node) {
		u64 start = ktlat_probe_map_offset(probe);

		if (*offset < start || *offset - start >= ktlat_probe_map_span(probe) ||
		    !ktlat_probe_visible(probe, session, all))
			continue;
		*offset -= start;
		ktlat_memory_get(probe->histogram.memory);
		return probe->histogram.memory;
	}
	return ERR_PTR(-ENXIO);
}

/* Where something of a probe is mapped that not all have; a size of 0 if it has none. */
typedef void probe_place(const struct ktlat_probe *probe, u64 *start, u64 *size);

/* The probe with such a thing at an offset, for who sees all; or NULL. */
static struct ktlat_probe *probe_at(const struct ktlat_session *session,
				    u64 *offset, probe_place *place)
{
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_map_lock);
	if (!ktlat_sees_all())
		return NULL;
	list_for_each_entry(probe, &ktlat_probes, node) {
		u64 start, size;

		place(probe, &start, &size);
		if (probe->session != session || *offset < start ||
		    *offset - start >= size)
			continue;
		*offset -= start;
		return probe;
	}
	return NULL;
}

static void probe_place_slowest(const struct ktlat_probe *probe, u64 *start,
				u64 *size)
{
	ktlat_slowest_tell(probe->slowest, ktlat_probe_slowest_slot(probe),
			   start, size);
}

/* As ktlat_probe_memory(), for the slowest calls. */
struct ktlat_memory *ktlat_probe_slowest_memory(struct ktlat_session *session,
						u64 *offset)
{
	struct ktlat_probe *probe = probe_at(session, offset,
					     probe_place_slowest);

	if (!probe)
		return ERR_PTR(-ENXIO);
	if (probe->feed.capture && !capable(CAP_SYSLOG))
		return ERR_PTR(-EPERM);
	ktlat_memory_get(probe->slowest->memory);
	return probe->slowest->memory;
}

static void probe_place_keys(const struct ktlat_probe *probe, u64 *start,
			     u64 *size)
{
	ktlat_keys_place(probe->keys, start, size);
}

/* May there be addresses of the kernel among its keys? */
static bool probe_keys_hold_addresses(const struct ktlat_probe *probe)
{
	return probe->keys->keyed.by == KTLAT_BY_VALUES ||
	       (probe->plan.by_event && probe->plan.tells_addresses);
}

/* The same for keys; where they are addresses it takes the right to see those, too. */
struct ktlat_memory *ktlat_probe_keys_memory(struct ktlat_session *session,
					     u64 *offset)
{
	struct ktlat_probe *probe = probe_at(session, offset, probe_place_keys);

	if (!probe)
		return ERR_PTR(-ENXIO);
	if (probe_keys_hold_addresses(probe) && !capable(CAP_SYSLOG))
		return ERR_PTR(-EPERM);
	ktlat_memory_get(probe->keys->histogram.memory);
	return probe->keys->histogram.memory;
}
