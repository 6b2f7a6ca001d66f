// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls in a recording, of all CPUs, by when they ended.
 *
 * The records of a CPU come in the order in which they were begun, which is that
 * of time but for those of interrupts that came when another had ended and was
 * about to be written. So some are read ahead and put in order. Each CPU takes the
 * memory of that and of one chunk, however long the file is.
 */
#include <stdlib.h>

#include "file.h"

/* How many records of a CPU are put in order. */
#define WINDOW	1024

/**
 * struct ktl_window - The next calls of a CPU
 * @events: what reading them takes
 * @payload: the chunk that they are in
 * @in: the rest of it
 * @left: how many that is
 * @calls: those that were read
 * @queue: the same, by their time
 * @spare: places in @calls that are free
 * @nr_spare: how many
 */
struct ktl_window {
	struct ktl_events events;
	unsigned char *payload;
	struct ktl_in in;
	__u64 left;
	struct ktlat_call calls[WINDOW];
	struct ktl_queue queue;
	__u32 spare[WINDOW];
	__u32 nr_spare;
};

void ktl_free_window(struct ktl_window *window)
{
	if (!window)
		return;
	free(window->payload);
	free(window->queue.list);
	free(window);
}

static bool is_before(const struct ktl_entry *a, const struct ktl_entry *b)
{
	return a->time_ns < b->time_ns ||
	       (a->time_ns == b->time_ns && a->order < b->order);
}

/* There is room. */
static void push(struct ktl_queue *queue, struct ktl_entry entry)
{
	size_t place = queue->nr++;

	while (place && is_before(&entry, &queue->list[(place - 1) / 2])) {
		queue->list[place] = queue->list[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	queue->list[place] = entry;
}

/* There is one. */
static struct ktl_entry pop(struct ktl_queue *queue)
{
	struct ktl_entry *list = queue->list, first = list[0];
	struct ktl_entry last = list[--queue->nr];
	size_t place = 0, child;

	while ((child = 2 * place + 1) < queue->nr) {
		if (child + 1 < queue->nr &&
		    is_before(&list[child + 1], &list[child]))
			child++;
		if (!is_before(&list[child], &last))
			break;
		list[place] = list[child];
		place = child;
	}
	list[place] = last;
	return first;
}

static const struct ktlat_file_probe *find_probe(const struct ktlat_reader *r,
						 __u64 id)
{
	size_t low = 0, high = r->nr_probes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->probes[middle]->info.id == id)
			return r->probes[middle];
		if (r->probes[middle]->info.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return &r->unknown;
}

static int by_id(const void *id, const void *stack)
{
	__u32 a = *(const __u32 *)id;
	__u32 b = ((const struct ktlat_file_stack *)stack)->id;

	return a < b ? -1 : a > b;
}

static const struct ktlat_file_stack *find_stack(const struct ktlat_reader *r,
						 __u32 id)
{
	if (!id || !r->nr_stacks)
		return NULL;
	return bsearch(&id, r->stacks, r->nr_stacks, sizeof(*r->stacks), by_id);
}

static void describe(const struct ktlat_reader *r, struct ktlat_call *call)
{
	const struct ktlat_event *event = &call->event;

	call->time_ns = ktlat_ticks_to_monotonic(&r->timeline, event->start) +
			event->latency_ns;
	call->probe = find_probe(r, event->probe_id);
	call->stack = find_stack(r, event->stack_id);
	call->user_stack = find_stack(r, event->user_stack_id);
}

/* Begins the next chunk of a CPU. Returns 1, 0 after the last, or an error. */
static int next_piece(struct ktlat_reader *r, struct ktl_stream *stream,
		      struct ktlat_error *err)
{
	struct ktl_window *window = stream->window;
	const struct ktl_piece *piece = &stream->pieces[stream->next];
	unsigned char *payload;
	__u64 first;
	__u32 cpu;

	if (stream->next == stream->nr)
		return 0;
	payload = realloc(window->payload, piece->len);
	if (!payload)
		return ktl_fail(err, ENOMEM, "out of memory");
	window->payload = payload;
	if (!ktl_read_at(r, piece->at, payload, piece->len))
		return ktl_fail(err, EIO,
				"cannot read %s: it has become shorter meanwhile; try again",
				r->path);
	stream->next++;
	window->in = (struct ktl_in){ payload, payload + piece->len, false };
	cpu = ktl_get_below(&window->in, 0xffff);
	first = ktl_get(&window->in);
	window->left = ktl_get(&window->in);
	ktl_begin_events(&window->events, cpu, first);
	return 1;
}

/* Reads the next call of a CPU into a place that is free. */
static void read_call(struct ktlat_reader *r, struct ktl_stream *stream)
{
	struct ktl_window *window = stream->window;
	__u32 place = window->spare[window->nr_spare - 1];
	struct ktlat_call *call = &window->calls[place];

	ktl_get_event(&window->in, &window->events, &call->event);
	window->left--;
	if (window->in.bad) {
		/* The rest of the chunk makes no sense. */
		window->left = 0;
		ktl_note_damage(r, stream->pieces[stream->next - 1].at, 1);
		return;
	}
	describe(r, call);
	window->nr_spare--;
	push(&window->queue, (struct ktl_entry){
		call->time_ns, call->event.sequence, place });
}

/* Reads ahead as far as there is room. */
static int fill(struct ktlat_reader *r, struct ktl_stream *stream,
		struct ktlat_error *err)
{
	struct ktl_window *window = stream->window;

	while (window->nr_spare) {
		int ret = window->left ? 1 : next_piece(r, stream, err);

		if (ret <= 0)
			return ret;
		if (window->left)
			read_call(r, stream);
	}
	return 0;
}

static struct ktl_window *make_window(void)
{
	struct ktl_window *window = calloc(1, sizeof(*window));

	if (!window)
		return NULL;
	window->queue.list = calloc(WINDOW, sizeof(*window->queue.list));
	if (!window->queue.list) {
		free(window);
		return NULL;
	}
	while (window->nr_spare < WINDOW) {
		window->spare[window->nr_spare] = window->nr_spare;
		window->nr_spare++;
	}
	return window;
}

/* The CPU waits for its turn, if it has a call left. */
static int queue_up(struct ktlat_reader *r, __u32 cpu, struct ktlat_error *err)
{
	struct ktl_stream *stream = &r->streams[cpu];
	const struct ktl_queue *queue;
	int ret = fill(r, stream, err);

	if (ret)
		return ret;
	queue = &stream->window->queue;
	if (queue->nr) {
		push(&r->queue, (struct ktl_entry){ queue->list[0].time_ns, cpu,
						    cpu });
	} else {
		ktl_free_window(stream->window);
		stream->window = NULL;
	}
	return 0;
}

static int begin(struct ktlat_reader *r, struct ktlat_error *err)
{
	__u32 cpu;
	int ret = 0;

	r->queue.list = calloc(r->nr_streams ?: 1, sizeof(*r->queue.list));
	if (!r->queue.list)
		return ktl_fail(err, ENOMEM, "out of memory");
	for (cpu = 0; !ret && cpu < r->nr_streams; cpu++) {
		struct ktl_stream *stream = &r->streams[cpu];

		if (!stream->nr)
			continue;
		stream->window = make_window();
		if (!stream->window)
			return ktl_fail(err, ENOMEM, "out of memory");
		ret = queue_up(r, cpu, err);
	}
	return ret;
}

/**
 * ktlat_next_call() - Read the next call, in the order in which they ended
 * @r: the recording
 * @call: the call; what it points to stays until ktlat_end_reading()
 * @err: why it failed
 *
 * Returns 1, 0 after the last call, or a negative errno.
 */
int ktlat_next_call(struct ktlat_reader *r, struct ktlat_call *call,
		    struct ktlat_error *err)
{
	struct ktl_window *window;
	struct ktl_entry entry;
	__u32 cpu;
	int ret;

	ret = r->queue.list ? 0 : begin(r, err);
	if (ret || !r->queue.nr)
		return ret;
	cpu = pop(&r->queue).what;
	window = r->streams[cpu].window;
	entry = pop(&window->queue);
	*call = window->calls[entry.what];
	window->spare[window->nr_spare++] = entry.what;
	ktl_find_symbols(r, call);
	ret = queue_up(r, cpu, err);
	return ret ?: 1;
}
