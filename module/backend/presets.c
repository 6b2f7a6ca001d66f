// SPDX-License-Identifier: GPL-2.0-only
/*
 * presets.c - the tracepoint pairs that have a name, and what they are about.
 *
 * Each event has a handler of its own with the event's own arguments: they name
 * the thing whose start and end are matched, and the compiler checks them
 * against the event.
 */
#include <linux/blkdev.h>
#include <linux/compat.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <asm/syscall.h>
#include <trace/events/block.h>
#include <trace/events/irq.h>
#include <trace/events/net.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>
#include <trace/events/timer.h>
#include <trace/events/workqueue.h>

#include "backend/handlers.h"
#include "compat/block.h"
#include "compat/tracepoint.h"

/* Of an event of several kinds. Probe context, like all that follows. */
static __always_inline void event_start_of(void *data, u64 key, u64 id, u64 kind)
{
	ktlat_event_start(data, key, (struct ktlat_event_id){ id, kind });
}

/* For the events of which there is one kind, or nothing to tell them apart by. */
static __always_inline void event_start(void *data, u64 key, u64 id)
{
	event_start_of(data, key, id, 0);
}

static __always_inline void event_end(void *data, u64 key)
{
	ktlat_event_end(data, key, true);
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
	struct ktlat_starts *starts = ((const struct ktlat_matcher *)data)->starts;
	struct ktlat_end end;

	preempt_disable_notrace();
	end = ktlat_end_here();
	end.task = next;
	ktlat_starts_drop(starts, ktlat_key_task(prev));
	ktlat_starts_end(starts, ktlat_key_task(next), &end);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(on_sched_switch);

/*
 * A task that is switched out while it could run on begins to wait. Comes after
 * on_sched_switch(), which ends what it waited for before.
 */
static void on_sched_switch_preempted(KTLAT_SCHED_SWITCH_PROTO)
{
	if (!is_idle_task(prev) && ktlat_task_is_runnable(prev))
		event_start(data, ktlat_key_task(prev), 0);
}
NOKPROBE_SYMBOL(on_sched_switch_preempted);

static void on_sched_migrate_task(void *data, struct task_struct *task, int cpu)
{
	/* One that sleeps is moved, too, while its run queue has not let go of it. */
	if (!ktlat_task_is_delayed(task))
		event_start(data, ktlat_key_task(task), 0);
}
NOKPROBE_SYMBOL(on_sched_migrate_task);

/* What the kernels number differently, as the contract numbers it. */
static __always_inline u64 block_op(struct request *rq)
{
	if (blk_rq_is_passthrough(rq))
		return KTLAT_BLOCK_DRIVER;
	switch (req_op(rq)) {
	case REQ_OP_READ:
		return KTLAT_BLOCK_READ;
	case REQ_OP_WRITE:
		return KTLAT_BLOCK_WRITE;
	case REQ_OP_FLUSH:
		return KTLAT_BLOCK_FLUSH;
	case REQ_OP_DISCARD:
		return KTLAT_BLOCK_DISCARD;
	case REQ_OP_SECURE_ERASE:
		return KTLAT_BLOCK_SECURE_ERASE;
	case REQ_OP_WRITE_ZEROES:
		return KTLAT_BLOCK_WRITE_ZEROES;
	default:
		return KTLAT_BLOCK_OTHER;
	}
}

/* One that is issued again, as it was put back, leaves its first start abandoned. */
static void on_block_rq_issue(KTLAT_BLOCK_RQ_ISSUE_PROTO)
{
	event_start(data, key_of(rq), block_op(rq));
}
NOKPROBE_SYMBOL(on_block_rq_issue);

/*
 * A request may be completed in parts: it ends when nothing is left of it. What has ended so
 * may be told again, with nothing, by who waited for it: a flush behind its data.
 */
static void on_block_rq_complete(KTLAT_BLOCK_RQ_COMPLETE_PROTO)
{
	if (nr_bytes >= blk_rq_bytes(rq))
		ktlat_event_end(data, key_of(rq), blk_rq_bytes(rq));
}
NOKPROBE_SYMBOL(on_block_rq_complete);

/*
 * The end does not name the packet, but what has begun in a task, or in an interrupt on
 * top of it, ends there before anything that it has interrupted does. Tasks lie on
 * cache lines, so there is room in their addresses.
 */
static __always_inline u64 key_of_entry(u64 entry)
{
	BUILD_BUG_ON((KTLAT_CONTEXT_NMI << 3 | 7) >= L1_CACHE_BYTES);
	return ktlat_key_task(current) | ktlat_context(0) << 3 | entry;
}

#define RECEIVES(point, entry)						\
static void on_##point##_entry(void *data, const struct sk_buff *skb)	\
{									\
	event_start(data, key_of_entry(entry), entry);			\
}									\
NOKPROBE_SYMBOL(on_##point##_entry);					\
									\
static void on_##point##_exit(void *data, int ret)			\
{									\
	event_end(data, key_of_entry(entry));				\
}									\
NOKPROBE_SYMBOL(on_##point##_exit)

RECEIVES(napi_gro_frags, KTLAT_NET_NAPI_GRO_FRAGS);
RECEIVES(napi_gro_receive, KTLAT_NET_NAPI_GRO_RECEIVE);
RECEIVES(netif_receive_skb, KTLAT_NET_NETIF_RECEIVE_SKB);
RECEIVES(netif_receive_skb_list, KTLAT_NET_NETIF_RECEIVE_SKB_LIST);
RECEIVES(netif_rx, KTLAT_NET_NETIF_RX);
RECEIVES(netif_rx_ni, KTLAT_NET_NETIF_RX_NI);

static __always_inline bool is_wanted(const struct ktlat_matcher *matcher, long id)
{
	u32 wanted = matcher->syscall[in_compat_syscall()];

	return matcher->all_syscalls || (wanted && wanted == id + 1);
}

static void on_sys_enter(void *data, struct pt_regs *regs, long id)
{
	if (is_wanted(data, id))
		event_start_of(data, ktlat_key_task(current), id,
			       in_compat_syscall());
}
NOKPROBE_SYMBOL(on_sys_enter);

/* Some calls, such as rt_sigreturn, leave another number behind than they came by. */
static void on_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	ktlat_event_end(data, ktlat_key_task(current),
			is_wanted(data, syscall_get_nr(current, regs)));
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
	check_trace_callback_type_sched_switch(on_sched_switch_preempted);
	check_trace_callback_type_sched_migrate_task(on_sched_migrate_task);
	check_trace_callback_type_block_rq_issue(on_block_rq_issue);
	check_trace_callback_type_block_rq_complete(on_block_rq_complete);
	check_trace_callback_type_napi_gro_frags_entry(on_napi_gro_frags_entry);
	check_trace_callback_type_napi_gro_frags_exit(on_napi_gro_frags_exit);
	check_trace_callback_type_napi_gro_receive_entry(on_napi_gro_receive_entry);
	check_trace_callback_type_napi_gro_receive_exit(on_napi_gro_receive_exit);
	check_trace_callback_type_netif_receive_skb_entry(on_netif_receive_skb_entry);
	check_trace_callback_type_netif_receive_skb_exit(on_netif_receive_skb_exit);
	check_trace_callback_type_netif_receive_skb_list_entry(on_netif_receive_skb_list_entry);
	check_trace_callback_type_netif_receive_skb_list_exit(on_netif_receive_skb_list_exit);
	check_trace_callback_type_netif_rx_entry(on_netif_rx_entry);
	check_trace_callback_type_netif_rx_exit(on_netif_rx_exit);
	ktlat_check_netif_rx_ni(on_netif_rx_ni_entry, on_netif_rx_ni_exit);
	check_trace_callback_type_sys_enter(on_sys_enter);
	check_trace_callback_type_sys_exit(on_sys_exit);
}

static const struct ktlat_preset presets[] = {
	{
		.name = "irq_handler",
		.by_cpu = true,
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "irq_handler_entry", on_irq_handler_entry } },
		.end = { { "irq_handler_exit", on_irq_handler_exit } },
	}, {
		.name = "softirq",
		.by_cpu = true,
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "softirq_entry", on_softirq_entry } },
		.end = { { "softirq_exit", on_softirq_exit } },
	}, {
		.name = "timer_expire",
		.by_cpu = true,
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "timer_expire_entry", on_timer_expire_entry } },
		.end = { { "timer_expire_exit", on_timer_expire_exit } },
	}, {
		.name = "hrtimer_expire",
		.by_cpu = true,
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "hrtimer_expire_entry", on_hrtimer_expire_entry } },
		.end = { { "hrtimer_expire_exit", on_hrtimer_expire_exit } },
	}, {
		.name = "workqueue_execute",
		.tells = KTLAT_TELLS_ADDRESS,
		.start = { { "workqueue_execute_start", on_workqueue_execute_start } },
		.end = { { "workqueue_execute_end", on_workqueue_execute_end } },
	}, {
		.name = "sched_wakeup",
		.start = { { "sched_wakeup", on_sched_wakeup },
			   { "sched_wakeup_new", on_sched_wakeup } },
		.end = { { "sched_switch", on_sched_switch } },
	}, {
		.name = "sched_runq",
		.start = { { "sched_wakeup", on_sched_wakeup },
			   { "sched_wakeup_new", on_sched_wakeup },
			   { "sched_switch", on_sched_switch_preempted } },
		.end = { { "sched_switch", on_sched_switch } },
	}, {
		.name = "sched_migrate",
		.start = { { "sched_migrate_task", on_sched_migrate_task } },
		.end = { { "sched_switch", on_sched_switch } },
	}, {
		.name = "block_rq",
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "block_rq_issue", on_block_rq_issue } },
		.end = { { "block_rq_complete", on_block_rq_complete } },
	}, {
		.name = "net_receive",
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "napi_gro_frags_entry", on_napi_gro_frags_entry },
			   { "napi_gro_receive_entry", on_napi_gro_receive_entry },
			   { "netif_receive_skb_entry", on_netif_receive_skb_entry },
			   { "netif_receive_skb_list_entry", on_netif_receive_skb_list_entry },
			   { "netif_rx_entry", on_netif_rx_entry },
			   { "netif_rx_ni_entry", on_netif_rx_ni_entry, .optional = true } },
		.end = { { "napi_gro_frags_exit", on_napi_gro_frags_exit },
			 { "napi_gro_receive_exit", on_napi_gro_receive_exit },
			 { "netif_receive_skb_exit", on_netif_receive_skb_exit },
			 { "netif_receive_skb_list_exit", on_netif_receive_skb_list_exit },
			 { "netif_rx_exit", on_netif_rx_exit },
			 { "netif_rx_ni_exit", on_netif_rx_ni_exit, .optional = true } },
	}, {
		.name = "syscall",
		.syscalls = true,
		.tells = KTLAT_TELLS_NUMBER,
		.start = { { "sys_enter", on_sys_enter } },
		.end = { { "sys_exit", on_sys_exit } },
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
