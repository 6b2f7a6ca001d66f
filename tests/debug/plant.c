// SPDX-License-Identifier: GPL-2.0-only
/*
 * plant.c - faults on purpose: the module parameter "plant" chooses one, and without
 * it this does what it stands for.
 */
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "session.h"

static char *plant = "";
module_param(plant, charp, 0444);
MODULE_PARM_DESC(plant, "a fault to make: uaf, leak, abba, rcu, object, sleep or race");

static bool planted(const char *name)
{
	return !strcmp(plant, name);
}

static u64 __rcu *plant_pointer;

void ktlat_plant_kfree(const void *session)
{
	const char *bytes = session;

	if (planted("leak"))
		return;
	if (planted("rcu"))
		rcu_dereference(plant_pointer);
	kfree(session);
	if (planted("uaf"))
		READ_ONCE(*bytes);
}

void ktlat_plant_lock(struct mutex *lock)
{
	mutex_lock(lock);
	if (planted("abba"))
		mutex_lock(&ktlat_lock);
}

void ktlat_plant_unlock(struct mutex *lock)
{
	if (planted("abba"))
		mutex_unlock(&ktlat_lock);
	mutex_unlock(lock);
}

bool ktlat_plant_cancel(struct delayed_work *work)
{
	if (planted("object"))
		return schedule_delayed_work(work, 60 * HZ);
	return cancel_delayed_work_sync(work);
}

/* Of all CPUs, and not atomic. */
static u64 plant_count;

void ktlat_plant_handler(void)
{
	if (planted("sleep"))
		kfree(kmalloc(sizeof(u64), GFP_KERNEL));
	if (planted("race"))
		plant_count++;
}
