/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the event ring of one CPU: writer and reader.
 *
 * One CPU writes, in any context; writers do not wait and know of no reader. Any
 * number of readers follow, and each finds out by itself what it has missed.
 * ktlat.h tells what the records of a ring look like and how they are numbered.
 *
 *	writer of number n, preemption off	reader that wants number n
 *
 *	open = n, if it is 0
 *	L: local barrier
 *	last: n - 1 to n, local cmpxchg
 *	sequence of the slot = 0
 *	A: write barrier			C: load sequence, acquire: n?
 *	fill the slot				copy the slot
 *	B: store n to sequence, release		D: read barrier
 *	M: local barrier			load sequence: still n?
 *	open = 0, if it was 0
 *
 * B pairs with C: who finds n finds what was filled in, or something later.
 *
 * A pairs with D: who has copied a word of a later record finds the 0 that came
 * before it, or a later number, and never n again. So no torn copy is taken.
 *
 * L and M pair with nothing on another CPU. A nested writer (interrupt, NMI) is
 * done before the one that it interrupted goes on, and sees what that one did in
 * the order of its instructions; so they keep the compiler alone from moving
 * what must hold at every instruction: *while a number has been taken and its slot
 * is not complete, open is not 0 and not above it*. Without this, nested writers
 * may lap the whole ring while an outer one has its slot open, and that one goes on
 * writing in the midst of a record of theirs that readers take for complete.
 *
 * The outermost writer alone changes open, and does so before it takes its number.
 * If a nested writer takes that number first, the exchange fails, and the outer
 * one announces the next. A nested writer whose slot would be that of open, a lap
 * later, writes nothing and counts as dropped. The slots that writers in between
 * have open come after that one, and so are not reached either.
 */
#ifndef KTLAT_CORE_RING_H
#define KTLAT_CORE_RING_H

#include "env.h"

/**
 * struct ktlat_ring - What the writer of a ring reads
 * @header: start of the ring
 * @slots: its slot 0
 * @mask: number of slots less one; a power of two less one
 */
struct ktlat_ring {
	struct ktlat_ring_header *header;
	struct ktlat_event *slots;
	__u64 mask;
};

/**
 * ktlat_ring_init() - Make a ring of zeroed memory
 * @ring: what the writer will use
 * @header: its header, followed by the slots
 * @slot_offset: from @header to slot 0, in bytes; a multiple of 64
 * @nr_slots: a power of two
 *
 * The caller fills in whose ring it is. Context: there is no writer yet.
 */
static inline void ktlat_ring_init(struct ktlat_ring *ring,
				   struct ktlat_ring_header *header,
				   __u64 slot_offset, __u32 nr_slots)
{
	header->magic = KTLAT_RING_MAGIC;
	header->slot_offset = slot_offset;
	header->nr_slots = nr_slots;
	header->slot_size = sizeof(struct ktlat_event);
	header->stop = KTLAT_RING_NEVER;
	ring->header = header;
	ring->slots = (struct ktlat_event *)((char *)header + slot_offset);
	ring->mask = nr_slots - 1;
}

/* Number of the last record that was begun. */
static __always_inline __u64
ktlat_ring_last(const struct ktlat_ring_header *header)
{
	return env_read(&header->last);
}

/**
 * struct ktlat_ring_record - A record that is being written
 * @slot: its place. All words but @sequence are to be filled in with
 *	env_write(), as readers may look at them at any time
 * @number: its number
 * @outermost: what this CPU did before it was interrupted writes no record
 */
struct ktlat_ring_record {
	struct ktlat_event *slot;
	__u64 number;
	int outermost;
};

/**
 * enum ktlat_ring_taking - What an attempt at the next number came to
 * @KTLAT_RING_TAKEN: it is ours
 * @KTLAT_RING_FROZEN: there are no more until the ring is thawed
 * @KTLAT_RING_IN_USE: what we interrupted is writing to its slot
 * @KTLAT_RING_BEATEN: what interrupted us has taken it
 */
enum ktlat_ring_taking {
	KTLAT_RING_TAKEN,
	KTLAT_RING_FROZEN,
	KTLAT_RING_IN_USE,
	KTLAT_RING_BEATEN,
};

/* One attempt. @open: of the header, before the outermost of us changes it. */
static __always_inline enum ktlat_ring_taking
ktlat_ring_try(struct ktlat_ring_header *header, __u64 mask, __u64 open,
	       __u64 *number)
{
	__u64 last = env_read(&header->last);

	*number = last + 1;
	if (unlikely(last >= env_read(&header->stop)))
		return KTLAT_RING_FROZEN;
	if (likely(!open))
		env_write(&header->open, *number);
	else if (unlikely(*number - open > mask))
		return KTLAT_RING_IN_USE;
	/* L: the slot is guarded before it is ours. */
	env_local_barrier();
	if (likely(env_local_exchange(&header->last, last, *number)))
		return KTLAT_RING_TAKEN;
	return KTLAT_RING_BEATEN;
}

/* Gives up the guard. */
static __always_inline void ktlat_ring_leave(struct ktlat_ring_header *header,
					     int outermost)
{
	if (likely(outermost))
		env_write(&header->open, 0);
}

static __always_inline void ktlat_ring_refuse(struct ktlat_ring_header *header,
					      __u64 open,
					      enum ktlat_ring_taking taking)
{
	ktlat_ring_leave(header, !open);
	if (taking == KTLAT_RING_FROZEN)
		env_local_inc(&header->frozen);
	else
		env_local_inc(&header->dropped);
}

/*
 * The next number, once a nested writer was faster; or 0 if we get none. Kept apart,
 * as it would cost those who need it not registers.
 */
static noinline __maybe_unused __u64
ktlat_ring_try_again(struct ktlat_ring_header *header, __u64 mask, __u64 open)
{
	enum ktlat_ring_taking taking = KTLAT_RING_BEATEN;
	__u64 number = 0;

	for (int turn = 1; taking == KTLAT_RING_BEATEN && turn < KTLAT_NESTING;
	     turn++)
		taking = ktlat_ring_try(header, mask, open, &number);
	if (taking == KTLAT_RING_TAKEN)
		return number;
	ktlat_ring_refuse(header, open, taking);
	return 0;
}

/* Takes the next number. Returns 0 if there is none. */
static __always_inline int ktlat_ring_take(const struct ktlat_ring *ring,
					   struct ktlat_ring_record *record)
{
	struct ktlat_ring_header *header = ring->header;
	__u64 open = env_read(&header->open);
	enum ktlat_ring_taking taking = ktlat_ring_try(header, ring->mask, open,
						       &record->number);

	record->outermost = !open;
	if (likely(taking == KTLAT_RING_TAKEN))
		return 1;
	if (taking != KTLAT_RING_BEATEN) {
		ktlat_ring_refuse(header, open, taking);
		return 0;
	}
	record->number = ktlat_ring_try_again(header, ring->mask, open);
	return record->number != 0;
}

/**
 * ktlat_ring_reserve() - Begin a record
 * @ring: of the running CPU
 * @record: the record, for ktlat_ring_commit(), which must follow
 *
 * Taking a number fails if a nested writer has taken it meanwhile. We give up
 * when that has happened once for each level that can nest, and count it.
 *
 * Context: any; preemption off (in user space: one thread, and its signals).
 * Return: 1, or 0 if there is no record, as its slot is in use or the ring frozen.
 */
static __always_inline int ktlat_ring_reserve(const struct ktlat_ring *ring,
					      struct ktlat_ring_record *record)
{
	if (unlikely(!ktlat_ring_take(ring, record)))
		return 0;
	record->slot = &ring->slots[record->number & ring->mask];
	env_write(&record->slot->sequence, 0);
	/* A: pairs with D in ktlat_ring_read(). */
	env_write_barrier();
	return 1;
}

/**
 * ktlat_ring_commit() - End a record
 * @ring: of the running CPU, which is still the same
 * @record: what ktlat_ring_reserve() began
 *
 * Context: that of ktlat_ring_reserve().
 */
static __always_inline void ktlat_ring_commit(const struct ktlat_ring *ring,
					      struct ktlat_ring_record *record)
{
	/* B: pairs with C in ktlat_ring_read(). */
	env_write_release(&record->slot->sequence, record->number);
	/* M: the slot is complete before it is given up. */
	env_local_barrier();
	ktlat_ring_leave(ring->header, record->outermost);
}

/**
 * ktlat_ring_freeze() - Let the writers stop
 * @header: of any CPU's ring
 * @number: after the record of this number; at once if that was begun already
 *
 * The first call counts, until the ring is thawed. From the CPU of the ring, it
 * is exact; from another CPU, writers that are about to take a number may still
 * do so, one in each context. What is begun is completed in any case: the ring
 * rests when a grace period of those with preemption off is over.
 *
 * Context: any.
 */
static inline void ktlat_ring_freeze(struct ktlat_ring_header *header,
				     __u64 number)
{
	env_cmpxchg(&header->stop, KTLAT_RING_NEVER, number);
}

/*
 * Lets the writers of a ring that was told to freeze stop at once. Those that are
 * about to take a number may still do so, as above. Context: any; not at the same
 * time as another one, nor as ktlat_ring_thaw().
 */
static inline void ktlat_ring_stop(struct ktlat_ring_header *header)
{
	__u64 last = ktlat_ring_last(header);

	if (env_read(&header->stop) > last)
		env_write(&header->stop, last);
}

/* Lets the writers go on. The numbers do, too. Context: any. */
static inline void ktlat_ring_thaw(struct ktlat_ring_header *header)
{
	env_write(&header->stop, KTLAT_RING_NEVER);
}

/**
 * struct ktlat_ring_reader - What a reader of a ring remembers
 * @slots: slot 0 of the ring
 * @nr_slots: how many there are, a power of two
 * @slot_size: from one to the next, in bytes; a struct ktlat_event or more
 * @cursor: the number that is to be read next
 * @read: records read
 * @lost: records that were overwritten before they could be read
 */
struct ktlat_ring_reader {
	const char *slots;
	__u64 nr_slots;
	__u64 slot_size;
	__u64 cursor;
	__u64 read;
	__u64 lost;
};

/**
 * enum ktlat_ring_result - What ktlat_ring_read() came to
 * @KTLAT_RING_EMPTY: the next record is not there yet
 * @KTLAT_RING_EVENT: a record was read
 * @KTLAT_RING_LOST: the reader was overtaken, and @lost tells by how much more
 */
enum ktlat_ring_result {
	KTLAT_RING_EMPTY,
	KTLAT_RING_EVENT,
	KTLAT_RING_LOST,
};

/* The oldest record that may still be there, or the first one to come. */
static inline __u64 ktlat_ring_oldest(const struct ktlat_ring_header *header)
{
	__u64 last = ktlat_ring_last(header);

	return last < header->nr_slots ? 1 : last - header->nr_slots + 1;
}

/**
 * ktlat_ring_reader_init() - Begin to read
 * @reader: what to remember
 * @header: start of the ring; its constants have been checked
 * @cursor: the first number to read: 1 for all that was ever written,
 *	ktlat_ring_oldest() for what is there, ktlat_ring_last() + 1 for what
 *	will come
 */
static inline void
ktlat_ring_reader_init(struct ktlat_ring_reader *reader,
		       const struct ktlat_ring_header *header, __u64 cursor)
{
	reader->slots = (const char *)header + header->slot_offset;
	reader->nr_slots = header->nr_slots;
	reader->slot_size = header->slot_size;
	reader->cursor = cursor;
	reader->read = 0;
	reader->lost = 0;
}

/*
 * Goes on with what is left where @found is the number in the cursor's slot. The
 * oldest records are given up with those that are gone, as the writer is about to
 * take their slots, and the reader would be overtaken again at each step.
 */
static inline enum ktlat_ring_result
ktlat_ring_overtaken(struct ktlat_ring_reader *reader, __u64 found)
{
	__u64 cursor = found - reader->nr_slots + 1 + reader->nr_slots / 8;

	reader->lost += cursor - reader->cursor;
	reader->cursor = cursor;
	return KTLAT_RING_LOST;
}

/* A word of a record, whatever it holds: compilers may not tell them apart by type. */
typedef __u64 __attribute__((__may_alias__)) ktlat_ring_word;

/* Four words a turn: compilers leave loops as they are, and this is hot. */
static inline void ktlat_ring_copy(struct ktlat_event *event,
				   const struct ktlat_event *slot)
{
	const ktlat_ring_word *from = (const ktlat_ring_word *)slot;
	ktlat_ring_word *to = (ktlat_ring_word *)event;

	for (unsigned int i = 0; i < sizeof(*event) / sizeof(*to); i += 4) {
		to[i] = env_read(&from[i]);
		to[i + 1] = env_read(&from[i + 1]);
		to[i + 2] = env_read(&from[i + 2]);
		to[i + 3] = env_read(&from[i + 3]);
	}
}

/**
 * ktlat_ring_read() - Read the next record
 * @reader: as it was left by the last call
 * @event: the record, if there is one; else garbage
 *
 * Context: any. Return: &enum ktlat_ring_result.
 */
static inline enum ktlat_ring_result
ktlat_ring_read(struct ktlat_ring_reader *reader, struct ktlat_event *event)
{
	__u64 cursor = reader->cursor;
	const struct ktlat_event *slot =
		(const void *)(reader->slots + reader->slot_size *
			       (cursor & (reader->nr_slots - 1)));
	/* C: pairs with B in ktlat_ring_commit(). */
	__u64 found = env_read_acquire(&slot->sequence);

	if (found < cursor)
		return KTLAT_RING_EMPTY;
	if (found == cursor) {
		ktlat_ring_copy(event, slot);
		/* D: pairs with A in ktlat_ring_reserve(). */
		env_read_barrier();
		found = env_read(&slot->sequence);
		if (found == cursor) {
			reader->cursor++;
			reader->read++;
			return KTLAT_RING_EVENT;
		}
		/* While it is being written, it is at least a lap ahead. */
		if (!found)
			found = cursor + reader->nr_slots;
	}
	return ktlat_ring_overtaken(reader, found);
}

#endif /* KTLAT_CORE_RING_H */
