// SPDX-License-Identifier: GPL-2.0-only
/*
 * lateness.c - for how long nothing else could run, and what was to blame.
 *
 * A timer expires again and again, at times that nothing else is in step with, and
 * wakes a thread that is more urgent than all others, as cyclictest does. Told is how
 * late its interrupt came, and how late after that the thread ran; and the stack of
 * what ran in the meantime, on which the function comes first that turned interrupts or preemption
 * on again. It is for one CPU under -icount, where a ns is an instruction.
 *
 * What other handlers of interrupts take is left out, and, where the kernel tells when
 * the scheduler begins, what that takes until the thread runs.
 */
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <asm/irq_regs.h>
#include "compat.h"
#include "target.h"

#define LATE_CPU	0
#define LATE_DEPTH	24
#define LATE_PLACES	512

/* From one expiry to the next, at least: the thread has gone to sleep by then. */
#define LATE_PAUSE_NS	3000

/* What an interrupt takes before and after what its tracepoints tell. */
#define LATE_MARGIN_NS	4000
#define LATE_ROUGH_NS	10000

/* How long such code is at most, see struct late. */
#define LATE_BLIND_BYTES	256

/**
 * struct late_place - Where others were let in again
 * @max_ns: how late they were at most
 * @comm: of the task that ran
 * @nr: frames in use
 * @frames: the stack
 */
struct late_place {
	u64 max_ns;
	char comm[TASK_COMM_LEN];
	unsigned int nr;
	unsigned long frames[LATE_DEPTH];
};

/**
 * struct late_list - The places of one kind of lateness
 * @expired: of how many expiries
 * @least_ns: what it takes at best
 * @nr: places in use
 * @places: the worst ones
 */
struct late_list {
	u64 expired;
	u64 least_ns;
	unsigned int nr;
	struct late_place places[LATE_PLACES];
};

/**
 * struct late - All there is; of the CPU %LATE_CPU, with interrupts off
 * @timer: the one that expires
 * @thread: that it wakes
 * @interval_ns: a pause is longer than the least one by less than this
 * @tolerance_ns: who is later than at best by less is in time
 * @blind: the kernel cannot unwind from the code that is here; 0 for none
 * @random: what the last pause was made of
 * @expired_ns: when the timer was to expire; for the thread: when it was woken
 * @pending: the thread has not run yet
 * @scheduled_ns: when the scheduler began to let it; 0 if that is not known
 * @others: handlers of other interrupts that run, one inside the other
 * @other_since_ns: when the outermost began
 * @other_until_ns: when the last one of these ended
 * @others_ns: what they took since the last thing that was told
 * @left_out: what such handlers were in the way of
 * @scratch: where a stack is put together
 * @irq: how late the interrupt was
 * @run: how late the thread was
 */
struct late {
	struct hrtimer timer;
	struct task_struct *thread;
	u64 interval_ns;
	u64 tolerance_ns;
	u64 blind;
	u32 random;
	u64 expired_ns;
	bool pending;
	u64 scheduled_ns;
	unsigned int others;
	u64 other_since_ns;
	u64 other_until_ns;
	u64 others_ns;
	u64 left_out;
	unsigned long scratch[LATE_DEPTH];
	struct late_list irq;
	struct late_list run;
};

/* Guards what is started and stopped. */
static DEFINE_MUTEX(late_lock);
static struct late *late;

/* Room for one more: of a full list, what was the least late goes. */
static struct late_place *late_take(struct late_list *list, u64 ns)
{
	struct late_place *least = &list->places[0];
	unsigned int i;

	if (list->nr < LATE_PLACES)
		return &list->places[list->nr++];
	for (i = 1; i < LATE_PLACES; i++)
		if (list->places[i].max_ns < least->max_ns)
			least = &list->places[i];
	return least->max_ns < ns ? least : NULL;
}

static struct late_place *late_find(struct late_list *list, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		struct late_place *place = &list->places[i];

		if (place->nr == nr &&
		    !memcmp(place->frames, late->scratch,
			    nr * sizeof(*place->frames)) &&
		    !strcmp(place->comm, current->comm))
			return place;
	}
	return NULL;
}

static void late_record(struct late_list *list, u64 ns)
{
	struct late_place *place;
	unsigned int nr;

	list->expired++;
	list->least_ns = min(list->least_ns, ns);
	if (ns - list->least_ns < late->tolerance_ns)
		return;
	nr = stack_trace_save(late->scratch, LATE_DEPTH, 1);
	place = late_find(list, nr);
	if (!place) {
		place = late_take(list, ns);
		if (!place)
			return;
		memcpy(place->frames, late->scratch,
		       nr * sizeof(*place->frames));
		place->nr = nr;
		strscpy(place->comm, current->comm, sizeof(place->comm));
		place->max_ns = 0;
	}
	place->max_ns = max(place->max_ns, ns);
}

/*
 * An expiry whose interrupt or thread comes now. The time that other handlers took
 * does not count, nor the longest that they may have to do before and after they tell:
 * what is late by the rest is late by that much at least. Where this is not much, it
 * is not told.
 */
static void late_tell(struct late_list *list, u64 now)
{
	u64 ns = now - late->expired_ns;

	if (late->other_until_ns + LATE_MARGIN_NS > late->expired_ns) {
		ns -= min(ns, late->others_ns + LATE_MARGIN_NS);
		if (ns < list->least_ns || ns - list->least_ns < LATE_ROUGH_NS) {
			late->left_out++;
			return;
		}
	}
	late_record(list, ns);
}

/* Has the timer interrupted code that the kernel cannot unwind from? */
static bool late_is_blind(void)
{
	struct pt_regs *regs = get_irq_regs();

	return late->blind && regs &&
	       instruction_pointer(regs) - late->blind < LATE_BLIND_BYTES;
}

static enum hrtimer_restart late_expired(struct hrtimer *timer)
{
	u64 now = target_clock();

	late->expired_ns = ktime_to_ns(hrtimer_get_expires(timer));
	late->pending = !late_is_blind();
	if (late->pending)
		late_tell(&late->irq, now);
	late->others_ns = 0;
	late->scheduled_ns = 0;
	/*
	 * From here on it is the thread that is late. What made the interrupt late has
	 * been told, and so has taking the stack taken its time; and kernels that
	 * program the hardware when they get round to it have it come late for nothing.
	 */
	late->expired_ns = target_clock();
	wake_up_process(late->thread);
	return HRTIMER_NORESTART;
}

/*
 * How long the scheduler takes is the kernel's own, and differs: on 7.2 by some 3,000
 * instructions where tasks come and go.
 */
static void late_on_schedule(void *data, bool preempt)
{
	if (raw_smp_processor_id() == LATE_CPU && late->pending &&
	    !late->scheduled_ns)
		late->scheduled_ns = target_clock();
}

static void late_on_switch(TARGET_SCHED_SWITCH_PROTO)
{
	u64 now = target_clock();

	if (next != late->thread || !late->pending)
		return;
	late->pending = false;
	late_tell(&late->run, late->scheduled_ns ?: now);
	late->others_ns = 0;
}

static void late_other_begins(void)
{
	if (raw_smp_processor_id() == LATE_CPU && !late->others++)
		late->other_since_ns = target_clock();
}

/* One that had begun before we listened is not known. */
static void late_other_ends(void)
{
	if (raw_smp_processor_id() != LATE_CPU || !late->others ||
	    --late->others)
		return;
	late->other_until_ns = target_clock();
	late->others_ns += late->other_until_ns - late->other_since_ns;
}

static void late_softirq_begins(void *data, unsigned int vector)
{
	late_other_begins();
}

static void late_softirq_ends(void *data, unsigned int vector)
{
	late_other_ends();
}

static void late_irq_begins(void *data, int irq, struct irqaction *action)
{
	late_other_begins();
}

static void late_irq_ends(void *data, int irq, struct irqaction *action, int ret)
{
	late_other_ends();
}

static void late_timer_begins(TARGET_HRTIMER_EXPIRE_ENTRY_PROTO)
{
	if (timer != &late->timer)
		late_other_begins();
}

static void late_timer_ends(void *data, struct hrtimer *timer)
{
	if (timer != &late->timer)
		late_other_ends();
}

/* Kernels before 6.14 do not tell when the scheduler begins. */
static struct late_event {
	const char *name;
	void *handler;
	bool optional;
	struct tracepoint *tracepoint;
} late_events[] = {
	{ "sched_entry_tp", late_on_schedule, .optional = true },
	{ "sched_switch", late_on_switch },
	{ "softirq_entry", late_softirq_begins },
	{ "softirq_exit", late_softirq_ends },
	{ "irq_handler_entry", late_irq_begins },
	{ "irq_handler_exit", late_irq_ends },
	{ "hrtimer_expire_entry", late_timer_begins },
	{ "hrtimer_expire_exit", late_timer_ends },
};

static void late_find_event(struct tracepoint *tracepoint, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(late_events); i++)
		if (!strcmp(late_events[i].name, tracepoint->name))
			late_events[i].tracepoint = tracepoint;
}

static void late_unlisten(unsigned int nr)
{
	while (nr--)
		if (late_events[nr].tracepoint)
			tracepoint_probe_unregister(late_events[nr].tracepoint,
						    late_events[nr].handler,
						    NULL);
	tracepoint_synchronize_unregister();
}

static int late_listen(void)
{
	unsigned int i;
	int ret = 0;

	for_each_kernel_tracepoint(late_find_event, NULL);
	for (i = 0; i < ARRAY_SIZE(late_events) && !ret; i++) {
		struct late_event *event = &late_events[i];

		if (event->tracepoint)
			ret = tracepoint_probe_register(event->tracepoint,
							event->handler, NULL);
		else if (!event->optional)
			ret = -ENOENT;
	}
	if (ret)
		late_unlisten(i - 1);
	return ret;
}

/* Numerical Recipes' generator: the same pauses in each run. */
static u64 late_pause(void)
{
	late->random = late->random * 1664525 + 1013904223;
	return LATE_PAUSE_NS + (late->random >> 8) % late->interval_ns;
}

static int late_thread(void *unused)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		hrtimer_start(&late->timer, ns_to_ktime(late_pause()),
			      HRTIMER_MODE_REL_PINNED_HARD);
		schedule();
		late->pending = false;
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	hrtimer_cancel(&late->timer);
	return 0;
}

static int late_start(u64 interval_ns, u64 tolerance_ns, u64 blind)
{
	struct task_struct *thread;
	int ret;

	if (!late)
		late = vmalloc(sizeof(*late));
	if (!late)
		return -ENOMEM;
	memset(late, 0, sizeof(*late));
	late->interval_ns = interval_ns;
	late->tolerance_ns = tolerance_ns;
	late->blind = blind;
	late->irq.least_ns = U64_MAX;
	late->run.least_ns = U64_MAX;
	hrtimer_setup(&late->timer, late_expired, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	thread = kthread_create(late_thread, NULL, "ktlat_target/late");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, LATE_CPU);
	sched_set_fifo(thread);
	late->thread = thread;
	ret = late_listen();
	if (ret) {
		kthread_stop(thread);
		late->thread = NULL;
		return ret;
	}
	wake_up_process(thread);
	return 0;
}

static void late_stop(void)
{
	if (!late || !late->thread)
		return;
	kthread_stop(late->thread);
	late_unlisten(ARRAY_SIZE(late_events));
	late->thread = NULL;
}

/**
 * target_late_set() - Begin, from zero, or end
 * @line: "INTERVAL TOLERANCE BLIND", the first two in ns: pauses are longer than the least
 *	one by less than INTERVAL; who is late by less than TOLERANCE is not told. BLIND:
 *	see struct late. "0 0 0" ends it
 */
int target_late_set(char *line)
{
	u64 interval_ns, tolerance_ns, blind;
	int ret = 0;

	if (sscanf(line, "%llu %llu %lli", &interval_ns, &tolerance_ns,
		   &blind) != 3 ||
	    interval_ns > NSEC_PER_SEC)
		return -EINVAL;
	mutex_lock(&late_lock);
	late_stop();
	if (interval_ns)
		ret = late_start(interval_ns, tolerance_ns, blind);
	mutex_unlock(&late_lock);
	return ret;
}

void target_late_end(void)
{
	late_stop();
	vfree(late);
}

static void late_show_place(struct seq_file *file,
			    const struct late_place *place)
{
	unsigned int i;

	seq_printf(file, "\n{\"comm\":\"%s\",\"max_ns\":%llu,\"stack\":[",
		   place->comm, place->max_ns);
	for (i = 0; i < place->nr; i++)
		seq_printf(file, "%s\"%ps\"", i ? "," : "",
			   (void *)place->frames[i]);
	seq_puts(file, "]}");
}

static void late_show_list(struct seq_file *file, const char *name,
			   const struct late_list *list)
{
	unsigned int i;

	seq_printf(file, ",\n\"%s\":{\"expired\":%llu,\"least_ns\":%llu,\"places\":[",
		   name, list->expired, list->least_ns);
	for (i = 0; i < list->nr; i++) {
		if (i)
			seq_putc(file, ',');
		late_show_place(file, &list->places[i]);
	}
	seq_puts(file, "]}");
}

/* Once it has ended. */
int target_late_show(struct seq_file *file)
{
	int ret = 0;

	mutex_lock(&late_lock);
	if (late && !late->thread) {
		seq_printf(file, "{\"left_out\":%llu", late->left_out);
		late_show_list(file, "irq", &late->irq);
		late_show_list(file, "run", &late->run);
		seq_puts(file, "}\n");
	} else {
		ret = late ? -EBUSY : -ENODATA;
	}
	mutex_unlock(&late_lock);
	return ret;
}
