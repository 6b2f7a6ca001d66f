// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - from a name to a place that may be probed, or the reason why not.
 *
 * Whether a place may be probed is the kernel's to say: a kprobe is registered
 * there, disabled, and the answer read off it. On top of that we refuse what
 * the kernel would take but what cannot be measured.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend/backend.h"
#include "compat/ftrace_site.h"
#include "compat/kprobes.h"
#include "core/noreturns.h"
#include "target.h"

/* The errno that goes with each enum ktlat_refusal. */
static const int target_errnos[] = {
	[KTLAT_REFUSED_UNKNOWN]		= -ENOENT,
	[KTLAT_REFUSED_BLACKLIST]	= -EADDRNOTAVAIL,
	[KTLAT_REFUSED_NOTRACE]		= -EOPNOTSUPP,
	[KTLAT_REFUSED_NORETURN]	= -ENOTRECOVERABLE,
	[KTLAT_REFUSED_OURS]		= -ELOOP,
	[KTLAT_REFUSED_OFFSET]		= -EILSEQ,
	[KTLAT_REFUSED_LOCKDOWN]	= -EPERM,
	[KTLAT_REFUSED_MEMLOCK]		= -ENOMEM,
	[KTLAT_REFUSED_LIMIT]		= -EDQUOT,
	[KTLAT_REFUSED_OFF]		= -EBUSY,
	[KTLAT_REFUSED_PROTOTYPE]	= -EPROTOTYPE,
	[KTLAT_REFUSED_RIGHTS]		= -EACCES,
	[KTLAT_REFUSED_CLOCK]		= -ENODATA,
	[KTLAT_REFUSED_TAKEN]		= -EADDRINUSE,
	[KTLAT_REFUSED_SLOTS]		= -ENOSPC,
	[KTLAT_REFUSED_EXCLUDED]	= -EXDEV,
	[KTLAT_REFUSED_ABSENT]		= -EPROTONOSUPPORT,
	[KTLAT_REFUSED_ADDRESS]		= -ENXIO,
	[KTLAT_REFUSED_SITES]		= -ENFILE,
	[KTLAT_REFUSED_CROWDED]		= -EUSERS,
	[KTLAT_REFUSED_FTRACE]		= -EUNATCH,
	[KTLAT_REFUSED_INIT]		= -ESTALE,
	[KTLAT_REFUSED_RINGS]		= -ENOLINK,
	[KTLAT_REFUSED_VALUES]		= -EBADSLT,
	[KTLAT_REFUSED_HANDLER]		= -ENOEXEC,
	[KTLAT_REFUSED_SYSLOG]		= -EPERM,
};

int ktlat_target_errno(int refusal)
{
	return target_errnos[refusal];
}

/* Notes why a plan is refused, and returns the errno that goes with it. */
int ktlat_target_refuse(struct ktlat_plan *plan, int point, int refusal)
{
	plan->refusal = refusal;
	plan->refused_point = point;
	return ktlat_target_errno(refusal);
}

/**
 * ktlat_target_aim() - How kprobes on a point are told its function
 * @aim: filled in; its symbol is to be freed by kfree()
 * @plan: has the point
 * @point: which one
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int ktlat_target_aim(struct ktlat_aim *aim, const struct ktlat_plan *plan,
		     int point)
{
	const struct ktlat_point *place = &plan->point[point];

	aim->address = plan->at[point];
	aim->symbol = kasprintf(GFP_KERNEL, "%s%s%s", place->module,
				place->module[0] ? ":" : "", place->name);
	return aim->symbol ? 0 : -ENOMEM;
}

/* Tells a kprobe its function; each time that it is registered, as that writes there. */
void ktlat_target_point(const struct ktlat_aim *aim, struct kprobe *kp)
{
	kp->symbol_name = aim->address ? NULL : aim->symbol;
	kp->addr = (void *)aim->address;
}

/* The same for a function of a group. */
int ktlat_target_refuse_function(struct ktlat_function *function, int refusal)
{
	function->refusal = refusal;
	return ktlat_target_errno(refusal);
}

/*
 * What is refused for its name alone; &enum ktlat_refusal. That one function calls
 * us when a task exits: to count its call as abandoned, which then returns.
 */
static int target_refusal(const struct ktlat_point *point, bool function)
{
	if (!strcmp(point->module, KBUILD_MODNAME) ||
	    (function && !strcmp(point->name, "__traceiter_sched_process_exit")))
		return KTLAT_REFUSED_OURS;
	if (function && match_string(ktlat_noreturns,
				     ARRAY_SIZE(ktlat_noreturns),
				     point->name) >= 0)
		return KTLAT_REFUSED_NORETURN;
	return KTLAT_REFUSED_NOT;
}

/* Is that a place of ours, and not to be probed? */
static bool target_is_ours(const struct ktlat_plan *plan, const void *address)
{
	return !plan->ours && within_module((unsigned long)address, THIS_MODULE);
}

/* Refuses what can be told from the name alone. */
int ktlat_target_check_name(struct ktlat_plan *plan, int point)
{
	int refusal = target_refusal(&plan->point[point],
				     plan->kind == KTLAT_KIND_FUNCTION);

	if (refusal == KTLAT_REFUSED_OURS && plan->ours)
		return 0;
	return refusal ? ktlat_target_refuse(plan, point, refusal) : 0;
}

/* Is that what the kernel says of where a function begins? See target_size(). */
static bool target_begins(const struct ktlat_point *point, const char *text)
{
	size_t length = strlen(point->name);
	size_t module = strlen(point->module);

	if (strncmp(text, point->name, length) ||
	    strncmp(text + length, "+0x0/", 5))
		return false;
	text = strchr(text + length, ' ');
	if (!module)
		return !text;
	return text && text[1] == '[' &&
	       !strncmp(text + 2, point->module, module) &&
	       text[2 + module] == ']';
}

/* Does a function of this name begin there? 1, 0 or -ENOMEM. */
static int target_is_at(const struct ktlat_point *point, unsigned long address)
{
	char *text = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	bool begins;

	if (!text)
		return -ENOMEM;
	sprint_symbol(text, address);
	begins = target_begins(point, text);
	kfree(text);
	return begins;
}

/**
 * ktlat_target_check_aim() - Check the address that a point is told by, if any
 * @plan: refusal is noted here
 * @point: which of its points
 *
 * Context: may sleep. Return: 0; the errno of the refusal; -ENOMEM.
 */
int ktlat_target_check_aim(struct ktlat_plan *plan, int point)
{
	int begins;

	if (!plan->at[point])
		return 0;
	begins = target_is_at(&plan->point[point], plan->at[point]);
	if (begins < 0)
		return begins;
	return begins ? 0 : ktlat_target_refuse(plan, point,
						KTLAT_REFUSED_ADDRESS);
}

/**
 * ktlat_target_check_entry() - May this function be probed?
 * @plan: refusal is noted here
 * @point: which of its points
 * @kp: registered, and disabled, at the function's entry
 *
 * Return: 0 or the errno of the refusal.
 */
int ktlat_target_check_entry(struct ktlat_plan *plan, int point,
			     const struct kprobe *kp)
{
	int has_site;

	if (target_is_ours(plan, kp->addr))
		return ktlat_target_refuse(plan, point, KTLAT_REFUSED_OURS);
	has_site = ktlat_kprobe_at_site(kp);
	if (has_site < 0)
		return has_site;
	if (!has_site)
		return ktlat_target_refuse(plan, point, KTLAT_REFUSED_NOTRACE);
	/* Once more: a module may have come again between the two. */
	return ktlat_target_check_aim(plan, point);
}

/*
 * What an error of register_kprobe() means for a well-formed point. The kernel
 * gives EINVAL for all that may not be probed, our handlers among it, and has
 * looked up the address by then.
 */
int ktlat_target_explain(struct ktlat_plan *plan, int point, int err,
			 const struct kprobe *kp)
{
	switch (err) {
	case -ENOENT:
		return ktlat_target_refuse(plan, point, KTLAT_REFUSED_UNKNOWN);
	case -EILSEQ:
		return ktlat_target_refuse(plan, point, KTLAT_REFUSED_OFFSET);
	case -EINVAL:
		if (target_is_ours(plan, kp->addr))
			return ktlat_target_refuse(plan, point,
						   KTLAT_REFUSED_OURS);
		/* Where instructions have a size, no other place is looked at. */
		if (!IS_ALIGNED((unsigned long)kp->addr,
				sizeof(kprobe_opcode_t)))
			return ktlat_target_refuse(plan, point,
						   KTLAT_REFUSED_OFFSET);
		return ktlat_target_refuse(plan, point,
					   KTLAT_REFUSED_BLACKLIST);
	default:
		return err;
	}
}

/*
 * Size of the function that holds an address, or 0 where that cannot be told.
 * What is exported of kallsyms is text: "name+0xoffset/0xsize [module]".
 */
static u64 target_size(const void *address)
{
	char *text = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	u64 size = 0;
	char *slash;

	if (!text)
		return 0;
	sprint_symbol(text, (unsigned long)address);
	slash = strchr(text, '/');
	if (slash) {
		slash[1 + strcspn(slash + 1, " ")] = '\0';
		if (kstrtou64(slash + 1, 16, &size))
			size = 0;
	}
	kfree(text);
	return size;
}

static int target_check_offset(struct ktlat_plan *plan, int point,
			       const struct kprobe *kp)
{
	u64 offset = plan->point[point].offset;

	if (offset && offset >= target_size(kp->addr))
		return ktlat_target_refuse(plan, point, KTLAT_REFUSED_OFFSET);
	return 0;
}

/* Never hit: it is registered disabled. */
static int target_never(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}
NOKPROBE_SYMBOL(target_never);

/**
 * ktlat_target_check_function() - Check the function that holds a point
 * @plan: refusal is noted here
 * @point: which of its points; its address is filled in
 *
 * Context: may sleep. Return: 0; the errno of the refusal; -ENOMEM.
 */
int ktlat_target_check_function(struct ktlat_plan *plan, int point)
{
	struct kprobe kp = {
		.pre_handler = target_never,
		.flags = KPROBE_FLAG_DISABLED,
	};
	struct ktlat_aim aim;
	int err;

	err = ktlat_target_check_name(plan, point) ?:
	      ktlat_target_check_aim(plan, point) ?:
	      ktlat_target_aim(&aim, plan, point);
	if (err)
		return err;
	ktlat_target_point(&aim, &kp);
	err = register_kprobe(&kp);
	if (err) {
		err = ktlat_target_explain(plan, point, err, &kp);
	} else {
		err = ktlat_target_check_entry(plan, point, &kp) ?:
		      target_check_offset(plan, point, &kp);
		plan->point[point].address = (unsigned long)kp.addr;
		unregister_kprobe(&kp);
	}
	kfree(aim.symbol);
	return err;
}

/**
 * ktlat_target_check_address() - Check a function that is told by its address
 * @function: refusal is noted here
 * @ours: it lies in ktlat, and is to be probed all the same
 * @site: its ftrace site is filled in
 *
 * Unlike ktlat_target_check_function() it asks for no kprobe, which takes the
 * kernel much longer than there is for each of thousands of functions; so it
 * must be told the address.
 *
 * Context: may sleep. Return: 0; the errno of the refusal; -ENOMEM.
 */
int ktlat_target_check_address(struct ktlat_function *function, bool ours,
			       unsigned long *site)
{
	int refusal = target_refusal(&function->point, true);
	int begins;

	if (refusal && !(ours && refusal == KTLAT_REFUSED_OURS))
		return ktlat_target_refuse_function(function, refusal);
	begins = target_is_at(&function->point, function->point.address);
	if (begins < 0)
		return begins;
	if (!begins)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_ADDRESS);
	*site = ktlat_ftrace_site(function->point.address);
	if (!*site)
		return ktlat_target_refuse_function(function,
						    KTLAT_REFUSED_NOTRACE);
	return 0;
}

/*
 * What a module will do to a function of its own; &enum ktlat_refusal. One that is
 * going has told its notifiers already maybe, and its names are still known.
 */
static int target_module_refusal(const struct module *module,
				 unsigned long address)
{
	if (READ_ONCE(module->state) == MODULE_STATE_GOING)
		return KTLAT_REFUSED_UNKNOWN;
	/* Not "in init text?": what has just been freed is in none. */
	return within_module_core(address, module) ? KTLAT_REFUSED_NOT :
						     KTLAT_REFUSED_INIT;
}

/**
 * ktlat_target_is_loaded() - Is the module of a point loaded?
 * @point: if it has none, the answer is yes
 *
 * One that is just coming is not before the kernel lists it, nor one that is going.
 *
 * Context: may sleep.
 */
bool ktlat_target_is_loaded(const struct ktlat_point *point)
{
	struct kobject *object;
	const struct module *module;
	bool loaded;

	if (!point->module[0])
		return true;
	object = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, point->module);
	if (!object)
		return false;
	module = container_of(object, struct module_kobject, kobj)->mod;
	/* What is built in is listed, too, and is no module. */
	loaded = !module || READ_ONCE(module->state) != MODULE_STATE_GOING;
	kobject_put(object);
	return loaded;
}

/**
 * ktlat_target_check_stays() - Is a function there until its module goes?
 * @function: checked by ktlat_target_check_address(); refusal is noted here
 *
 * The kernel looks up no module for us, but all are in the set of kernel objects
 * that ours is in, from before their init function runs until after they have
 * told that they go; and none is freed while somebody holds its object.
 *
 * Context: may sleep, with what serializes the caller against its module notifier.
 * Return: 0; the errno of the refusal.
 */
int ktlat_target_check_stays(struct ktlat_function *function)
{
	struct kset *modules = THIS_MODULE->mkobj.kobj.kset;
	struct kobject *object;
	int refusal = KTLAT_REFUSED_UNKNOWN;

	if (!function->point.module[0])
		return 0;
	object = kset_find_obj(modules, function->point.module);
	if (object) {
		const struct module *module =
			container_of(object, struct module_kobject, kobj)->mod;

		if (module)
			refusal = target_module_refusal(module,
							function->point.address);
		kobject_put(object);
	}
	return refusal ? ktlat_target_refuse_function(function, refusal) : 0;
}

/**
 * ktlat_target_goes() - Is an address in what a module loses by an event?
 * @address: of probed code
 * @event: as told to a module notifier
 * @module: likewise
 *
 * The init text of a module goes once the module is live.
 */
bool ktlat_target_goes(unsigned long address, unsigned long event,
		       const struct module *module)
{
	switch (event) {
	case MODULE_STATE_LIVE:
		return within_module_init(address, module);
	case MODULE_STATE_GOING:
		return within_module(address, module);
	default:
		return false;
	}
}
