// SPDX-License-Identifier: GPL-2.0-only
/* Calls as lines for eyes. */
#include <time.h>

#include "calls.h"
#include "names.h"
#include "render.h"
#include "values.h"

/* A name, and a pid as long as they get. */
#define TASK_LEN	(KTLAT_COMM_LEN + 7)
/* How many of its callers a line shows. */
#define CALLERS_SHOWN	8

static void text_begin_time(const struct report *report)
{
	const struct ktlat_timeline *line = ktlat_file_timeline(report->file);
	char text[32];
	time_t when;
	struct tm tm;

	if (!line->nr)
		return;
	when = line->moments[0].realtime_ns / NS_PER_S;
	if (gmtime_r(&when, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		fprintf(report->out, ", begun at %llu.%09llu, %s UTC",
			line->moments[0].monotonic_ns / NS_PER_S,
			line->moments[0].monotonic_ns % NS_PER_S, text);
}

/* What the columns of text_call() are. */
void text_call_head(FILE *out)
{
	fprintf(out, "# %17s %5s  %-7s  %*s  %9s   %s\n", "time of end", "CPU",
		"context", TASK_LEN, "task-pid", "latency", "call");
}

static int begin(struct report *report, struct ktlat_error *err)
{
	const struct ktlat_file_host *host = ktlat_file_host(report->file);

	(void)err;
	fprintf(report->out, "# %s, Linux %s, clock %s",
		*host->node ? host->node : "?",
		*host->release ? host->release : "?", clock_name(host->clock));
	text_begin_time(report);
	fputc('\n', report->out);
	text_call_head(report->out);
	return 0;
}

static void text_callers(FILE *out, const struct ktlat_file_stack *stack)
{
	__u32 i;

	for (i = 0; stack && i < stack->nr_frames && i < CALLERS_SHOWN; i++) {
		const struct ktlat_frame *frame = &stack->frames[i];

		if (*frame->name)
			fprintf(out, " <- %s", frame->name);
		else
			fprintf(out, " <- 0x%llx", frame->address);
	}
	if (stack && i < stack->nr_frames)
		fputs(" <- ...", out);
}

/* A call without its stack, and without the end of its line. */
void text_call(FILE *out, const struct ktlat_call *call)
{
	const struct ktlat_event *event = &call->event;
	char task[TASK_LEN + 1], latency[KTLAT_DURATION_LEN];

	snprintf(task, sizeof(task), "%s-%u", event->comm, event->pid);
	ktlat_format_duration(event->latency_ns, latency);
	fprintf(out, "%9llu.%09llu [%03u]  %-7s  %*s  %9s %c %s",
		call->time_ns / NS_PER_S, call->time_ns % NS_PER_S, event->cpu,
		context_name(event->context), TASK_LEN, task, latency,
		event->flags & KTLAT_EVENT_SLOW ? '!' : ' ',
		function_of(call));
	text_values(out, call);
}

static int show(struct report *report, const struct ktlat_call *call,
		struct ktlat_error *err)
{
	(void)err;
	text_call(report->out, call);
	text_callers(report->out, call->stack);
	fputc('\n', report->out);
	return 0;
}

static void text_losses(FILE *out, const struct ktlat_reader *file)
{
	const struct ktlat_ring_counts *counts;
	__u32 nr = ktlat_file_counts(file, &counts), cpu;
	char lost[NUMBER_LEN], dropped[NUMBER_LEN], frozen[NUMBER_LEN];

	for (cpu = 0; cpu < nr; cpu++) {
		const struct ktlat_ring_counts *c = &counts[cpu];

		if (c->lost | c->dropped | c->frozen)
			fprintf(out, "# CPU %u: %s lost, %s dropped, %s while frozen\n",
				cpu, format_number(c->lost, lost),
				format_number(c->dropped, dropped),
				format_number(c->frozen, frozen));
	}
}

static int end(struct report *report, struct ktlat_error *err)
{
	struct ktlat_ring_counts sum = sum_counts(report->file);
	char calls[NUMBER_LEN], read[NUMBER_LEN], lost[NUMBER_LEN];
	char dropped[NUMBER_LEN];

	(void)err;
	text_losses(report->out, report->file);
	fprintf(report->out, "# %s of %s recorded calls, %s lost, %s dropped\n",
		format_number(report->nr_calls, calls),
		format_number(sum.read, read),
		format_number(sum.lost + sum.frozen, lost),
		format_number(sum.dropped, dropped));
	return 0;
}

const struct renderer text_calls = { begin, show, end, NULL };
