// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe_info.c - what is told of a probe: how it measures, and its figures.
 *
 * Everything here runs under ktlat_lock, for ioctls and for listeners.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/lockdep.h>
#include <linux/string.h>

#include "group.h"
#include "keys.h"
#include "probe_make.h"
#include "session.h"
#include "slowest.h"

#include <ktlat.h>

static u32 probe_state(const struct ktlat_probe *probe,
		       const struct ktlat_mechanism_info *mechanism)
{
	if (!probe->attachment || (mechanism->gone && probe->waits))
		return KTLAT_STATE_PENDING;
	if (mechanism->gone)
		return KTLAT_STATE_GONE;
	return probe->started ? KTLAT_STATE_ARMED : KTLAT_STATE_DISABLED;
}

/*
 * What was told by its address is told by that one again: a kprobe there may sit
 * behind an ENDBR.
 */
static u64 probe_address(const struct ktlat_plan *plan, int point)
{
	if (plan->at[point])
		return plan->at[point] + plan->point[point].offset;
	return plan->point[point].address;
}

static void probe_tell_points(const struct ktlat_probe *probe,
			      struct ktlat_probe_info *info)
{
	bool addresses = capable(CAP_SYSLOG);

	memcpy(info->point, probe->plan.point, sizeof(info->point));
	for (int i = 0; i < ARRAY_SIZE(info->point); i++)
		info->point[i].address =
			addresses ? probe_address(&probe->plan, i) : 0;
}

/* Of one that waits for the first time: what was asked for. */
u32 ktlat_probe_backend(const struct ktlat_probe *probe)
{
	return probe->backend ? probe->backend->id : probe->wanted;
}

/**
 * ktlat_probe_ask() - What the mechanism of a probe knows
 * @probe: attached or not
 * @info: filled in; what was lost is since the probe was added
 *
 * Context: ktlat_lock; may sleep.
 */
void ktlat_probe_ask(const struct ktlat_probe *probe,
		     struct ktlat_mechanism_info *info)
{
	*info = (struct ktlat_mechanism_info){ 0 };
	if (probe->attachment)
		probe->backend->info(probe->attachment, info);
	info->missed_pool += probe->past.missed_pool;
	info->missed_busy += probe->past.missed_busy;
	info->pool_grown += probe->past.pool_grown;
	info->blurs += probe->past.blurs;
}

/* Is what was lost of this generation known to the last call? */
bool ktlat_probe_is_exact(const struct ktlat_probe *probe,
			  const struct ktlat_mechanism_info *mechanism)
{
	const struct ktlat_backend *backend = probe->backend;

	if (probe->past_inexact)
		return false;
	return !probe->attachment || backend->exact ||
	       (backend->zero_is_exact &&
		mechanism->blurs == probe->before.blurs &&
		mechanism->missed_pool == probe->before.missed_pool);
}

static bool probe_is_by_address(const struct ktlat_plan *plan)
{
	return plan->at[0] || plan->at[1];
}

static u32 probe_flags(const struct ktlat_probe *probe,
		       const struct ktlat_mechanism_info *mechanism)
{
	return (probe->public ? KTLAT_PROBE_PUBLIC : 0) |
	       (ktlat_probe_is_exact(probe, mechanism) ? 0 : KTLAT_PROBE_INEXACT) |
	       (probe->feed.all ? KTLAT_PROBE_EVENTS : 0) |
	       (probe->feed.user_stacks ? KTLAT_PROBE_USER_STACK : 0) |
	       (probe->feed.no_histogram ? KTLAT_PROBE_NO_HISTOGRAM : 0) |
	       (probe->waits ? KTLAT_PROBE_PENDING : 0) |
	       (probe_is_by_address(&probe->plan) ? KTLAT_PROBE_BY_ADDRESS : 0);
}

/* Fills in @info. Context: ktlat_lock. */
void ktlat_probe_tell(struct ktlat_probe *probe, struct ktlat_probe_info *info)
{
	const struct ktlat_cost *cost = probe->backend ? probe->backend->cost : NULL;
	struct ktlat_mechanism_info mechanism;

	ktlat_probe_ask(probe, &mechanism);
	info->flags = probe_flags(probe, &mechanism);
	info->id = probe->id;
	info->kind = probe->plan.kind;
	info->backend = ktlat_probe_backend(probe);
	info->state = probe_state(probe, &mechanism);
	info->precision = probe->meter.precision;
	info->match = probe->plan.match;
	info->pool = mechanism.pool;
	info->starts = mechanism.starts;
	info->uid = from_kuid_munged(current_user_ns(), probe->owner);
	info->generation = probe->histogram.header->generation;
	info->missed_pool = mechanism.missed_pool - probe->base.missed_pool;
	info->missed_busy = mechanism.missed_busy - probe->base.missed_busy;
	info->pool_grown = mechanism.pool_grown;
	info->passed_over = probe->passed_over;
	info->functions = probe->plan.group ? probe->plan.group->nr : 0;
	info->cost_ps = cost ? cost->call_ps : 0;
	info->share_ps = cost ? cost->share_ps : 0;
	info->refusal = probe->attachment ? KTLAT_REFUSED_NOT : probe->refusal;
	info->map_offset = ktlat_probe_map_offset(probe);
	info->map_size = ktlat_memory_bytes(probe->histogram.memory);
	probe_tell_points(probe, info);
	memcpy(info->argument, probe->plan.argument, sizeof(info->argument));
	memcpy(info->syscall, probe->plan.syscall, sizeof(info->syscall));
	info->filter = probe->filter;
	info->slow = probe->slow;
	if (probe->slow.ppm)
		info->slow.ns = probe->feed.slow_ns != U64_MAX ?
				probe->feed.slow_ns : 0;
	ktlat_slowest_tell(probe->slowest, ktlat_probe_slowest_slot(probe),
			   &info->slowest_offset, &info->slowest_size);
	ktlat_keys_tell(probe->keys, info);
	ktlat_capture_tell(&probe->capture, info);
}

/* Context: ktlat_lock. */
u32 ktlat_probe_state(const struct ktlat_probe *probe)
{
	struct ktlat_mechanism_info mechanism;

	lockdep_assert_held(&ktlat_lock);
	ktlat_probe_ask(probe, &mechanism);
	return probe_state(probe, &mechanism);
}

/**
 * ktlat_probe_figures() - Add up the figures of a probe
 * @probe: may be measuring
 * @figures: filled in
 *
 * Context: ktlat_lock; may sleep.
 */
void ktlat_probe_figures(const struct ktlat_probe *probe,
			 struct ktlat_figures *figures)
{
	struct ktlat_counters *sum = &figures->sum;
	struct ktlat_mechanism_info mechanism;
	u64 missed, ended;

	lockdep_assert_held(&ktlat_lock);
	ktlat_histogram_sum(&probe->histogram, sum);
	ktlat_probe_ask(probe, &mechanism);
	missed = mechanism.missed_pool - probe->base.missed_pool +
		 mechanism.missed_busy - probe->base.missed_busy;
	sum->entries += missed;
	sum->missed += missed;
	ended = sum->returns + sum->missed + sum->recursed + sum->abandoned +
		sum->filtered;
	figures->in_flight = sum->entries > ended ? sum->entries - ended : 0;
	figures->exact = ktlat_probe_is_exact(probe, &mechanism);
}
