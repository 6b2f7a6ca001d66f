// SPDX-License-Identifier: GPL-2.0-only
/*
 * kretprobe.c - measuring a function by a kretprobe: works for every function
 * that can be probed at all, and costs and loses the most.
 *
 * The state of a call lies in its kretprobe instance, so nesting, recursion,
 * sleep and migration need no care. Lost are entries that find no free instance
 * (rp.nmissed) and those that come while another kprobe is running on that CPU
 * (kp.nmissed); the kernel increments neither atomically.
 *
 * The kernel keeps kprobes from recursing and disables preemption around both
 * handlers, so there is no guard here.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "backend/kretprobe.h"
#include "canary.h"
#include "compat/kprobes.h"
#include "target.h"

DEFINE_MUTEX(krp_lock);

/*
 * Probe context. Return: whether the probe may be after the call. One that it is not
 * after takes no instance.
 */
static noinline bool krp_capture(const struct krp_pool *pool,
				 struct krp_call *call, struct pt_regs *regs)
{
	struct ktlat_arguments arguments = {
		.trap = ktlat_kprobe_trap(&pool->rp.kp),
	};
	struct ktlat_values values = { 0 };

	if (pool->capture->begins) {
		for (int i = 0; i < ARRAY_SIZE(arguments.word); i++)
			arguments.word[i] = regs_get_kernel_argument(regs, i);
		if (!ktlat_capture_begin(pool->capture, &arguments, &values)) {
			ktlat_meter_pass(pool->meter, values.unread);
			return false;
		}
	}
	*call->values = values;
	return true;
}
NOKPROBE_SYMBOL(krp_capture);

/* Probe context. Return: 0, the call is to be followed to its return; else 1. */
int krp_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = ktlat_kretprobe_of(ri);
	struct krp_pool *pool = container_of(rp, struct krp_pool, rp);
	struct krp_call *call = (struct krp_call *)ri->data;

	if (!rp)
		return 1;
	if (unlikely(pool->capture) && !krp_capture(pool, call, regs))
		return 1;
	if (ktlat_debt_open(&pool->instances, &call->debt, ri))
		ktlat_meter_abandon(pool->meter, call->call.epoch);
	ktlat_meter_enter(pool->meter, &call->call);
	return 0;
}
NOKPROBE_SYMBOL(krp_entry);

/*
 * Probe context, while one pool hands over to the next and a call passes the
 * handlers of both. One of the two takes it: the CPU's choice changes in task
 * context only, so never between the two.
 */
int krp_entry_handover(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = ktlat_kretprobe_of(ri);
	struct krp_pool *pool = container_of(rp, struct krp_pool, rp);

	if (!rp || !ktlat_handover_takes(&pool->krp->handover, pool->index))
		return 1;
	return krp_entry(ri, regs);
}
NOKPROBE_SYMBOL(krp_entry_handover);

/* Probe context. Nothing is measured. */
int krp_closed(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 1;
}
NOKPROBE_SYMBOL(krp_closed);

/* Probe context. The end, at @now, of a call of which values are wanted. */
static noinline void krp_return_seen(const struct krp_pool *pool,
				     struct kretprobe_instance *ri,
				     struct pt_regs *regs, u64 now)
{
	const struct krp_call *call = (const struct krp_call *)ri->data;
	struct ktlat_seen seen = {
		.values = *call->values,
		.returned = regs_return_value(regs),
		.caller = ktlat_kretprobe_caller(ri, regs),
	};

	ktlat_meter_return_more(pool->meter, &call->call, now, &seen);
}
NOKPROBE_SYMBOL(krp_return_seen);

/*
 * Probe context. The end of a call with which more is done than to record it. On its own,
 * so that those who want no more do not pay for the room that it takes on the stack.
 */
static noinline void krp_return_more(const struct ktlat_meter *meter,
				     const struct ktlat_call *call, u64 now)
{
	ktlat_meter_return_more(meter, call, now, NULL);
}
NOKPROBE_SYMBOL(krp_return_more);

/* Probe context. */
int krp_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	u64 now = ktlat_clock_end();
	struct kretprobe *rp = ktlat_kretprobe_of(ri);
	struct krp_pool *pool = container_of(rp, struct krp_pool, rp);
	struct krp_call *call = (struct krp_call *)ri->data;

	/* Without a kretprobe its pool may be gone, and with it where debts lie. */
	if (!rp)
		return 0;
	if (ktlat_meter_is_plain(pool->meter))
		ktlat_meter_return_plain(pool->meter, &call->call, now);
	else if (!pool->capture)
		krp_return_more(pool->meter, &call->call, now);
	else
		krp_return_seen(pool, ri, regs, now);
	ktlat_debt_close(&call->debt);
	return 0;
}
NOKPROBE_SYMBOL(krp_return);

static struct krp *krp_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct krp, attachment);
}

static void krp_free(struct krp *krp)
{
	ktlat_handover_exit(&krp->handover);
	kfree(krp->aim.symbol);
	kfree(krp);
}

static struct krp *krp_alloc(struct ktlat_plan *plan)
{
	struct krp *krp = kzalloc(sizeof(*krp), GFP_KERNEL_ACCOUNT);

	if (!krp)
		return NULL;
	krp->attachment.backend = &ktlat_backend_kretprobe;
	krp->meter = plan->meter;
	krp->capture = plan->capture;
	krp->account = plan->account;
	krp->fixed = plan->pool;
	INIT_LIST_HEAD(&krp->growable);
	if (ktlat_target_aim(&krp->aim, plan, 0) ||
	    ktlat_handover_init(&krp->handover)) {
		krp_free(krp);
		return NULL;
	}
	return krp;
}

/*
 * Why a kretprobe was refused: a kprobe would be, too, or kretprobes alone are. Or it
 * was not there, and is now, as its module is just coming.
 */
static int krp_explain(struct ktlat_plan *plan, int err)
{
	int refusal = err == -ENOENT ? KTLAT_REFUSED_UNKNOWN :
				       KTLAT_REFUSED_BLACKLIST;

	if (err != -EINVAL && err != -ENOENT)
		return err;
	return ktlat_target_check_function(plan, 0) ?:
	       ktlat_target_refuse(plan, 0, refusal);
}

static void krp_pools_remove_one(struct krp *krp)
{
	struct kretprobe *rps[KRP_POOLS_MAX];

	krp_pools_remove(&krp, 1, rps);
}

/* Registers the first pool, disabled, and asks whether it may stay. */
static int krp_register(struct krp *krp, struct ktlat_plan *plan)
{
	u32 instances = plan->pool ?: krp_pool_default(plan->member);
	int err;

	mutex_lock(&krp_lock);
	err = krp_pool_add(krp, instances, plan->member ? krp_closed : krp_entry);
	mutex_unlock(&krp_lock);
	if (err == -EDQUOT)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_MEMLOCK);
	if (err)
		return krp_explain(plan, err);
	err = ktlat_target_check_entry(plan, 0, &krp->pools[0]->rp.kp);
	if (err)
		krp_pools_remove_one(krp);
	return err;
}

static struct ktlat_attachment *krp_attach(struct ktlat_plan *plan)
{
	struct krp *krp;
	int err;

	err = ktlat_target_check_name(plan, 0) ?:
	      ktlat_target_check_aim(plan, 0);
	if (err)
		return ERR_PTR(err);
	krp = krp_alloc(plan);
	if (!krp)
		return ERR_PTR(-ENOMEM);
	err = krp_register(krp, plan);
	if (err) {
		krp_free(krp);
		return ERR_PTR(err);
	}
	plan->point[0].address = (unsigned long)krp->pools[0]->rp.kp.addr;
	return &krp->attachment;
}

static int krp_start(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);
	int err;

	mutex_lock(&krp_lock);
	krp->busy_base = krp_busy_now(krp_last_pool(krp));
	err = ktlat_kprobe_enable(&krp_last_pool(krp)->rp.kp);
	krp->started = !err;
	if (!err && !krp->fixed)
		krp_growth_watch(krp);
	mutex_unlock(&krp_lock);
	return err;
}

/* Its last pool takes no calls any more. Under krp_lock. */
static void krp_ended(struct krp *krp)
{
	krp->missed_busy += krp_busy_now(krp_last_pool(krp)) - krp->busy_base;
	krp->started = false;
	krp_growth_forget(krp);
}

static void krp_stop(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);

	mutex_lock(&krp_lock);
	disable_kprobe(&krp_last_pool(krp)->rp.kp);
	krp_ended(krp);
	mutex_unlock(&krp_lock);
}

/* Has its module gone? */
bool krp_is_gone(struct ktlat_attachment *attachment)
{
	return kprobe_gone(&krp_last_pool(krp_of(attachment))->rp.kp);
}

/* May one like this be armed? See ktlat_kprobe_check(). */
int krp_check(struct ktlat_attachment *attachment)
{
	return ktlat_kprobe_check(&krp_last_pool(krp_of(attachment))->rp.kp);
}

/*
 * Of a member: calls come to its handler from now on, which is closed. One whose module
 * went is as good as armed; it may go while the kernel has us wait.
 */
int krp_arm(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);
	struct kprobe *kp;
	int err;

	mutex_lock(&krp_lock);
	kp = &krp_last_pool(krp)->rp.kp;
	err = enable_kprobe(kp);
	if (err && kprobe_gone(kp))
		err = 0;
	mutex_unlock(&krp_lock);
	return err;
}

/* Of a member that is armed: new calls are measured from now on. Under krp_lock. */
void krp_open(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);
	struct krp_pool *pool = krp_last_pool(krp);

	krp->busy_base = krp_busy_now(pool);
	pool->nmissed_seen = READ_ONCE(pool->rp.nmissed);
	WRITE_ONCE(pool->rp.entry_handler, krp_entry);
	krp->started = true;
	krp_growth_watch(krp);
}

/* The reverse of krp_open(), if that was done. Under krp_lock. */
void krp_close(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);
	struct krp_pool *pool = krp_last_pool(krp);

	if (!krp->started)
		return;
	krp_losses_update(krp, pool);
	WRITE_ONCE(pool->rp.entry_handler, krp_closed);
	krp_ended(krp);
}

/* The reverse of krp_arm(), if that was done. */
void krp_disarm(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);

	mutex_lock(&krp_lock);
	disable_kprobe(&krp_last_pool(krp)->rp.kp);
	mutex_unlock(&krp_lock);
}

/* Ends members that are stopped. */
void krp_detach_batch(struct krp_batch *batch)
{
	krp_pools_remove(batch->krps, batch->nr, batch->rps);
	for (u32 i = 0; i < batch->nr; i++)
		krp_free(batch->krps[i]);
	batch->nr = 0;
}

/* Ends a member that is stopped, with those that come after it. */
void krp_detach_later(struct ktlat_attachment *attachment,
		      struct krp_batch *batch)
{
	batch->krps[batch->nr++] = krp_of(attachment);
	if (batch->nr == KRP_TOGETHER)
		krp_detach_batch(batch);
}

static void krp_detach(struct ktlat_attachment *attachment)
{
	struct krp *krp = krp_of(attachment);

	krp_pools_remove_one(krp);
	krp_free(krp);
}

static void krp_info(struct ktlat_attachment *attachment,
		     struct ktlat_mechanism_info *info)
{
	struct krp *krp = krp_of(attachment);
	struct krp_pool *pool;

	mutex_lock(&krp_lock);
	pool = krp_last_pool(krp);
	krp_losses_update(krp, pool);
	*info = (struct ktlat_mechanism_info){
		.missed_pool = krp->missed_pool,
		.missed_busy = krp->missed_busy,
		.pool = pool->rp.maxactive,
		.pool_grown = krp->nr_pools - 1,
		.gone = kprobe_gone(&pool->rp.kp),
	};
	if (krp->started)
		info->missed_busy += krp_busy_now(pool) - krp->busy_base;
	mutex_unlock(&krp_lock);
}

static struct ktlat_cost krp_cost;

const struct ktlat_backend ktlat_backend_kretprobe = {
	.id		= KTLAT_BACKEND_KRETPROBE,
	.kind		= KTLAT_KIND_FUNCTION,
	.feature	= KTLAT_FEATURE_KRETPROBE,
	.exact		= false,
	.cost		= &krp_cost,
	.attach		= krp_attach,
	.start		= krp_start,
	.stop		= krp_stop,
	.detach		= krp_detach,
	.info		= krp_info,
	.task_exit	= krp_task_exit,
	.shutdown	= krp_growth_end,
};
