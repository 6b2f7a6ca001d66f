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
#include <linux/moduleparam.h>
#include <linux/security.h>

#include "group.h"
#include "capture.h"
#include "keys.h"
#include "lookout.h"
#include "modwatch.h"
#include "netlink.h"
#include "probe_list.h"
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

LIST_HEAD(ktlat_probes);

/* The last id given out; under ktlat_lock. */
static u64 probe_last_id;

/* @all: the caller sees those that are not public, too. */
bool ktlat_probe_visible(const struct ktlat_probe *probe,
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

	list_for_each_entry(probe, &ktlat_probes, node)
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
	/* Before anything is said of an address. */
	if ((add->point[0].address || add->point[1].address) &&
	    !capable(CAP_SYS_ADMIN))
		return probe_refuse(add, KTLAT_REFUSED_RIGHTS);
	/*
	 * Values can tell addresses, and what else lies in memory; what is compared may
	 * be an address, with what the caller has chosen.
	 */
	if ((ktlat_capture_is_wanted(add) ||
	     add->match == KTLAT_MATCH_ARGUMENT) && !capable(CAP_SYSLOG))
		return probe_refuse(add, KTLAT_REFUSED_SYSLOG);
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
	if (list_empty(&ktlat_probes) && !ktlat_rings_exist())
		ktlat_clock_choose();
	else
		ktlat_clock_calibrate();
}

/* The point that was refused last. */
static const struct ktlat_point *probe_refused_point(const struct ktlat_probe *probe)
{
	return &probe->plan.point[probe->plan.refused_point];
}

/* Was it refused for nothing but that a module is not loaded? */
static bool probe_lacks_module(const struct ktlat_probe *probe)
{
	return probe->plan.refusal == KTLAT_REFUSED_UNKNOWN &&
	       !ktlat_target_is_loaded(probe_refused_point(probe));
}

/*
 * May one that waits do so, which cannot be attached now? What its module does not have
 * may be what it has until it is loaded, or what its next build has. And of a module that
 * comes or goes meanwhile half is found, whatever that is called then.
 */
static bool probe_may_wait(const struct ktlat_probe *probe, int err)
{
	const struct ktlat_plan *plan = &probe->plan;

	switch (plan->refusal) {
	case KTLAT_REFUSED_UNKNOWN:
		return probe_refused_point(probe)->module[0];
	case KTLAT_REFUSED_NOT:
		if (err != -EINVAL && err != -ENODEV)
			return false;
		break;
	case KTLAT_REFUSED_BLACKLIST:
	case KTLAT_REFUSED_OFFSET:
	case KTLAT_REFUSED_NOTRACE:
		break;
	default:
		return false;
	}
	return !ktlat_target_is_loaded(&plan->point[0]) ||
	       !ktlat_target_is_loaded(&plan->point[1]);
}

/* It is nowhere. */
static void probe_forget_addresses(struct ktlat_probe *probe)
{
	for (int i = 0; i < ARRAY_SIZE(probe->plan.point); i++)
		probe->plan.point[i].address = 0;
}

/* Attaches it now, or has it wait for its module. */
static int probe_attach_or_wait(struct ktlat_probe *probe, bool start)
{
	int err = ktlat_probe_attach(probe, start);

	if (!err || !probe->waits || !probe_may_wait(probe, err))
		return err;
	if (probe->plan.refusal == KTLAT_REFUSED_UNKNOWN &&
	    ktlat_target_is_loaded(probe_refused_point(probe)))
		probe->refusal = KTLAT_REFUSED_UNKNOWN;
	probe_forget_addresses(probe);
	probe->passed_over = KTLAT_REFUSED_NOT;
	probe->started = start;
	return 0;
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
	err = probe_attach_or_wait(probe, !(add->flags & KTLAT_PROBE_DISABLED));
	if (err) {
		add->refusal = probe->plan.refusal;
		add->refused_point = probe->plan.refused_point;
		ktlat_probe_free(probe);
		return err;
	}
	probe->id = add->id = ++probe_last_id;
	mutex_lock(&ktlat_map_lock);
	list_add_tail(&probe->node, &ktlat_probes);
	mutex_unlock(&ktlat_map_lock);
	if (probe->slow.ppm)
		ktlat_threshold_follow();
	ktlat_netlink_probe(KTLAT_NL_CMD_ADDED, probe);
	if (probe->started && probe->attachment)
		ktlat_netlink_attached(probe);
	ktlat_lookout_begin();
	return 0;
}

/* Starts one that listeners need not know yet; one that waits, when its module comes. */
int ktlat_probe_start(struct ktlat_probe *probe)
{
	struct ktlat_group *group = probe->plan.group;
	u32 state = ktlat_probe_state(probe);
	int err;

	if (state == KTLAT_STATE_GONE || (group && !group->nr))
		return -ENODEV;
	if (state == KTLAT_STATE_PENDING) {
		ktlat_probe_let_go(probe);
		probe->started = true;
	}
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

	/* Its module went in the midst of that: now it waits. */
	if (err && ktlat_probe_state(probe) == KTLAT_STATE_PENDING)
		err = ktlat_probe_start(probe);
	if (!err && !started && ktlat_probe_state(probe) == KTLAT_STATE_ARMED)
		ktlat_netlink_attached(probe);
	return err;
}

int ktlat_probe_disable(struct ktlat_probe *probe)
{
	/* A group that did not get as far may be armed in part. */
	if ((probe->started || probe->plan.group) && probe->attachment)
		probe->backend->stop(probe->attachment);
	probe->started = false;
	ktlat_netlink_detached(probe);
	return 0;
}

/* Zeroes the figures; calls in flight belong to the old ones. */
int ktlat_probe_reset(struct ktlat_probe *probe)
{
	const struct ktlat_backend *backend = probe->backend;
	u64 epoch = probe->meter.epoch;

	/* A call lost from now on may be one of the new figures. */
	ktlat_probe_ask(probe, &probe->before);
	probe->past_inexact = false;
	ktlat_clock_calibrate();
	if (probe->keys)
		ktlat_keys_flip(probe->keys, probe->histogram.header->generation + 1);
	ktlat_histogram_flip(&probe->histogram, &probe->meter);
	if (probe->attachment && backend->retire)
		backend->retire(probe->attachment, epoch);
	/* Behind that: a handler in the idle loop may have had the old epoch until now. */
	if (probe->slowest)
		ktlat_slowest_reset(probe->slowest);
	ktlat_histogram_clean(&probe->histogram);
	if (probe->keys)
		ktlat_keys_clean(probe->keys);
	ktlat_probe_ask(probe, &probe->base);
	return 0;
}

/* Ends a probe. On return nothing runs on its behalf; its mappings live on. */
int ktlat_probe_remove(struct ktlat_probe *probe)
{
	mutex_lock(&ktlat_map_lock);
	list_del(&probe->node);
	mutex_unlock(&ktlat_map_lock);
	ktlat_probe_disable(probe);
	if (probe->attachment)
		probe->backend->detach(probe->attachment);
	probe->attachment = NULL;
	WRITE_ONCE(probe->histogram.header->removed, 1);
	if (probe->keys)
		ktlat_keys_end(probe->keys);
	ktlat_netlink_probe(KTLAT_NL_CMD_REMOVED, probe);
	ktlat_probe_free(probe);
	return 0;
}

static bool probe_remove_first(const struct ktlat_session *session)
{
	struct ktlat_probe *probe;

	list_for_each_entry(probe, &ktlat_probes, node) {
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

/* Is a point of it in that module? */
static bool probe_is_in(const struct ktlat_probe *probe, const char *module)
{
	return !strcmp(probe->plan.point[0].module, module) ||
	       !strcmp(probe->plan.point[1].module, module);
}

/* Calls in flight that nobody will tell of any more. */
static void probe_abandon_open(struct ktlat_probe *probe)
{
	struct ktlat_figures figures;

	ktlat_probe_figures(probe, &figures);
	while (figures.in_flight--)
		ktlat_meter_abandon(&probe->meter, probe->meter.epoch);
}

/* Ends an attachment; the next one begins its own account of what is in flight. */
static void probe_part(struct ktlat_probe *probe)
{
	struct ktlat_mechanism_info info;

	if (probe->started)
		probe->backend->stop(probe->attachment);
	ktlat_probe_ask(probe, &info);
	probe->past_inexact = !ktlat_probe_is_exact(probe, &info);
	probe->past = info;
	probe->backend->detach(probe->attachment);
	probe->attachment = NULL;
	probe_abandon_open(probe);
	probe_forget_addresses(probe);
}

/**
 * ktlat_probe_let_go() - Let go of code that is gone, and wait for it to come again
 * @probe: no-op for one that does not wait, or whose code is there
 *
 * Its figures stay. Context: ktlat_lock; may sleep.
 */
void ktlat_probe_let_go(struct ktlat_probe *probe)
{
	struct ktlat_mechanism_info info;

	lockdep_assert_held(&ktlat_lock);
	if (!probe->waits)
		return;
	/* What there was to say of the module went with it. */
	if (!probe->attachment &&
	    !ktlat_target_is_loaded(probe_refused_point(probe)))
		probe->refusal = KTLAT_REFUSED_NOT;
	ktlat_probe_ask(probe, &info);
	if (!info.gone)
		return;
	probe_part(probe);
	ktlat_netlink_detached(probe);
}

/* Attaches one whose module has come; a second one may still be missing. */
static void probe_meet(struct ktlat_probe *probe, const char *module)
{
	bool start = probe->started;
	int err;

	probe->started = false;
	err = ktlat_probe_attach(probe, start);
	probe->started = start;
	probe->refusal = KTLAT_REFUSED_NOT;
	if (!err) {
		if (start && probe->attachment)
			ktlat_netlink_attached(probe);
		return;
	}
	probe_forget_addresses(probe);
	probe->passed_over = KTLAT_REFUSED_NOT;
	/* The one that is coming is not listed yet. */
	if (probe_lacks_module(probe) &&
	    strcmp(probe_refused_point(probe)->module, module))
		return;
	probe->refusal = probe->plan.refusal;
	pr_notice_ratelimited("probe %llu, which waited for %s, cannot be attached (%d)\n",
			      probe->id, probe->plan.point[0].name, err);
}

/**
 * ktlat_probes_meet() - A module has come: attach who waits for it
 * @module: its name; its init function has not run yet
 *
 * Context: ktlat_lock; may sleep.
 */
void ktlat_probes_meet(const char *module)
{
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_lock);
	ktlat_clock_calibrate();
	/* All off first what has gone: the code may have come to the same place. */
	list_for_each_entry(probe, &ktlat_probes, node)
		ktlat_probe_let_go(probe);
	list_for_each_entry(probe, &ktlat_probes, node)
		if (probe->waits && !probe->attachment &&
		    probe_is_in(probe, module))
			probe_meet(probe, module);
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

	list_for_each_entry(probe, &ktlat_probes, node) {
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

	list_for_each_entry_safe(probe, next, &ktlat_probes, node) {
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
	list_for_each_entry(probe, &ktlat_probes, node) {
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

	list_for_each_entry(probe, &ktlat_probes, node)
		if (probe->id == id && ktlat_probe_visible(probe, session, all))
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

/* The probe of an id, or NULL. Context: ktlat_lock or ktlat_map_lock. */
struct ktlat_probe *ktlat_probe_find(u64 id)
{
	struct ktlat_probe *probe;

	list_for_each_entry(probe, &ktlat_probes, node)
		if (probe->id == id)
			return probe;
	return NULL;
}

/* The first probe with a higher id, of any session, or NULL. Context: ktlat_lock. */
struct ktlat_probe *ktlat_probe_after(u64 id)
{
	struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_lock);
	list_for_each_entry(probe, &ktlat_probes, node)
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
	list_for_each_entry(probe, &ktlat_probes, node) {
		if (next ? probe->id <= info->id : probe->id != info->id)
			continue;
		if (!ktlat_probe_visible(probe, session, all))
			continue;
		ktlat_probe_tell(probe, info);
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
	list_for_each_entry(probe, &ktlat_probes, node) {
		info->nr_probes += ktlat_probe_visible(probe, session, all);
		if (probe_is_mine(probe))
			info->memory_bytes +=
				ktlat_account_bytes(probe->plan.account);
		if (probe_is_mine(probe) && probe->slowest)
			info->memory_bytes += ktlat_slowest_bytes(probe->slowest);
		if (probe_is_mine(probe) && probe->keys)
			info->memory_bytes += ktlat_keys_bytes(probe->keys);
	}
}
