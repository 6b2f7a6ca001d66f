/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plant.h - faults on purpose, to see that what looks for such faults speaks.
 *
 * With KTLAT_PLANT on kbuild's command line every file of ktlat has this before its
 * first line. The faults are made of what the files call, so that module/ knows
 * nothing of them, and one is chosen by the module parameter "plant"; see plant.c.
 */
#ifndef KTLAT_PLANT_H
#define KTLAT_PLANT_H

#ifndef __ASSEMBLER__
#include <linux/types.h>

struct delayed_work;
struct mutex;

void ktlat_plant_kfree(const void *session);
void ktlat_plant_lock(struct mutex *lock);
void ktlat_plant_unlock(struct mutex *lock);
bool ktlat_plant_cancel(struct delayed_work *work);
void ktlat_plant_handler(void);

#if defined(KTLAT_PLANT_SESSION)
#include <linux/slab.h>

/* The last use of an anonymous session. */
#define kfree(session) ktlat_plant_kfree(session)

#elif defined(KTLAT_PLANT_WAITERS)
#include <linux/mutex.h>

/* ktlat_map_lock, in poll(). */
#undef mutex_lock
#define mutex_lock(lock) ktlat_plant_lock(lock)
#define mutex_unlock(lock) ktlat_plant_unlock(lock)

#elif defined(KTLAT_PLANT_SLOW)
#include <linux/workqueue.h>

/* The end of what tells the slow calls of a probe, which is then freed. */
#define cancel_delayed_work_sync(work) ktlat_plant_cancel(work)

#elif defined(KTLAT_PLANT_KRETPROBE)
#include "compat/kretprobe_instances.h"

/* The handler at the return of a call. */
#define ktlat_debt_close(debt) \
	({ ktlat_debt_close(debt); ktlat_plant_handler(); })

#endif
#endif /* __ASSEMBLER__ */
#endif /* KTLAT_PLANT_H */
