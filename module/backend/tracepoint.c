// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepoint.c - measuring from one tracepoint to its partner.
 *
 * Each event has a handler of its own with the event's own arguments: they name
 * the thing whose start and end are matched, and the compiler checks them
 * against the event. Some kernels call handlers with preemption on, so each
 * turns it off around its work.
 */
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <trace/events/irq.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>
#include <trace/events/timer.h>
#include <trace/events/workqueue.h>

#include "backend/backend.h"
#include "compat/tracepoint.h"
#include "hot/starts.h"
#include "target.h"

/* Probe context, all of the handlers. */
static __always_inline void event_start_of(void *data, u64 key, u64 id, u64 kind)
{
	preempt_disable_notrace();
	ktlat_starts_begin(data, key, (struct ktlat_event_id){ id, kind });
	preempt_enable_notrace();
}

/* For the events of which there is one kind, or nothing to tell them apart by. */
static __always_inline void event_start(void *data, u64 key, u64 id)
{
	event_start_of(data, key, id, 0);
}

static __always_inline void event_end(void *data, u64 key)
{
	struct ktlat_end end;

	preempt_disable_notrace();
	end = ktlat_end_here();
	if (!ktlat_starts_end(data, key, &end))
		ktlat_starts_unmatched(data);
	preempt_enable_notrace();
}

static __always_inline u64 key_of(const void *object)
{
	return (unsigned long)object;
}

#define address_of(function)	((unsigned long)(function))

static void on_irq_handler_entry(void *data, int irq, struct irqaction *action)
{
	event_start(data, key_of(action), irq);
}
NOKPROBE_SYMBOL(on_irq_handler_entry);

static void on_irq_handler_exit(void *data, int irq, struct irqaction *action,
				int ret)
{
	event_end(data, key_of(action));
}
NOKPROBE_SYMBOL(on_irq_handler_exit);

/* Vector 0 (HI_SOFTIRQ) is a vector, key 0 is not a key. */
static void on_softirq_entry(void *data, unsigned int vector)
{
	event_start(data, vector + 1, vector);
}
NOKPROBE_SYMBOL(on_softirq_entry);

static void on_softirq_exit(void *data, unsigned int vector)
{
	event_end(data, vector + 1);
}
NOKPROBE_SYMBOL(on_softirq_exit);

static void on_timer_expire_entry(void *data, struct timer_list *timer,
				  unsigned long baseclk)
{
	event_start(data, key_of(timer), address_of(READ_ONCE(timer->function)));
}
NOKPROBE_SYMBOL(on_timer_expire_entry);

static void on_timer_expire_exit(void *data, struct timer_list *timer)
{
	event_end(data, key_of(timer));
}
NOKPROBE_SYMBOL(on_timer_expire_exit);

static void on_hrtimer_expire_entry(KTLAT_HRTIMER_EXPIRE_ENTRY_PROTO)
{
	event_start(data, key_of(timer),
		    address_of(READ_ONCE(ACCESS_PRIVATE(timer, function))));
}
NOKPROBE_SYMBOL(on_hrtimer_expire_entry);

static void on_hrtimer_expire_exit(void *data, struct hrtimer *timer)
{
	event_end(data, key_of(timer));
}
NOKPROBE_SYMBOL(on_hrtimer_expire_exit);

/* A worker runs one work at a time, and may sleep and move meanwhile. */
static void on_workqueue_execute_start(void *data, struct work_struct *work)
{
	event_start(data, ktlat_key_task(current), address_of(work->func));
}
NOKPROBE_SYMBOL(on_workqueue_execute_start);

static void on_workqueue_execute_end(void *data, struct work_struct *work,
				     work_func_t function)
{
	event_end(data, ktlat_key_task(current));
}
NOKPROBE_SYMBOL(on_workqueue_execute_end);

/* Serves sched_wakeup_new, too. */
static void on_sched_wakeup(void *data, struct task_struct *task)
{
	event_start(data, ktlat_key_task(task), 0);
}
NOKPROBE_SYMBOL(on_sched_wakeup);

/*
 * A task that is switched in without a wake-up was preempted before: nothing is
 * unmatched. One that is switched out with a wake-up waiting was running when it
 * was woken: it has waited for nothing, and its next switch-in must not be
 * taken for the end of a wait.
 */
static void on_sched_switch(KTLAT_SCHED_SWITCH_PROTO)
{
	struct ktlat_end end;

	preempt_disable_notrace();
	end = ktlat_end_here();
	end.task = next;
	ktlat_starts_drop(data, ktlat_key_task(prev));
	ktlat_starts_end(data, ktlat_key_task(next), &end);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(on_sched_switch);

static void on_sys_enter(void *data, struct pt_regs *regs, long id)
{
	event_start_of(data, ktlat_key_task(current), id, in_compat_syscall());
}
NOKPROBE_SYMBOL(on_sys_enter);

static void on_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	event_end(data, ktlat_key_task(current));
}
NOKPROBE_SYMBOL(on_sys_exit);

/* Does not compile where a handler's arguments are not those of its event. */
static void __maybe_unused handlers_match_events(void)
{
	check_trace_callback_type_irq_handler_entry(on_irq_handler_entry);
	check_trace_callback_type_irq_handler_exit(on_irq_handler_exit);
	check_trace_callback_type_softirq_entry(on_softirq_entry);
	check_trace_callback_type_softirq_exit(on_softirq_exit);
	check_trace_callback_type_timer_expire_entry(on_timer_expire_entry);
	check_trace_callback_type_timer_expire_exit(on_timer_expire_exit);
	check_trace_callback_type_hrtimer_expire_entry(on_hrtimer_expire_entry);
	check_trace_callback_type_hrtimer_expire_exit(on_hrtimer_expire_exit);
	check_trace_callback_type_workqueue_execute_start(on_workqueue_execute_start);
	check_trace_callback_type_workqueue_execute_end(on_workqueue_execute_end);
	check_trace_callback_type_sched_wakeup(on_sched_wakeup);
	check_trace_callback_type_sched_wakeup_new(on_sched_wakeup);
	check_trace_callback_type_sched_switch(on_sched_switch);
	check_trace_callback_type_sys_enter(on_sys_enter);
	check_trace_callback_type_sys_exit(on_sys_exit);
}

#define STARTS_MAX	2

struct event {
	const char *name;
	void *handler;
};

/**
 * struct event_pair - What a tracepoint probe can be
 * @name: in struct ktlat_point
 * @by_cpu: start and end pass on the same CPU, else the key is a task
 * @tells: it is about something that has a name, see %KTLAT_BY_EVENT
 * @start: events that start; the unused ones have no name
 * @end: the event that ends
 */
struct event_pair {
	const char *name;
	bool by_cpu;
	bool tells;
	struct event start[STARTS_MAX];
	struct event end;
};

static const struct event_pair event_pairs[] = {
	{ "irq_handler", true, true,
	  { { "irq_handler_entry", on_irq_handler_entry } },
	  { "irq_handler_exit", on_irq_handler_exit } },
	{ "softirq", true, true,
	  { { "softirq_entry", on_softirq_entry } },
	  { "softirq_exit", on_softirq_exit } },
	{ "timer_expire", true, true,
	  { { "timer_expire_entry", on_timer_expire_entry } },
	  { "timer_expire_exit", on_timer_expire_exit } },
	{ "hrtimer_expire", true, true,
	  { { "hrtimer_expire_entry", on_hrtimer_expire_entry } },
	  { "hrtimer_expire_exit", on_hrtimer_expire_exit } },
	{ "workqueue_execute", false, true,
	  { { "workqueue_execute_start", on_workqueue_execute_start } },
	  { "workqueue_execute_end", on_workqueue_execute_end } },
	{ "sched_wakeup", false, false,
	  { { "sched_wakeup", on_sched_wakeup },
	    { "sched_wakeup_new", on_sched_wakeup } },
	  { "sched_switch", on_sched_switch } },
	{ "syscall", false, true,
	  { { "sys_enter", on_sys_enter } },
	  { "sys_exit", on_sys_exit } },
};

/**
 * struct events - An attachment
 * @attachment: what the probe code sees
 * @plan: what was asked for; outlives us
 * @pair: which events
 * @start: their tracepoints
 * @end: likewise
 * @starts: what waits
 */
struct events {
	struct ktlat_attachment attachment;
	struct ktlat_plan *plan;
	const struct event_pair *pair;
	struct tracepoint *start[STARTS_MAX];
	struct tracepoint *end;
	struct ktlat_starts *starts;
};

static struct events *events_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct events, attachment);
}

static const struct event_pair *event_pair_find(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(event_pairs); i++)
		if (!strcmp(event_pairs[i].name, name))
			return &event_pairs[i];
	return NULL;
}

static bool events_find(struct events *events)
{
	const struct event_pair *pair = events->pair;

	for (int i = 0; i < STARTS_MAX && pair->start[i].name; i++) {
		events->start[i] = ktlat_tracepoint_find(pair->start[i].name);
		if (!events->start[i])
			return false;
	}
	events->end = ktlat_tracepoint_find(pair->end.name);
	return events->end;
}

/*
 * Like the end of a pair, the end listens for as long as we are attached, so
 * that what has started is still matched after a stop.
 */
static int events_prepare(struct events *events, struct ktlat_plan *plan)
{
	int err;

	events->pair = event_pair_find(plan->point[0].name);
	if (!events->pair || !events_find(events))
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	if (plan->by_event && !events->pair->tells)
		return -EINVAL;
	events->starts = ktlat_plan_starts(plan, events->pair->by_cpu);
	if (IS_ERR(events->starts))
		return PTR_ERR(events->starts);
	err = tracepoint_probe_register(events->end, events->pair->end.handler,
					events->starts);
	if (err)
		ktlat_plan_starts_free(plan, events->starts);
	return err;
}

static struct ktlat_attachment *events_attach(struct ktlat_plan *plan)
{
	struct events *events = kzalloc(sizeof(*events), GFP_KERNEL_ACCOUNT);
	int err;

	if (!events)
		return ERR_PTR(-ENOMEM);
	events->attachment.backend = &ktlat_backend_tracepoint;
	events->plan = plan;
	err = events_prepare(events, plan);
	if (err) {
		kfree(events);
		return ERR_PTR(err);
	}
	return &events->attachment;
}

static void events_stop_first(struct events *events, int nr)
{
	while (nr--)
		tracepoint_probe_unregister(events->start[nr],
					    events->pair->start[nr].handler,
					    events->starts);
	tracepoint_synchronize_unregister();
}

static int events_nr_starts(const struct events *events)
{
	int nr = 0;

	while (nr < STARTS_MAX && events->start[nr])
		nr++;
	return nr;
}

static int events_start(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);
	int err;

	for (int i = 0; i < events_nr_starts(events); i++) {
		err = tracepoint_probe_register(events->start[i],
						events->pair->start[i].handler,
						events->starts);
		if (err) {
			events_stop_first(events, i);
			return err;
		}
	}
	return 0;
}

static void events_stop(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	events_stop_first(events, events_nr_starts(events));
}

static void events_detach(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	tracepoint_probe_unregister(events->end, events->pair->end.handler,
				    events->starts);
	tracepoint_synchronize_unregister();
	ktlat_plan_starts_free(events->plan, events->starts);
	kfree(events);
}

static void events_info(struct ktlat_attachment *attachment,
			struct ktlat_mechanism_info *info)
{
	*info = (struct ktlat_mechanism_info){
		.starts = events_of(attachment)->starts->nr_slots,
	};
}

const struct ktlat_backend ktlat_backend_tracepoint = {
	.id		= KTLAT_BACKEND_TRACEPOINT,
	.kind		= KTLAT_KIND_TRACEPOINT,
	.feature	= KTLAT_FEATURE_TRACEPOINT,
	.exact		= true,
	.attach		= events_attach,
	.start		= events_start,
	.stop		= events_stop,
	.detach		= events_detach,
	.info		= events_info,
};
