/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fprobe.h - what fprobe.c (the backend) and its hooks share.
 *
 * How a fprobe remembers a call differs between kernels, and with it what can be
 * lost, how a fprobe is stopped and who grows. That is the hook of an attachment:
 * fprobe_pool.c where fprobes are made of rethooks, fprobe_graph.c where they are
 * made of function graph tracing. Kbuild looks at the kernel's fprobe.h and
 * builds one of the two.
 */
#ifndef KTLAT_BACKEND_FPROBE_H
#define KTLAT_BACKEND_FPROBE_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "backend/backend.h"
#include "hot/measure.h"

#ifdef KTLAT_FPROBE_GRAPH
#include "backend/fprobe_graph.h"
#else
#include "backend/fprobe_pool.h"
#endif

/**
 * struct fpr - An attachment
 * @attachment: what the probe code sees
 * @name: the function, for the log
 * @site: its address
 * @account: who pays for memory
 * @started: new calls are measured
 * @gone: the code that held the function was unloaded
 * @blurs: how often calls were missed, and how many is not known
 * @missed: entries that were lost. Short of the truth if it is not 0: the
 *	kernel does not count atomically
 * @node: in the list of attachments
 * @meter: where to count
 * @hook: what catches the calls
 *
 * All of it is guarded by fpr_lock, but for what the handlers read: @meter, and
 * what @hook tells of.
 */
struct fpr {
	struct ktlat_attachment attachment;
	char name[KTLAT_NAME_LEN];
	unsigned long site;
	struct ktlat_account *account;
	bool started;
	bool gone;
	u32 blurs;
	u64 missed;
	struct list_head node;
	const struct ktlat_meter *meter;
	struct fpr_hook hook;
};

/*
 * Guards every attachment and the lists. Taken inside the lock of the probe
 * code, and by the module notifier; the kernel's own ftrace, kprobe and hotplug
 * locks are taken inside of it.
 */
extern struct mutex fpr_lock;

/*
 * What each kind of hook offers. Under fpr_lock, but for the last five.
 *
 * fpr_hook_add	has a function hooked that stays unmeasured until
 *		fpr_hook_start(). Returns 0; -EDQUOT where the memory limit is
 *		passed; -EBUSY where ftrace is switched off; -EUSERS where too
 *		many are on the function; -ENOMEM
 * fpr_hook_stop	new calls are not measured any more; those in flight still are
 * fpr_hook_leave	the same, and nothing may stay on the function, whose code
 *		goes, and in which nobody is
 * fpr_hook_info	brings fpr->missed up to date and tells the rest
 * fpr_hook_init	before all others; -ENOMEM
 * fpr_hook_remove	ends what fpr_hook_add() has made. On return none of our code
 *		runs on its behalf any more
 * fpr_hook_exit	undoes fpr_hook_init()
 * fpr_hooks_retire	waits for every handler that was running
 * fpr_hooks_end	the module is going, nothing is attached any more
 */
int fpr_hook_add(struct fpr *fpr, const struct ktlat_plan *plan);
int fpr_hook_start(struct fpr *fpr);
void fpr_hook_stop(struct fpr *fpr);
void fpr_hook_leave(struct fpr *fpr);
void fpr_hook_info(struct fpr *fpr, struct ktlat_mechanism_info *info);
int fpr_hook_init(struct fpr *fpr);
void fpr_hook_remove(struct fpr *fpr);
void fpr_hook_exit(struct fpr *fpr);
void fpr_hooks_retire(void);
void fpr_hooks_end(void);

/* The current task is exiting: its calls will never return. */
void fpr_task_exit(void);

/* What hooks share: handlers that measure nothing, the end of a call, and figures. */
int fpr_entry_refuse(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data);
void fpr_learn_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		    struct ktlat_fprobe_regs *regs, void *data);
void fpr_losses_update(struct fpr *fpr, const struct fprobe *fp,
		       unsigned long *seen);
void fpr_return_more(const struct ktlat_meter *meter, const struct ktlat_call *call,
		     u64 now, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs);
u64 fpr_in_flight(const struct fpr *fpr);

/* Probe context: a call has returned, at @now. */
static __always_inline void
fpr_return(const struct ktlat_meter *meter, const struct ktlat_call *call,
	   u64 now, unsigned long ret_ip, struct ktlat_fprobe_regs *regs)
{
	if (ktlat_meter_is_plain(meter))
		ktlat_meter_return_plain(meter, call, now);
	else
		fpr_return_more(meter, call, now, ret_ip, regs);
}

/* Calls fpr_perched(), which the hook has, from a function that has a site. */
void fpr_perch(void);
void fpr_perched(void);

#endif /* KTLAT_BACKEND_FPROBE_H */
