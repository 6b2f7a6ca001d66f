// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct.c - measuring a function by a trampoline of our own on its ftrace site:
 * costs an eighth of a kretprobe and loses nothing.
 *
 * The state of a call lies on its own stack, so there is nothing that could run
 * out, and neither nesting nor recursion, sleep, migration or another tracer
 * gets in its way. The trampoline calls the function, so the function must find
 * its arguments in registers; the kernel knows no prototypes, and who adds the
 * probe vouches for that (%KTLAT_PROBE_REGISTERS).
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "backend/direct.h"
#include "canary.h"
#include "compat/ftrace_direct.h"
#include "compat/preempt_asm.h"
#include "target.h"

#include <ktlat.h>

#ifdef KTLAT_HAVE_DIRECT

static_assert(offsetof(struct ktlat_meter, epoch) == METER_EPOCH);
static_assert(offsetof(struct ktlat_meter, precision) == METER_PRECISION);
static_assert(offsetof(struct ktlat_meter, precision_bit) ==
	      METER_PRECISION_BIT);
static_assert(offsetof(struct ktlat_meter, fast_epoch) == METER_FAST_EPOCH);
static_assert(offsetof(struct ktlat_counters, entries) == COUNTERS_ENTRIES);
static_assert(offsetof(struct ktlat_counters, returns) == COUNTERS_RETURNS);
static_assert(offsetof(struct ktlat_counters, sum_ns) == COUNTERS_SUM);
static_assert(offsetof(struct ktlat_counters, min_ns) == COUNTERS_MIN);
static_assert(offsetof(struct ktlat_counters, max_ns) == COUNTERS_MAX);
static_assert(sizeof(struct ktlat_counters) == COUNTERS_BUCKETS);
static_assert(offsetof(struct direct_stack, returned) == STACK_RETURNED);
static_assert(offsetof(struct direct_stack, epoch) == STACK_EPOCH);
static_assert(offsetof(struct direct_cpu, area) == 0);
static_assert(offsetof(struct direct_cpu, strange) == CPU_STRANGE);

/**
 * struct direct - An attachment
 * @attachment: what the probe code sees
 * @slot: its trampoline
 * @site: address of the ftrace site
 * @hook: what ties the two
 * @gone: the code that held the site was unloaded
 * @started: the site calls the trampoline
 * @stuck: and will do so for ever, because ftrace has broken down
 * @node: in the list of attachments
 *
 * Guarded by direct_lock.
 */
struct direct {
	struct ktlat_attachment attachment;
	int slot;
	unsigned long site;
	struct ktlat_ftrace_direct hook;
	bool gone;
	bool started;
	bool stuck;
	struct list_head node;
};

/*
 * Functions that must not be called by a trampoline, and why not; those that
 * never return at all are refused by the target, and what is noinstr has no
 * site.
 */
static const struct {
	const char *name;
	const char *why;
} direct_excluded[] = {
	{ "acpi_enter_sleep_state", "resumes elsewhere" },
	{ "acpi_hw_extended_sleep", "resumes elsewhere" },
	{ "acpi_hw_legacy_sleep", "resumes elsewhere" },
	{ "acpi_idle_play_dead", "is left by a CPU that goes offline" },
	{ "acpi_pm_read", "may be the clock that stamps" },
	{ "acpi_pm_read_slow", "may be the clock that stamps" },
	{ "acpi_pm_read_verified", "may be the clock that stamps" },
	{ "arch_rethook_trampoline_callback", "runs in place of a return" },
	{ "arch_stack_walk", "sees itself, in direct_task_exit()" },
	{ "cpuidle_play_dead", "is left by a CPU that goes offline" },
	{ "do_idle", "is left by a CPU that goes offline" },
	{ "ftrace_return_to_handler", "runs in place of a return" },
	{ "hlt_play_dead", "is left by a CPU that goes offline" },
	{ "jiffies_read", "may be the clock that stamps" },
	{ "kthread", "is where a stack begins" },
	{ "kvm_clock_get_cycles", "may be the clock that stamps" },
	{ "kvm_clock_read", "may be the clock that stamps" },
	{ "mwait_play_dead", "is left by a CPU that goes offline" },
	{ "preempt_schedule", "called by a trampoline of the kernel's own" },
	{ "preempt_schedule_irq", "called on the way out of an interrupt" },
	{ "preempt_schedule_notrace", "called by our trampoline" },
	{ "prepare_ftrace_return", "changes where its caller returns to" },
	{ "pvclock_clocksource_read", "may be the clock that stamps" },
	{ "pvclock_clocksource_read_nowd", "may be the clock that stamps" },
	{ "read_hpet", "may be the clock that stamps" },
	{ "read_hv_clock_msr", "may be the clock that stamps" },
	{ "read_hv_clock_msr_cs", "may be the clock that stamps" },
	{ "read_hv_clock_tsc", "may be the clock that stamps" },
	{ "read_hv_clock_tsc_cs", "may be the clock that stamps" },
	{ "schedule", "is where all tasks sleep" },
	{ "schedule_idle", "is where idle CPUs switch" },
	{ "schedule_preempt_disabled", "is where tasks sleep" },
	{ "schedule_tail", "is where a stack begins" },
	{ "stack_trace_save", "sees itself, in direct_task_exit()" },
	{ "swsusp_save", "resumes elsewhere" },
	{ "x86_acpi_enter_sleep_state", "resumes elsewhere" },
	{ "xen_clocksource_get_cycles", "may be the clock that stamps" },
	{ "xen_clocksource_read", "may be the clock that stamps" },
};

/* All attachments; under direct_lock. */
static LIST_HEAD(direct_attachments);

static struct direct *direct_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct direct, attachment);
}

bool direct_is_excluded(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(direct_excluded); i++)
		if (!strcmp(direct_excluded[i].name, name))
			return true;
	return false;
}

/* What can be told without looking at the function. */
static int direct_check(struct ktlat_plan *plan)
{
	if (!plan->in_registers)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_PROTOTYPE);
	if (!plan->may_vouch)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_RIGHTS);
	if (direct_is_excluded(plan->point[0].name))
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_EXCLUDED);
	if (plan->capture && plan->capture->begins)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_VALUES);
	return 0;
}

/*
 * Looks the function up and binds a slot to it. Under direct_lock from the first
 * to the last, so that a module that goes meanwhile tells us.
 */
static int direct_bind(struct direct *direct, struct ktlat_plan *plan)
{
	int err = ktlat_target_check_function(plan, 0);

	if (err)
		return err;
	direct->site = plan->point[0].address;
	direct->slot = direct_slot_take(&plan->point[0], plan->meter);
	if (direct->slot < 0)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_SLOTS);
	direct->hook = (struct ktlat_ftrace_direct){
		.sites = &direct->site,
		.nr_sites = 1,
		.trampoline = direct_slot_text(direct->slot),
	};
	list_add(&direct->node, &direct_attachments);
	return 0;
}

static struct ktlat_attachment *direct_attach(struct ktlat_plan *plan)
{
	struct direct *direct;
	int err = direct_check(plan);

	if (err)
		return ERR_PTR(err);
	direct = kzalloc(sizeof(*direct), GFP_KERNEL_ACCOUNT);
	if (!direct)
		return ERR_PTR(-ENOMEM);
	direct->attachment.backend = &ktlat_backend_direct;
	mutex_lock(&direct_lock);
	err = direct_bind(direct, plan);
	mutex_unlock(&direct_lock);
	if (err) {
		kfree(direct);
		return ERR_PTR(err);
	}
	return &direct->attachment;
}

/* Under direct_lock. */
static void direct_break(struct direct *direct, int err)
{
	direct->stuck = true;
	pr_err("ftrace does not let go of %pS (%d): this module cannot be unloaded any more\n",
	       (void *)direct->site, err);
}

static int direct_start(struct ktlat_attachment *attachment)
{
	struct direct *direct = direct_of(attachment);
	/* To try and to go back, while it is off, would leave flags on the site. */
	int err = ktlat_ftrace_check();

	if (err)
		return err;
	mutex_lock(&direct_lock);
	if (direct->gone || direct->stuck)
		err = -ENODEV;
	else if (!ktlat_clock_serves())
		err = -ENODATA;
	else
		err = direct_slot_start(direct->slot, &direct->hook);
	direct->started = !err;
	if (err == -ENODEV && !direct->gone && !direct->stuck)
		direct_break(direct, err);
	mutex_unlock(&direct_lock);
	return err;
}

/* Under direct_lock. */
static void direct_stop_locked(struct direct *direct)
{
	int err;

	if (!direct->started)
		return;
	direct->started = false;
	err = ktlat_ftrace_direct_remove(&direct->hook);
	if (err)
		direct_break(direct, err);
}

static void direct_stop(struct ktlat_attachment *attachment)
{
	mutex_lock(&direct_lock);
	direct_stop_locked(direct_of(attachment));
	mutex_unlock(&direct_lock);
}

static void direct_detach(struct ktlat_attachment *attachment)
{
	struct direct *direct = direct_of(attachment);

	direct_slot_drain(direct->slot, direct->stuck);
	mutex_lock(&direct_lock);
	list_del(&direct->node);
	mutex_unlock(&direct_lock);
	kfree(direct);
}

static void direct_info(struct ktlat_attachment *attachment,
			struct ktlat_mechanism_info *info)
{
	mutex_lock(&direct_lock);
	*info = (struct ktlat_mechanism_info){
		.gone = direct_of(attachment)->gone,
	};
	mutex_unlock(&direct_lock);
}

static void direct_retire(struct ktlat_attachment *attachment, u64 epoch)
{
	/* Functions of the idle loop run where RCU does not look. */
	ktlat_synchronize_cpus();
	direct_slot_retire(direct_of(attachment)->slot, epoch);
}

/* The stack of a task is as deep as this, in calls, most of the time. */
#define DIRECT_TRACE	64

static void direct_task_exit(void)
{
	unsigned long trace[DIRECT_TRACE];
	unsigned int skip = 0, nr;

	if (!direct_slots_used())
		return;
	do {
		nr = stack_trace_save(trace, ARRAY_SIZE(trace), skip);
		/* Figures are freed only after every CPU has been seen with it on. */
		preempt_disable_notrace();
		for (unsigned int i = 0; i + 1 < nr; i++)
			direct_slot_abandon(trace[i], trace[i + 1]);
		preempt_enable_notrace();
		/* The last one again: it may need the one that comes next. */
		skip += nr - 1;
	} while (nr == ARRAY_SIZE(trace));
}

/* Code goes: so do our trampolines on its functions, in which nobody is. */
static int direct_module_event(struct notifier_block *block,
			       unsigned long event, void *data)
{
	struct direct *direct;

	if (event != MODULE_STATE_LIVE && event != MODULE_STATE_GOING)
		return NOTIFY_OK;
	mutex_lock(&direct_lock);
	list_for_each_entry(direct, &direct_attachments, node) {
		if (direct->gone || !ktlat_target_goes(direct->site, event, data))
			continue;
		direct_stop_locked(direct);
		direct->gone = true;
		direct_slot_forget_site(direct->slot);
	}
	direct_groups_module_event(event, data);
	mutex_unlock(&direct_lock);
	return NOTIFY_OK;
}

static struct notifier_block direct_modules = {
	.notifier_call = direct_module_event,
};

static int direct_init(void)
{
	int err = direct_slots_init();

	if (err)
		return err;
	err = register_module_notifier(&direct_modules);
	if (err)
		direct_slots_exit();
	return err;
}

static void direct_exit(void)
{
	unregister_module_notifier(&direct_modules);
	direct_slots_exit();
}

static struct ktlat_cost direct_cost;

const struct ktlat_backend ktlat_backend_direct = {
	.id		= KTLAT_BACKEND_DIRECT,
	.kind		= KTLAT_KIND_FUNCTION,
	.feature	= KTLAT_FEATURE_DIRECT,
	.exact		= true,
	.cost		= &direct_cost,
	.attach		= direct_attach,
	.start		= direct_start,
	.stop		= direct_stop,
	.detach		= direct_detach,
	.info		= direct_info,
	.retire		= direct_retire,
	.held		= direct_slot_held,
	.task_exit	= direct_task_exit,
	.init		= direct_init,
	.shutdown	= direct_exit,
};

#endif /* KTLAT_HAVE_DIRECT */
