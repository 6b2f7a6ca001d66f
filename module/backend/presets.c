// SPDX-License-Identifier: GPL-2.0-only
/*
 * presets.c - the tracepoint pairs that have a name, and what they are about.
 *
 * Each event has a handler of its own with the event's own arguments: they name
 * the thing whose start and end are matched, and the compiler checks them
 * against the event. Some kernels call handlers with preemption on, so each
 * turns it off around its work.
 */
#include <linux/compat.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/irq.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>
#include <trace/events/timer.h>
#include <trace/events/workqueue.h>

#include "backend/presets.h"
#include "compat/tracepoint.h"
#include "hot/starts.h"

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

static const struct ktlat_preset presets[] = {
	{
		.name = "irq_handler",
		.by_cpu = true,
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "irq_handler_entry", on_irq_handler_entry } },
		.end = { "irq_handler_exit", on_irq_handler_exit },
	}, {
		.name = "softirq",
		.by_cpu = true,
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "softirq_entry", on_softirq_entry } },
		.end = { "softirq_exit", on_softirq_exit },
	}, {
		.name = "timer_expire",
		.by_cpu = true,
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "timer_expire_entry", on_timer_expire_entry } },
		.end = { "timer_expire_exit", on_timer_expire_exit },
	}, {
		.name = "hrtimer_expire",
		.by_cpu = true,
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "hrtimer_expire_entry", on_hrtimer_expire_entry } },
		.end = { "hrtimer_expire_exit", on_hrtimer_expire_exit },
	}, {
		.name = "workqueue_execute",
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "workqueue_execute_start", on_workqueue_execute_start } },
		.end = { "workqueue_execute_end", on_workqueue_execute_end },
	}, {
		.name = "sched_wakeup",
		.start = { { "sched_wakeup", on_sched_wakeup },
			   { "sched_wakeup_new", on_sched_wakeup } },
		.end = { "sched_switch", on_sched_switch },
	}, {
		.name = "syscall",
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "sys_enter", on_sys_enter } },
		.end = { "sys_exit", on_sys_exit },
	},
};

/* By its name in struct ktlat_point; NULL for none. */
const struct ktlat_preset *ktlat_preset_find(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(presets); i++)
		if (!strcmp(presets[i].name, name))
			return &presets[i];
	return NULL;
}
