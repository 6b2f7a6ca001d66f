// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookout.c - looks, for listeners, for what happens to probes without being told:
 * calls are missed, and code goes.
 *
 * A probe counts what it misses and tells nobody, as it runs where nothing can be
 * sent. So we look once a second, as long as there are a probe and a listener: a
 * machine on which nobody listens is not woken. No kernel that we know tells who
 * joins a group; but a listener asks how far events have got. Code goes with its module, and backends see that for
 * themselves; here the kernel's notice only says when to look.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "lookout.h"
#include "netlink.h"
#include "probe.h"
#include "session.h"

#include <ktlat.h>

/* A group on a large machine has much to look at: it takes no more than this share. */
#define LOOKOUT_SHARE	50

static void lookout_missed_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(lookout_missed, lookout_missed_work);

static void lookout_gone_work(struct work_struct *work);
static DECLARE_WORK(lookout_gone, lookout_gone_work);

static void lookout_at_figures(struct ktlat_probe *probe)
{
	struct ktlat_figures figures;

	ktlat_probe_figures(probe, &figures);
	ktlat_netlink_missed(probe, &figures);
}

static void lookout_at_code(struct ktlat_probe *probe)
{
	u32 state = ktlat_probe_state(probe);

	if (state == KTLAT_STATE_GONE || state == KTLAT_STATE_PENDING)
		ktlat_netlink_detached(probe);
}

/* Guards @lookout_ended; a leaf. */
static DEFINE_MUTEX(lookout_lock);
/* Nothing is queued any more. */
static bool lookout_ended;

/* Looks at all probes, if anybody listens. Returns whether there was anything to do. */
static bool lookout_at_all(void (*look)(struct ktlat_probe *probe))
{
	struct ktlat_probe *probe;
	bool any;

	mutex_lock(&ktlat_lock);
	probe = ktlat_probe_after(0);
	any = probe && ktlat_netlink_has_listeners();
	for (; any && probe; probe = ktlat_probe_after(probe->id))
		look(probe);
	mutex_unlock(&ktlat_lock);
	return any;
}

static void lookout_in(unsigned long delay)
{
	queue_delayed_work(system_long_wq, &lookout_missed, delay);
}

static void lookout_missed_work(struct work_struct *work)
{
	u64 start = ktime_get_ns();
	bool any = lookout_at_all(lookout_at_figures);
	u64 took = ktime_get_ns() - start;

	if (any)
		lookout_in(max_t(unsigned long, HZ,
				 nsecs_to_jiffies(took * LOOKOUT_SHARE)));
}

static void lookout_gone_work(struct work_struct *work)
{
	lookout_at_all(lookout_at_code);
}

/* Init text goes when a module goes live. */
static int lookout_module_event(struct notifier_block *block,
				unsigned long event, void *data)
{
	if (event == MODULE_STATE_LIVE || event == MODULE_STATE_GOING)
		queue_work(system_long_wq, &lookout_gone);
	return NOTIFY_OK;
}

/* Behind the notifiers of those who see that the code goes. */
static struct notifier_block lookout_modules = {
	.notifier_call	= lookout_module_event,
	.priority	= INT_MIN,
};

/*
 * There is a probe that may miss calls, or somebody who wants to know. No-op without
 * listeners. Context: may sleep; ktlat_lock may be held.
 */
void ktlat_lookout_begin(void)
{
	mutex_lock(&lookout_lock);
	if (!lookout_ended && ktlat_netlink_has_listeners())
		lookout_in(HZ);
	mutex_unlock(&lookout_lock);
}

int ktlat_lookout_init(void)
{
	return register_module_notifier(&lookout_modules);
}

/* There are no probes any more, and none come. Context: ktlat_lock is not held. */
void ktlat_lookout_exit(void)
{
	unregister_module_notifier(&lookout_modules);
	mutex_lock(&lookout_lock);
	lookout_ended = true;
	mutex_unlock(&lookout_lock);
	cancel_work_sync(&lookout_gone);
	cancel_delayed_work_sync(&lookout_missed);
}
