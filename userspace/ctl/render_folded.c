// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls as folded stacks, what flame graphs are made of: the frames from the
 * outermost to the function that was called, and the time of all such calls in ns.
 */
#include <stdlib.h>

#include "calls.h"

/**
 * struct fold - Calls of a function from the same place
 * @probe: what measured them
 * @function: which function of a group
 * @stack: where they came from, or NULL
 * @total_ns: the time of all of them
 * @call: one of them; its @probe is NULL where the fold is not in use
 */
struct fold {
	struct ktlat_call call;
	__u64 total_ns;
};

/**
 * struct folds - All of them, as a hash table
 * @list: a power of two of places
 * @room: how many places
 * @nr: how many are in use
 */
struct folds {
	struct fold *list;
	size_t room;
	size_t nr;
};

static size_t hash(const struct ktlat_call *call)
{
	__u64 value = call->event.probe_id * 65537 + call->event.function;

	value = (value ^ (value >> 31)) * 0x9e3779b97f4a7c15ULL;
	value = (value + call->event.stack_id) * 0x9e3779b97f4a7c15ULL;
	return value >> 20;
}

static bool is_same(const struct ktlat_call *a, const struct ktlat_call *b)
{
	return a->probe == b->probe && a->stack == b->stack &&
	       a->event.function == b->event.function;
}

/* Its place; there is one. */
static struct fold *find(const struct folds *folds,
			 const struct ktlat_call *call)
{
	size_t place = hash(call);

	for (;; place++) {
		struct fold *fold = &folds->list[place & (folds->room - 1)];

		if (!fold->call.probe || is_same(&fold->call, call))
			return fold;
	}
}

/* At least half of the places are free. */
static int make_room(struct folds *folds, struct ktlat_error *err)
{
	struct folds larger = { .room = folds->room ? 2 * folds->room : 256 };
	size_t i;

	if (2 * folds->nr < folds->room)
		return 0;
	larger.list = calloc(larger.room, sizeof(*larger.list));
	if (!larger.list)
		return explain(err, "out of memory");
	for (i = 0; i < folds->room; i++)
		if (folds->list[i].call.probe)
			*find(&larger, &folds->list[i].call) = folds->list[i];
	free(folds->list);
	folds->list = larger.list;
	folds->room = larger.room;
	return 0;
}

static int begin(struct report *report, struct ktlat_error *err)
{
	report->state = calloc(1, sizeof(struct folds));
	return report->state ? 0 : explain(err, "out of memory");
}

static int take(struct report *report, const struct ktlat_call *call,
		struct ktlat_error *err)
{
	struct folds *folds = report->state;
	struct fold *fold;
	int ret = make_room(folds, err);

	if (ret)
		return ret;
	fold = find(folds, call);
	if (!fold->call.probe) {
		fold->call = *call;
		folds->nr++;
	}
	fold->total_ns += call->event.latency_ns;
	return 0;
}

static void print_fold(FILE *out, const struct fold *fold)
{
	const struct ktlat_file_stack *stack = fold->call.stack;
	__u32 i;

	for (i = stack ? stack->nr_frames : 0; i; i--) {
		const struct ktlat_frame *frame = &stack->frames[i - 1];

		if (*frame->name)
			fprintf(out, "%s;", frame->name);
		else
			fprintf(out, "0x%llx;", frame->address);
	}
	fprintf(out, "%s %llu\n", function_of(&fold->call), fold->total_ns);
}

static int end(struct report *report, struct ktlat_error *err)
{
	const struct folds *folds = report->state;
	size_t i;

	(void)err;
	for (i = 0; i < folds->room; i++)
		if (folds->list[i].call.probe)
			print_fold(report->out, &folds->list[i]);
	return 0;
}

static void free_folds(struct report *report)
{
	struct folds *folds = report->state;

	if (folds)
		free(folds->list);
	free(folds);
}

const struct renderer folded_calls = { begin, take, end, free_folds };
