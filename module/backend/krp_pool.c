// SPDX-License-Identifier: GPL-2.0-only
/*
 * krp_pool.c - the pools of instances of a kretprobe, and how a larger one takes
 * over from one that has missed calls; handover.h tells why no call is counted
 * twice or not at all meanwhile.
 */
#include <linux/hashtable.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "account.h"
#include "backend/kretprobe.h"
#include "compat/kprobes.h"
#include "compat/kretprobe_instances.h"
#include "compat/synchronize.h"

/* How often the losses of pools that may grow are looked at. */
#define KRP_GROWTH_PERIOD	(HZ / 5)

/* All pools; guarded by krp_lock, read under RCU by exiting tasks. */
static LIST_HEAD(krp_pools);

/* The same by the address of the kretprobe. */
static DEFINE_HASHTABLE(krp_pools_by_rp, 10);

#if KTLAT_KRETPROBE_HASH
atomic_t ktlat_owing[1 << KTLAT_OWING_BITS];
#endif

/* Attachments that may grow; guarded by krp_lock. */
static LIST_HEAD(krp_growables);

static void krp_growth_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(krp_growth, krp_growth_work);

static size_t krp_data_size(const struct krp *krp)
{
	const struct krp_call *call = NULL;

	return struct_size(call, values, krp->capture ? 1 : 0);
}

static size_t krp_pool_bytes(const struct krp *krp, u32 instances)
{
	return ktlat_kretprobe_bytes(instances, krp_data_size(krp)) +
	       ktlat_instances_bytes(instances);
}

/*
 * Enough for a few calls on each CPU, one inside the other; of one function of many, for
 * one.
 */
u32 krp_pool_default(bool member)
{
	return clamp_t(u32, (member ? 1 : 8) * num_possible_cpus(),
		       member ? KRP_POOL_MEMBER : KRP_POOL_MIN, KTLAT_POOL_MAX);
}

/* Lets exiting tasks find it. Under krp_lock, like the reverse. */
static void krp_pool_list(struct krp_pool *pool)
{
	list_add_rcu(&pool->instances.node, &krp_pools);
	hash_add_rcu(krp_pools_by_rp, &pool->by_rp, (unsigned long)&pool->rp);
}

static void krp_pool_unlist(struct krp_pool *pool)
{
	list_del_rcu(&pool->instances.node);
	hash_del_rcu(&pool->by_rp);
}

/*
 * Registers one more pool, disabled, as the last, with @entry as its handler.
 * Return: 0, -EDQUOT where the memory limit is passed, -ENOMEM, or what
 * register_kretprobe() says. Under krp_lock.
 */
int krp_pool_add(struct krp *krp, u32 instances, kretprobe_handler_t entry)
{
	struct krp_pool *pool;
	int err;

	if (ktlat_account_charge(krp->account, krp_pool_bytes(krp, instances)))
		return -EDQUOT;
	err = -ENOMEM;
	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		goto uncharge;
	pool->meter = krp->meter;
	pool->capture = krp->capture;
	pool->krp = krp;
	pool->index = krp->nr_pools;
	ktlat_target_point(&krp->aim, &pool->rp.kp);
	pool->rp.kp.flags = KPROBE_FLAG_DISABLED;
	pool->rp.entry_handler = entry;
	pool->rp.handler = krp_return;
	pool->rp.data_size = krp_data_size(krp);
	pool->rp.maxactive = instances;
	err = register_kretprobe(&pool->rp);
	if (err)
		goto free;
	ktlat_kretprobe_may_fault(&pool->rp);
	err = ktlat_instances_init(&pool->instances, &pool->rp);
	if (err)
		goto unregister;
	krp->pools[krp->nr_pools++] = pool;
	krp_pool_list(pool);
	return 0;

unregister:
	unregister_kretprobe(&pool->rp);
free:
	kfree(pool);
uncharge:
	ktlat_account_uncharge(krp->account, krp_pool_bytes(krp, instances));
	return err;
}

/* What is left of a pool once its kretprobe is unregistered. */
static void krp_pool_free(struct krp *krp, struct krp_pool *pool)
{
	ktlat_account_uncharge(krp->account,
			       krp_pool_bytes(krp, pool->rp.maxactive));
	ktlat_instances_free(&pool->instances);
	kfree(pool);
}

/*
 * Ends all pools of some attachments, which share the time that it takes; @rps is room
 * for %KRP_POOLS_MAX of each. Calls in flight return unmeasured.
 */
void krp_pools_remove(struct krp *const *krps, u32 nr, struct kretprobe **rps)
{
	u32 nr_rps = 0;

	mutex_lock(&krp_lock);
	for (u32 i = 0; i < nr; i++) {
		for (u32 j = 0; j < krps[i]->nr_pools; j++) {
			rps[nr_rps++] = &krps[i]->pools[j]->rp;
			krp_pool_unlist(krps[i]->pools[j]);
		}
	}
	mutex_unlock(&krp_lock);

	/* Has a grace period inside, which readers of the list need, too. */
	unregister_kretprobes(rps, nr_rps);
	/* That does not wait for a handler in the idle loop. */
	ktlat_synchronize_cpus();
	for (u32 i = 0; i < nr; i++)
		for (u32 j = 0; j < krps[i]->nr_pools; j++)
			krp_pool_free(krps[i], krps[i]->pools[j]);
}

/* Takes what a pool has missed into the total. Under krp_lock. */
void krp_losses_update(struct krp *krp, struct krp_pool *pool)
{
	u32 missed = (u32)READ_ONCE(pool->rp.nmissed) - pool->nmissed_seen;

	/* What is not to be measured is not missed. */
	if (pool->rp.entry_handler == krp_closed)
		return;
	/* The kernel's counter is an int, ours is not. */
	krp->missed_pool += missed;
	pool->nmissed_seen += missed;
}

/*
 * Lets a larger pool take over. Misses of the old one are taken up to the moment
 * before the switch, so that what is counted stays a lower bound.
 */
static int krp_grow(struct krp *krp)
{
	struct krp_pool *old = krp_last_pool(krp);
	struct krp_pool *new;
	int err;

	WRITE_ONCE(old->rp.entry_handler, krp_entry_handover);
	synchronize_rcu();
	err = krp_pool_add(krp, min_t(u32, old->rp.maxactive * KRP_POOL_GROWTH,
				      KTLAT_POOL_MAX), krp_entry_handover);
	if (err)
		goto restore;
	new = krp_last_pool(krp);
	/*
	 * A module that was loaded since can have a function of that name, or at
	 * that address.
	 */
	err = -EAGAIN;
	if (new->rp.kp.addr != old->rp.kp.addr || kprobe_gone(&old->rp.kp))
		goto restore_pool;
	err = enable_kretprobe(&new->rp);
	if (err)
		goto restore_pool;
	krp_losses_update(krp, old);
	krp->missed_busy += krp_busy_now(old) - krp->busy_base;
	krp->busy_base = krp_busy_now(new);
	ktlat_handover_to(&krp->handover, krp->nr_pools - 1);
	disable_kretprobe(&old->rp);
	WRITE_ONCE(new->rp.entry_handler, krp_entry);
	return 0;

restore_pool:
	krp_pool_unlist(new);
	krp->nr_pools--;
	unregister_kretprobe(&new->rp);
	krp_pool_free(krp, new);
restore:
	WRITE_ONCE(old->rp.entry_handler, krp_entry);
	return err;
}

/* Has its last pool missed calls since growth was last considered? */
static bool krp_misses(struct krp *krp)
{
	struct krp_pool *last = krp_last_pool(krp);

	krp_losses_update(krp, last);
	if (kprobe_gone(&last->rp.kp) || krp->missed_pool == krp->grow_checked)
		return false;
	krp->grow_checked = krp->missed_pool;
	return true;
}

static void krp_try_to_grow(struct krp *krp)
{
	struct krp_pool *last = krp_last_pool(krp);

	if (krp->nr_pools < KRP_POOLS_MAX &&
	    last->rp.maxactive < KTLAT_POOL_MAX && !krp_grow(krp))
		return;
	if (!kprobe_gone(&last->rp.kp))
		pr_info_ratelimited("%s: calls are missed, and its pool cannot grow beyond %d\n",
				    krp->aim.symbol, last->rp.maxactive);
	list_del_init(&krp->growable);
}

/* One at a time, as that takes long and others wait for the lock. Was there one? */
static bool krp_growth_step(void)
{
	struct krp *krp;
	bool found = false;

	mutex_lock(&krp_lock);
	list_for_each_entry(krp, &krp_growables, growable) {
		found = krp_misses(krp);
		if (found) {
			krp_try_to_grow(krp);
			break;
		}
	}
	mutex_unlock(&krp_lock);
	return found;
}

static void krp_growth_work(struct work_struct *work)
{
	while (krp_growth_step())
		cond_resched();
	mutex_lock(&krp_lock);
	if (!list_empty(&krp_growables))
		queue_delayed_work(system_long_wq, &krp_growth,
				   KRP_GROWTH_PERIOD);
	mutex_unlock(&krp_lock);
}

/* Has the pool grow when it misses calls. Under krp_lock. */
void krp_growth_watch(struct krp *krp)
{
	list_add(&krp->growable, &krp_growables);
	queue_delayed_work(system_long_wq, &krp_growth, KRP_GROWTH_PERIOD);
}

/* No growth is under way, nor will one begin. Under krp_lock. */
void krp_growth_forget(struct krp *krp)
{
	list_del_init(&krp->growable);
}

/* The module is going, and with it the code of the work. */
void krp_growth_end(void)
{
	cancel_delayed_work_sync(&krp_growth);
}

/* Probe context: a return that the exiting task owes, ours or not. */
static void krp_pending(struct kretprobe_instance *ri, const void *rp)
{
	const struct krp_pool *pool;

	hash_for_each_possible_rcu(krp_pools_by_rp, pool, by_rp,
				   (unsigned long)rp) {
		if (&pool->rp == rp) {
			struct krp_call *call = (struct krp_call *)ri->data;

			ktlat_meter_abandon(pool->meter, call->call.epoch);
			ktlat_debt_close(&call->debt);
			return;
		}
	}
}

/* The current task is exiting: its calls will never return. */
void krp_task_exit(void)
{
	rcu_read_lock();
	ktlat_kretprobe_pending(krp_pending, &krp_pools);
	rcu_read_unlock();
}
