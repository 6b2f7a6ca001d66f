// SPDX-License-Identifier: GPL-2.0-only
/* Events as a file holds them; file.h has the layout. */
#include "file.h"

/* Begins a chunk. */
void ktl_begin_events(struct ktl_events *events, __u32 cpu, __u64 first)
{
	memset(&events->before, 0, sizeof(events->before));
	memset(events->known, 0, sizeof(events->known));
	events->before.cpu = cpu;
	events->before.sequence = first - 1;
}

static bool same_task(const struct ktlat_event *a, const struct ktlat_event *b)
{
	return a->pid == b->pid && a->tgid == b->tgid &&
	       a->cgroup_id == b->cgroup_id &&
	       !strncmp(a->comm, b->comm, sizeof(a->comm));
}

static void copy_task(struct ktlat_event *to, const struct ktlat_event *from)
{
	to->pid = from->pid;
	to->tgid = from->tgid;
	to->cgroup_id = from->cgroup_id;
	memcpy(to->comm, from->comm, sizeof(to->comm));
}

/* Else they are what the slot held before. */
static bool has_values(const struct ktlat_event *event)
{
	return event->flags & KTLAT_EVENT_VALUES &&
	       (event->values[0] || event->values[1]);
}

static unsigned int more_of(const struct ktlat_event *event)
{
	return (event->start_cpu != KTLAT_CPU_UNKNOWN ? KTL_MORE_START_CPU : 0) |
	       (event->stack_id ? KTL_MORE_STACK : 0) |
	       (event->user_stack_id ? KTL_MORE_USER_STACK : 0) |
	       (event->flags ? KTL_MORE_FLAGS : 0) |
	       (event->function ? KTL_MORE_FUNCTION : 0) |
	       (has_values(event) ? KTL_MORE_VALUES : 0) |
	       (event->reserved[0] | event->reserved[1] | event->reserved[2] |
		event->reserved[3] ? KTL_MORE_RESERVED : 0);
}

static void put_more(struct ktl_out *out, unsigned int more,
		     const struct ktlat_event *event)
{
	int i;

	ktl_put(out, more);
	if (more & KTL_MORE_START_CPU)
		ktl_put(out, event->start_cpu);
	if (more & KTL_MORE_STACK)
		ktl_put(out, event->stack_id);
	if (more & KTL_MORE_USER_STACK)
		ktl_put(out, event->user_stack_id);
	if (more & KTL_MORE_FLAGS)
		ktl_put(out, event->flags);
	if (more & KTL_MORE_FUNCTION)
		ktl_put(out, event->function);
	for (i = 0; more & KTL_MORE_VALUES && i < 2; i++)
		ktl_put(out, event->values[i]);
	for (i = 0; more & KTL_MORE_RESERVED && i < 4; i++)
		ktl_put(out, event->reserved[i]);
}

static void get_more(struct ktl_in *in, struct ktlat_event *event)
{
	unsigned int more = ktl_get_byte(in);
	int i;

	if (more & KTL_MORE_START_CPU)
		event->start_cpu = ktl_get_below(in, 0xffff);
	if (more & KTL_MORE_STACK)
		event->stack_id = ktl_get_u32(in);
	if (more & KTL_MORE_USER_STACK)
		event->user_stack_id = ktl_get_u32(in);
	if (more & KTL_MORE_FLAGS)
		event->flags = ktl_get_below(in, 0xff);
	if (more & KTL_MORE_FUNCTION)
		event->function = ktl_get_below(in, 0xffff);
	for (i = 0; more & KTL_MORE_VALUES && i < 2; i++)
		event->values[i] = ktl_get(in);
	for (i = 0; more & KTL_MORE_RESERVED && i < 4; i++)
		event->reserved[i] = ktl_get(in);
}

static void put_task(struct ktl_out *out, const struct ktlat_event *event)
{
	ktl_put(out, event->pid);
	ktl_put(out, event->tgid);
	ktl_put(out, event->cgroup_id);
	ktl_put_text(out, event->comm, sizeof(event->comm));
}

static void get_task(struct ktl_in *in, struct ktlat_event *task)
{
	task->pid = ktl_get_u32(in);
	task->tgid = ktl_get_u32(in);
	task->cgroup_id = ktl_get(in);
	ktl_get_text(in, task->comm, sizeof(task->comm));
}

/**
 * ktl_put_event() - Write an event
 * @out: where to
 * @events: those before it
 * @event: the event, with a number above that of the one before
 */
void ktl_put_event(struct ktl_out *out, struct ktl_events *events,
		   const struct ktlat_event *event)
{
	const struct ktlat_event *before = &events->before;
	unsigned int place = event->pid % KTL_NR_TASKS, more = more_of(event);
	__u64 gap = event->sequence - before->sequence - 1;
	bool known = events->known[place] &&
		     same_task(event, &events->tasks[place]);
	unsigned char head[2] = { event->context & KTL_EVENT_CONTEXT, place };

	head[0] |= (known ? 0 : KTL_EVENT_TASK) | (gap ? KTL_EVENT_GAP : 0) |
		   (event->probe_id != before->probe_id ? KTL_EVENT_PROBE : 0) |
		   (more ? KTL_EVENT_MORE : 0);
	ktl_put_bytes(out, head, sizeof(head));
	if (!known) {
		put_task(out, event);
		copy_task(&events->tasks[place], event);
		events->known[place] = true;
	}
	if (head[0] & KTL_EVENT_PROBE)
		ktl_put_signed(out, event->probe_id - before->probe_id);
	if (gap)
		ktl_put(out, gap);
	ktl_put_signed(out, event->start - before->start);
	ktl_put(out, event->latency_ns);
	if (more)
		put_more(out, more, event);
	events->before = *event;
}

/**
 * ktl_get_event() - Read the next event
 * @in: where from
 * @events: those before it
 * @event: the event
 */
void ktl_get_event(struct ktl_in *in, struct ktl_events *events,
		   struct ktlat_event *event)
{
	const struct ktlat_event *before = &events->before;
	unsigned int head = ktl_get_byte(in), place = ktl_get_byte(in);

	memset(event, 0, sizeof(*event));
	event->cpu = before->cpu;
	event->start_cpu = KTLAT_CPU_UNKNOWN;
	event->context = head & KTL_EVENT_CONTEXT;
	if (head & KTL_EVENT_TASK) {
		get_task(in, &events->tasks[place]);
		events->known[place] = true;
	}
	if (!events->known[place])
		in->bad = true;
	else
		copy_task(event, &events->tasks[place]);
	event->probe_id = before->probe_id;
	if (head & KTL_EVENT_PROBE)
		event->probe_id += ktl_get_signed(in);
	event->sequence = before->sequence + 1;
	if (head & KTL_EVENT_GAP)
		event->sequence += ktl_get(in);
	event->start = before->start + ktl_get_signed(in);
	event->latency_ns = ktl_get(in);
	if (head & KTL_EVENT_MORE)
		get_more(in, event);
	events->before = *event;
}
