/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe_graph.h - the hook that is a fprobe made of function graph tracing.
 *
 * The state of a call lies on the shadow stack of its task, one page, which is
 * there for every task as soon as anybody traces function graphs.
 */
#ifndef KTLAT_BACKEND_FPROBE_GRAPH_H
#define KTLAT_BACKEND_FPROBE_GRAPH_H

#include <linux/list.h>

#include "compat/fprobe_graph.h"
#include "hot/measure.h"

struct fpr;

/* The kernel counts some of what is lost, and nobody counts the rest. */
#define FPR_ZERO_IS_EXACT	false

/**
 * struct fpr_call - What lies on the shadow stack while a call runs
 * @call: what is remembered of it
 * @cookie: whose it is; 0 when it is over. The kernel tells fprobes by address,
 *	and that may be used again while calls of the one before are in flight
 *
 * With three words it is a call's data that find no room when the stack is full
 * of calls of ours, and not its frame: the kernel counts the one and not the other.
 */
struct fpr_call {
	struct ktlat_call call;
	unsigned long cookie;
};

/* With the word of the kernel's that tells whose it is. */
#define FPR_CALL_WORDS	(1 + sizeof(struct fpr_call) / sizeof(long))

/**
 * struct fpr_hook - The fprobe of an attachment
 * @fp: the fprobe
 * @cookie: told with each call that it is this attachment's, as there was and
 *	will be no other. Not 0
 * @registered: @fp sits on the function: the attachment is started, or was, and
 *	calls that were entered then are in flight
 * @nmissed_seen: how far @fp.nmissed was taken into the total
 * @node: in the list of hooks; guarded by fpr_lock, read by RCU
 * @leaving: in the list of those that will leave their function
 */
struct fpr_hook {
	struct fprobe fp;
	unsigned long cookie;
	bool registered;
	unsigned long nmissed_seen;
	struct list_head node;
	struct list_head leaving;
};

#endif /* KTLAT_BACKEND_FPROBE_GRAPH_H */
