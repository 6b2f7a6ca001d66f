/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a set of probes and its lifetime.
 */
#ifndef KTLAT_SESSION_H
#define KTLAT_SESSION_H

#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct ktlat_session - A set of probes; the probes point at it
 * @id: told to users
 * @kind: &enum ktlat_session_kind
 */
struct ktlat_session {
	u64 id;
	u32 kind;
};

/*
 * Guards sessions, the binding of descriptors to them, and all that a probe is
 * except its counters. Lock order, outermost first:
 *
 *	mmap_lock		held by mmap() when it comes to us
 *	ktlat_lock
 *	krp_lock		backend/kretprobe.h
 *	starts_list_lock	hot/starts.c, a leaf of ours
 *	the kernel's own	kprobe, tracepoint, CPU hotplug, text
 *
 * As mmap_lock comes first, user memory is never touched under ktlat_lock.
 */
extern struct mutex ktlat_lock;

/* The session that lasts as long as the module. */
extern struct ktlat_session ktlat_session_default;

struct ktlat_session *ktlat_session_new(void);
void ktlat_session_end(struct ktlat_session *session);

#endif /* KTLAT_SESSION_H */
