// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in the chunks of a file. Each is taken whole or not at all; what cannot
 * be is told by -EBADMSG, and any other error ends the reading.
 */
#include <stdlib.h>

#include "file.h"

static int take_host(struct ktlat_reader *r, struct ktl_in *in)
{
	struct ktlat_file_host host = { 0 };

	ktl_get_text(in, host.version, sizeof(host.version));
	ktl_get_text(in, host.node, sizeof(host.node));
	ktl_get_text(in, host.release, sizeof(host.release));
	ktl_get_text(in, host.machine, sizeof(host.machine));
	ktl_get_text(in, host.boot_id, sizeof(host.boot_id));
	host.clock = ktl_get_u32(in);
	host.nr_rings = ktl_get_u32(in);
	host.nr_slots = ktl_get_u32(in);
	if (!in->bad)
		r->host = host;
	return 0;
}

static int take_clock(struct ktlat_reader *r, struct ktl_in *in,
		      struct ktlat_error *err)
{
	struct ktlat_clock_now now = { .clock = r->host.clock };

	now.ticks = ktl_get(in);
	now.ns_per_tick = ktl_get(in);
	now.monotonic_ns = ktl_get(in);
	now.realtime_ns = ktl_get(in);
	now.uncertainty_ns = ktl_get(in);
	return in->bad ? 0 : ktlat_add_moment(&r->timeline, &now, err);
}

/* Where a probe is, or would be. */
static size_t place_of(const struct ktlat_reader *r, __u64 id)
{
	size_t low = 0, high = r->nr_probes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->probes[middle]->info.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct ktlat_file_probe *find_probe(const struct ktlat_reader *r,
					   __u64 id)
{
	size_t place = place_of(r, id);

	if (place == r->nr_probes || r->probes[place]->info.id != id)
		return NULL;
	return r->probes[place];
}

static int add_probe(struct ktlat_reader *r,
		     const struct ktlat_file_probe *probe,
		     struct ktlat_error *err)
{
	struct ktlat_file_probe **list = reallocarray(r->probes,
						      r->nr_probes + 1,
						      sizeof(*list));
	struct ktlat_file_probe *own = malloc(sizeof(*own));
	size_t place;

	if (list)
		r->probes = list;
	if (!list || !own) {
		free(own);
		return ktl_fail(err, ENOMEM, "out of memory");
	}
	*own = *probe;
	place = place_of(r, probe->info.id);
	memmove(&list[place + 1], &list[place],
		(r->nr_probes++ - place) * sizeof(*list));
	list[place] = own;
	return 0;
}

static int take_probe(struct ktlat_reader *r, struct ktl_in *in,
		      struct ktlat_error *err)
{
	struct ktlat_file_probe probe = { 0 }, *known;

	ktl_get_probe(in, &probe);
	if (in->bad)
		return 0;
	known = find_probe(r, probe.info.id);
	if (!known)
		return add_probe(r, &probe, err);
	probe.functions = known->functions;
	probe.nr_functions = known->nr_functions;
	probe.figures = known->figures;
	probe.ended = known->ended;
	*known = probe;
	return 0;
}

static int take_functions(struct ktlat_reader *r, struct ktl_in *in,
			  struct ktlat_error *err)
{
	struct ktlat_file_probe *probe = find_probe(r, ktl_get(in));
	__u32 first = ktl_get_u32(in), i;
	__u32 nr = ktl_get_below(in, KTLAT_FUNCTIONS_MAX);
	struct ktlat_point *list;

	/* A probe is told again when it has ended, with all that belongs to it. */
	if (!in->bad && probe && first < probe->nr_functions &&
	    nr <= probe->nr_functions - first)
		return 0;
	if (in->bad || !probe || first != probe->nr_functions ||
	    nr > KTLAT_FUNCTIONS_MAX - first) {
		in->bad = true;
		return 0;
	}
	if (!nr)
		return 0;
	list = reallocarray(probe->functions, first + nr, sizeof(*list));
	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	probe->functions = list;
	memset(&list[first], 0, nr * sizeof(*list));
	for (i = first; i < first + nr; i++) {
		ktl_get_text(in, list[i].module, sizeof(list[i].module));
		ktl_get_text(in, list[i].name, sizeof(list[i].name));
	}
	for (i = first; i < first + nr && in->at < in->end; i++) {
		__u64 place = ktl_get_below(in, KTLAT_TEXT_OFFSET);

		if (place)
			list[i].address = (place - 1) | KTLAT_TEXT_OFFSET;
	}
	if (!in->bad)
		probe->nr_functions = first + nr;
	return 0;
}

static char *get_string(struct ktl_in *in)
{
	char text[KTLAT_NAME_LEN];

	ktl_get_text(in, text, sizeof(text));
	return strdup(text);
}

void ktl_free_frames(struct ktlat_file_stack *stack)
{
	while (stack->nr_frames) {
		struct ktlat_frame *frame = &stack->frames[--stack->nr_frames];

		free((char *)frame->name);
		free((char *)frame->module);
	}
	free(stack->frames);
}

/* Returns false if memory is short. */
static bool get_frames(struct ktl_in *in, struct ktlat_file_stack *stack,
		       __u32 nr)
{
	stack->frames = calloc(nr ?: 1, sizeof(*stack->frames));
	if (!stack->frames)
		return false;
	while (stack->nr_frames < nr && !in->bad) {
		struct ktlat_frame *frame = &stack->frames[stack->nr_frames++];

		frame->address = ktl_get(in);
		frame->name = get_string(in);
		frame->module = get_string(in);
		frame->offset = ktl_get(in);
		if (!frame->name || !frame->module)
			return false;
	}
	return true;
}

static int add_stack(struct ktlat_reader *r, struct ktlat_file_stack stack,
		     struct ktlat_error *err)
{
	struct ktlat_file_stack *list = reallocarray(r->stacks,
						     r->nr_stacks + 1,
						     sizeof(*list));
	size_t place = r->nr_stacks;

	if (!list) {
		ktl_free_frames(&stack);
		return ktl_fail(err, ENOMEM, "out of memory");
	}
	r->stacks = list;
	/* As a rule they come in order. */
	while (place && list[place - 1].id > stack.id)
		place--;
	if (place && list[place - 1].id == stack.id) {
		ktl_free_frames(&list[place - 1]);
		list[place - 1] = stack;
		return 0;
	}
	memmove(&list[place + 1], &list[place],
		(r->nr_stacks++ - place) * sizeof(*list));
	list[place] = stack;
	return 0;
}

static int take_stack(struct ktlat_reader *r, struct ktl_in *in,
		      struct ktlat_error *err)
{
	struct ktlat_file_stack stack = { .id = ktl_get_u32(in) };
	__u32 nr = ktl_get_below(in, KTL_FRAMES_MAX);

	if (in->bad)
		return 0;
	if (!get_frames(in, &stack, nr)) {
		ktl_free_frames(&stack);
		return ktl_fail(err, ENOMEM, "out of memory");
	}
	if (in->bad) {
		ktl_free_frames(&stack);
		return 0;
	}
	return add_stack(r, stack, err);
}

static int make_streams(struct ktlat_reader *r, __u32 nr,
			struct ktlat_error *err)
{
	struct ktl_stream *list;

	if (nr <= r->nr_streams)
		return 0;
	list = reallocarray(r->streams, nr, sizeof(*list));
	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	memset(&list[r->nr_streams], 0, (nr - r->nr_streams) * sizeof(*list));
	r->streams = list;
	r->nr_streams = nr;
	return 0;
}

static int add_piece(struct ktl_stream *stream, struct ktl_piece piece,
		     struct ktlat_error *err)
{
	struct ktl_piece *list = stream->pieces;

	/* A power of two: what there is room for is full. */
	if (!(stream->nr & (stream->nr - 1))) {
		list = reallocarray(list, stream->nr ? 2 * stream->nr : 1,
				    sizeof(*list));
		if (!list)
			return ktl_fail(err, ENOMEM, "out of memory");
		stream->pieces = list;
	}
	list[stream->nr++] = piece;
	return 0;
}

/* The events themselves are read when it is their turn. */
static int take_events(struct ktlat_reader *r, struct ktl_in *in,
		       struct ktl_piece piece, struct ktlat_error *err)
{
	__u32 cpu = ktl_get_below(in, 0xffff);
	__u64 nr;
	int ret;

	ktl_get(in);
	nr = ktl_get(in);
	if (nr > (__u64)(in->end - in->at) / KTL_EVENT_LEAST)
		in->bad = true;
	if (in->bad || !nr)
		return 0;
	ret = make_streams(r, cpu + 1, err);
	if (!ret)
		ret = add_piece(&r->streams[cpu], piece, err);
	if (!ret)
		r->nr_events += nr;
	return ret;
}

static void get_counts(struct ktl_in *in, struct ktlat_ring_counts *counts)
{
	counts->read = ktl_get(in);
	counts->lost = ktl_get(in);
	counts->dropped = ktl_get(in);
	counts->frozen = ktl_get(in);
}

static int take_counts(struct ktlat_reader *r, struct ktl_in *in,
		       struct ktlat_error *err)
{
	__u32 nr = ktl_get_below(in, 1 << 16), i;
	struct ktlat_ring_counts *list = calloc(nr ?: 1, sizeof(*list));

	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	for (i = 0; i < nr && !in->bad; i++) {
		if (ktl_get(in) != i)
			in->bad = true;
		get_counts(in, &list[i]);
	}
	if (in->bad) {
		free(list);
		return 0;
	}
	free(r->counts);
	r->counts = list;
	r->nr_counts = nr;
	return 0;
}

static int take_figures(struct ktlat_reader *r, struct ktl_in *in)
{
	struct ktlat_file_probe *probe = find_probe(r, ktl_get(in));
	struct ktlat_snapshot figures = { 0 };

	figures.entries = ktl_get(in);
	figures.count = ktl_get(in);
	figures.missed = ktl_get(in);
	figures.missed_pool = ktl_get(in);
	figures.missed_busy = ktl_get(in);
	figures.recursed = ktl_get(in);
	figures.abandoned = ktl_get(in);
	figures.unmatched = ktl_get(in);
	figures.clock_backwards = ktl_get(in);
	figures.filtered = ktl_get(in);
	/* Since there are values. */
	if (in->at < in->end)
		figures.unread = ktl_get(in);
	if (in->bad || !probe)
		return 0;
	probe->figures = figures;
	probe->ended = true;
	return 0;
}

static int take(struct ktlat_reader *r, __u32 type, struct ktl_in *in,
		struct ktl_piece piece, struct ktlat_error *err)
{
	switch (type) {
	case KTL_CHUNK_HOST:
		return take_host(r, in);
	case KTL_CHUNK_CLOCK:
		return take_clock(r, in, err);
	case KTL_CHUNK_PROBE:
		return take_probe(r, in, err);
	case KTL_CHUNK_FUNCTIONS:
		return take_functions(r, in, err);
	case KTL_CHUNK_STACK:
		return take_stack(r, in, err);
	case KTL_CHUNK_EVENTS:
		return take_events(r, in, piece, err);
	case KTL_CHUNK_COUNTS:
		return take_counts(r, in, err);
	case KTL_CHUNK_FIGURES:
		return take_figures(r, in);
	case KTL_CHUNK_SYMBOL:
		return ktl_take_symbol(r, in, err);
	case KTL_CHUNK_END:
		r->ended = true;
		return 0;
	default: /* of a later version */
		return 0;
	}
}

/**
 * ktl_take_chunk() - Remember what is in a chunk
 * @r: the file
 * @type: &enum ktl_chunk, or one that is not known
 * @in: what is in it
 * @piece: where that is in the file
 * @err: why it failed
 *
 * Returns 0, -EBADMSG if there is something else in it than there should be, or
 * -ENOMEM.
 */
int ktl_take_chunk(struct ktlat_reader *r, __u32 type, struct ktl_in *in,
		   struct ktl_piece piece, struct ktlat_error *err)
{
	int ret = take(r, type, in, piece, err);

	return !ret && in->bad ? -EBADMSG : ret;
}
