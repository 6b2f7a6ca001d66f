// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe.c - measuring a function by a fprobe: costs as much as a kretprobe, but
 * loses nothing to other probes.
 *
 * The state of a call lies in the data of its rethook node, so nesting,
 * recursion, sleep and migration need no care. Lost are entries that find no
 * free node, and those that the fprobe's own recursion check stops: a call by a
 * tracer's handler that was called by another's. The kernel counts both in
 * fp->nmissed, not atomically; so a count above 0 is a lower bound, and 0 is
 * exact. But where the function has another tracer, too, ftrace checks on behalf
 * of all before it calls any, and what it stops then is counted nowhere.
 *
 * ftrace disables preemption around both handlers, and stops recursion, so there
 * is no guard here.
 */
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend/fprobe.h"
#include "target.h"

DEFINE_MUTEX(fpr_lock);

/* All attachments; under fpr_lock. */
static LIST_HEAD(fpr_attachments);

/* Probe context. Return: 0, the call is to be followed to its return; else 1. */
int fpr_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data)
{
	ktlat_meter_enter(container_of(fp, struct fpr_pool, fp)->meter, data);
	return 0;
}
NOKPROBE_SYMBOL(fpr_entry);

/* Probe context, on the way from or to the perch. */
int fpr_entry_refuse(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data)
{
	return 1;
}
NOKPROBE_SYMBOL(fpr_entry_refuse);

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

	if (!ktlat_handover_takes(&pool->fpr->handover, pool->index))
		return 1;
	return fpr_entry(fp, ip, ret_ip, regs, data);
}
NOKPROBE_SYMBOL(fpr_entry_handover);

/* Probe context. */
void fpr_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
	      struct ktlat_fprobe_regs *regs, void *data)
{
	u64 now = ktlat_clock_end();

	ktlat_meter_return(container_of(fp, struct fpr_pool, fp)->meter, data,
			   now);
}
NOKPROBE_SYMBOL(fpr_exit);

static struct fpr *fpr_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct fpr, attachment);
}

static void fpr_free(struct fpr *fpr)
{
	ktlat_handover_exit(&fpr->handover);
	kfree(fpr);
}

static struct fpr *fpr_alloc(struct ktlat_plan *plan)
{
	struct fpr *fpr = kzalloc(sizeof(*fpr), GFP_KERNEL_ACCOUNT);

	if (!fpr)
		return NULL;
	fpr->attachment.backend = &ktlat_backend_fprobe;
	fpr->meter = plan->meter;
	fpr->account = plan->account;
	fpr->fixed = plan->pool;
	strscpy(fpr->name, plan->point[0].name, sizeof(fpr->name));
	INIT_LIST_HEAD(&fpr->growable);
	if (ktlat_handover_init(&fpr->handover)) {
		kfree(fpr);
		return NULL;
	}
	return fpr;
}

/*
 * Looks the function up and registers the first pool. Under fpr_lock from the
 * first to the last, so that a module that goes meanwhile tells us.
 */
static int fpr_bind(struct fpr *fpr, struct ktlat_plan *plan)
{
	int err = ktlat_target_check_function(plan, 0);

	if (err)
		return err;
	fpr->site = plan->point[0].address;
	err = fpr_pool_add(fpr, plan->pool ?: fpr_pool_default());
	switch (err) {
	case 0:
		list_add(&fpr->node, &fpr_attachments);
		return 0;
	case -EDQUOT:
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_MEMLOCK);
	case -EBUSY:
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_FTRACE);
	default:
		return err;
	}
}

static struct ktlat_attachment *fpr_attach(struct ktlat_plan *plan)
{
	struct fpr *fpr = fpr_alloc(plan);
	int err;

	if (!fpr)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&fpr_lock);
	err = fpr_bind(fpr, plan);
	mutex_unlock(&fpr_lock);
	if (err) {
		fpr_free(fpr);
		return ERR_PTR(err);
	}
	return &fpr->attachment;
}

/* Under fpr_lock. */
static int fpr_start_locked(struct fpr *fpr)
{
	struct fpr_pool *pool = fpr_last_pool(fpr);
	int err;

	if (fpr->gone)
		return -ENODEV;
	WRITE_ONCE(pool->fp.entry_handler, fpr_entry);
	err = ktlat_fprobe_move(&pool->fp, fpr->site);
	if (err)
		return err;
	fpr->started = true;
	if (!fpr->fixed)
		fpr_growth_watch(fpr);
	return 0;
}

static int fpr_start(struct ktlat_attachment *attachment)
{
	int err;

	mutex_lock(&fpr_lock);
	err = fpr_start_locked(fpr_of(attachment));
	mutex_unlock(&fpr_lock);
	return err;
}

/* Under fpr_lock. */
static void fpr_stop_locked(struct fpr *fpr)
{
	if (!fpr->started)
		return;
	fpr->started = false;
	fpr_growth_forget(fpr);
	fpr_pool_park(fpr_last_pool(fpr));
}

static void fpr_stop(struct ktlat_attachment *attachment)
{
	mutex_lock(&fpr_lock);
	fpr_stop_locked(fpr_of(attachment));
	mutex_unlock(&fpr_lock);
}

static void fpr_detach(struct ktlat_attachment *attachment)
{
	struct fpr *fpr = fpr_of(attachment);

	mutex_lock(&fpr_lock);
	list_del(&fpr->node);
	mutex_unlock(&fpr_lock);
	fpr_pools_remove(fpr);
	fpr_free(fpr);
}

static void fpr_info(struct ktlat_attachment *attachment,
		     struct ktlat_mechanism_info *info)
{
	struct fpr *fpr = fpr_of(attachment);
	struct fpr_pool *pool;

	mutex_lock(&fpr_lock);
	pool = fpr_last_pool(fpr);
	fpr_losses_update(fpr, pool);
	*info = (struct ktlat_mechanism_info){
		.missed_pool = fpr->missed,
		.pool = ktlat_fprobe_instances(&pool->fp),
		.pool_grown = fpr->nr_pools - 1,
		.blurs = fpr->blurs,
		.gone = fpr->gone,
	};
	mutex_unlock(&fpr_lock);
}

static void fpr_retire(struct ktlat_attachment *attachment, u64 epoch)
{
	/* Functions of the idle loop may run where RCU does not look. */
	ktlat_fprobe_synchronize_handlers();
}

/*
 * Code goes: so do our fprobes on its functions, in which nobody is. ftrace would
 * keep the address, for whatever is loaded there next.
 */
static int fpr_module_event(struct notifier_block *block, unsigned long event,
			    void *module)
{
	struct fpr *fpr;

	mutex_lock(&fpr_lock);
	list_for_each_entry(fpr, &fpr_attachments, node) {
		if (!ktlat_target_goes(fpr->site, event, module))
			continue;
		fpr_stop_locked(fpr);
		fpr->gone = true;
	}
	mutex_unlock(&fpr_lock);
	return NOTIFY_OK;
}

static struct notifier_block fpr_modules = {
	.notifier_call = fpr_module_event,
};

static int fpr_init(void)
{
	return register_module_notifier(&fpr_modules);
}

static void fpr_shutdown(void)
{
	unregister_module_notifier(&fpr_modules);
	fpr_growth_end();
}

/* Under ktlat_lock. */
static struct ktlat_cost fpr_cost;

const struct ktlat_backend ktlat_backend_fprobe = {
	.id		= KTLAT_BACKEND_FPROBE,
	.kind		= KTLAT_KIND_FUNCTION,
	.feature	= KTLAT_FEATURE_FPROBE,
	.exact		= false,
	.zero_is_exact	= true,
	.cost		= &fpr_cost,
	.attach		= fpr_attach,
	.start		= fpr_start,
	.stop		= fpr_stop,
	.detach		= fpr_detach,
	.info		= fpr_info,
	.retire		= fpr_retire,
	.task_exit	= fpr_task_exit,
	.init		= fpr_init,
	.shutdown	= fpr_shutdown,
};
