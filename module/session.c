// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - a set of probes with their rings, and its lifetime.
 *
 * An anonymous session belongs to one open file. Mappings hold the file, so the
 * file's release is the end of the last descriptor and mapping, however they
 * went: there is nothing to clean up after a killed reader.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "probe.h"
#include "rights.h"
#include "rings.h"
#include "session.h"
#include "stacks.h"
#include "target.h"
#include "waiters.h"

#include <ktlat.h>

DEFINE_MUTEX(ktlat_lock);
DEFINE_MUTEX(ktlat_map_lock);

struct ktlat_session ktlat_session_default = {
	.id = 1,
	.kind = KTLAT_SESSION_DEFAULT,
};

/* The last id given out; guarded by ktlat_lock. */
static u64 session_last_id = 1;

/* A new anonymous session, or NULL without memory. Under ktlat_lock. */
struct ktlat_session *ktlat_session_new(void)
{
	struct ktlat_session *session = kzalloc(sizeof(*session),
						GFP_KERNEL_ACCOUNT);

	if (!session)
		return NULL;
	session->id = ++session_last_id;
	session->kind = KTLAT_SESSION_ANONYMOUS;
	return session;
}

/* No probe writes them any more. Under ktlat_lock. */
static void session_free_rings(struct ktlat_session *session)
{
	struct ktlat_rings *rings = session->rings;

	if (!rings)
		return;
	mutex_lock(&ktlat_map_lock);
	session->rings = NULL;
	ktlat_waiters_forget(rings);
	mutex_unlock(&ktlat_map_lock);
	ktlat_rings_free(rings);
}

/*
 * Ends what is in a session. The lock is given up after each probe, as each takes
 * grace periods. Without ktlat_lock.
 */
static void session_empty(struct ktlat_session *session)
{
	ktlat_probes_remove(session);
	mutex_lock(&ktlat_lock);
	session_free_rings(session);
	mutex_unlock(&ktlat_lock);
}

/*
 * Ends an anonymous session with its probes; no-op on the default one. Nobody
 * else knows the session any more. Without ktlat_lock.
 */
void ktlat_session_end(struct ktlat_session *session)
{
	if (session->kind == KTLAT_SESSION_DEFAULT)
		return;
	session_empty(session);
	kfree(session);
}

/* Ends what is in the default session. The device is gone. */
void ktlat_session_exit(void)
{
	session_empty(&ktlat_session_default);
}

/* Rings, with a stack table if one is asked for; or an ERR_PTR. Under ktlat_lock. */
static struct ktlat_rings *
session_rings(const struct ktlat_session *session,
	      const struct ktlat_rings_info *info)
{
	struct ktlat_rings *rings = ktlat_rings_make(session->id, info->nr_slots,
						     info->watermark);
	int err;

	if (IS_ERR(rings) || !info->nr_stacks)
		return rings;
	err = ktlat_rings_add_stacks(rings, session->id, info->nr_stacks);
	if (err) {
		ktlat_rings_free(rings);
		return ERR_PTR(err);
	}
	return rings;
}

/**
 * ktlat_session_rings_make() - Give a session its rings
 * @session: the session
 * @info: @nr_slots and @nr_stacks are well-formed; the rest or the refusal is filled in
 *
 * Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat.h.
 */
int ktlat_session_rings_make(struct ktlat_session *session,
			     struct ktlat_rings_info *info)
{
	struct ktlat_rings *rings;

	lockdep_assert_held(&ktlat_lock);
	if (session->rings)
		return -EEXIST;
	ktlat_probes_set_clock();
	rings = session_rings(session, info);
	if (PTR_ERR(rings) == -EDQUOT) {
		info->refusal = KTLAT_REFUSED_MEMLOCK;
		return ktlat_target_errno(info->refusal);
	}
	if (IS_ERR(rings))
		return PTR_ERR(rings);
	mutex_lock(&ktlat_map_lock);
	session->rings = rings;
	mutex_unlock(&ktlat_map_lock);
	ktlat_rings_tell(rings, info);
	return 0;
}

/* Context: ktlat_lock. Return: 0, or -ENOENT if the caller may see none. */
int ktlat_session_rings_get(const struct ktlat_session *session,
			    struct ktlat_rings_info *info)
{
	lockdep_assert_held(&ktlat_lock);
	if (!session->rings || !ktlat_sees_all())
		return -ENOENT;
	ktlat_rings_tell(session->rings, info);
	return 0;
}

/**
 * ktlat_session_rings_seen() - All that is in the rings now is known
 * @session: of the descriptor
 * @waiter: of the descriptor
 *
 * Context: ktlat_lock. Return: 0, or -ENOENT if the caller may see none.
 */
int ktlat_session_rings_seen(const struct ktlat_session *session,
			     struct ktlat_waiter *waiter)
{
	lockdep_assert_held(&ktlat_lock);
	if (!session->rings || !ktlat_sees_all())
		return -ENOENT;
	mutex_lock(&ktlat_map_lock);
	ktlat_waiter_look(waiter, session->rings);
	mutex_unlock(&ktlat_map_lock);
	return 0;
}

/* May the caller change the rings of a session? */
static int session_owns_rings(const struct ktlat_session *session)
{
	if (!session->rings)
		return -ENOENT;
	return uid_eq(session->rings->owner, current_uid()) ||
	       capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* Context: ktlat_lock. Return: 0 or an errno of ktlat.h. */
int ktlat_session_flight_arm(struct ktlat_session *session,
			     const struct ktlat_flight_info *info)
{
	int err = session_owns_rings(session);

	lockdep_assert_held(&ktlat_lock);
	return err ?: ktlat_flight_arm(session->rings, info);
}

/* Context: ktlat_lock. Return: 0, or -ENOENT if the caller may see no rings. */
int ktlat_session_flight_get(const struct ktlat_session *session,
			     struct ktlat_flight_info *info)
{
	lockdep_assert_held(&ktlat_lock);
	if (!session->rings || !ktlat_sees_all())
		return -ENOENT;
	ktlat_flight_tell(session->rings, info);
	return 0;
}

/* Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat.h. */
int ktlat_session_flight_thaw(struct ktlat_session *session)
{
	int err = session_owns_rings(session);

	lockdep_assert_held(&ktlat_lock);
	if (!err)
		ktlat_flight_thaw(session->rings);
	return err;
}

/* Context: ktlat_lock; may sleep. Return: 0 or an errno of ktlat.h. */
int ktlat_session_rings_delete(struct ktlat_session *session)
{
	int err = session_owns_rings(session);

	lockdep_assert_held(&ktlat_lock);
	if (err)
		return err;
	if (session->rings->nr_probes)
		return -EBUSY;
	session_free_rings(session);
	return 0;
}

/**
 * ktlat_session_rings_memory() - The rings, to be mapped
 * @session: of the descriptor
 *
 * Context: ktlat_map_lock. Return: the memory with a reference for the caller;
 * -ENXIO if there are none that the caller may see; -EPERM for who may not see
 * addresses, if there may be some.
 */
struct ktlat_memory *
ktlat_session_rings_memory(const struct ktlat_session *session)
{
	int err;

	lockdep_assert_held(&ktlat_map_lock);
	if (!session->rings || !ktlat_sees_all())
		return ERR_PTR(-ENXIO);
	err = ktlat_rings_check_map(session->rings);
	if (err)
		return ERR_PTR(err);
	ktlat_memory_get(session->rings->memory);
	return session->rings->memory;
}

/* The same for their stack table; -EPERM for who may not see addresses. */
struct ktlat_memory *
ktlat_session_stacks_memory(const struct ktlat_session *session)
{
	lockdep_assert_held(&ktlat_map_lock);
	return ktlat_stacks_memory(session->rings ? session->rings->stacks : NULL);
}
