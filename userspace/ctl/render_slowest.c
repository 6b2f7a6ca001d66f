// SPDX-License-Identifier: GPL-2.0-only
/* The slowest calls of probes, with their stacks: for eyes, and as JSON. */
#include <string.h>

#include "calls.h"
#include "json.h"
#include "names.h"
#include "slowest.h"

/**
 * struct shown_call - A slow call with its stacks
 * @call: the call
 * @stack: its kernel stack
 * @user_stack: that of its process
 * @frames: of @stack
 * @user_frames: of @user_stack
 * @places: of values that are addresses
 * @running: the interval in which it ended is not over
 */
struct shown_call {
	struct ktlat_call call;
	struct ktlat_file_stack stack;
	struct ktlat_file_stack user_stack;
	struct ktlat_frame frames[KTLAT_STACK_DEPTH];
	struct ktlat_frame user_frames[KTLAT_STACK_DEPTH];
	struct ktlat_frame places[KTLAT_VALUES];
	bool running;
};

static void find_symbols(const struct slowest *probe, struct shown_call *shown)
{
	struct ktlat_call *call = &shown->call;
	int i;

	for (i = 0; probe->names && i < KTLAT_VALUES; i++) {
		if (probe->probe.values[i].show != KTLAT_SHOW_SYMBOL)
			continue;
		ktlat_find_place(probe->names, call->event.values[i],
				 &shown->places[i]);
		call->symbols[i] = &shown->places[i];
	}
}

static void find_call(const struct slowest_list *slowest,
		      const struct slowest *probe, __u32 i,
		      struct shown_call *shown)
{
	const struct ktlat_event *event = &probe->calls.events[i];
	struct ktlat_call *call = &shown->call;

	*call = (struct ktlat_call){
		.event = *event,
		.time_ns = ktlat_ticks_to_monotonic(&slowest->clock,
						    event->start) +
			   event->latency_ns,
		.probe = &probe->probe,
	};
	if (ktlat_read_stack(slowest->stacks, event->stack_id, shown->frames,
			     &shown->stack))
		call->stack = &shown->stack;
	if (ktlat_read_stack(slowest->stacks, event->user_stack_id,
			     shown->user_frames, &shown->user_stack))
		call->user_stack = &shown->user_stack;
	find_symbols(probe, shown);
	shown->running = !slowest->over &&
			 event->sequence > probe->calls.complete;
}

static void text_frames(FILE *out, const struct ktlat_file_stack *stack,
			const char *comm)
{
	__u32 i;

	for (i = 0; stack && i < stack->nr_frames; i++) {
		const struct ktlat_frame *frame = &stack->frames[i];

		if (!*frame->name)
			fprintf(out, "\t0x%llx%s%s%s\n", frame->address,
				*comm ? " (" : "", comm, *comm ? ")" : "");
		else if (strcmp(frame->module, KTLAT_VMLINUX))
			fprintf(out, "\t%s+0x%llx [%s]\n", frame->name,
				frame->offset, frame->module);
		else
			fprintf(out, "\t%s+0x%llx\n", frame->name,
				frame->offset);
	}
}

static void text_header_of(FILE *out, const struct slowest *probe)
{
	const struct ktlat_probe_info *info = &probe->probe.info;
	char interval[KTLAT_DURATION_LEN], number[NUMBER_LEN];

	ktlat_format_duration(info->slow.interval_ns, interval);
	fprintf(out, "%s %llu: %s (%s, %s), up to %u calls of each %s",
		info->kind == KTLAT_KIND_GROUP ? "group" : "probe",
		(unsigned long long)info->id, probe->probe.spec,
		backend_name(info->backend), state_name(info->state),
		info->slow.slowest, interval);
	if (probe->calls.dropped)
		fprintf(out, ", %s not looked at",
			format_number(probe->calls.dropped, number));
	fputc('\n', out);
}

static void text_probe(FILE *out, const struct slowest_list *slowest,
		       const struct slowest *probe)
{
	struct shown_call shown;
	__u32 i;

	text_header_of(out, probe);
	if (probe->calls.nr)
		text_call_head(out);
	else
		fputs("no call has ended\n", out);
	for (i = 0; i < probe->calls.nr; i++) {
		find_call(slowest, probe, i, &shown);
		text_call(out, &shown.call);
		fputs(shown.running ? " (interval not over)\n" : "\n", out);
		text_frames(out, shown.call.stack, "");
		text_frames(out, shown.call.user_stack, shown.call.event.comm);
	}
}

/* The slowest calls first, each with its stack below. */
void text_slowest(FILE *out, const struct slowest_list *slowest)
{
	struct ktlat_stack_counts stacks;
	char number[NUMBER_LEN];
	size_t i;

	for (i = 0; i < slowest->nr; i++) {
		if (i)
			fputc('\n', out);
		text_probe(out, slowest, &slowest->list[i]);
	}
	ktlat_count_stacks(slowest->stacks, &stacks);
	if (stacks.dropped)
		fprintf(out, "# %s stacks found no room; there is more with --stacks\n",
			format_number(stacks.dropped, number));
}

static void json_probe(FILE *out, const struct slowest_list *slowest,
		       const struct slowest *probe)
{
	const struct ktlat_probe_info *info = &probe->probe.info;
	struct shown_call shown;
	__u32 i;

	fprintf(out, "{\"id\":%llu,\"spec\":", (unsigned long long)info->id);
	json_text(out, probe->probe.spec);
	fprintf(out, ",\"kind\":\"%s\",\"backend\":\"%s\",\"state\":\"%s\"",
		kind_name(info->kind), backend_name(info->backend),
		state_name(info->state));
	fprintf(out, ",\"interval_ns\":%llu,\"wanted\":%u,\"dropped\":%llu,\"slowest\":[",
		(unsigned long long)info->slow.interval_ns, info->slow.slowest,
		(unsigned long long)probe->calls.dropped);
	for (i = 0; i < probe->calls.nr; i++) {
		find_call(slowest, probe, i, &shown);
		if (i)
			fputc(',', out);
		json_call(out, &shown.call, shown.running ?
			  ",\"running\":true" : ",\"running\":false");
	}
	fputs("]}", out);
}

/**
 * json_slowest() - The same as one line of JSON
 * @out: where to
 * @slowest: the probes
 * @outcome: how the command ended that was run meanwhile, or NULL
 */
void json_slowest(FILE *out, const struct slowest_list *slowest,
		  const struct outcome *outcome)
{
	struct ktlat_stack_counts stacks;
	struct json_object *command;
	size_t i;

	fprintf(out, "{\"version\":%d,\"time_ns\":%llu,\"probes\":[",
		JSON_VERSION, (unsigned long long)slowest->time_ns);
	for (i = 0; i < slowest->nr; i++) {
		if (i)
			fputc(',', out);
		json_probe(out, slowest, &slowest->list[i]);
	}
	ktlat_count_stacks(slowest->stacks, &stacks);
	fprintf(out, "],\"stacks\":{\"stored\":%llu,\"dropped\":%llu,\"recursed\":%llu}",
		stacks.stored, stacks.dropped, stacks.recursed);
	if (outcome) {
		command = json_outcome(outcome);
		fprintf(out, ",\"command\":%s",
			json_object_to_json_string_ext(command,
						       JSON_C_TO_STRING_PLAIN));
		json_object_put(command);
	}
	fputs("}\n", out);
}
