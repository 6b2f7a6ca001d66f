/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe.h - what fprobe.c (the backend) and fprobe_pool.c (its pools) share.
 *
 * The state of a call lies in a node out of the fprobe's pool, whose size is
 * fixed. When it runs low, a second fprobe with a larger pool takes over. Calls
 * in flight still return through the fprobe that they entered by, so those are
 * kept, sitting on a function that nobody calls, until the attachment ends.
 */
#ifndef KTLAT_BACKEND_FPROBE_H
#define KTLAT_BACKEND_FPROBE_H

#include <linux/fprobe.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "backend/backend.h"
#include "backend/handover.h"
#include "compat/fprobe.h"
#include "hot/measure.h"

#define FPR_POOL_GROWTH	16
#define FPR_POOL_MIN	1024
/* log16(KTLAT_POOL_MAX / FPR_POOL_MIN), rounded up, plus the first one. */
#define FPR_POOLS_MAX	3

struct fpr;

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
 * struct fpr - An attachment
 * @attachment: what the probe code sees
 * @name: the function, for the log
 * @site: its address
 * @meter: where to count
 * @account: who pays for the nodes
 * @pools: in order of size; the last one takes new calls
 * @nr_pools: how many there are
 * @fixed: the user has set the size
 * @started: the last pool sits on the function; the others never do
 * @gone: the code that held the function was unloaded
 * @blurs: how often calls were missed while one pool handed over to the next,
 *	and how many is not known
 * @handover: which pool takes new calls; looked at during a hand-over only
 * @missed: entries that were lost. Short of the truth if it is not 0: the
 *	kernel does not count atomically
 * @grow_checked: @missed when growth was last considered
 * @growable: in the list of attachments that may grow
 * @node: in the list of attachments
 *
 * All of it is guarded by fpr_lock, but for what the handlers read: @meter of
 * a pool, and @handover.
 */
struct fpr {
	struct ktlat_attachment attachment;
	char name[KTLAT_NAME_LEN];
	unsigned long site;
	const struct ktlat_meter *meter;
	struct ktlat_account *account;
	struct fpr_pool *pools[FPR_POOLS_MAX];
	u32 nr_pools;
	bool fixed;
	bool started;
	bool gone;
	u32 blurs;
	struct ktlat_handover handover;
	u64 missed;
	u64 grow_checked;
	struct list_head growable;
	struct list_head node;
};

/*
 * Guards every attachment and the lists. Taken inside the lock of the probe
 * code, and by the module notifier; the kernel's own ftrace, kprobe and hotplug
 * locks are taken inside of it.
 */
extern struct mutex fpr_lock;

int fpr_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data);
int fpr_entry_refuse(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data);
int fpr_entry_handover(struct fprobe *fp, unsigned long ip,
		       unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
		       void *data);
void fpr_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data);

int fpr_pool_add(struct fpr *fpr, u32 instances);
void fpr_pools_remove(struct fpr *fpr);
void fpr_pool_park(struct fpr_pool *pool);
u32 fpr_pool_default(void);
void fpr_losses_update(struct fpr *fpr, struct fpr_pool *pool);
void fpr_growth_watch(struct fpr *fpr);
void fpr_growth_forget(struct fpr *fpr);
void fpr_growth_end(void);
void fpr_task_exit(void);

const void *fpr_perch(const struct fprobe *fp);

static inline struct fpr_pool *fpr_last_pool(const struct fpr *fpr)
{
	return fpr->pools[fpr->nr_pools - 1];
}

#endif /* KTLAT_BACKEND_FPROBE_H */
