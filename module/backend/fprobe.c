// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe.c - measuring a function by a fprobe: costs as much as a kretprobe, but
 * loses nothing to other probes. How calls are caught is up to the hook, fprobe.h.
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

/*
 * Probe context, in place of a hook's own handler while no new call is to be
 * measured. @data is not to be looked at: it may lie where there is no room for it.
 */
int fpr_entry_refuse(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data)
{
	return 1;
}
NOKPROBE_SYMBOL(fpr_entry_refuse);

/* Probe context: a call has returned, at @now, of which values are wanted. */
static noinline void fpr_return_seen(const struct ktlat_meter *meter,
				     const struct ktlat_call *call, u64 now,
				     unsigned long ret_ip,
				     struct ktlat_fprobe_regs *regs)
{
	struct ktlat_seen seen = {
		.returned = ktlat_fprobe_returned(regs),
		.caller = ret_ip,
	};

	ktlat_meter_return_more(meter, call, now, &seen);
}
NOKPROBE_SYMBOL(fpr_return_seen);

/*
 * Probe context: a call has returned, at @now, with which more is done than to record it.
 * On its own for the same reason as krp_return_more().
 */
noinline void fpr_return_more(const struct ktlat_meter *meter,
			      const struct ktlat_call *call, u64 now,
			      unsigned long ret_ip,
			      struct ktlat_fprobe_regs *regs)
{
	if (unlikely(meter->feed->capture))
		fpr_return_seen(meter, call, now, ret_ip, regs);
	else
		ktlat_meter_return_more(meter, call, now, NULL);
}
NOKPROBE_SYMBOL(fpr_return_more);

/* Has the kernel follow the call of our own that a hook learns from. */
void fpr_learn_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		    struct ktlat_fprobe_regs *regs, void *data)
{
}

/* Calls in flight, but for those from before the last reset. */
u64 fpr_in_flight(const struct fpr *fpr)
{
	u64 epoch = ktlat_meter_epoch(fpr->meter);
	s64 in_flight = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ktlat_counters *counters = fpr->meter->areas +
			(size_t)cpu * fpr->meter->area_stride + (u32)epoch;

		in_flight += READ_ONCE(counters->entries) -
			     READ_ONCE(counters->returns) -
			     READ_ONCE(counters->abandoned) -
			     READ_ONCE(counters->filtered);
	}
	return max_t(s64, in_flight, 0);
}

/*
 * Takes what a fprobe has missed into the total; @seen is how far it was before.
 * The kernel's counter may go back when two CPUs write it at once. Under fpr_lock.
 */
void fpr_losses_update(struct fpr *fpr, const struct fprobe *fp,
		       unsigned long *seen)
{
	unsigned long nmissed = READ_ONCE(fp->nmissed);
	long missed = nmissed - *seen;

	if (missed > 0)
		fpr->missed += missed;
	*seen = nmissed;
}

static struct fpr *fpr_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct fpr, attachment);
}

static void fpr_free(struct fpr *fpr)
{
	fpr_hook_exit(fpr);
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
	strscpy(fpr->name, plan->point[0].name, sizeof(fpr->name));
	if (fpr_hook_init(fpr)) {
		kfree(fpr);
		return NULL;
	}
	return fpr;
}

/*
 * Looks the function up and hooks it. Under fpr_lock from the first to the last,
 * so that a module that goes meanwhile tells us.
 */
static int fpr_bind(struct fpr *fpr, struct ktlat_plan *plan)
{
	int err = ktlat_target_check_function(plan, 0);

	if (err)
		return err;
	fpr->site = plan->point[0].address;
	err = fpr_hook_add(fpr, plan);
	switch (err) {
	case 0:
		list_add(&fpr->node, &fpr_attachments);
		return 0;
	case -EDQUOT:
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_MEMLOCK);
	case -EBUSY:
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_FTRACE);
	case -EUSERS:
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_CROWDED);
	default:
		return err;
	}
}

static struct ktlat_attachment *fpr_attach(struct ktlat_plan *plan)
{
	struct fpr *fpr;
	int err;

	if (plan->capture && plan->capture->begins)
		return ERR_PTR(ktlat_target_refuse(plan, 0,
						   KTLAT_REFUSED_VALUES));
	fpr = fpr_alloc(plan);
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
	int err;

	if (fpr->gone)
		return -ENODEV;
	err = fpr_hook_start(fpr);
	fpr->started = !err;
	return err;
}

static int fpr_start(struct ktlat_attachment *attachment)
{
	int err;

	mutex_lock(&fpr_lock);
	err = fpr_start_locked(fpr_of(attachment));
	mutex_unlock(&fpr_lock);
	return err;
}

static void fpr_stop(struct ktlat_attachment *attachment)
{
	struct fpr *fpr = fpr_of(attachment);

	mutex_lock(&fpr_lock);
	if (fpr->started)
		fpr_hook_stop(fpr);
	fpr->started = false;
	mutex_unlock(&fpr_lock);
}

static void fpr_detach(struct ktlat_attachment *attachment)
{
	struct fpr *fpr = fpr_of(attachment);

	mutex_lock(&fpr_lock);
	list_del(&fpr->node);
	mutex_unlock(&fpr_lock);
	fpr_hook_remove(fpr);
	fpr_free(fpr);
}

static void fpr_info(struct ktlat_attachment *attachment,
		     struct ktlat_mechanism_info *info)
{
	struct fpr *fpr = fpr_of(attachment);

	*info = (struct ktlat_mechanism_info){};
	mutex_lock(&fpr_lock);
	fpr_hook_info(fpr, info);
	info->missed_pool = fpr->missed;
	info->blurs = fpr->blurs;
	info->gone = fpr->gone;
	mutex_unlock(&fpr_lock);
}

static void fpr_retire(struct ktlat_attachment *attachment, u64 epoch)
{
	fpr_hooks_retire();
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
		fpr_hook_leave(fpr);
		fpr->started = false;
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
	fpr_hooks_end();
}

/* Under ktlat_lock. */
static struct ktlat_cost fpr_cost;

const struct ktlat_backend ktlat_backend_fprobe = {
	.id		= KTLAT_BACKEND_FPROBE,
	.kind		= KTLAT_KIND_FUNCTION,
	.feature	= KTLAT_FEATURE_FPROBE,
	.exact		= false,
	.zero_is_exact	= FPR_ZERO_IS_EXACT,
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
