// SPDX-License-Identifier: GPL-2.0-only
/*
 * threshold.c - from when on a call is slow, where the histogram tells: a worker
 * looks at it once a second, as long as there is a probe that wants this.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "probe.h"
#include "session.h"
#include "threshold.h"

static void threshold_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(threshold, threshold_work);

static void threshold_work(struct work_struct *work)
{
	bool more;

	mutex_lock(&ktlat_lock);
	more = ktlat_probes_follow();
	mutex_unlock(&ktlat_lock);
	if (more)
		schedule_delayed_work(&threshold, HZ);
}

/* There is a probe that wants it. Context: ktlat_lock. */
void ktlat_threshold_follow(void)
{
	schedule_delayed_work(&threshold, 0);
}

/* There is no such probe any more. Context: may sleep; not ktlat_lock. */
void ktlat_threshold_exit(void)
{
	cancel_delayed_work_sync(&threshold);
}
