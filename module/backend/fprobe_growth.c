// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_growth.c - how a larger pool takes over from one that runs low;
 * handover.h tells why no call is counted twice or not at all meanwhile.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>

#include "backend/fprobe.h"

/* How often it is looked whether pools run low. */
#define FPR_GROWTH_PERIOD	(HZ / 5)

/* Attachments that may grow; guarded by fpr_lock. */
static LIST_HEAD(fpr_growables);

static void fpr_growth_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(fpr_growth, fpr_growth_work);

/*
 * Moves new calls from one pool to the next, with both on the function. A miss
 * meanwhile is counted by either, both or the wrong one, so that it is known
 * that there was one and not of how many calls. Under fpr_lock.
 */
static void fpr_switch(struct fpr *fpr, struct fpr_pool *old,
		       struct fpr_pool *new)
{
	fpr_losses_update(fpr, &old->fp, &old->nmissed_seen);
	new->nmissed_seen = READ_ONCE(new->fp.nmissed);
	ktlat_handover_to(&fpr->hook.handover, new->index);
	if (READ_ONCE(old->fp.nmissed) != old->nmissed_seen ||
	    READ_ONCE(new->fp.nmissed) != new->nmissed_seen)
		fpr->blurs++;
	new->nmissed_seen = READ_ONCE(new->fp.nmissed);
}

/* Lets a larger pool take over. Under fpr_lock. */
static int fpr_grow(struct fpr *fpr)
{
	struct fpr_pool *old = fpr_last_pool(&fpr->hook);
	struct fpr_pool *new;
	int err;

	err = fpr_pool_add(fpr, min_t(u32, FPR_POOL_GROWTH *
					   ktlat_fprobe_instances(&old->fp),
				      KTLAT_POOL_MAX));
	if (err)
		return err;
	new = fpr_last_pool(&fpr->hook);
	WRITE_ONCE(new->fp.entry_handler, fpr_entry_handover);
	WRITE_ONCE(old->fp.entry_handler, fpr_entry_handover);
	/* Now nobody is in the old one's usual handler any more. */
	ktlat_fprobe_synchronize_handlers();
	err = ktlat_fprobe_move(&new->fp, fpr->site);
	if (err)
		goto restore;
	/* And now nobody is on the way that leads to the old one alone. */
	ktlat_fprobe_synchronize();
	fpr_switch(fpr, old, new);
	fpr_pool_park(old);
	WRITE_ONCE(new->fp.entry_handler, fpr_entry);
	return 0;

restore:
	WRITE_ONCE(old->fp.entry_handler, fpr_entry);
	list_del_rcu(&new->node);
	fpr->hook.nr_pools--;
	fpr_pool_remove(fpr, new);
	return err;
}

/* A pool is to grow before it is empty, and certainly if it was. */
static bool fpr_runs_low(struct fpr *fpr)
{
	struct fpr_pool *last = fpr_last_pool(&fpr->hook);
	bool missed;

	fpr_losses_update(fpr, &last->fp, &last->nmissed_seen);
	missed = fpr->missed != fpr->hook.grow_checked;
	fpr->hook.grow_checked = fpr->missed;
	return missed ||
	       fpr_in_flight(fpr) > ktlat_fprobe_instances(&last->fp) / 2;
}

static bool fpr_can_grow(const struct fpr *fpr)
{
	return fpr->hook.nr_pools < FPR_POOLS_MAX &&
	       ktlat_fprobe_instances(&fpr_last_pool(&fpr->hook)->fp) < KTLAT_POOL_MAX;
}

static void fpr_consider(struct fpr *fpr)
{
	if (!fpr_runs_low(fpr) || (fpr_can_grow(fpr) && !fpr_grow(fpr)))
		return;
	pr_info("%s: its pool cannot grow beyond %u calls in flight\n",
		fpr->name, ktlat_fprobe_instances(&fpr_last_pool(&fpr->hook)->fp));
	list_del_init(&fpr->hook.growable);
}

static void fpr_growth_work(struct work_struct *work)
{
	struct fpr *fpr, *next;

	mutex_lock(&fpr_lock);
	list_for_each_entry_safe(fpr, next, &fpr_growables,
				 hook.growable)
		fpr_consider(fpr);
	if (!list_empty(&fpr_growables))
		queue_delayed_work(system_long_wq, &fpr_growth,
				   FPR_GROWTH_PERIOD);
	mutex_unlock(&fpr_lock);
}

/* Has the pool grow when it runs low. Under fpr_lock. */
void fpr_growth_watch(struct fpr *fpr)
{
	list_add(&fpr->hook.growable, &fpr_growables);
	queue_delayed_work(system_long_wq, &fpr_growth, FPR_GROWTH_PERIOD);
}

/* No growth is under way, nor will one begin. Under fpr_lock. */
void fpr_growth_forget(struct fpr *fpr)
{
	list_del_init(&fpr->hook.growable);
}

/* The module is going, and with it the code of the work. */
void fpr_growth_end(void)
{
	cancel_delayed_work_sync(&fpr_growth);
}
