/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe_pool.h - the hook that is a fprobe with a pool of nodes.
 *
 * The state of a call lies in a node out of the fprobe's pool, whose size is
 * fixed. When it runs low, a second fprobe with a larger pool takes over. Calls
 * in flight still return through the fprobe that they entered by, so those are
 * kept, sitting on a function that nobody calls, until the attachment ends.
 */
#ifndef KTLAT_BACKEND_FPROBE_POOL_H
#define KTLAT_BACKEND_FPROBE_POOL_H

#include <linux/list.h>

#include "backend/handover.h"
#include "compat/fprobe_pool.h"

struct fpr;
struct ktlat_meter;

/* The kernel counts what is lost, not atomically. */
#define FPR_ZERO_IS_EXACT	true

#define FPR_POOL_GROWTH	16
#define FPR_POOL_MIN	1024
/* log16(KTLAT_POOL_MAX / FPR_POOL_MIN), rounded up, plus the first one. */
#define FPR_POOLS_MAX	3

/**
 * struct fpr_pool - One fprobe with its nodes
 * @fp: the fprobe
 * @meter: where to count; a copy of the attachment's, one load less per call
 * @fpr: the attachment
 * @index: in its list of pools
 * @nmissed_seen: how far @fp.nmissed was taken into the total
 * @node: in the list of all pools; guarded by fpr_lock, read by RCU
 */
struct fpr_pool {
	struct fprobe fp;
	const struct ktlat_meter *meter;
	struct fpr *fpr;
	u8 index;
	unsigned long nmissed_seen;
	struct list_head node;
};

/**
 * struct fpr_hook - The pools of an attachment
 * @pools: in order of size; the last one takes new calls. It sits on the
 *	function while the attachment is started; the others never do
 * @nr_pools: how many there are
 * @fixed: the user has set the size
 * @handover: which pool takes new calls; looked at during a hand-over only
 * @grow_checked: what was missed when growth was last considered
 * @growable: in the list of attachments that may grow
 */
struct fpr_hook {
	struct fpr_pool *pools[FPR_POOLS_MAX];
	u32 nr_pools;
	bool fixed;
	struct ktlat_handover handover;
	u64 grow_checked;
	struct list_head growable;
};

int fpr_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data);
int fpr_entry_handover(struct fprobe *fp, unsigned long ip,
		       unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
		       void *data);

int fpr_pool_add(struct fpr *fpr, u32 instances);
void fpr_pool_remove(struct fpr *fpr, struct fpr_pool *pool);
void fpr_pool_park(struct fpr_pool *pool);
void fpr_growth_watch(struct fpr *fpr);
void fpr_growth_forget(struct fpr *fpr);
void fpr_growth_end(void);

static inline struct fpr_pool *fpr_last_pool(const struct fpr_hook *hook)
{
	return hook->pools[hook->nr_pools - 1];
}

#endif /* KTLAT_BACKEND_FPROBE_POOL_H */
