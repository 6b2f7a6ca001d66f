// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_pool.c - the fprobes of an attachment, each with a pool of nodes;
 * fprobe_growth.c tells how a larger one takes over.
 *
 * The state of a call lies in the data of its rethook node, so nesting,
 * recursion, sleep and migration need no care. Lost are entries that find no
 * free node, and those that the fprobe's own recursion check stops: a call by a
 * tracer's handler that was called by another's. The kernel counts both in
 * fp->nmissed, not atomically; so a count above 0 is a lower bound, and 0 is
 * exact. But where the function has another tracer, too, ftrace checks on behalf
 * of all before it calls any, and what it stops then is counted nowhere.
 *
 * A fprobe that is not to be hit sits on fpr_perch(). Taken off its function in
 * any other way the kernel has, it would forget the calls in flight.
 *
 * ftrace disables preemption around both handlers, and stops recursion, so there
 * is no guard here.
 */
#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "account.h"
#include "backend/fprobe.h"

/* All pools; guarded by fpr_lock, read under RCU by exiting tasks. */
static LIST_HEAD(fpr_pools);

/*
 * How far behind a rethook node the data of its call lie: fprobe.c of the kernel
 * keeps that to itself. Written once, under fpr_lock, before there is a pool.
 */
static ptrdiff_t fpr_data_offset;

/* The fprobe, the data and the node of the call of fpr_perch() in fpr_learn(). */
static const struct fprobe *fpr_learner;
static const void *fpr_learnt_data;
static const void *fpr_learnt_node;

/* Probe context. Return: 0, the call is to be followed to its return; else 1. */
int fpr_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data)
{
	ktlat_meter_enter(container_of(fp, struct fpr_pool, fp)->meter, data);
	return 0;
}
NOKPROBE_SYMBOL(fpr_entry);

/*
 * Probe context, while one pool hands over to the next and a call passes the
 * handlers of both. One of the two takes it: the CPU's choice changes in task
 * context only, so never between the two.
 */
int fpr_entry_handover(struct fprobe *fp, unsigned long ip,
		       unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
		       void *data)
{
	const struct fpr_pool *pool = container_of(fp, struct fpr_pool, fp);

	if (!ktlat_handover_takes(&pool->fpr->hook.handover, pool->index))
		return 1;
	return fpr_entry(fp, ip, ret_ip, regs, data);
}
NOKPROBE_SYMBOL(fpr_entry_handover);

/* Probe context. */
static void fpr_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data)
{
	u64 now = ktlat_clock_end();

	fpr_return(container_of(fp, struct fpr_pool, fp)->meter, data, now,
		   ret_ip, regs);
}
NOKPROBE_SYMBOL(fpr_exit);

static size_t fpr_pool_bytes(u32 instances)
{
	return ktlat_fprobe_bytes(instances, sizeof(struct ktlat_call));
}

/*
 * What programs keep in flight at once, most of the time. Nodes are used in
 * turn, so a pool that is too large is cold in every cache; and each CPU has a
 * ring with room for all of them, so memory grows with the square of CPUs.
 */
static u32 fpr_pool_default(void)
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

void fpr_perched(void)
{
	fpr_learnt_node = ktlat_fprobe_node_of(fpr_learner);
}

/*
 * Finds out where data lie, once, by a call that we make ourselves, and that
 * fprobes work at all. Under fpr_lock. Return: 0; -EBUSY where they do not.
 */
static int fpr_learn(void)
{
	struct fprobe *fp;
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
	fpr_learner = fp;
	fpr_perch();
	if (fpr_unregister(fp))
		kfree(fp);
	if (!fpr_learnt_data || !fpr_learnt_node ||
	    !ktlat_fprobe_offset_is_sound(fpr_learnt_data - fpr_learnt_node))
		return -EBUSY;
	fpr_data_offset = fpr_learnt_data - fpr_learnt_node;
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
	pool->index = fpr->hook.nr_pools;
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
	fpr->hook.pools[fpr->hook.nr_pools++] = pool;
	list_add_rcu(&pool->node, &fpr_pools);
	return 0;

free:
	kfree(pool);
uncharge:
	ktlat_account_uncharge(fpr->account, fpr_pool_bytes(instances));
	return err;
}

/* Ends the last pool, which is off the list. Calls in flight return unmeasured. */
void fpr_pool_remove(struct fpr *fpr, struct fpr_pool *pool)
{
	u32 instances = ktlat_fprobe_instances(&pool->fp);
	/* Has a grace period inside, which readers of the list need, too. */
	bool over = fpr_unregister(&pool->fp);

	ktlat_account_uncharge(fpr->account, fpr_pool_bytes(instances));
	if (over)
		kfree(pool);
}

/* Ends all pools of an attachment. Calls in flight return unmeasured. */
void fpr_hook_remove(struct fpr *fpr)
{
	mutex_lock(&fpr_lock);
	for (u32 i = 0; i < fpr->hook.nr_pools; i++)
		list_del_rcu(&fpr->hook.pools[i]->node);
	mutex_unlock(&fpr_lock);
	for (u32 i = 0; i < fpr->hook.nr_pools; i++)
		fpr_pool_remove(fpr, fpr->hook.pools[i]);
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

int fpr_hook_init(struct fpr *fpr)
{
	INIT_LIST_HEAD(&fpr->hook.growable);
	return ktlat_handover_init(&fpr->hook.handover);
}

void fpr_hook_exit(struct fpr *fpr)
{
	ktlat_handover_exit(&fpr->hook.handover);
}

int fpr_hook_add(struct fpr *fpr, const struct ktlat_plan *plan)
{
	fpr->hook.fixed = plan->pool;
	return fpr_pool_add(fpr, plan->pool ?: fpr_pool_default());
}

int fpr_hook_start(struct fpr *fpr)
{
	struct fpr_pool *pool = fpr_last_pool(&fpr->hook);
	int err;

	WRITE_ONCE(pool->fp.entry_handler, fpr_entry);
	err = ktlat_fprobe_move(&pool->fp, fpr->site);
	if (!err && !fpr->hook.fixed)
		fpr_growth_watch(fpr);
	return err;
}

void fpr_hook_stop(struct fpr *fpr)
{
	fpr_growth_forget(fpr);
	fpr_pool_park(fpr_last_pool(&fpr->hook));
}

void fpr_hook_leave(struct fpr *fpr)
{
	if (fpr->started)
		fpr_hook_stop(fpr);
}

void fpr_hook_info(struct fpr *fpr, struct ktlat_mechanism_info *info)
{
	struct fpr_pool *pool = fpr_last_pool(&fpr->hook);

	fpr_losses_update(fpr, &pool->fp, &pool->nmissed_seen);
	info->pool = ktlat_fprobe_instances(&pool->fp);
	info->pool_grown = fpr->hook.nr_pools - 1;
}

/* Functions of the idle loop may run where RCU does not look. */
void fpr_hooks_retire(void)
{
	ktlat_fprobe_synchronize_handlers();
}

void fpr_hooks_end(void)
{
	fpr_growth_end();
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

void fpr_task_exit(void)
{
	rcu_read_lock();
	ktlat_fprobe_pending(fpr_pending);
	rcu_read_unlock();
}
