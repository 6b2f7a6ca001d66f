// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe.c - what is measured: state, options, ownership.
 *
 * Everything here runs in ioctl context under ktlat_lock, and knows no
 * mechanism. Values come checked for form by device.c.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/security.h>

#include "group.h"
#include "lookout.h"
#include "netlink.h"
#include "probe_make.h"
#include "rights.h"
#include "rings.h"
#include "session.h"
#include "slowest.h"
#include "target.h"
#include "threshold.h"

#include <ktlat.h>
#include <ktlat_netlink.h>

static unsigned int max_probes = 1024;
module_param(max_probes, uint, 0644);
MODULE_PARM_DESC(max_probes, "how many probes one user may have at once (default: 1024)");

/* All probes of all sessions, in the order of their ids; under both locks. */
static LIST_HEAD(probes);

/* The last id given out; under ktlat_lock. */
static u64 probe_last_id;

static bool probe_visible(const struct ktlat_probe *probe,
			  const struct ktlat_session *session, bool all)
{
	return probe->session == session && (probe->public || all);
}

static bool probe_is_mine(const struct ktlat_probe *probe)
{
	return uid_eq(probe->owner, current_uid());
}

static u32 probe_count_mine(void)
{
	const struct ktlat_probe *probe;
	u32 count = 0;

	list_for_each_entry(probe, &probes, node)
		count += probe_is_mine(probe);
	return count;
}

static int probe_refuse(struct ktlat_probe_add *add, int refusal)
{
	add->refusal = refusal;
	return ktlat_target_errno(refusal);
}

/* What the caller may not have, on whatever function. */
static int probe_admit(const struct ktlat_session *session,
		       struct ktlat_probe_add *add)
{
	if (security_locked_down(LOCKDOWN_KPROBES))
		return probe_refuse(add, KTLAT_REFUSED_LOCKDOWN);
	if (probe_count_mine() >= max_probes)
		return probe_refuse(add, KTLAT_REFUSED_LIMIT);
	if ((add->flags & KTLAT_PROBE_EVENTS || add->slow.ns || add->slow.ppm) &&
	    !session->rings)
		return probe_refuse(add, KTLAT_REFUSED_RINGS);
	return 0;
}

/*
 * The clock for what comes now: chosen anew if nothing there depends on it. Context:
 * ktlat_lock; may sleep.
 */
void ktlat_probes_set_clock(void)
{
	if (list_empty(&probes) && !ktlat_rings_exist())
		ktlat_clock_choose();
	else
		ktlat_clock_calibrate();
}

/**
 * ktlat_probe_add() - Add a probe
 * @session: to this session
 * @add: the well-formed wish; @id or the refusal is filled in
 *
 * Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat.h.
 */
int ktlat_probe_add(struct ktlat_session *session, struct ktlat_probe_add *add)
{
	struct ktlat_probe *probe;
	int err;

	lockdep_assert_held(&ktlat_lock);
	err = probe_admit(session, add);
	if (err)
		return err;
	ktlat_probes_set_clock();
	probe = ktlat_probe_alloc(session, probe_last_id + 1, add);
	if (PTR_ERR(probe) == -EDQUOT)
		return probe_refuse(add, KTLAT_REFUSED_MEMLOCK);
	if (IS_ERR(probe))
		return PTR_ERR(probe);
	err = ktlat_probe_attach(probe, add);
	if (err) {
		add->refusal = probe->plan.refusal;
		add->refused_point = probe->plan.refused_point;
		ktlat_probe_free(probe);
		return err;
	}
	probe->id = add->id = ++probe_last_id;
	mutex_lock(&ktlat_map_lock);
	list_add_tail(&probe->node, &probes);
	mutex_unlock(&ktlat_map_lock);
	if (probe->slow.ppm)
		ktlat_threshold_follow();
	ktlat_netlink_probe(KTLAT_NL_CMD_ADDED, probe);
	if (probe->started)
		ktlat_netlink_attached(probe);
	ktlat_lookout_begin();
	return 0;
}

/* Is the code that the probe sits on still loaded? */
static bool probe_is_gone(struct ktlat_probe *probe,
			  struct ktlat_mechanism_info *info)
{
	probe->attachment->backend->info(probe->attachment, info);
	return info->gone;
}

/* Starts one that listeners need not know yet. */
int ktlat_probe_start(struct ktlat_probe *probe)
{
	struct ktlat_group *group = probe->plan.group;
	struct ktlat_mechanism_info info;
	int err;

	if (probe_is_gone(probe, &info) || (group && !group->nr))
		return -ENODEV;
	if (probe->started)
		return 0;
	if (security_locked_down(LOCKDOWN_KPROBES))
		return -EPERM;
	if (group)
		group->sealed = true;
	err = probe->attachment->backend->start(probe->attachment);
	probe->started = !err;
	return err;
}

int ktlat_probe_enable(struct ktlat_probe *probe)
{
	bool started = probe->started;
	int err = ktlat_probe_start(probe);

	if (!err && !started)
		ktlat_netlink_attached(probe);
	return err;
}

int ktlat_probe_disable(struct ktlat_probe *probe)
{
	if (probe->started)
		probe->attachment->backend->stop(probe->attachment);
	probe->started = false;
	ktlat_netlink_detached(probe);
	return 0;
}

/* Zeroes the figures; calls in flight belong to the old ones. */
int ktlat_probe_reset(struct ktlat_probe *probe)
{
	const struct ktlat_backend *backend = probe->attachment->backend;
	u64 epoch = probe->meter.epoch;

	/* A call lost from now on may be one of the new figures. */
	backend->info(probe->attachment, &probe->before);
	ktlat_clock_calibrate();
	ktlat_histogram_flip(&probe->histogram, &probe->meter);
	if (probe->slowest)
		ktlat_slowest_reset(probe->slowest);
	if (backend->retire)
		backend->retire(probe->attachment, epoch);
	ktlat_histogram_clean(&probe->histogram);
	backend->info(probe->attachment, &probe->base);
	return 0;
}

/* Ends a probe. On return nothing runs on its behalf; its mappings live on. */
int ktlat_probe_remove(struct ktlat_probe *probe)
{
	mutex_lock(&ktlat_map_lock);
	list_del(&probe->node);
	mutex_unlock(&ktlat_map_lock);
	ktlat_probe_disable(probe);
	probe->attachment->backend->detach(probe->attachment);
	WRITE_ONCE(probe->histogram.header->removed, 1);
	ktlat_netlink_probe(KTLAT_NL_CMD_REMOVED, probe);
	ktlat_probe_free(probe);
	return 0;
}

static bool probe_remove_first(const struct ktlat_session *session)
{
	struct ktlat_probe *probe;

	list_for_each_entry(probe, &probes, node) {
		if (probe->session == session) {
			ktlat_probe_remove(probe);
			return true;
		}
	}
	return false;
}

/*
 * Ends all probes of a session that nobody adds to any more. Without ktlat_lock,
 * which is given up after each.
 */
void ktlat_probes_remove(const struct ktlat_session *session)
{
	bool more;

	do {
		mutex_lock(&ktlat_lock);
		more = probe_remove_first(session);
		mutex_unlock(&ktlat_lock);
	} while (more);
}

/**
 * ktlat_probes_follow() - What is slow is what their histograms say
 *
 * Context: ktlat_lock; may sleep. Return: whether there is a probe that wants it.
 */
bool ktlat_probes_follow(void)
{
	struct ktlat_probe *probe;
	bool found = false;

	list_for_each_entry(probe, &probes, node) {
		if (!probe->slow.ppm)
			continue;
		found = true;
		ktlat_probe_set_slow(probe,
				     ktlat_histogram_tail(&probe->histogram,
							  probe->slow.ppm));
	}
	return found;
}

static int probe_apply_all(struct ktlat_session *session,
			   struct ktlat_probe_ref *ref,
			   ktlat_probe_action *action)
{
	struct ktlat_probe *probe, *next;
	int result = 0;

	list_for_each_entry_safe(probe, next, &probes, node) {
		int err;

		if (probe->session != session || !probe_is_mine(probe))
			continue;
		err = action(probe);
		if (err)
			result = err;
		else
			ref->count++;
	}
	return result;
}

/**
 * ktlat_probe_apply() - Do something to one probe, or to all of one's own
 * @session: of this session
 * @ref: which; @count is filled in
 * @action: what
 *
 * Context: ktlat_lock; may sleep. Return: 0; -ENOENT if there is no such probe
 * in the session; -EPERM if it is somebody else's; what @action returns.
 */
int ktlat_probe_apply(struct ktlat_session *session,
		      struct ktlat_probe_ref *ref, ktlat_probe_action *action)
{
	struct ktlat_probe *probe;
	int err;

	lockdep_assert_held(&ktlat_lock);
	if (ref->flags & KTLAT_REF_ALL)
		return probe_apply_all(session, ref, action);
	list_for_each_entry(probe, &probes, node) {
		if (probe->session != session || probe->id != ref->id)
			continue;
		if (!probe_is_mine(probe) && !capable(CAP_SYS_ADMIN))
			return -EPERM;
		err = action(probe);
		ref->count = !err;
		return err;
	}
	return -ENOENT;
}

static struct ktlat_probe *probe_find_group(const struct ktlat_session *session,
					    u64 id)
{
	bool all = ktlat_sees_all();
	struct ktlat_probe *probe;

	list_for_each_entry(probe, &probes, node)
		if (probe->id == id && probe_visible(probe, session, all))
			return probe->plan.group ? probe : ERR_PTR(-EINVAL);
	return ERR_PTR(-ENOENT);
}

/**
 * ktlat_probe_function_add() - Add a function to a group
 * @session: of this session
 * @function: well-formed; its index or the refusal is filled in
 *
 * Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat.h.
 */
int ktlat_probe_function_add(struct ktlat_session *session,
			     struct ktlat_function *function)
{
	struct ktlat_probe *probe = probe_find_group(session, function->id);

	lockdep_assert_held(&ktlat_lock);
	if (IS_ERR(probe))
		return PTR_ERR(probe);
	/* Before anything is said of an address. */
	if (!capable(CAP_SYS_ADMIN))
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_RIGHTS);
	if (security_locked_down(LOCKDOWN_KPROBES))
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_LOCKDOWN);
	if (probe->plan.group->sealed)
		return -EALREADY;
	return probe->attachment->backend->add(probe->attachment, function);
}

/**
 * ktlat_probe_function_get() - Tell of a function of a group
 * @session: of this session
 * @function: id and index tell which; the rest is filled in
 *
 * Context: ktlat_lock. Return: 0; -EINVAL if it is no group; -ENOENT if there is
 * none that the caller may see, or after its last function.
 */
int ktlat_probe_function_get(struct ktlat_session *session,
			     struct ktlat_function *function)
{
	struct ktlat_probe *probe = probe_find_group(session, function->id);

	lockdep_assert_held(&ktlat_lock);
	if (IS_ERR(probe))
		return PTR_ERR(probe);
	return ktlat_group_get(probe->plan.group, function);
}

static u32 probe_state(const struct ktlat_probe *probe,
		       const struct ktlat_mechanism_info *mechanism)
{
	if (mechanism->gone)
		return KTLAT_STATE_GONE;
	return probe->started ? KTLAT_STATE_ARMED : KTLAT_STATE_DISABLED;
}

static void probe_tell_points(const struct ktlat_probe *probe,
			      struct ktlat_probe_info *info)
{
	bool addresses = capable(CAP_SYSLOG);

	memcpy(info->point, probe->plan.point, sizeof(info->point));
	for (int i = 0; i < ARRAY_SIZE(info->point) && !addresses; i++)
		info->point[i].address = 0;
}

/* Is what was lost of this generation known to the last call? */
static bool probe_is_exact(const struct ktlat_probe *probe,
			   const struct ktlat_mechanism_info *mechanism)
{
	const struct ktlat_backend *backend = probe->attachment->backend;

	return backend->exact ||
	       (backend->zero_is_exact &&
		mechanism->blurs == probe->before.blurs &&
		mechanism->missed_pool == probe->before.missed_pool);
}

static u32 probe_flags(const struct ktlat_probe *probe,
		       const struct ktlat_mechanism_info *mechanism)
{
	return (probe->public ? KTLAT_PROBE_PUBLIC : 0) |
	       (probe_is_exact(probe, mechanism) ? 0 : KTLAT_PROBE_INEXACT) |
	       (probe->feed.all ? KTLAT_PROBE_EVENTS : 0) |
	       (probe->feed.user_stacks ? KTLAT_PROBE_USER_STACK : 0) |
	       (probe->feed.no_histogram ? KTLAT_PROBE_NO_HISTOGRAM : 0);
}

static void probe_tell(struct ktlat_probe *probe, struct ktlat_probe_info *info)
{
	const struct ktlat_backend *backend = probe->attachment->backend;
	struct ktlat_mechanism_info mechanism;

	backend->info(probe->attachment, &mechanism);
	info->flags = probe_flags(probe, &mechanism);
	info->id = probe->id;
	info->kind = probe->plan.kind;
	info->backend = backend->id;
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
	info->cost_ps = backend->cost ? backend->cost->call_ps : 0;
	info->share_ps = backend->cost ? backend->cost->share_ps : 0;
	info->map_offset = ktlat_probe_map_offset(probe);
	info->map_size = ktlat_memory_bytes(probe->histogram.memory);
	probe_tell_points(probe, info);
	info->filter = probe->filter;
	info->slow = probe->slow;
	if (probe->slow.ppm)
		info->slow.ns = probe->feed.slow_ns != U64_MAX ?
				probe->feed.slow_ns : 0;
	ktlat_slowest_tell(probe->slowest, ktlat_probe_slowest_slot(probe),
			   &info->slowest_offset, &info->slowest_size);
}

/* Context: ktlat_lock. */
u32 ktlat_probe_state(const struct ktlat_probe *probe)
{
	struct ktlat_mechanism_info mechanism;

	lockdep_assert_held(&ktlat_lock);
	probe->backend->info(probe->attachment, &mechanism);
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
	probe->backend->info(probe->attachment, &mechanism);
	missed = mechanism.missed_pool - probe->base.missed_pool +
		 mechanism.missed_busy - probe->base.missed_busy;
	sum->entries += missed;
	sum->missed += missed;
	ended = sum->returns + sum->missed + sum->recursed + sum->abandoned +
		sum->filtered;
	figures->in_flight = sum->entries > ended ? sum->entries - ended : 0;
	figures->exact = probe_is_exact(probe, &mechanism);
}

/* The probe of an id, or NULL. Context: ktlat_lock or ktlat_map_lock. */
struct ktlat_probe *ktlat_probe_find(u64 id)
{
	struct ktlat_probe *probe;

	list_for_each_entry(probe, &probes, node)
		if (probe->id == id)
			return probe;
	return NULL;
}

/* The first probe with a higher id, of any session, or NULL. Context: ktlat_lock. */
struct ktlat_probe *ktlat_probe_after(u64 id)
{
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_lock);
	list_for_each_entry(probe, &probes, node)
		if (probe->id > id)
			return probe;
	return NULL;
}

/**
 * ktlat_probe_get() - Tell about a probe
 * @session: of this session
 * @info: @id tells which; the rest is filled in
 * @next: the one after @id instead
 *
 * Context: ktlat_lock. Return: 0, or -ENOENT if there is none that the caller
 * may see.
 */
int ktlat_probe_get(struct ktlat_session *session,
		    struct ktlat_probe_info *info, bool next)
{
	bool all = ktlat_sees_all();
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_lock);
	list_for_each_entry(probe, &probes, node) {
		if (next ? probe->id <= info->id : probe->id != info->id)
			continue;
		if (!probe_visible(probe, session, all))
			continue;
		probe_tell(probe, info);
		return 0;
	}
	return -ENOENT;
}

/**
 * ktlat_probe_held() - Tell what holds the module without a probe
 * @held: @cursor tells where to go on; the rest is filled in
 *
 * Context: ktlat_lock. Return: 0, or -ENOENT if there is no more to see.
 */
int ktlat_probe_held(struct ktlat_held *held)
{
	lockdep_assert_held(&ktlat_lock);
	if (!ktlat_sees_all() ||
	    !ktlat_backend_held(&held->cursor, &held->point, &held->in_flight))
		return -ENOENT;
	if (!capable(CAP_SYSLOG))
		held->point.address = 0;
	return 0;
}

/* Fills in how many probes the caller sees, and what memory its user holds. */
void ktlat_probe_totals(const struct ktlat_session *session,
			struct ktlat_info *info)
{
	bool all = ktlat_sees_all();
	const struct ktlat_probe *probe;

	info->max_probes = max_probes;
	info->nr_probes = 0;
	info->memory_bytes = 0;
	list_for_each_entry(probe, &probes, node) {
		info->nr_probes += probe_visible(probe, session, all);
		if (probe_is_mine(probe))
			info->memory_bytes +=
				ktlat_account_bytes(probe->plan.account);
		if (probe_is_mine(probe) && probe->slowest)
			info->memory_bytes += ktlat_slowest_bytes(probe->slowest);
	}
}

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
	list_for_each_entry(probe, &probes, node) {
		u64 start = ktlat_probe_map_offset(probe);

		if (*offset < start || *offset - start >= ktlat_probe_map_span(probe) ||
		    !probe_visible(probe, session, all))
			continue;
		*offset -= start;
		ktlat_memory_get(probe->histogram.memory);
		return probe->histogram.memory;
	}
	return ERR_PTR(-ENXIO);
}

/* The same for the slowest calls, which are for who sees all. */
struct ktlat_memory *ktlat_probe_slowest_memory(struct ktlat_session *session,
						u64 *offset)
{
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_map_lock);
	if (!ktlat_sees_all())
		return ERR_PTR(-ENXIO);
	list_for_each_entry(probe, &probes, node) {
		u64 start, size;

		ktlat_slowest_tell(probe->slowest,
				   ktlat_probe_slowest_slot(probe), &start,
				   &size);
		if (probe->session != session || *offset < start ||
		    *offset - start >= size)
			continue;
		*offset -= start;
		ktlat_memory_get(probe->slowest->memory);
		return probe->slowest->memory;
	}
	return ERR_PTR(-ENXIO);
}
