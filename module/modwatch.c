// SPDX-License-Identifier: GPL-2.0-only
/*
 * modwatch.c - probes that wait for a module: attached while it comes, and let go
 * when it has gone.
 *
 * Who loads a module waits for the first, so that its init function is measured,
 * too; and for ktlat_lock, if there is anybody who waits at all. Letting go takes
 * time, and nobody waits for that.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include "modwatch.h"
#include "probe.h"
#include "session.h"

/* How many probes wait, attached or not. */
static atomic_t modwatch_nr = ATOMIC_INIT(0);

static void modwatch_gone_work(struct work_struct *work);
static DECLARE_WORK(modwatch_gone, modwatch_gone_work);

/* One more; before its functions are looked up. */
void ktlat_modwatch_more(void)
{
	atomic_inc(&modwatch_nr);
	/*
	 * A: pairs with B. Either the look-up finds the functions of a module that
	 * comes, or who tells us of that module finds one more.
	 */
	smp_mb__after_atomic();
}

void ktlat_modwatch_less(void)
{
	atomic_dec(&modwatch_nr);
}

static bool modwatch_anybody(void)
{
	/* B: pairs with A; the state of the module was written before. */
	smp_mb();
	return atomic_read(&modwatch_nr);
}

/* One after the other, as somebody may want the lock meanwhile. */
static void modwatch_gone_work(struct work_struct *work)
{
	struct ktlat_probe *probe;
	u64 id = 0;

	do {
		mutex_lock(&ktlat_lock);
		probe = ktlat_probe_after(id);
		if (probe) {
			id = probe->id;
			ktlat_probe_let_go(probe);
		}
		mutex_unlock(&ktlat_lock);
	} while (probe);
}

/* What is attached holds our module, which it must not do once that is going. */
static void modwatch_meet(const char *module)
{
	if (!try_module_get(THIS_MODULE))
		return;
	mutex_lock(&ktlat_lock);
	ktlat_probes_meet(module);
	mutex_unlock(&ktlat_lock);
	module_put(THIS_MODULE);
}

/* Init text goes when a module goes live. */
static int modwatch_event(struct notifier_block *block, unsigned long event,
			  void *data)
{
	const struct module *module = data;

	if (!modwatch_anybody())
		return NOTIFY_OK;
	if (event == MODULE_STATE_COMING)
		modwatch_meet(module->name);
	else if (event == MODULE_STATE_LIVE || event == MODULE_STATE_GOING)
		queue_work(system_long_wq, &modwatch_gone);
	return NOTIFY_OK;
}

/*
 * Last: when a module comes, its jump labels and static calls are to be known, and
 * when it goes, backends are to have seen it.
 */
static struct notifier_block modwatch_modules = {
	.notifier_call	= modwatch_event,
	.priority	= INT_MIN,
};

int ktlat_modwatch_init(void)
{
	return register_module_notifier(&modwatch_modules);
}

/* There are no probes any more, and none come. Context: ktlat_lock is not held. */
void ktlat_modwatch_exit(void)
{
	unregister_module_notifier(&modwatch_modules);
	cancel_work_sync(&modwatch_gone);
}
