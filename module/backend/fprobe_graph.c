// SPDX-License-Identifier: GPL-2.0-only
/*
 * fprobe_graph.c - a function hooked by a fprobe that is made of function graph
 * tracing.
 *
 * The state of a call lies on its task's shadow stack, so nesting, recursion,
 * sleep and migration need no care, and any number of tasks may sleep in it. What
 * is lost is counted in fp->nmissed, not atomically, where the frame of the call
 * finds room on that stack and our data do not. Nobody counts a call whose frame
 * finds none, whose task has no shadow stack, that the recursion check of function
 * graph tracing stops, or that passes while another user of function graphs comes
 * or goes. So what is counted is a bound. A return that is not told to us leaves
 * its call in flight.
 *
 * A fprobe that is taken off its function forgets the calls in flight. So when
 * it is stopped it stays there, refuses new calls, and leaves when nobody is in
 * flight any more.
 *
 * The kernel disables preemption around both handlers and stops recursion, so
 * there is no guard here.
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "backend/fprobe.h"

/* How often it is looked whether calls are still in flight. */
#define FPR_LEAVE_PERIOD	(HZ / 5)

/* All hooks; guarded by fpr_lock, read under RCU by exiting tasks. */
static LIST_HEAD(fpr_hooks);

/* Those that were stopped with calls in flight; guarded by fpr_lock. */
static LIST_HEAD(fpr_leavers);

/* The last one given out; guarded by fpr_lock. It begins anywhere, and is odd. */
static unsigned long fpr_last_cookie;

/* Keeps ftrace from being switched off; guarded by fpr_lock. */
static struct ftrace_ops *fpr_keeper;

/*
 * Keeps function graph tracing registered for fprobes, from the first use to
 * fpr_hooks_end(); guarded by fpr_lock.
 */
static struct fprobe *fpr_graph_keeper;

/* Whether fpr_perched() has found its call. */
static bool fpr_found;

static void fpr_leave_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(fpr_leave, fpr_leave_work);

static __always_inline struct fpr *fpr_of_fprobe(struct fprobe *fp)
{
	return container_of(fp, struct fpr, hook.fp);
}

/* Probe context. Return: 0, the call is to be followed to its return; else 1. */
static int fpr_entry(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data)
{
	const struct fpr *fpr = fpr_of_fprobe(fp);
	struct fpr_call *call = data;

	call->cookie = fpr->hook.cookie;
	ktlat_meter_enter(fpr->meter, &call->call);
	return 0;
}
NOKPROBE_SYMBOL(fpr_entry);

/*
 * Probe context. The call may be that of a fprobe, anybody's, that was at this
 * address before; then @data is what it has left there, NULL if it had none. It
 * is never at the end of the page, so that it can be read in any case.
 */
static void fpr_exit(struct fprobe *fp, unsigned long ip, unsigned long ret_ip,
		     struct ktlat_fprobe_regs *regs, void *data)
{
	u64 now = ktlat_clock_end();
	const struct fpr *fpr = fpr_of_fprobe(fp);
	struct fpr_call *call = data;

	if (unlikely(!call || call->cookie != fpr->hook.cookie))
		return;
	/* What lies there from now on must not be taken for a call by the end of the task. */
	call->cookie = 0;
	fpr_return(fpr->meter, &call->call, now, ret_ip, regs);
}
NOKPROBE_SYMBOL(fpr_exit);

/* Nobody calls where this sits. */
static void fpr_keep(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

/*
 * Has ftrace stay on, until fpr_release_ftrace(). The ftrace_ops is a fresh one each
 * time: one that was used is not as it was. Return: 0; -EBUSY where it is off;
 * -ENOMEM. Under fpr_lock.
 */
static int fpr_keep_ftrace(void)
{
	int err;

	if (fpr_keeper)
		return 0;
	fpr_keeper = kzalloc(sizeof(*fpr_keeper), GFP_KERNEL);
	if (!fpr_keeper)
		return -ENOMEM;
	fpr_keeper->func = fpr_keep;
	fpr_keeper->flags = FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(fpr_keeper, (unsigned long)fpr_perch, 0, 0);
	if (!err)
		err = register_ftrace_function(fpr_keeper);
	if (err) {
		ftrace_free_filter(fpr_keeper);
		kfree(fpr_keeper);
		fpr_keeper = NULL;
	}
	return err;
}

/* Nobody needs it any more. Where ftrace has broken down it keeps what it has. */
static void fpr_release_ftrace(void)
{
	if (!unregister_ftrace_function(fpr_keeper)) {
		ftrace_free_filter(fpr_keeper);
		kfree(fpr_keeper);
	}
	fpr_keeper = NULL;
}

/* No other call has had it, nor will have. Under fpr_lock. */
static unsigned long fpr_new_cookie(void)
{
	if (!fpr_last_cookie)
		get_random_bytes(&fpr_last_cookie, sizeof(fpr_last_cookie));
	fpr_last_cookie = (fpr_last_cookie + 2) | 1;
	return fpr_last_cookie;
}

/* Probe context. Visits what may be a call that the current task is in. */
static __always_inline void
fpr_visit_calls(void (*visit)(const struct fpr_call *call))
{
	const size_t words = FPR_CALL_WORDS - 1;
	const unsigned long *stack;
	size_t nr;

	stack = ktlat_fprobe_shadow(&nr);
	if (!stack)
		return;
	for (size_t i = 0; i + words <= nr; i++)
		visit((const struct fpr_call *)&stack[i]);
}

static int fpr_learn_entry(struct fprobe *fp, unsigned long ip,
			   unsigned long ret_ip, struct ktlat_fprobe_regs *regs,
			   void *data)
{
	struct fpr_call *call = data;

	call->cookie = fpr_last_cookie;
	return 0;
}

static void fpr_learn_call(const struct fpr_call *call)
{
	if (call->cookie == fpr_last_cookie)
		fpr_found = true;
}

/* The call that fpr_learn() makes. */
void fpr_perched(void)
{
	preempt_disable_notrace();
	fpr_visit_calls(fpr_learn_call);
	preempt_enable_notrace();
}

/*
 * Finds out, once, by a call that we make ourselves, that fprobes work and that
 * their data lie where fpr_task_exit() looks for them. Under fpr_lock. Return: 0;
 * -EBUSY where they do not.
 */
static int fpr_learn(struct fprobe *fp)
{
	int err;

	if (fpr_found)
		return 0;
	fpr_new_cookie();
	err = ktlat_fprobe_register(fp, (unsigned long)fpr_perch);
	if (err)
		return err;
	fpr_perch();
	ktlat_fprobe_unregister(fp);
	return fpr_found ? 0 : -EBUSY;
}

/*
 * Has function graph tracing stay registered for fprobes. Each time the first of
 * the system's fprobes comes, it takes the next of 16 indices, in turn. With index 0
 * the kernel warns of a return whose call has no data of fprobes, as it marks all
 * frames as that index's. On a fresh system fpr_learn() has used that one up, so
 * this comes after it.
 *
 * Under fpr_lock. Return: 0; -EBUSY where fprobes do not work; -ENOMEM.
 */
static int fpr_keep_graph(void)
{
	struct fprobe *fp;
	int err;

	if (fpr_graph_keeper)
		return 0;
	fp = kzalloc(sizeof(*fp), GFP_KERNEL);
	if (!fp)
		return -ENOMEM;
	fp->entry_handler = fpr_learn_entry;
	fp->exit_handler = fpr_learn_exit;
	fp->entry_data_size = sizeof(struct fpr_call);
	err = fpr_learn(fp);
	if (!err)
		err = ktlat_fprobe_register(fp, (unsigned long)fpr_perch);
	if (err)
		kfree(fp);
	else
		fpr_graph_keeper = fp;
	return err;
}

static void fpr_release_graph(void)
{
	if (!fpr_graph_keeper)
		return;
	ktlat_fprobe_unregister(fpr_graph_keeper);
	kfree(fpr_graph_keeper);
	fpr_graph_keeper = NULL;
}

/* One more fprobe of ours would have all on the function miss every call. */
static bool fpr_is_crowded(unsigned long site)
{
	size_t words = 0;
	struct fpr *fpr;

	list_for_each_entry(fpr, &fpr_hooks, hook.node)
		if (fpr->site == site)
			words += FPR_CALL_WORDS;
	return words + FPR_CALL_WORDS > KTLAT_FPROBE_WORDS;
}

int fpr_hook_init(struct fpr *fpr)
{
	INIT_LIST_HEAD(&fpr->hook.leaving);
	return 0;
}

void fpr_hook_exit(struct fpr *fpr)
{
}

/* The fprobe is on no function before it is started for the first time. */
int fpr_hook_add(struct fpr *fpr, const struct ktlat_plan *plan)
{
	struct fpr_hook *hook = &fpr->hook;
	int err;

	if (fpr_is_crowded(fpr->site))
		return -EUSERS;
	err = fpr_keep_ftrace();
	if (err)
		return err;
	err = fpr_keep_graph();
	if (err) {
		if (list_empty(&fpr_hooks))
			fpr_release_ftrace();
		return err;
	}
	hook->fp.exit_handler = fpr_exit;
	hook->fp.entry_data_size = sizeof(struct fpr_call);
	hook->cookie = fpr_new_cookie();
	list_add_rcu(&hook->node, &fpr_hooks);
	return 0;
}

/*
 * Puts the fprobe on its function, where it refuses calls. The kernel sizes the
 * data of a call first and tells the fprobes then: one that came in between has no
 * room in that call, which is counted as missed, or is not even noticed by kernels
 * that do not check. On return there is no such call any more. Under fpr_lock.
 */
static int fpr_hook_up(struct fpr *fpr)
{
	struct fpr_hook *hook = &fpr->hook;
	int err;

	hook->fp.entry_handler = fpr_entry_refuse;
	err = ktlat_fprobe_register(&hook->fp, fpr->site);
	if (err)
		return err;
	hook->registered = true;
	ktlat_fprobe_synchronize_handlers();
	return 0;
}

int fpr_hook_start(struct fpr *fpr)
{
	struct fpr_hook *hook = &fpr->hook;
	int err;

	if (!hook->registered) {
		err = fpr_hook_up(fpr);
		if (err)
			return err;
	}
	list_del_init(&hook->leaving);
	/* What was missed until now was not to be measured. */
	hook->nmissed_seen = READ_ONCE(hook->fp.nmissed);
	WRITE_ONCE(hook->fp.entry_handler, fpr_entry);
	return 0;
}

/* Calls in flight are forgotten. Under fpr_lock. */
static void fpr_unhook(struct fpr *fpr)
{
	list_del_init(&fpr->hook.leaving);
	ktlat_fprobe_unregister(&fpr->hook.fp);
	fpr->hook.registered = false;
}

void fpr_hook_stop(struct fpr *fpr)
{
	/* What is missed from here on is not to be measured. */
	fpr_losses_update(fpr, &fpr->hook.fp, &fpr->hook.nmissed_seen);
	WRITE_ONCE(fpr->hook.fp.entry_handler, fpr_entry_refuse);
	ktlat_fprobe_synchronize_handlers();
	/* From here on calls become fewer. */
	if (!fpr_in_flight(fpr)) {
		fpr_unhook(fpr);
		return;
	}
	list_add(&fpr->hook.leaving, &fpr_leavers);
	queue_delayed_work(system_long_wq, &fpr_leave, FPR_LEAVE_PERIOD);
}

void fpr_hook_leave(struct fpr *fpr)
{
	if (!fpr->hook.registered)
		return;
	if (fpr->started)
		fpr_losses_update(fpr, &fpr->hook.fp,
				  &fpr->hook.nmissed_seen);
	fpr_unhook(fpr);
}

void fpr_hook_info(struct fpr *fpr, struct ktlat_mechanism_info *info)
{
	if (fpr->started)
		fpr_losses_update(fpr, &fpr->hook.fp,
				  &fpr->hook.nmissed_seen);
}

void fpr_hook_remove(struct fpr *fpr)
{
	mutex_lock(&fpr_lock);
	list_del_rcu(&fpr->hook.node);
	if (fpr->hook.registered)
		fpr_unhook(fpr);
	if (list_empty(&fpr_hooks))
		fpr_release_ftrace();
	mutex_unlock(&fpr_lock);
	/* For who reads the list. */
	synchronize_rcu();
}

static void fpr_leave_work(struct work_struct *work)
{
	struct fpr *fpr, *next;

	mutex_lock(&fpr_lock);
	list_for_each_entry_safe(fpr, next, &fpr_leavers, hook.leaving)
		if (!fpr_in_flight(fpr))
			fpr_unhook(fpr);
	if (!list_empty(&fpr_leavers))
		queue_delayed_work(system_long_wq, &fpr_leave,
				   FPR_LEAVE_PERIOD);
	mutex_unlock(&fpr_lock);
}

/* Handlers may run where RCU does not look, for which the caller has not waited. */
void fpr_hooks_retire(void)
{
	ktlat_fprobe_synchronize_handlers();
}

void fpr_hooks_end(void)
{
	cancel_delayed_work_sync(&fpr_leave);
	mutex_lock(&fpr_lock);
	fpr_release_graph();
	mutex_unlock(&fpr_lock);
}

/* Probe context. */
static void fpr_pending(const struct fpr_call *call)
{
	const struct fpr *fpr;

	list_for_each_entry_rcu(fpr, &fpr_hooks, hook.node) {
		if (call->cookie == fpr->hook.cookie) {
			ktlat_meter_abandon(fpr->meter, call->call.epoch);
			return;
		}
	}
}

void fpr_task_exit(void)
{
	rcu_read_lock();
	fpr_visit_calls(fpr_pending);
	rcu_read_unlock();
}
