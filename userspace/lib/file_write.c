// SPDX-License-Identifier: GPL-2.0-only
/* Writes the file of a recording; file.h has the layout. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"

/* So many bytes of events make a chunk, and so many of chunks a write. */
#define EVENTS_FULL	(64U << 10)
#define BUFFER_FULL	(1U << 20)
/* Functions of a group in a chunk. */
#define FUNCTIONS_FULL	1024

/**
 * struct ktlat_writer - A file that is being written
 * @fd: its descriptor
 * @path: its name
 * @code: why it could not be written, an errno; or 0
 * @number: of the next chunk
 * @written: how long the file is, in bytes; it ends with a whole chunk
 * @buffer: chunks that are to be written
 * @chunk: what is in the chunk that is being made
 * @events: the events that are in the next chunk of these
 * @coded: the same, as bytes
 * @nr_events: how many there are
 * @first: number of the first of them
 * @cpu: where all of them ended
 */
struct ktlat_writer {
	int fd;
	char *path;
	int code;
	__u32 number;
	__u64 written;
	struct ktl_out buffer;
	struct ktl_out chunk;
	struct ktl_events events;
	struct ktl_out coded;
	__u64 nr_events;
	__u64 first;
	__u32 cpu;
};

static int fail_file(const char *path, int code, struct ktlat_error *err)
{
	return ktl_fail(err, code, "cannot write %s: %s; %s", path,
			strerror(code), code == ENOSPC || code == EDQUOT ?
			"make room, or choose another place by --output" :
			"choose another place by --output");
}

static void put_file_header(struct ktlat_writer *w)
{
	unsigned char header[KTL_FILE_HEADER] = KTL_FILE_MAGIC;

	ktl_put_word(header + 8, KTL_FILE_VERSION);
	ktl_put_word(header + 16, ktl_checksum(header, 16));
	ktl_put_bytes(&w->buffer, header, sizeof(header));
}

/**
 * ktlat_create_file() - Begin a file
 * @path: its name; what was in it is gone
 * @out: where to put the handle
 * @err: why it failed
 *
 * What is then told to it by ktlat_write_*() cannot fail at once: the next
 * ktlat_flush_file() or ktlat_end_file() does.
 */
int ktlat_create_file(const char *path, struct ktlat_writer **out,
		      struct ktlat_error *err)
{
	struct ktlat_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return ktl_fail(err, ENOMEM, "out of memory");
	/* It tells what the kernel and its users do. */
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	w->path = strdup(path);
	if (w->fd < 0 || !w->path) {
		int code = w->fd < 0 ? errno : ENOMEM;

		ktlat_close_file(w);
		return fail_file(path, code, err);
	}
	put_file_header(w);
	*out = w;
	return 0;
}

/**
 * ktlat_close_file() - Let go of a file
 * @w: handle, or NULL
 */
void ktlat_close_file(struct ktlat_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w->path);
	free(w->buffer.data);
	free(w->chunk.data);
	free(w->coded.data);
	free(w);
}

/* Writes all of it, or says why not. */
static int write_all(int fd, const unsigned char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		bytes += done;
		len -= done;
	}
	return 0;
}

/* A file that cannot be written any more ends with the last whole chunk. */
static void write_buffer(struct ktlat_writer *w)
{
	if (w->buffer.failed || w->chunk.failed || w->coded.failed)
		w->code = w->code ?: ENOMEM;
	if (!w->code && w->buffer.len)
		w->code = write_all(w->fd, w->buffer.data, w->buffer.len);
	if (!w->code)
		w->written += w->buffer.len;
	else if (ftruncate(w->fd, w->written))
		w->code = w->code ?: errno;
	w->buffer.len = 0;
}

/* Adds the chunk that was made. */
static void end_chunk(struct ktlat_writer *w, enum ktl_chunk type)
{
	unsigned char head[KTL_CHUNK_HEAD] = KTL_CHUNK_MAGIC;

	ktl_put_word(head + 4, type);
	ktl_put_word(head + 8, w->number++);
	ktl_put_word(head + 12, w->chunk.len);
	ktl_put_word(head + 16, ktl_checksum(w->chunk.data, w->chunk.len));
	ktl_put_word(head + 20, ktl_checksum(head, 20));
	ktl_put_bytes(&w->buffer, head, sizeof(head));
	ktl_put_bytes(&w->buffer, w->chunk.data, w->chunk.len);
	w->chunk.len = 0;
	if (w->buffer.len >= BUFFER_FULL)
		write_buffer(w);
}

static void end_events(struct ktlat_writer *w)
{
	if (!w->nr_events)
		return;
	ktl_put(&w->chunk, w->cpu);
	ktl_put(&w->chunk, w->first);
	ktl_put(&w->chunk, w->nr_events);
	ktl_put_bytes(&w->chunk, w->coded.data, w->coded.len);
	end_chunk(w, KTL_CHUNK_EVENTS);
	w->coded.len = 0;
	w->nr_events = 0;
}

/* Tells where the file was recorded. */
void ktlat_write_host(struct ktlat_writer *w, const struct ktlat_file_host *host)
{
	ktl_put_text(&w->chunk, host->version, sizeof(host->version));
	ktl_put_text(&w->chunk, host->node, sizeof(host->node));
	ktl_put_text(&w->chunk, host->release, sizeof(host->release));
	ktl_put_text(&w->chunk, host->machine, sizeof(host->machine));
	ktl_put_text(&w->chunk, host->boot_id, sizeof(host->boot_id));
	ktl_put(&w->chunk, host->clock);
	ktl_put(&w->chunk, host->nr_rings);
	ktl_put(&w->chunk, host->nr_slots);
	end_chunk(w, KTL_CHUNK_HOST);
}

/* Tells what the clocks show. */
void ktlat_write_clock(struct ktlat_writer *w, const struct ktlat_clock_now *now)
{
	ktl_put(&w->chunk, now->ticks);
	ktl_put(&w->chunk, now->ns_per_tick);
	ktl_put(&w->chunk, now->monotonic_ns);
	ktl_put(&w->chunk, now->realtime_ns);
	ktl_put(&w->chunk, now->uncertainty_ns);
	end_chunk(w, KTL_CHUNK_CLOCK);
}

static void write_functions(struct ktlat_writer *w,
			    const struct ktlat_file_probe *probe, __u32 first)
{
	__u32 nr = probe->nr_functions - first, i;

	if (nr > FUNCTIONS_FULL)
		nr = FUNCTIONS_FULL;
	ktl_put(&w->chunk, probe->info.id);
	ktl_put(&w->chunk, first);
	ktl_put(&w->chunk, nr);
	for (i = first; i < first + nr; i++) {
		const struct ktlat_point *point = &probe->functions[i];

		ktl_put_text(&w->chunk, point->module, sizeof(point->module));
		ktl_put_text(&w->chunk, point->name, sizeof(point->name));
	}
	for (i = first; i < first + nr; i++)
		ktl_put(&w->chunk, ktl_get_place(&probe->functions[i]));
	end_chunk(w, KTL_CHUNK_FUNCTIONS);
}

/* Tells what a probe is, with the functions of a group. */
void ktlat_write_probe(struct ktlat_writer *w,
		       const struct ktlat_file_probe *probe)
{
	__u32 i;

	ktl_put_probe(&w->chunk, probe);
	end_chunk(w, KTL_CHUNK_PROBE);
	for (i = 0; i < probe->nr_functions; i += FUNCTIONS_FULL)
		write_functions(w, probe, i);
}

/* Tells what a stack is that events name. */
void ktlat_write_stack(struct ktlat_writer *w,
		       const struct ktlat_file_stack *stack)
{
	__u32 i;

	ktl_put(&w->chunk, stack->id);
	ktl_put(&w->chunk, stack->nr_frames);
	for (i = 0; i < stack->nr_frames; i++) {
		const struct ktlat_frame *frame = &stack->frames[i];

		ktl_put(&w->chunk, frame->address);
		ktl_put_text(&w->chunk, frame->name, KTLAT_NAME_LEN);
		ktl_put_text(&w->chunk, frame->module,
			     KTLAT_MODULE_LEN);
		ktl_put(&w->chunk, frame->offset);
	}
	end_chunk(w, KTL_CHUNK_STACK);
}

/* Tells what an address is called that events have as a value. */
void ktlat_write_symbol(struct ktlat_writer *w, const struct ktlat_frame *frame)
{
	ktl_put(&w->chunk, frame->address);
	ktl_put_text(&w->chunk, frame->name, KTLAT_NAME_LEN);
	ktl_put_text(&w->chunk, frame->module, KTLAT_MODULE_LEN);
	ktl_put(&w->chunk, frame->offset);
	end_chunk(w, KTL_CHUNK_SYMBOL);
}

/**
 * ktlat_write_event() - Write an event
 * @w: handle
 * @event: the event; those of a CPU come in the order of their numbers
 */
void ktlat_write_event(struct ktlat_writer *w, const struct ktlat_event *event)
{
	if (w->nr_events && w->cpu != event->cpu)
		end_events(w);
	if (!w->nr_events) {
		w->cpu = event->cpu;
		w->first = event->sequence;
		ktl_begin_events(&w->events, w->cpu, w->first);
	}
	ktl_put_event(&w->coded, &w->events, event);
	w->nr_events++;
	if (w->coded.len >= EVENTS_FULL)
		end_events(w);
}

/* Tells what became of the records of each CPU. */
void ktlat_write_counts(struct ktlat_writer *w,
			const struct ktlat_ring_counts *counts, __u32 nr)
{
	__u32 i;

	ktl_put(&w->chunk, nr);
	for (i = 0; i < nr; i++) {
		ktl_put(&w->chunk, i);
		ktl_put(&w->chunk, counts[i].read);
		ktl_put(&w->chunk, counts[i].lost);
		ktl_put(&w->chunk, counts[i].dropped);
		ktl_put(&w->chunk, counts[i].frozen);
	}
	end_chunk(w, KTL_CHUNK_COUNTS);
}

/* Tells what else a probe counted while it was recorded. */
void ktlat_write_figures(struct ktlat_writer *w, __u64 probe_id,
			 const struct ktlat_snapshot *figures)
{
	ktl_put(&w->chunk, probe_id);
	ktl_put(&w->chunk, figures->entries);
	ktl_put(&w->chunk, figures->count);
	ktl_put(&w->chunk, figures->missed);
	ktl_put(&w->chunk, figures->missed_pool);
	ktl_put(&w->chunk, figures->missed_busy);
	ktl_put(&w->chunk, figures->recursed);
	ktl_put(&w->chunk, figures->abandoned);
	ktl_put(&w->chunk, figures->unmatched);
	ktl_put(&w->chunk, figures->clock_backwards);
	ktl_put(&w->chunk, figures->filtered);
	ktl_put(&w->chunk, figures->unread);
	end_chunk(w, KTL_CHUNK_FIGURES);
}

/**
 * ktlat_flush_file() - Hand all that was written to the kernel
 * @w: handle
 * @size: where to put how long the file is, or NULL
 * @err: why it failed; the file is as it was when it was last handed over
 */
int ktlat_flush_file(struct ktlat_writer *w, __u64 *size,
		     struct ktlat_error *err)
{
	end_events(w);
	write_buffer(w);
	if (size)
		*size = w->written;
	return w->code ? fail_file(w->path, w->code, err) : 0;
}

/**
 * ktlat_end_file() - Say that the file is whole
 * @w: handle; nothing may be written after this
 * @size: where to put how long the file is, or NULL
 * @err: why it failed
 */
int ktlat_end_file(struct ktlat_writer *w, __u64 *size, struct ktlat_error *err)
{
	end_events(w);
	end_chunk(w, KTL_CHUNK_END);
	return ktlat_flush_file(w, size, err);
}
