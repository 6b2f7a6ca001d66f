// SPDX-License-Identifier: GPL-2.0-only
/*
 * krp_group.c - measuring many functions by a kretprobe on each, where there is no
 * trampoline for all of them.
 *
 * To arm one takes the kernel some milliseconds, so that is done when a function is
 * added, as long as the group is to be enabled at once: who adds thousands can tell how
 * far it is, and stop. Until the group is started their handlers are closed; then they
 * are opened within the time that it takes to write as many pointers.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "account.h"
#include "backend/kretprobe.h"
#include "compat/synchronize.h"
#include "group.h"
#include "target.h"

#include <ktlat.h>

/**
 * struct krp_member - A function of a group
 * @meter: that of the group, but for where its own figures are
 * @attachment: of the kretprobe
 */
struct krp_member {
	struct ktlat_meter meter;
	struct ktlat_attachment *attachment;
};

/**
 * struct krp_group - An attachment
 * @attachment: what the probe code sees
 * @group: the functions
 * @meter: that of the whole group; its epoch is the one that counts
 * @account: who pays
 * @plan: that of the function that is being added
 * @batch: what is ended
 * @members: as many as @group has room for, of which it tells how many there are
 *
 * Guarded by ktlat_lock.
 */
struct krp_group {
	struct ktlat_attachment attachment;
	struct ktlat_group *group;
	const struct ktlat_meter *meter;
	struct ktlat_account *account;
	struct ktlat_plan plan;
	struct krp_batch batch;
	struct krp_member members[];
};

static struct krp_group *group_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct krp_group, attachment);
}

static size_t group_bytes(u32 room)
{
	const struct krp_group *group = NULL;

	return struct_size(group, members, room);
}

static void group_free(struct krp_group *group)
{
	ktlat_account_uncharge(group->account, group_bytes(group->group->room));
	kvfree(group);
}

static struct ktlat_attachment *group_attach(struct ktlat_plan *plan)
{
	size_t bytes = group_bytes(plan->group->room);
	struct krp_group *group;

	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(ktlat_target_refuse(plan, 0,
						   KTLAT_REFUSED_RIGHTS));
	if (ktlat_account_charge(plan->account, bytes))
		return ERR_PTR(ktlat_target_refuse(plan, 0,
						   KTLAT_REFUSED_MEMLOCK));
	group = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!group) {
		ktlat_account_uncharge(plan->account, bytes);
		return ERR_PTR(-ENOMEM);
	}
	group->attachment.backend = &ktlat_backend_kretprobe_group;
	group->group = plan->group;
	group->meter = plan->meter;
	group->account = plan->account;
	group->plan = (struct ktlat_plan){
		.kind = KTLAT_KIND_FUNCTION,
		.ours = plan->ours,
		.member = true,
		.capture = plan->capture,
		.account = plan->account,
	};
	return &group->attachment;
}

/* What is at the address of one that is gone is another function. */
static bool group_has(const struct krp_group *group, unsigned long address)
{
	const struct ktlat_member *members = group->group->members;

	for (u32 i = 0; i < group->group->nr; i++)
		if (members[i].address == address &&
		    !krp_is_gone(group->members[i].attachment))
			return true;
	return false;
}

/* The meter of the function that comes next. */
static struct ktlat_meter group_meter(const struct krp_group *group)
{
	u32 function = group->group->nr;
	struct ktlat_meter meter = *group->meter;

	meter.areas += (size_t)function * meter.function_stride;
	meter.function = function;
	return meter;
}

/* The first one that is armed asks for all whether they can be. */
static int group_arm(struct krp_group *group,
		     struct ktlat_attachment *attachment,
		     struct ktlat_function *function)
{
	int err = group->group->nr ? 0 : krp_check(attachment);

	if (err == -EBUSY)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_OFF);
	if (err == -EUNATCH)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_FTRACE);
	return err ?: krp_arm(attachment);
}

static int group_take(struct krp_group *group, struct krp_member *member,
		      struct ktlat_function *function)
{
	struct ktlat_attachment *attachment;
	int err = 0;

	attachment = ktlat_backend_kretprobe.attach(&group->plan);
	if (IS_ERR(attachment)) {
		function->refusal = group->plan.refusal;
		return PTR_ERR(attachment);
	}
	if (!(function->flags & KTLAT_PROBE_DISABLED))
		err = group_arm(group, attachment, function);
	if (!err)
		err = ktlat_group_add(group->group, function,
				      group->plan.point[0].address);
	if (err)
		ktlat_backend_kretprobe.detach(attachment);
	else
		member->attachment = attachment;
	return err;
}

static int group_add(struct ktlat_attachment *attachment,
		     struct ktlat_function *function)
{
	struct krp_group *group = group_of(attachment);
	struct ktlat_plan *plan = &group->plan;
	struct krp_member *member;

	if (group->group->nr == group->group->room)
		return -ENOBUFS;
	if (!function->point.address)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_ADDRESS);
	if (group_has(group, function->point.address))
		return -EEXIST;
	member = &group->members[group->group->nr];
	member->meter = group_meter(group);
	plan->meter = &member->meter;
	plan->point[0] = function->point;
	plan->at[0] = function->point.address;
	plan->refusal = KTLAT_REFUSED_NOT;
	return group_take(group, member, function);
}

/* All at about the same time. */
static void group_for_all(struct krp_group *group,
			  void (*func)(struct ktlat_attachment *attachment))
{
	mutex_lock(&krp_lock);
	for (u32 i = 0; i < group->group->nr; i++)
		func(group->members[i].attachment);
	mutex_unlock(&krp_lock);
}

/* Also ends what group_start() has begun. */
static void group_stop(struct ktlat_attachment *attachment)
{
	struct krp_group *group = group_of(attachment);

	group_for_all(group, krp_close);
	for (u32 i = 0; i < group->group->nr; i++) {
		krp_disarm(group->members[i].attachment);
		cond_resched();
	}
}

/* A signal leaves those armed that are: the call is made again, and goes on there. */
static int group_start(struct ktlat_attachment *attachment)
{
	struct krp_group *group = group_of(attachment);
	int err = krp_check(group->members[0].attachment);

	for (u32 i = 0; i < group->group->nr && !err; i++) {
		err = signal_pending(current) ?
		      -ERESTARTSYS : krp_arm(group->members[i].attachment);
		cond_resched();
	}
	if (!err)
		group_for_all(group, krp_open);
	else if (err != -ERESTARTSYS)
		group_stop(attachment);
	return err;
}

static void group_detach(struct ktlat_attachment *attachment)
{
	struct krp_group *group = group_of(attachment);

	for (u32 i = 0; i < group->group->nr; i++)
		krp_detach_later(group->members[i].attachment, &group->batch);
	krp_detach_batch(&group->batch);
	group_free(group);
}

/* Gone is a group of which nothing is left. */
static void group_info(struct ktlat_attachment *attachment,
		       struct ktlat_mechanism_info *info)
{
	struct krp_group *group = group_of(attachment);
	u32 nr = group->group->nr;

	*info = (struct ktlat_mechanism_info){ .gone = nr };
	for (u32 i = 0; i < nr; i++) {
		struct ktlat_mechanism_info member;

		ktlat_backend_kretprobe.info(group->members[i].attachment,
					     &member);
		info->missed_pool += member.missed_pool;
		info->missed_busy += member.missed_busy;
		info->pool += member.pool;
		info->pool_grown += member.pool_grown;
		info->gone &= member.gone;
	}
}

/* A reset reaches each function here, and then whoever came before it has gone. */
static void group_retire(struct ktlat_attachment *attachment, u64 epoch)
{
	struct krp_group *group = group_of(attachment);

	for (u32 i = 0; i < group->group->nr; i++)
		/* Pairs as ktlat_meter.epoch says. */
		smp_store_release(&group->members[i].meter.epoch,
				  group->meter->epoch);
	synchronize_rcu();
	ktlat_synchronize_cpus();
}

static struct ktlat_cost group_cost;

const struct ktlat_backend ktlat_backend_kretprobe_group = {
	.id		= KTLAT_BACKEND_KRETPROBE,
	.kind		= KTLAT_KIND_GROUP,
	.feature	= KTLAT_FEATURE_KRETPROBE_GROUP,
	.exact		= false,
	.cost		= &group_cost,
	.attach		= group_attach,
	.add		= group_add,
	.start		= group_start,
	.stop		= group_stop,
	.detach		= group_detach,
	.info		= group_info,
	.retire		= group_retire,
};
