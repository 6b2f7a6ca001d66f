// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls as Trace Event JSON, which Perfetto and chrome://tracing open. A track is
 * something on which calls nest: a task, or a CPU in one kind of interrupt or in
 * its idle loop. Those of CPUs lie in a process that no task can be.
 */
#include <stdlib.h>

#include "calls.h"
#include "json.h"
#include "names.h"
#include "values.h"

/* Pids are below this. */
#define NO_PID		(1U << 22)
#define NR_CONTEXTS	4

/**
 * struct tracks - Those that were given a name
 * @ids: which, as a hash table; 0 where it is free
 * @room: how many places it has, a power of two
 * @nr: how many are in use
 * @nr_events: events that were written
 */
struct tracks {
	__u32 *ids;
	size_t room;
	size_t nr;
	__u64 nr_events;
};

static __u32 *find(const struct tracks *tracks, __u32 id)
{
	size_t place = id * 2654435761U >> 7;

	for (;; place++) {
		__u32 *track = &tracks->ids[place & (tracks->room - 1)];

		if (!*track || *track == id)
			return track;
	}
}

/* At least half of the places are free. */
static int make_room(struct tracks *tracks, struct ktlat_error *err)
{
	struct tracks larger = *tracks;
	size_t i;

	if (2 * tracks->nr < tracks->room)
		return 0;
	larger.room = tracks->room ? 2 * tracks->room : 256;
	larger.ids = calloc(larger.room, sizeof(*larger.ids));
	if (!larger.ids)
		return explain(err, "out of memory");
	for (i = 0; i < tracks->room; i++)
		if (tracks->ids[i])
			*find(&larger, tracks->ids[i]) = tracks->ids[i];
	free(tracks->ids);
	*tracks = larger;
	return 0;
}

static int begin(struct report *report, struct ktlat_error *err)
{
	report->state = calloc(1, sizeof(struct tracks));
	if (!report->state)
		return explain(err, "out of memory");
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", report->out);
	return 0;
}

/* Is it a task that the call is of, and not a CPU? */
static bool is_of_task(const struct ktlat_event *event)
{
	return event->context == KTLAT_CONTEXT_TASK && event->pid;
}

static __u32 track_of(const struct ktlat_event *event)
{
	if (is_of_task(event))
		return event->pid;
	return NO_PID + 1 + event->cpu * NR_CONTEXTS + event->context;
}

static __u32 process_of(const struct ktlat_event *event)
{
	return is_of_task(event) ? event->tgid : NO_PID;
}

static void next_event(struct report *report)
{
	struct tracks *tracks = report->state;

	fputs(tracks->nr_events++ ? ",\n" : "\n", report->out);
}

static void print_name(struct report *report, const char *what,
		       const struct ktlat_event *event, const char *name)
{
	next_event(report);
	fprintf(report->out, "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":",
		what, process_of(event), track_of(event));
	json_text(report->out, name);
	fputs("}}", report->out);
}

static int name_track(struct report *report, const struct ktlat_event *event,
		      struct ktlat_error *err)
{
	struct tracks *tracks = report->state;
	char name[32];
	__u32 *track;
	int ret = make_room(tracks, err);

	if (ret)
		return ret;
	track = find(tracks, track_of(event));
	if (*track)
		return 0;
	*track = track_of(event);
	tracks->nr++;
	if (is_of_task(event))
		snprintf(name, sizeof(name), "%s", event->comm);
	else
		snprintf(name, sizeof(name), "CPU %u %s", event->cpu,
			 event->context == KTLAT_CONTEXT_TASK ? "idle" :
			 context_name(event->context));
	print_name(report, "process_name", event,
		   is_of_task(event) ? event->comm : "CPUs");
	print_name(report, "thread_name", event, name);
	return 0;
}

static int show(struct report *report, const struct ktlat_call *call,
		struct ktlat_error *err)
{
	const struct ktlat_event *event = &call->event;
	__u64 start = call->time_ns > event->latency_ns ?
		      call->time_ns - event->latency_ns : 0;
	int ret = name_track(report, event, err);

	if (ret)
		return ret;
	next_event(report);
	/* Times are in us. */
	fprintf(report->out, "{\"ph\":\"X\",\"ts\":%llu.%03llu,\"dur\":%llu.%03llu,\"pid\":%u,\"tid\":%u,\"name\":",
		start / 1000, start % 1000, event->latency_ns / 1000,
		event->latency_ns % 1000, process_of(event), track_of(event));
	json_text(report->out, function_of(call));
	fprintf(report->out, ",\"cat\":\"%s\",\"args\":{\"cpu\":%u,\"comm\":",
		context_name(event->context), event->cpu);
	json_text(report->out, event->comm);
	fprintf(report->out, ",\"pid\":%u,\"probe\":%llu", event->pid,
		event->probe_id);
	print_values(report->out, call);
	fputs("}}", report->out);
	return 0;
}

static int end(struct report *report, struct ktlat_error *err)
{
	const struct ktlat_file_host *host = ktlat_file_host(report->file);
	const struct ktlat_ring_counts sum = sum_counts(report->file);

	(void)err;
	fputs("\n],\"otherData\":{\"host\":", report->out);
	json_text(report->out, host->node);
	fputs(",\"release\":", report->out);
	json_text(report->out, host->release);
	fprintf(report->out, ",\"lost\":%llu,\"dropped\":%llu}}\n",
		sum.lost + sum.frozen, sum.dropped);
	return 0;
}

static void free_tracks(struct report *report)
{
	struct tracks *tracks = report->state;

	if (tracks)
		free(tracks->ids);
	free(tracks);
}

const struct renderer chrome_calls = { begin, show, end, free_tracks };
