// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_pool.c - the fprobes of an attachment, each with a pool of nodes, and
 * how a larger one takes over; handover.h tells why no call is counted twice or
 * not at all meanwhile.
 */
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "account.h"
#include "backend/fprobe.h"

/* How often it is looked whether pools run low. */
#define FPR_GROWTH_PERIOD	(HZ / 5)

/* All pools; guarded by fpr_lock, read under RCU by exiting tasks. */
static LIST_HEAD(fpr_pools);

/* Attachments that may grow; guarded by fpr_lock. */
static LIST_HEAD(fpr_growables);

/*
 * How far behind a rethook node the data of its call lie: fprobe.c of the kernel
 * keeps that to itself. Written once, under fpr_lock, before there is a pool.
 */
static ptrdiff_t fpr_data_offset;

/* The data of the call of fpr_perch() that fpr_learn() makes. */
static const void *fpr_learnt_data;

static void fpr_growth_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(fpr_growth, fpr_growth_work);

static size_t fpr_pool_bytes(u32 instances)
{
	return ktlat_fprobe_bytes(instances, sizeof(struct ktlat_call));
}

/*
 * What programs keep in flight at once, most of the time. Nodes are used in
 * turn, so a pool that is too large is cold in every cache; and each CPU has a
 * ring with room for all of them, so memory grows with the square of CPUs.
 */
u32 fpr_pool_default(void)
{
	return clamp_t(u32, 64 * num_possible_cpus(), FPR_POOL_MIN,
		       4 * FPR_POOL_MIN);
}

/*
 * Ends a fprobe. On return none of our code runs on its behalf any more: the
 * kernel forbids its rethook to call a handler or to give out a node first, then
 * takes it off its site, and we wait for who is in a handler. Nodes of calls in
 * flight belong to the kernel, which frees each when its call returns, and the
 * rethook with the last, without a look at the fprobe. Where ftrace has broken
 * down it keeps the fprobe, whose rethook gives out no node all the same.
 * Return: whether the fprobe can be freed. Context: may sleep.
 */
static bool fpr_unregister(struct fprobe *fp)
{
	int err = unregister_fprobe(fp);

	ktlat_fprobe_synchronize_handlers();
	if (err)
		pr_err("ftrace has broken down (%d): memory of a probe is lost\n",
		       err);
	return !err;
}

static int fpr_learn_entry(struct fprobe *fp, unsigned long ip,
			   unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
			   void *data)
{
	WRITE_ONCE(fpr_learnt_data, data);
	return 0;
}

static void fpr_learn_exit(struct fprobe *fp, unsigned long ip,
			   unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
			   void *data)
{
}

/*
 * Finds out where data lie, once, by a call that we make ourselves, and that
 * fprobes work at all. Under fpr_lock. Return: 0; -EBUSY where they do not.
 */
static int fpr_learn(void)
{
	struct fprobe *fp;
	const void *node;
	int err;

	if (fpr_data_offset)
		return 0;
	fp = kzalloc(sizeof(*fp), GFP_KERNEL);
	if (!fp)
		return -ENOMEM;
	fp->entry_handler = fpr_learn_entry;
	fp->exit_handler = fpr_learn_exit;
	fp->entry_data_size = sizeof(struct ktlat_call);
	err = ktlat_fprobe_register(fp, (unsigned long)fpr_perch, 1);
	if (err) {
		kfree(fp);
		return err;
	}
	node = fpr_perch(fp);
	if (fpr_unregister(fp))
		kfree(fp);
	if (!fpr_learnt_data || !node ||
	    !ktlat_fprobe_offset_is_sound(fpr_learnt_data - node))
		return -EBUSY;
	fpr_data_offset = fpr_learnt_data - node;
	return 0;
}

static int fpr_pool_register(struct fpr *fpr, struct fpr_pool *pool,
			     u32 instances)
{
	int err = fpr_learn();

	if (err)
		return err;
	pool->meter = fpr->meter;
	pool->fpr = fpr;
	pool->index = fpr->nr_pools;
	pool->fp.entry_handler = fpr_entry_refuse;
	pool->fp.exit_handler = fpr_exit;
	pool->fp.entry_data_size = sizeof(struct ktlat_call);
	return ktlat_fprobe_register(&pool->fp, (unsigned long)fpr_perch,
				     instances);
}

/*
 * Registers one more fprobe as the last, on the perch and refusing all calls.
 * Return: 0; -EDQUOT where the memory limit is passed; -EBUSY where ftrace is
 * switched off; -ENOMEM. Under fpr_lock.
 */
int fpr_pool_add(struct fpr *fpr, u32 instances)
{
	struct fpr_pool *pool;
	int err;

	if (ktlat_account_charge(fpr->account, fpr_pool_bytes(instances)))
		return -EDQUOT;
	err = -ENOMEM;
	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		goto uncharge;
	err = fpr_pool_register(fpr, pool, instances);
	if (err)
		goto free;
	fpr->pools[fpr->nr_pools++] = pool;
	list_add_rcu(&pool->node, &fpr_pools);
	return 0;

free:
	kfree(pool);
uncharge:
	ktlat_account_uncharge(fpr->account, fpr_pool_bytes(instances));
	return err;
}

/* Ends the last pool, which is off the list. Calls in flight return unmeasured. */
static void fpr_pool_remove(struct fpr *fpr, struct fpr_pool *pool)
{
	u32 instances = ktlat_fprobe_instances(&pool->fp);
	/* Has a grace period inside, which readers of the list need, too. */
	bool over = fpr_unregister(&pool->fp);

	ktlat_account_uncharge(fpr->account, fpr_pool_bytes(instances));
	if (over)
		kfree(pool);
}

/* Ends all pools of an attachment. Calls in flight return unmeasured. */
void fpr_pools_remove(struct fpr *fpr)
{
	mutex_lock(&fpr_lock);
	for (u32 i = 0; i < fpr->nr_pools; i++)
		list_del_rcu(&fpr->pools[i]->node);
	mutex_unlock(&fpr_lock);
	for (u32 i = 0; i < fpr->nr_pools; i++)
		fpr_pool_remove(fpr, fpr->pools[i]);
}

/*
 * New calls are none of this pool's any more; those in flight still are. Where
 * ftrace cannot take it off its function, it stays there and refuses. Under
 * fpr_lock.
 */
void fpr_pool_park(struct fpr_pool *pool)
{
	int err;

	WRITE_ONCE(pool->fp.entry_handler, fpr_entry_refuse);
	err = ktlat_fprobe_move(&pool->fp, (unsigned long)fpr_perch);
	if (err)
		pr_warn("%s: ftrace cannot take a probe off it now (%d)\n",
			pool->fpr->name, err);
}

/*
 * Takes what a pool has missed into the total. The kernel's counter may go back
 * when two CPUs write it at once. Under fpr_lock.
 */
void fpr_losses_update(struct fpr *fpr, struct fpr_pool *pool)
{
	unsigned long nmissed = READ_ONCE(pool->fp.nmissed);
	long missed = nmissed - pool->nmissed_seen;

	if (missed > 0)
		fpr->missed += missed;
	pool->nmissed_seen = nmissed;
}

/*
 * Moves new calls from one pool to the next, with both on the function. A miss
 * meanwhile is counted by either, both or the wrong one, so that it is known
 * that there was one and not of how many calls. Under fpr_lock.
 */
static void fpr_switch(struct fpr *fpr, struct fpr_pool *old,
		       struct fpr_pool *new)
{
	fpr_losses_update(fpr, old);
	new->nmissed_seen = READ_ONCE(new->fp.nmissed);
	ktlat_handover_to(&fpr->handover, new->index);
	if (READ_ONCE(old->fp.nmissed) != old->nmissed_seen ||
	    READ_ONCE(new->fp.nmissed) != new->nmissed_seen)
		fpr->blurs++;
	new->nmissed_seen = READ_ONCE(new->fp.nmissed);
}

/* Lets a larger pool take over. Under fpr_lock. */
static int fpr_grow(struct fpr *fpr)
{
	struct fpr_pool *old = fpr_last_pool(fpr);
	struct fpr_pool *new;
	int err;

	err = fpr_pool_add(fpr, min_t(u32, FPR_POOL_GROWTH *
					   ktlat_fprobe_instances(&old->fp),
				      KTLAT_POOL_MAX));
	if (err)
		return err;
	new = fpr_last_pool(fpr);
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
	fpr->nr_pools--;
	fpr_pool_remove(fpr, new);
	return err;
}

/* Calls in flight, but for those from before the last reset. */
static u64 fpr_in_flight(const struct fpr *fpr)
{
	u64 epoch = ktlat_meter_epoch(fpr->meter);
	s64 in_flight = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ktlat_counters *counters = fpr->meter->areas +
			(size_t)cpu * fpr->meter->area_stride + (u32)epoch;

		in_flight += READ_ONCE(counters->entries) -
			     READ_ONCE(counters->returns) -
			     READ_ONCE(counters->abandoned);
	}
	return max_t(s64, in_flight, 0);
}

/* A pool is to grow before it is empty, and certainly if it was. */
static bool fpr_runs_low(struct fpr *fpr)
{
	struct fpr_pool *last = fpr_last_pool(fpr);
	bool missed;

	fpr_losses_update(fpr, last);
	missed = fpr->missed != fpr->grow_checked;
	fpr->grow_checked = fpr->missed;
	return missed ||
	       fpr_in_flight(fpr) > ktlat_fprobe_instances(&last->fp) / 2;
}

static bool fpr_can_grow(const struct fpr *fpr)
{
	return fpr->nr_pools < FPR_POOLS_MAX &&
	       ktlat_fprobe_instances(&fpr_last_pool(fpr)->fp) < KTLAT_POOL_MAX;
}

static void fpr_consider(struct fpr *fpr)
{
	if (!fpr_runs_low(fpr) || (fpr_can_grow(fpr) && !fpr_grow(fpr)))
		return;
	pr_info("%s: its pool cannot grow beyond %u calls in flight\n",
		fpr->name, ktlat_fprobe_instances(&fpr_last_pool(fpr)->fp));
	list_del_init(&fpr->growable);
}

static void fpr_growth_work(struct work_struct *work)
{
	struct fpr *fpr, *next;

	mutex_lock(&fpr_lock);
	list_for_each_entry_safe(fpr, next, &fpr_growables, growable)
		fpr_consider(fpr);
	if (!list_empty(&fpr_growables))
		queue_delayed_work(system_long_wq, &fpr_growth,
				   FPR_GROWTH_PERIOD);
	mutex_unlock(&fpr_lock);
}

/* Has the pool grow when it runs low. Under fpr_lock. */
void fpr_growth_watch(struct fpr *fpr)
{
	list_add(&fpr->growable, &fpr_growables);
	queue_delayed_work(system_long_wq, &fpr_growth, FPR_GROWTH_PERIOD);
}

/* No growth is under way, nor will one begin. Under fpr_lock. */
void fpr_growth_forget(struct fpr *fpr)
{
	list_del_init(&fpr->growable);
}

/* The module is going, and with it the code of the work. */
void fpr_growth_end(void)
{
	cancel_delayed_work_sync(&fpr_growth);
}

/* Probe context: a return that the exiting task owes, ours or not. */
static void fpr_pending(const void *node, const void *fp)
{
	const struct fpr_pool *pool;

	list_for_each_entry_rcu(pool, &fpr_pools, node) {
		if (&pool->fp == fp) {
			const struct ktlat_call *call = node + fpr_data_offset;

			ktlat_meter_abandon(pool->meter, call->epoch);
			return;
		}
	}
}

/* The current task is exiting: its calls will never return. */
void fpr_task_exit(void)
{
	rcu_read_lock();
	preempt_disable_notrace();
	ktlat_fprobe_pending(fpr_pending);
	preempt_enable_notrace();
	rcu_read_unlock();
}
