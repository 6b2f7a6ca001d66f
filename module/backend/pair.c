// SPDX-License-Identifier: GPL-2.0-only
/*
 * pair.c - measuring from one probe point to another, by two kprobes.
 *
 * The two points have no call in common that could carry the start, so starts
 * wait in a bounded table (hot/starts.h) under the task or the CPU that passed.
 * Like any kprobe, one of ours is skipped while another kprobe runs on that CPU:
 * a skipped start is counted as missed, a skipped end leaves its start waiting
 * until the next one takes its place.
 */
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/slab.h>

#include "backend/backend.h"
#include "canary.h"
#include "compat/kprobes.h"
#include "hot/starts.h"
#include "target.h"

/**
 * struct pair - An attachment
 * @attachment: what the probe code sees
 * @plan: what was asked for; outlives us
 * @kp: start and end
 * @aim: their functions
 * @starts: what waits
 * @by_cpu: matched by CPU, else by task
 * @started: the start is enabled
 * @missed_busy: starts while another kprobe ran, up to the last stop
 * @busy_base: nmissed of the start when it was enabled
 */
struct pair {
	struct ktlat_attachment attachment;
	struct ktlat_plan *plan;
	struct kprobe kp[2];
	struct ktlat_aim aim[2];
	struct ktlat_starts *starts;
	bool by_cpu;
	bool started;
	u64 missed_busy;
	unsigned long busy_base;
};

static __always_inline u64 pair_key(const struct pair *pair)
{
	/* A CPU's segment of the table is its own; one key serves for all. */
	return pair->by_cpu ? 1 : ktlat_key_task(current);
}

/* Probe context. */
static int pair_start_hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct pair *pair = container_of(kp, struct pair, kp[0]);

	ktlat_starts_begin(pair->starts, pair_key(pair),
			   (struct ktlat_event_id){ 0 });
	return 0;
}
NOKPROBE_SYMBOL(pair_start_hit);

/* Probe context. */
static int pair_end_hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct pair *pair = container_of(kp, struct pair, kp[1]);
	struct ktlat_end end = ktlat_end_here();

	end.trap = ktlat_kprobe_trap(kp);
	if (!ktlat_starts_end(pair->starts, pair_key(pair), &end))
		ktlat_starts_unmatched(pair->starts);
	return 0;
}
NOKPROBE_SYMBOL(pair_end_hit);

static struct pair *pair_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct pair, attachment);
}

static void pair_free(struct pair *pair)
{
	if (!IS_ERR_OR_NULL(pair->starts))
		ktlat_plan_starts_free(pair->plan, pair->starts);
	kfree(pair->aim[0].symbol);
	kfree(pair->aim[1].symbol);
	kfree(pair);
}

static struct pair *pair_alloc(struct ktlat_plan *plan)
{
	struct pair *pair = kzalloc(sizeof(*pair), GFP_KERNEL_ACCOUNT);
	int err;

	if (!pair)
		return ERR_PTR(-ENOMEM);
	pair->attachment.backend = &ktlat_backend_pair;
	pair->plan = plan;
	pair->by_cpu = plan->match == KTLAT_MATCH_CPU;
	pair->starts = ktlat_plan_starts(plan, pair->by_cpu);
	if (IS_ERR(pair->starts)) {
		err = PTR_ERR(pair->starts);
		goto free;
	}
	err = ktlat_target_aim(&pair->aim[0], plan, 0) ?:
	      ktlat_target_aim(&pair->aim[1], plan, 1);
	if (err)
		goto free;
	return pair;

free:
	pair_free(pair);
	return ERR_PTR(err);
}

/* Registers one of the two, disabled. */
static int pair_register(struct pair *pair, struct ktlat_plan *plan, int point)
{
	struct kprobe *kp = &pair->kp[point];
	int err;

	ktlat_target_point(&pair->aim[point], kp);
	kp->offset = plan->point[point].offset;
	kp->flags = KPROBE_FLAG_DISABLED;
	kp->pre_handler = point ? pair_end_hit : pair_start_hit;
	err = register_kprobe(kp);
	if (err)
		return ktlat_target_explain(plan, point, err, kp);
	err = ktlat_target_check_aim(plan, point);
	if (err) {
		unregister_kprobe(kp);
		return err;
	}
	plan->point[point].address = (unsigned long)kp->addr;
	return 0;
}

/*
 * The end is enabled for as long as the pair is attached, so that starts that
 * are waiting when the pair is stopped can still be matched.
 */
static int pair_register_both(struct pair *pair, struct ktlat_plan *plan)
{
	int err = pair_register(pair, plan, 0);

	if (err)
		return err;
	err = pair_register(pair, plan, 1);
	if (err)
		goto start;
	err = ktlat_kprobe_enable(&pair->kp[1]);
	if (err)
		goto end;
	return 0;

end:
	unregister_kprobe(&pair->kp[1]);
start:
	unregister_kprobe(&pair->kp[0]);
	return err;
}

static struct ktlat_attachment *pair_attach(struct ktlat_plan *plan)
{
	struct pair *pair;
	int err;

	err = ktlat_target_check_function(plan, 0) ?:
	      ktlat_target_check_function(plan, 1);
	if (err)
		return ERR_PTR(err);
	pair = pair_alloc(plan);
	if (IS_ERR(pair))
		return ERR_CAST(pair);
	err = pair_register_both(pair, plan);
	if (err) {
		pair_free(pair);
		return ERR_PTR(err);
	}
	return &pair->attachment;
}

static int pair_start(struct ktlat_attachment *attachment)
{
	struct pair *pair = pair_of(attachment);
	int err;

	pair->busy_base = READ_ONCE(pair->kp[0].nmissed);
	err = ktlat_kprobe_enable(&pair->kp[0]);
	pair->started = !err;
	return err;
}

static void pair_stop(struct ktlat_attachment *attachment)
{
	struct pair *pair = pair_of(attachment);

	disable_kprobe(&pair->kp[0]);
	pair->missed_busy += READ_ONCE(pair->kp[0].nmissed) - pair->busy_base;
	pair->started = false;
}

static void pair_detach(struct ktlat_attachment *attachment)
{
	struct pair *pair = pair_of(attachment);
	struct kprobe *kps[] = { &pair->kp[0], &pair->kp[1] };

	disable_kprobe(&pair->kp[1]);
	unregister_kprobes(kps, ARRAY_SIZE(kps));
	pair_free(pair);
}

static void pair_info(struct ktlat_attachment *attachment,
		      struct ktlat_mechanism_info *info)
{
	struct pair *pair = pair_of(attachment);

	*info = (struct ktlat_mechanism_info){
		.missed_busy = pair->missed_busy,
		.starts = pair->starts->nr_slots,
		.gone = kprobe_gone(&pair->kp[0]) || kprobe_gone(&pair->kp[1]),
	};
	if (pair->started)
		info->missed_busy += READ_ONCE(pair->kp[0].nmissed) -
				     pair->busy_base;
}

const struct ktlat_backend ktlat_backend_pair = {
	.id		= KTLAT_BACKEND_PAIR,
	.kind		= KTLAT_KIND_PAIR,
	.feature	= KTLAT_FEATURE_PAIR,
	.exact		= false,
	.attach		= pair_attach,
	.start		= pair_start,
	.stop		= pair_stop,
	.detach		= pair_detach,
	.info		= pair_info,
};
