// SPDX-License-Identifier: GPL-2.0-only
/* Calls as JSON, one object a line: by hand, as there may be millions. */
#include "calls.h"
#include "json.h"
#include "names.h"
#include "values.h"

static void print_stack(FILE *out, const char *key,
			const struct ktlat_file_stack *stack)
{
	__u32 i;

	fprintf(out, ",\"%s\":[", key);
	for (i = 0; i < stack->nr_frames; i++) {
		const struct ktlat_frame *frame = &stack->frames[i];

		if (i)
			fputc(',', out);
		fprintf(out, "{\"address\":\"0x%llx\",\"function\":", frame->address);
		json_text(out, frame->name);
		fputs(",\"module\":", out);
		json_text(out, frame->module);
		fprintf(out, ",\"offset\":%llu}", frame->offset);
	}
	fputc(']', out);
}

static void print_task(FILE *out, const struct ktlat_event *event)
{
	fprintf(out, ",\"pid\":%u,\"tgid\":%u,\"comm\":", event->pid,
		event->tgid);
	json_text(out, event->comm);
	fprintf(out, ",\"cgroup_id\":%llu", event->cgroup_id);
}

/* A call as an object; @more: what else is in it, each with a comma before, or "". */
void json_call(FILE *out, const struct ktlat_call *call, const char *more)
{
	const struct ktlat_event *event = &call->event;

	fprintf(out, "{\"time_ns\":%llu,\"latency_ns\":%llu,\"probe\":%llu,\"function\":",
		call->time_ns, event->latency_ns, event->probe_id);
	json_text(out, function_of(call));
	fputs(",\"module\":", out);
	json_text(out, module_of(call));
	fprintf(out, ",\"cpu\":%u", event->cpu);
	if (event->start_cpu != KTLAT_CPU_UNKNOWN)
		fprintf(out, ",\"start_cpu\":%u", event->start_cpu);
	fprintf(out, ",\"context\":\"%s\"", context_name(event->context));
	print_task(out, event);
	fprintf(out, ",\"slow\":%s",
		event->flags & KTLAT_EVENT_SLOW ? "true" : "false");
	print_values(out, call);
	if (call->stack)
		print_stack(out, "stack", call->stack);
	if (call->user_stack)
		print_stack(out, "user_stack", call->user_stack);
	fprintf(out, "%s}", more);
}

static int show(struct report *report, const struct ktlat_call *call,
		struct ktlat_error *err)
{
	(void)err;
	json_call(report->out, call, "");
	fputc('\n', report->out);
	return 0;
}

static void print_counts(FILE *out, const struct ktlat_ring_counts *counts)
{
	fprintf(out, "\"lost\":%llu,\"dropped\":%llu,\"frozen\":%llu,\"read\":%llu",
		counts->lost, counts->dropped, counts->frozen, counts->read);
}

static int end(struct report *report, struct ktlat_error *err)
{
	const struct ktlat_ring_counts sum = sum_counts(report->file);
	const struct ktlat_ring_counts *counts;
	__u32 nr = ktlat_file_counts(report->file, &counts), cpu;
	FILE *out = report->out;

	fputc('{', out);
	print_counts(out, &sum);
	fprintf(out, ",\"shown\":%llu,\"whole\":%s,\"cpus\":[",
		report->nr_calls,
		ktlat_file_is_whole(report->file, err) ? "true" : "false");
	for (cpu = 0; cpu < nr; cpu++) {
		fprintf(out, "%s{\"cpu\":%u,", cpu ? "," : "", cpu);
		print_counts(out, &counts[cpu]);
		fputc('}', out);
	}
	fputs("]}\n", out);
	return 0;
}

const struct renderer json_calls = { NULL, show, end, NULL };
