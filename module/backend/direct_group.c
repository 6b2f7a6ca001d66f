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
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "backend/direct.h"
#include "canary.h"
#include "compat/ftrace_direct.h"
#include "group.h"
#include "target.h"

#include <ktlat.h>

#if defined(KTLAT_HAVE_DIRECT) && defined(KTLAT_FTRACE_DIRECT_GROUPS)

/**
 * struct direct_part - The functions of a group that lie in one module
 * @node: in the group's list
 * @module: the module, or the kernel proper
 * @hook: what ties their sites to the trampoline
 * @sites: their ftrace sites; made at the first start
 * @started: their sites call it
 * @stuck: and will do so for ever, because ftrace has broken down
 * @gone: the module was unloaded
 */
struct direct_part {
	struct list_head node;
	const struct ktlat_group_module *module;
	struct ktlat_ftrace_direct hook;
	unsigned long *sites;
	bool started;
	bool stuck;
	bool gone;
};

/**
 * struct direct_group - An attachment
 * @attachment: what the probe code sees
 * @group: the functions
 * @slot: its trampoline
 * @function_stride: from the counters of a function to those of the next
 * @table: by what the trampoline will know the functions
 * @ours: its function is ktlat's own, see struct ktlat_plan
 * @made: the trampoline knows them, and each part its sites
 * @parts: the functions by module
 * @node: in the list of groups
 *
 * Guarded by direct_lock. Parts come and go under ktlat_lock as well, so that
 * who holds that can walk them and take direct_lock for one after the other: no
 * module can come or go meanwhile, and taking one off its sites takes time.
 */
struct direct_group {
	struct ktlat_attachment attachment;
	struct ktlat_group *group;
	int slot;
	u32 function_stride;
	struct direct_table *table;
	bool ours;
	bool made;
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
	group->ours = plan->ours;
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

static struct direct_part *group_find_part(const struct direct_group *group,
					   const char *module)
{
	struct direct_part *part;

	list_for_each_entry(part, &group->parts, node)
		if (!strcmp(part->module->name, module))
			return part;
	return NULL;
}

/* Is the module gone of a function whose counters are at that offset? */
static bool group_lost(const struct direct_group *group, s64 offset)
{
	const struct ktlat_member *member =
		&group->group->members[div_u64(offset, group->function_stride)];

	return group_find_part(group, member->module->name)->gone;
}

/*
 * Has any group of ours the function with this site? In another group than the
 * one that asks, one whose module is gone does not count: another has come to its
 * place. In the same one it does, as the trampoline would take the new one for
 * it. Under direct_lock.
 */
static bool group_serves(const struct direct_group *asks, unsigned long site)
{
	const struct direct_group *group;

	list_for_each_entry(group, &direct_groups, node) {
		s64 offset = direct_table_find(group->table, group_body(site));

		if (offset >= 0 && (group == asks || !group_lost(group, offset)))
			return true;
	}
	return false;
}

/* How many functions all groups have. Under direct_lock. */
static u32 groups_nr_functions(void)
{
	const struct direct_group *group;
	u32 nr = 0;

	list_for_each_entry(group, &direct_groups, node)
		nr += group->group->nr;
	return nr;
}

/* What speaks against a function; &enum ktlat_refusal. Under direct_lock. */
static int group_refusal(const struct direct_group *group,
			 const struct ktlat_function *function,
			 unsigned long site)
{
	if (!(function->flags & KTLAT_PROBE_REGISTERS))
		return KTLAT_REFUSED_PROTOTYPE;
	if (direct_is_excluded(function->point.name))
		return KTLAT_REFUSED_EXCLUDED;
	if (direct_slot_serves(site) || group_serves(group, site))
		return KTLAT_REFUSED_TAKEN;
	if (groups_nr_functions() >= KTLAT_FTRACE_DIRECT_MAX)
		return KTLAT_REFUSED_SITES;
	return KTLAT_REFUSED_NOT;
}

/* Context: direct_lock. */
static int group_check(struct direct_group *group,
		       struct ktlat_function *function, unsigned long *site)
{
	const struct direct_part *part =
		group_find_part(group, function->point.module);
	int err = ktlat_target_check_address(function, group->ours, site);
	int refusal;

	if (err)
		return err;
	refusal = part && part->gone ? KTLAT_REFUSED_UNKNOWN :
				       group_refusal(group, function, *site);
	if (refusal)
		return ktlat_target_refuse_function(function, refusal);
	err = ktlat_ftrace_is_site(*site);
	if (err < 0)
		return err;
	if (!err)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_NOTRACE);
	return ktlat_target_check_stays(function);
}

/* Context: direct_lock. */
static int group_take(struct direct_group *group,
		      struct ktlat_function *function, unsigned long site)
{
	struct direct_part *part = group_find_part(group,
						   function->point.module);
	struct direct_part *fresh = NULL;
	int err;

	if (!part) {
		fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
		if (!fresh)
			return -ENOMEM;
		part = fresh;
	}
	err = ktlat_group_add(group->group, function, site);
	if (err) {
		kfree(fresh);
		return err;
	}
	if (fresh) {
		part->module = group->group->members[function->index].module;
		part->hook.trampoline = direct_slot_text(group->slot);
		list_add_tail(&part->node, &group->parts);
	}
	part->hook.nr_sites++;
	direct_table_add(group->table, group_body(site),
			 (u64)function->index * group->function_stride);
	return 0;
}

/*
 * With direct_lock from the first look at the function to the last, so that a
 * module that goes meanwhile tells us.
 */
static int group_add(struct ktlat_attachment *attachment,
		     struct ktlat_function *function)
{
	struct direct_group *group = group_of(attachment);
	unsigned long site;
	int err;

	mutex_lock(&direct_lock);
	err = group_check(group, function, &site);
	if (!err)
		err = group_take(group, function, site);
	mutex_unlock(&direct_lock);
	return err;
}

static int part_make(const struct direct_group *group, struct direct_part *part)
{
	const struct ktlat_group *functions = group->group;
	u32 nr = 0;

	if (part->sites)
		return 0;
	part->sites = kvcalloc(part->hook.nr_sites, sizeof(*part->sites),
			       GFP_KERNEL_ACCOUNT);
	if (!part->sites)
		return -ENOMEM;
	for (u32 i = 0; i < functions->nr; i++)
		if (functions->members[i].module == part->module)
			part->sites[nr++] = functions->members[i].site;
	part->hook.sites = part->sites;
	return 0;
}

/* Before the first start: from now on the functions stay as they are. */
static int group_make(struct direct_group *group)
{
	struct direct_part *part;

	if (group->made)
		return 0;
	list_for_each_entry(part, &group->parts, node) {
		int err = part_make(group, part);

		if (err)
			return err;
	}
	mutex_lock(&direct_lock);
	direct_slot_bind_group(group->slot, group->table, group->group->nr);
	group->made = true;
	mutex_unlock(&direct_lock);
	return 0;
}

static void part_break(struct direct_part *part, int err)
{
	part->stuck = true;
	pr_err("ftrace does not let go of %pS and others (%d): this module cannot be unloaded any more\n",
	       (void *)part->sites[0], err);
}

/* Context: direct_lock. */
static void part_stop(struct direct_part *part)
{
	int err;

	if (!part->started)
		return;
	part->started = false;
	err = ktlat_ftrace_direct_remove(&part->hook);
	if (err)
		part_break(part, err);
}

static void group_stop(struct ktlat_attachment *attachment)
{
	struct direct_part *part;

	list_for_each_entry(part, &group_of(attachment)->parts, node) {
		mutex_lock(&direct_lock);
		part_stop(part);
		mutex_unlock(&direct_lock);
	}
}

/* Context: direct_lock. */
static int part_start(const struct direct_group *group,
		      struct direct_part *part)
{
	int err;

	if (part->stuck)
		return -ENODEV;
	if (part->gone)
		return 0;
	err = direct_slot_start(group->slot, &part->hook);
	part->started = !err;
	if (err == -ENODEV)
		part_break(part, err);
	return err;
}

/* All parts, or none. */
static int group_start(struct ktlat_attachment *attachment)
{
	struct direct_group *group = group_of(attachment);
	struct direct_part *part;
	int err = ktlat_clock_serves() ? group_make(group) : -ENODATA;

	/* To try and to go back, while it is off, would leave flags on the sites. */
	err = err ?: ktlat_ftrace_check();
	if (err)
		return err;
	list_for_each_entry(part, &group->parts, node) {
		mutex_lock(&direct_lock);
		err = part_start(group, part);
		mutex_unlock(&direct_lock);
		if (!err)
			continue;
		group_stop(attachment);
		return err;
	}
	return 0;
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
	struct direct_part *part, *next;

	direct_slot_drain(group->slot, group_is_stuck(group));
	mutex_lock(&direct_lock);
	list_del(&group->node);
	mutex_unlock(&direct_lock);
	list_for_each_entry_safe(part, next, &group->parts, node) {
		/* ftrace goes on to use what it does not let go of. */
		if (part->stuck)
			continue;
		kvfree(part->sites);
		kfree(part);
	}
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
	direct_slot_retire(group_of(attachment)->slot, epoch);
}

/* Does a module that loses code now hold a function of this part? */
static bool part_loses(const struct ktlat_group *functions,
		       const struct direct_part *part, unsigned long event,
		       const struct module *module)
{
	if (!part->module->name[0])
		return false;
	for (u32 i = 0; i < functions->nr; i++)
		if (functions->members[i].module == part->module &&
		    ktlat_target_goes(functions->members[i].site, event,
				      module))
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
			if (part->gone || !part_loses(group->group, part, event,
						      module))
				continue;
			part_stop(part);
			part->gone = true;
		}
	}
}

static struct ktlat_cost group_cost;

const struct ktlat_backend ktlat_backend_direct_group = {
	.id		= KTLAT_BACKEND_DIRECT,
	.kind		= KTLAT_KIND_GROUP,
	.feature	= KTLAT_FEATURE_DIRECT_GROUP,
	.exact		= true,
	.cost		= &group_cost,
	.attach		= group_attach,
	.add		= group_add,
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
