// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_group.c - measuring many functions by one trampoline, which is put on
 * all their ftrace sites in one step.
 *
 * The functions of each kernel module are registered with ftrace apart, so that
 * a module can go without the others losing a call.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "backend/direct.h"
#include "compat/ftrace_direct.h"
#include "compat/tsc.h"
#include "group.h"
#include "target.h"

#include <ktlat.h>

#if defined(KTLAT_HAVE_DIRECT) && defined(KTLAT_FTRACE_DIRECT_GROUPS)

/**
 * struct direct_part - The functions of a group that lie in one module
 * @node: in the group's list
 * @hook: what ties them to the trampoline
 * @started: their sites call it
 * @stuck: and will do so for ever, because ftrace has broken down
 * @gone: the module was unloaded
 * @sites: their ftrace sites
 */
struct direct_part {
	struct list_head node;
	struct ktlat_ftrace_direct hook;
	bool started;
	bool stuck;
	bool gone;
	unsigned long sites[];
};

/**
 * struct direct_group - An attachment
 * @attachment: what the probe code sees
 * @group: the functions
 * @slot: its trampoline
 * @function_stride: from the counters of a function to those of the next
 * @table: by what the trampoline will know the functions
 * @parts: the functions by module; made at the first start
 * @node: in the list of groups
 *
 * Guarded by direct_lock.
 */
struct direct_group {
	struct ktlat_attachment attachment;
	const struct ktlat_group *group;
	int slot;
	u32 function_stride;
	struct direct_table *table;
	struct list_head parts;
	struct list_head node;
};

/* All groups; under direct_lock. */
static LIST_HEAD(direct_groups);

static struct direct_group *group_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct direct_group, attachment);
}

static int group_take_slot(struct direct_group *group, struct ktlat_plan *plan)
{
	if (ktlat_clock_id() != KTLAT_CLOCK_TSC)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_CLOCK);
	group->slot = direct_slot_take_group(&plan->point[0], plan->meter,
					     plan->group->room);
	if (group->slot < 0)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_SLOTS);
	list_add(&group->node, &direct_groups);
	return 0;
}

static struct ktlat_attachment *group_attach(struct ktlat_plan *plan)
{
	struct direct_group *group;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(ktlat_target_refuse(plan, 0,
						   KTLAT_REFUSED_RIGHTS));
	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return ERR_PTR(-ENOMEM);
	group->attachment.backend = &ktlat_backend_direct_group;
	group->group = plan->group;
	group->function_stride = plan->meter->function_stride;
	INIT_LIST_HEAD(&group->parts);
	group->table = direct_table_alloc(plan->group->room);
	if (!group->table) {
		kfree(group);
		return ERR_PTR(-ENOMEM);
	}
	mutex_lock(&direct_lock);
	err = group_take_slot(group, plan);
	mutex_unlock(&direct_lock);
	if (err) {
		kvfree(group->table);
		kfree(group);
		return ERR_PTR(err);
	}
	return &group->attachment;
}

/* Where the call on a site returns to: by that the trampoline knows a function. */
static unsigned long group_body(unsigned long site)
{
	return site + MCOUNT_INSN_SIZE;
}

/* Has any group of ours that function? Under direct_lock. */
static bool group_serves(unsigned long site)
{
	const struct direct_group *group;

	list_for_each_entry(group, &direct_groups, node)
		if (direct_table_find(group->table, group_body(site)) >= 0)
			return true;
	return false;
}

/* What speaks against a function, without asking ftrace. */
static int group_refusal(const struct ktlat_function *function,
			 unsigned long site)
{
	bool taken;

	if (!(function->flags & KTLAT_PROBE_REGISTERS))
		return KTLAT_REFUSED_PROTOTYPE;
	if (direct_is_excluded(function->point.name))
		return KTLAT_REFUSED_EXCLUDED;
	mutex_lock(&direct_lock);
	taken = direct_slot_serves(site) || group_serves(site);
	mutex_unlock(&direct_lock);
	return taken ? KTLAT_REFUSED_TAKEN : KTLAT_REFUSED_NOT;
}

static int group_admit(struct ktlat_attachment *attachment,
		       struct ktlat_function *function, unsigned long site)
{
	struct direct_group *group = group_of(attachment);
	int refusal = group_refusal(function, site);
	int is_site;

	if (refusal)
		return ktlat_target_refuse_function(function, refusal);
	is_site = ktlat_ftrace_is_site(site);
	if (is_site < 0)
		return is_site;
	if (!is_site)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_NOTRACE);
	direct_table_add(group->table, group_body(site),
			 (u64)function->index * group->function_stride);
	return 0;
}

static int group_make_part(struct direct_group *group,
			   const struct ktlat_group_module *module)
{
	const struct ktlat_group *functions = group->group;
	struct direct_part *part;

	part = kvzalloc(struct_size(part, sites, functions->nr),
			GFP_KERNEL_ACCOUNT);
	if (!part)
		return -ENOMEM;
	for (u32 i = 0; i < functions->nr; i++)
		if (functions->members[i].module == module)
			part->sites[part->hook.nr_sites++] =
				functions->members[i].site;
	part->hook.sites = part->sites;
	part->hook.trampoline = direct_slot_text(group->slot);
	list_add_tail(&part->node, &group->parts);
	return 0;
}

static void group_unmake(struct direct_group *group)
{
	struct direct_part *part, *next;

	list_for_each_entry_safe(part, next, &group->parts, node)
		kvfree(part);
	INIT_LIST_HEAD(&group->parts);
}

/* Before the first start: from now on the functions stay as they are. */
static int group_make(struct direct_group *group)
{
	const struct ktlat_group_module *module;
	int err = 0;

	list_for_each_entry(module, &group->group->modules, node) {
		if (err)
			break;
		err = group_make_part(group, module);
	}
	if (err)
		group_unmake(group);
	else
		direct_slot_bind_group(group->slot, group->table);
	return err;
}

static void part_stop(struct direct_part *part)
{
	int err;

	if (!part->started)
		return;
	part->started = false;
	err = ktlat_ftrace_direct_remove(&part->hook);
	if (!err)
		return;
	part->stuck = true;
	pr_err("ftrace does not let go of %pS and others (%d): this module cannot be unloaded any more\n",
	       (void *)part->sites[0], err);
}

static void group_stop_parts(struct direct_group *group)
{
	struct direct_part *part;

	list_for_each_entry(part, &group->parts, node)
		part_stop(part);
}

static int part_start(struct direct_part *part)
{
	int err;

	if (part->stuck)
		return -ENODEV;
	if (part->gone)
		return 0;
	err = ktlat_ftrace_direct_add(&part->hook);
	part->started = !err;
	return err;
}

/* All parts, or none. */
static int group_start_parts(struct direct_group *group)
{
	struct direct_part *part;

	list_for_each_entry(part, &group->parts, node) {
		int err = part_start(part);

		if (err) {
			group_stop_parts(group);
			return err;
		}
	}
	return 0;
}

static int group_start(struct ktlat_attachment *attachment)
{
	struct direct_group *group = group_of(attachment);
	int err = 0;

	mutex_lock(&direct_lock);
	if (!ktlat_tsc_is_clock())
		err = -ENODATA;
	if (!err && list_empty(&group->parts))
		err = group_make(group);
	if (!err)
		err = group_start_parts(group);
	mutex_unlock(&direct_lock);
	return err == -EBUSY ? -EADDRINUSE : err;
}

static void group_stop(struct ktlat_attachment *attachment)
{
	mutex_lock(&direct_lock);
	group_stop_parts(group_of(attachment));
	mutex_unlock(&direct_lock);
}

static bool group_is_stuck(const struct direct_group *group)
{
	const struct direct_part *part;

	list_for_each_entry(part, &group->parts, node)
		if (part->stuck)
			return true;
	return false;
}

static void group_detach(struct ktlat_attachment *attachment)
{
	struct direct_group *group = group_of(attachment);

	direct_slot_drain(group->slot, group_is_stuck(group));
	mutex_lock(&direct_lock);
	list_del(&group->node);
	mutex_unlock(&direct_lock);
	group_unmake(group);
	kvfree(group->table);
	kfree(group);
}

/* Gone is a group of which nothing is left. */
static bool group_is_gone(const struct direct_group *group)
{
	const struct direct_part *part;

	list_for_each_entry(part, &group->parts, node)
		if (!part->gone)
			return false;
	return !list_empty(&group->parts);
}

static void group_info(struct ktlat_attachment *attachment,
		       struct ktlat_mechanism_info *info)
{
	struct direct_group *group = group_of(attachment);

	mutex_lock(&direct_lock);
	*info = (struct ktlat_mechanism_info){
		.missed_busy = direct_slot_strange(group->slot),
		.gone = group_is_gone(group),
	};
	mutex_unlock(&direct_lock);
}

static void group_retire(struct ktlat_attachment *attachment, u64 epoch)
{
	/* Functions of the idle loop run where RCU does not look. */
	ktlat_synchronize_cpus();
	mutex_lock(&direct_lock);
	direct_slot_retire(group_of(attachment)->slot, epoch);
	mutex_unlock(&direct_lock);
}

/* Does a module that loses code now hold a function of this part? */
static bool part_loses(const struct direct_part *part, unsigned long event,
		       const struct module *module)
{
	for (unsigned int i = 0; i < part->hook.nr_sites; i++)
		if (direct_loses(part->sites[i], event, module))
			return true;
	return false;
}

/* Code goes: so does the trampoline from all of its module. Under direct_lock. */
void direct_groups_module_event(unsigned long event,
				const struct module *module)
{
	struct direct_group *group;
	struct direct_part *part;

	list_for_each_entry(group, &direct_groups, node) {
		list_for_each_entry(part, &group->parts, node) {
			if (part->gone || !part_loses(part, event, module))
				continue;
			part_stop(part);
			part->gone = true;
		}
	}
}

const struct ktlat_backend ktlat_backend_direct_group = {
	.id		= KTLAT_BACKEND_DIRECT,
	.kind		= KTLAT_KIND_GROUP,
	.feature	= KTLAT_FEATURE_DIRECT_GROUP,
	.exact		= true,
	.attach		= group_attach,
	.admit		= group_admit,
	.start		= group_start,
	.stop		= group_stop,
	.detach		= group_detach,
	.info		= group_info,
	.retire		= group_retire,
};
#elif defined(KTLAT_HAVE_DIRECT)
void direct_groups_module_event(unsigned long event,
				const struct module *module)
{
}
#endif
