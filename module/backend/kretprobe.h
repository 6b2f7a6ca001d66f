/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kretprobe.h - what kretprobe.c (the backend) and krp_pool.c (its pools of
 * instances) share.
 *
 * A kretprobe has a fixed pool of instances. When calls were missed for want of
 * one, a second kretprobe with a larger pool takes over. Calls in flight still
 * return through the pool that they entered by, so pools are kept, disabled,
 * until the attachment ends; each is four times the size of the one before.
 *
 * A function of a group (krp_group.c) is armed, which takes the kernel a while for each,
 * before any is measured: until it is opened its handler takes no call.
 */
#ifndef KTLAT_BACKEND_KRETPROBE_H
#define KTLAT_BACKEND_KRETPROBE_H

#include <linux/kprobes.h>
#include <linux/list.h>

#include "backend/backend.h"
#include "backend/handover.h"
#include "compat/kretprobe_instances.h"
#include "hot/measure.h"
#include "target.h"

#define KRP_POOL_GROWTH	4
#define KRP_POOL_MIN	128
/* The first pool of one function of many, at least. */
#define KRP_POOL_MEMBER	32
/* How many members are ended together. */
#define KRP_TOGETHER	64
/* log4(KTLAT_POOL_MAX / KRP_POOL_MEMBER), rounded up, plus the first one. */
#define KRP_POOLS_MAX	7

struct krp;

/**
 * struct krp_call - The data of an instance
 * @call: what is remembered of the call
 * @debt: who is in it
 * @values: what was found of it; none where the probe wants none
 */
struct krp_call {
	struct ktlat_call call;
	struct ktlat_debt debt;
	struct ktlat_values values[];
};

/**
 * struct krp_pool - One kretprobe with its instances
 * @rp: the kretprobe
 * @meter: where to count; a copy of the attachment's, one load less per call
 * @capture: which values are wanted, or NULL; likewise
 * @krp: the attachment
 * @index: in its list of pools
 * @nmissed_seen: how far @rp.nmissed was taken into the total
 * @instances: in the list of all pools; guarded by krp_lock, read by RCU
 * @by_rp: in the table of all pools; likewise
 */
struct krp_pool {
	struct kretprobe rp;
	const struct ktlat_meter *meter;
	const struct ktlat_capture *capture;
	struct krp *krp;
	u8 index;
	u32 nmissed_seen;
	struct ktlat_instances instances;
	struct hlist_node by_rp;
};

/**
 * struct krp - An attachment
 * @attachment: what the probe code sees
 * @aim: the function
 * @meter: where to count
 * @capture: which values are wanted of the calls, or NULL
 * @account: who pays for the instances
 * @pools: in order of size; the last one takes new calls
 * @nr_pools: how many there are
 * @fixed: the user has set the size
 * @started: the last pool is enabled
 * @handover: which pool takes new calls; looked at during a hand-over only
 * @missed_pool: entries without a free instance
 * @missed_busy: entries while another kprobe ran, up to the last stop. Short of
 *	the truth: the kernel does not count atomically, and counts nothing at
 *	all where ftrace's own recursion check stops the hit
 * @busy_base: the last pool's kp.nmissed when it was started
 * @grow_checked: @missed_pool when growth was last considered
 * @growable: in the list of attachments that may grow
 *
 * All of it is guarded by krp_lock, but for what the handlers read: @meter of
 * a pool, and @handover.
 */
struct krp {
	struct ktlat_attachment attachment;
	struct ktlat_aim aim;
	const struct ktlat_meter *meter;
	const struct ktlat_capture *capture;
	struct ktlat_account *account;
	struct krp_pool *pools[KRP_POOLS_MAX];
	u32 nr_pools;
	bool fixed;
	bool started;
	struct ktlat_handover handover;
	u64 missed_pool;
	u64 missed_busy;
	unsigned long busy_base;
	u64 grow_checked;
	struct list_head growable;
};

/**
 * struct krp_batch - Members that are ended together
 * @nr: how many there are
 * @krps: they
 * @rps: room for what all of them have
 */
struct krp_batch {
	u32 nr;
	struct krp *krps[KRP_TOGETHER];
	struct kretprobe *rps[KRP_TOGETHER * KRP_POOLS_MAX];
};

/*
 * Guards every attachment and the list of pools. Taken inside the lock of the
 * probe code; the kernel's own kprobe and hotplug locks are taken inside of it.
 */
extern struct mutex krp_lock;

int krp_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int krp_entry_handover(struct kretprobe_instance *ri, struct pt_regs *regs);
int krp_return(struct kretprobe_instance *ri, struct pt_regs *regs);

int krp_closed(struct kretprobe_instance *ri, struct pt_regs *regs);

bool krp_is_gone(struct ktlat_attachment *attachment);
int krp_check(struct ktlat_attachment *attachment);
int krp_arm(struct ktlat_attachment *attachment);
void krp_open(struct ktlat_attachment *attachment);
void krp_close(struct ktlat_attachment *attachment);
void krp_disarm(struct ktlat_attachment *attachment);
void krp_detach_later(struct ktlat_attachment *attachment,
		      struct krp_batch *batch);
void krp_detach_batch(struct krp_batch *batch);

int krp_pool_add(struct krp *krp, u32 instances,
		 kretprobe_handler_t entry);
void krp_pools_remove(struct krp *const *krps, u32 nr, struct kretprobe **rps);
u32 krp_pool_default(bool member);
void krp_losses_update(struct krp *krp, struct krp_pool *pool);
void krp_growth_watch(struct krp *krp);
void krp_growth_forget(struct krp *krp);
void krp_growth_end(void);
void krp_task_exit(void);

static inline struct krp_pool *krp_last_pool(const struct krp *krp)
{
	return krp->pools[krp->nr_pools - 1];
}

/* Hits while another kprobe ran; counts on while another user keeps it armed. */
static inline unsigned long krp_busy_now(const struct krp_pool *pool)
{
	return READ_ONCE(pool->rp.kp.nmissed);
}

#endif /* KTLAT_BACKEND_KRETPROBE_H */
