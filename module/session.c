// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - a set of probes and its lifetime.
 *
 * An anonymous session belongs to one open file. Mappings hold the file, so the
 * file's release is the end of the last descriptor and mapping, however they
 * went: there is nothing to clean up after a killed reader.
 */
#include <linux/slab.h>

#include "probe.h"
#include "session.h"

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

/*
 * Ends an anonymous session with its probes; no-op on the default one. Nobody
 * else knows the session any more. The lock is given up after each probe, as
 * each takes grace periods. Without ktlat_lock.
 */
void ktlat_session_end(struct ktlat_session *session)
{
	if (session->kind == KTLAT_SESSION_DEFAULT)
		return;
	ktlat_probes_remove(session);
	kfree(session);
}
