/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a set of probes and its lifetime.
 */
#ifndef KTLAT_SESSION_H
#define KTLAT_SESSION_H

#include <linux/mutex.h>
#include <linux/types.h>

struct ktlat_flight_info;
struct ktlat_memory;
struct ktlat_rings;
struct ktlat_rings_info;
struct ktlat_waiter;

/**
 * struct ktlat_session - A set of probes; the probes point at it
 * @id: told to users
 * @kind: &enum ktlat_session_kind
 * @rings: where its probes write events, or NULL; under both locks below
 */
struct ktlat_session {
	u64 id;
	u32 kind;
	struct ktlat_rings *rings;
};

/*
 * Guards sessions, the binding of descriptors to them, and all that a probe is
 * except its counters. Lock order, outermost first:
 *
 *	ktlat_lock
 *	krp_lock		backend/kretprobe.h
 *	direct_lock		backend/direct.h; also from the module notifier
 *	fpr_lock		backend/fprobe.h; likewise
 *	starts_list_lock	hot/starts.c
 *	lookout_lock		lookout.c; a leaf
 *	netlink_lock		netlink.c; around the sending of an event
 *	the kernel's own	CPU hotplug, kprobe, ftrace, tracepoint, text
 *	mmap_lock		the kernel itself takes it inside CPU hotplug
 *	ktlat_map_lock		nothing is taken inside of it but:
 *	waiters_lock		waiters.c; also from an irq_work
 *
 * So mmap(), which comes to us with mmap_lock held, takes ktlat_map_lock alone;
 * and user memory is never touched under any of these.
 *
 * Generic netlink hands us requests with a lock of its own held, which it also
 * takes to register a family: that is done without any of these. An event is sent
 * with ktlat_lock held maybe; inside netlink_lock there are the kernel's locks of
 * sockets and of memory, and none of ours.
 */
extern struct mutex ktlat_lock;

/*
 * Guards, together with ktlat_lock, what mmap() looks at: the list of probes, the
 * rings of sessions and the binding of descriptors. Who changes them holds both
 * locks, who looks at them holds one.
 */
extern struct mutex ktlat_map_lock;

/* The session that lasts as long as the module. */
extern struct ktlat_session ktlat_session_default;

struct ktlat_session *ktlat_session_new(void);
void ktlat_session_end(struct ktlat_session *session);
void ktlat_session_exit(void);

int ktlat_session_rings_make(struct ktlat_session *session,
			     struct ktlat_rings_info *info);
int ktlat_session_rings_get(const struct ktlat_session *session,
			    struct ktlat_rings_info *info);
int ktlat_session_rings_seen(const struct ktlat_session *session,
			     struct ktlat_waiter *waiter);
int ktlat_session_flight_arm(struct ktlat_session *session,
			     const struct ktlat_flight_info *info);
int ktlat_session_flight_get(const struct ktlat_session *session,
			     struct ktlat_flight_info *info);
int ktlat_session_flight_thaw(struct ktlat_session *session);
int ktlat_session_rings_delete(struct ktlat_session *session);
struct ktlat_memory *
ktlat_session_rings_memory(const struct ktlat_session *session);
struct ktlat_memory *
ktlat_session_stacks_memory(const struct ktlat_session *session);

#endif /* KTLAT_SESSION_H */
