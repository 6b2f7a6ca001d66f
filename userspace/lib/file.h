/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file.h - the file that ktlat-ctl record writes.
 *
 * DOC: The file
 *
 * A header, then chunks. All words are little-endian; what is in a chunk is coded
 * as coder.h tells. The header is
 *
 *	offset  bytes
 *	     0      8	"KTLATREC"
 *	     8      4	version, %KTL_FILE_VERSION
 *	    12      4	zero
 *	    16      4	CRC-32 of the bytes before (as in zlib)
 *
 * and a chunk is
 *
 *	     0      4	"KTch"
 *	     4      4	type, see enum ktl_chunk
 *	     8      4	number of the chunk, from 0 up
 *	    12      4	length of what follows the head
 *	    16      4	CRC-32 of what follows
 *	    20      4	CRC-32 of the 20 bytes before
 *	    24    ...
 *
 * So what is missing or damaged is noticed, chunk by chunk, and what is whole can
 * be read: a head that is not whole is searched for the next one. A reader skips
 * types that it does not know, and bytes of a chunk behind those that it does: new
 * things come as new types or at the end of old ones, and the version is raised
 * only where an older reader would get it wrong. The last chunk is
 * %KTL_CHUNK_END; a file without it was cut off.
 *
 * DOC: The events
 *
 * A chunk of events holds records of one CPU, in the order of their numbers: the
 * CPU, the number of the first, how many there are; then for each
 *
 *	1 byte	bits 0 and 1: the context; and KTL_EVENT_*, what follows
 *	1 byte	the task's place, as below
 *		[task]: pid, tgid, cgroup, name
 *		[probe]: its id less that of the record before (at first 0), signed
 *		[gap]: how many numbers are left out before this one
 *		start, less that of the record before (at first 0), signed
 *		latency
 *		[more]: 1 byte KTL_MORE_*, and what it names, in the order of its bits
 *
 * There are 256 places for tasks, each empty when the chunk begins. A record that
 * brings a task puts it into its place; another one finds it there.
 *
 * Nothing is known in one chunk of events from another.
 */
#ifndef KTL_FILE_H
#define KTL_FILE_H

#include <zlib.h>

#include "coder.h"

#define KTL_FILE_MAGIC		"KTLATREC"
#define KTL_FILE_VERSION	1
#define KTL_FILE_HEADER		20

#define KTL_CHUNK_MAGIC		"KTch"
#define KTL_CHUNK_HEAD		24
/* Longer ones are not written, and not believed. */
#define KTL_CHUNK_MAX		(16U << 20)

/**
 * enum ktl_chunk - What is in a chunk
 * @KTL_CHUNK_HOST: version of ktlat-ctl, name of the machine, release of its
 *	kernel, its kind, boot id; &enum ktlat_clock, number of rings, slots of each
 * @KTL_CHUNK_CLOCK: struct ktlat_clock_now, from @ticks on; ticks never less than in
 *	the chunk before
 * @KTL_CHUNK_PROBE: struct ktlat_probe_info and its SPEC, see file_probe.c, then how
 *	many values are captured, each with its expression, how it is shown and how it
 *	is found, and how many conditions, each as it is written; one that comes again
 *	takes the place of the former
 * @KTL_CHUNK_FUNCTIONS: the functions of a group: id, index of the first, how many,
 *	then module and name of each, then of each that shares its name how far it is
 *	behind where its module's code begins, plus 1, and 0 of the others
 * @KTL_CHUNK_STACK: id, how many frames, the innermost first, then of each its
 *	address, and name, module and offset of its symbol
 * @KTL_CHUNK_EVENTS: records of one CPU
 * @KTL_CHUNK_COUNTS: what became of the records so far: how many CPUs, then for
 *	each its number, read, lost, dropped, frozen
 * @KTL_CHUNK_FIGURES: what else a probe counted while it was recorded: id, entries,
 *	count, missed, of it for want of pool and behind other kprobes, recursed,
 *	abandoned, unmatched, with the clock going back, filtered; since there are
 *	values, of which one could not be read
 * @KTL_CHUNK_END: nothing follows
 * @KTL_CHUNK_SYMBOL: an address that was captured, then name, module and offset of its
 *	symbol; before the events that have it
 */
enum ktl_chunk {
	KTL_CHUNK_HOST		= 1,
	KTL_CHUNK_CLOCK		= 2,
	KTL_CHUNK_PROBE		= 3,
	KTL_CHUNK_FUNCTIONS	= 4,
	KTL_CHUNK_STACK		= 5,
	KTL_CHUNK_EVENTS	= 6,
	KTL_CHUNK_COUNTS	= 7,
	KTL_CHUNK_FIGURES	= 8,
	KTL_CHUNK_END		= 9,
	KTL_CHUNK_SYMBOL	= 10,
};

#define KTL_EVENT_CONTEXT	3U
#define KTL_EVENT_TASK		(1U << 2)
#define KTL_EVENT_PROBE		(1U << 3)
#define KTL_EVENT_GAP		(1U << 4)
#define KTL_EVENT_MORE		(1U << 5)

#define KTL_MORE_START_CPU	(1U << 0)
#define KTL_MORE_STACK		(1U << 1)
#define KTL_MORE_USER_STACK	(1U << 2)
#define KTL_MORE_FLAGS		(1U << 3)
#define KTL_MORE_FUNCTION	(1U << 4)
#define KTL_MORE_VALUES		(1U << 5)
#define KTL_MORE_RESERVED	(1U << 6)

#define KTL_NR_TASKS		256
/* An event is no shorter; a stack no deeper. */
#define KTL_EVENT_LEAST		4
#define KTL_FRAMES_MAX		1024

/**
 * struct ktl_events - What coding an event takes of those before it in its chunk
 * @before: the one before; at first all zero but for its number and CPU
 * @tasks: pid, tgid, cgroup and name of the tasks in their places
 * @known: which of the places are taken
 */
struct ktl_events {
	struct ktlat_event before;
	struct ktlat_event tasks[KTL_NR_TASKS];
	bool known[KTL_NR_TASKS];
};

/**
 * struct ktl_piece - A chunk of events in a file
 * @at: where what is in it begins
 * @len: how long that is
 */
struct ktl_piece {
	__u64 at;
	__u32 len;
};

/**
 * struct ktl_entry - Something that waits for its turn
 * @time_ns: its time
 * @order: which of those of the same time comes first
 * @what: what it is
 */
struct ktl_entry {
	__u64 time_ns;
	__u64 order;
	__u32 what;
};

/**
 * struct ktl_queue - What waits for its turn, as a heap
 * @list: each before those at twice its place (from 1 up) and the place behind
 * @nr: how many
 */
struct ktl_queue {
	struct ktl_entry *list;
	size_t nr;
};

struct ktl_window;

/**
 * struct ktl_stream - The events of a CPU
 * @pieces: the chunks
 * @nr: how many
 * @next: which is to be read next
 * @window: what was read of those before; NULL at first
 */
struct ktl_stream {
	struct ktl_piece *pieces;
	size_t nr;
	size_t next;
	struct ktl_window *window;
};

/**
 * struct ktlat_reader - A file that is read
 * @fd: its descriptor
 * @path: its name
 * @size: its size in bytes
 * @host: where it was recorded
 * @timeline: its clocks
 * @probes: its probes, in the order of their ids
 * @nr_probes: how many
 * @unknown: stands for a probe that is not told of
 * @stacks: its stacks, in the order of their ids
 * @nr_stacks: how many
 * @symbols: what addresses that were captured are called
 * @nr_symbols: how many
 * @sorted: they are in the order of their addresses
 * @counts: what became of the records of each CPU
 * @nr_counts: of how many CPUs that is known
 * @streams: the events of each CPU
 * @nr_streams: how many CPUs
 * @nr_events: events that are there, of all CPUs
 * @queue: CPUs, by when their next call ended; NULL before the first is read
 * @number: of the next chunk
 * @nr_bad: chunks that are missing or not whole
 * @bad_at: where the first of them is
 * @whole: how far the file can be read
 * @ended: the last chunk was there
 */
struct ktlat_reader {
	int fd;
	char *path;
	__u64 size;
	struct ktlat_file_host host;
	struct ktlat_timeline timeline;
	struct ktlat_file_probe **probes;
	size_t nr_probes;
	struct ktlat_file_probe unknown;
	struct ktlat_file_stack *stacks;
	size_t nr_stacks;
	struct ktlat_frame *symbols;
	size_t nr_symbols;
	bool sorted;
	struct ktlat_ring_counts *counts;
	__u32 nr_counts;
	struct ktl_stream *streams;
	__u32 nr_streams;
	__u64 nr_events;
	struct ktl_queue queue;
	__u32 number;
	__u64 nr_bad;
	__u64 bad_at;
	__u64 whole;
	bool ended;
};

static inline __u32 ktl_get_word(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (__u32)at[3] << 24;
}

static inline void ktl_put_word(unsigned char *at, __u32 value)
{
	at[0] = value;
	at[1] = value >> 8;
	at[2] = value >> 16;
	at[3] = value >> 24;
}

static inline __u32 ktl_checksum(const void *bytes, size_t len)
{
	return crc32(0, bytes, len);
}

/* file_event.c */
void ktl_begin_events(struct ktl_events *events, __u32 cpu, __u64 first);
void ktl_put_event(struct ktl_out *out, struct ktl_events *events,
		   const struct ktlat_event *event);
void ktl_get_event(struct ktl_in *in, struct ktl_events *events,
		   struct ktlat_event *event);

/* file_probe.c */
void ktl_put_probe(struct ktl_out *out, const struct ktlat_file_probe *probe);
void ktl_get_probe(struct ktl_in *in, struct ktlat_file_probe *probe);

/* file_read.c */
bool ktl_read_at(const struct ktlat_reader *r, __u64 at, void *bytes,
		 size_t len);
void ktl_note_damage(struct ktlat_reader *r, __u64 at, __u64 nr);

/* file_chunk.c */
int ktl_take_chunk(struct ktlat_reader *r, __u32 type, struct ktl_in *in,
		   struct ktl_piece piece, struct ktlat_error *err);
void ktl_free_frames(struct ktlat_file_stack *stack);

/* file_symbol.c */
int ktl_take_symbol(struct ktlat_reader *r, struct ktl_in *in,
		    struct ktlat_error *err);
void ktl_find_symbols(struct ktlat_reader *r, struct ktlat_call *call);
void ktl_free_symbols(struct ktlat_reader *r);

/* file_merge.c */
void ktl_free_window(struct ktl_window *window);

#endif /* KTL_FILE_H */
