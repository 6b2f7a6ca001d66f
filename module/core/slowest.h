/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slowest.h - the slowest calls of each interval of time, as records.
 *
 * Each context of each CPU keeps its own in a *bank* of a few slots, so it is alone
 * with them; who wants those of the machine merges. A call that is faster than all
 * that are kept costs two comparisons. There are two banks for even and odd intervals:
 * while one is written the other one rests and can be read.
 *
 *	writer of a call in interval n		reader that wants interval n
 *
 *	where it is the first one in n:
 *	  bank's interval = NEVER		H: load bank's interval, acquire: n?
 *	  E: write barrier
 *	  sequence of all slots = 0
 *	  G: store n to bank's interval, release
 *	sequence of the slot = 0
 *	A: write barrier			C: load sequence, acquire: not 0?
 *	fill the slot				copy the slot
 *	B: store a number to sequence, release	D: read barrier
 *						load sequence: still the same?
 *						(and so on with all slots)
 *						F: read barrier
 *						load bank's interval: still n?
 *
 * A, B, C and D are those of ring.h. Numbers are never used again, so a sequence that
 * is the same is that of the same record.
 *
 * G pairs with H: who finds n finds no record of an earlier interval.
 *
 * E pairs with F: who has copied a word of a later interval finds NEVER, which came
 * before it, or that interval, and never n again.
 *
 * L, M and N are local barriers, which pair with nothing on another CPU: what comes in
 * between in the same context (an exception that counts as a NMI, inside of another one)
 * is done before we go on. It finds busy set and leaves all as it is.
 */
#ifndef KTLAT_CORE_SLOWEST_H
#define KTLAT_CORE_SLOWEST_H

#include "env.h"
#include "ring.h"

/**
 * struct ktlat_slowest - What the writers read
 * @header: start of the mapping
 * @areas: that of CPU 0
 * @cpu_stride: as in the header, all of these
 * @context_stride: likewise
 * @bank_stride: likewise
 * @nr_slots: likewise
 */
struct ktlat_slowest {
	const struct ktlat_slowest_header *header;
	char *areas;
	__u64 cpu_stride;
	__u64 context_stride;
	__u64 bank_stride;
	__u64 nr_slots;
};

/* Slots and what is in front of them. */
static inline __u64 ktlat_slowest_bank_bytes(__u32 nr_slots)
{
	return sizeof(struct ktlat_slowest_bank) +
	       nr_slots * sizeof(struct ktlat_event);
}

/* What a context takes. */
static inline __u64 ktlat_slowest_context_bytes(__u32 nr_slots)
{
	return sizeof(struct ktlat_slowest_context) +
	       2 * ktlat_slowest_bank_bytes(nr_slots);
}

/**
 * ktlat_slowest_init() - Make the mapping of zeroed memory
 * @slowest: what the writers will use
 * @header: its header; @cpu_offset, @cpu_stride, @nr_cpus, @nr_contexts and @nr_slots
 *	are filled in
 *
 * The caller fills in whose it is. Context: there is no writer yet.
 */
static inline void ktlat_slowest_init(struct ktlat_slowest *slowest,
				      struct ktlat_slowest_header *header)
{
	header->magic = KTLAT_SLOWEST_MAGIC;
	header->context_stride = ktlat_slowest_context_bytes(header->nr_slots);
	header->bank_offset = sizeof(struct ktlat_slowest_context);
	header->bank_stride = ktlat_slowest_bank_bytes(header->nr_slots);
	header->slot_offset = sizeof(struct ktlat_slowest_bank);
	header->slot_size = sizeof(struct ktlat_event);
	header->interval = 1;
	header->first = 1;
	slowest->header = header;
	slowest->areas = (char *)header + header->cpu_offset;
	slowest->cpu_stride = header->cpu_stride;
	slowest->context_stride = header->context_stride;
	slowest->bank_stride = header->bank_stride;
	slowest->nr_slots = header->nr_slots;
}

/* What the running CPU keeps in a context. */
static __always_inline struct ktlat_slowest_context *
ktlat_slowest_context(const struct ktlat_slowest *slowest, __u32 cpu,
		      __u32 context)
{
	return (struct ktlat_slowest_context *)
		(slowest->areas + cpu * slowest->cpu_stride +
		 context * slowest->context_stride);
}

static inline struct ktlat_slowest_bank *
ktlat_slowest_bank(const struct ktlat_slowest *slowest,
		   struct ktlat_slowest_context *context, __u64 interval)
{
	return (struct ktlat_slowest_bank *)
		((char *)(context + 1) + (interval & 1) * slowest->bank_stride);
}

static inline struct ktlat_event *
ktlat_slowest_slots(struct ktlat_slowest_bank *bank)
{
	return (struct ktlat_event *)(bank + 1);
}

/**
 * ktlat_slowest_wants() - Would this call be kept?
 * @slowest: of the probe
 * @context: of the running CPU
 * @latency: of the call
 *
 * The interval comes first: what is the floor of an interval that has ended says nothing
 * of the present one, which may begin in between.
 *
 * Context: as ktlat_slowest_reserve(). Return: 0 for the many that are not slow.
 */
static __always_inline int
ktlat_slowest_wants(const struct ktlat_slowest *slowest,
		    const struct ktlat_slowest_context *context, __u64 latency)
{
	return env_read(&context->interval) !=
	       env_read(&slowest->header->interval) ||
	       latency >= env_read(&context->floor);
}

/* The first call of an interval. */
static inline void ktlat_slowest_begin(const struct ktlat_slowest *slowest,
				       struct ktlat_slowest_context *context,
				       __u64 interval)
{
	struct ktlat_slowest_bank *bank =
		ktlat_slowest_bank(slowest, context, interval);
	struct ktlat_event *slots = ktlat_slowest_slots(bank);

	env_write(&bank->interval, KTLAT_SLOWEST_NEVER);
	/* E: pairs with F in ktlat_slowest_read(). */
	env_write_barrier();
	for (__u64 i = 0; i < slowest->nr_slots; i++)
		env_write(&slots[i].sequence, 0);
	/* G: pairs with H in ktlat_slowest_read(). */
	env_write_release(&bank->interval, interval);
	env_write(&context->nr, 0);
	env_write(&context->floor, 0);
	/* N: no call is told of the interval and of the floor of the one before. */
	env_local_barrier();
	env_write(&context->interval, interval);
}

/**
 * struct ktlat_slowest_record - A call that is being kept
 * @slot: its place. All words but @sequence are to be filled in with env_write(),
 *	@latency_ns with the latency that was told; readers may look at any time
 * @slots: all of the bank
 * @number: that its sequence will be
 */
struct ktlat_slowest_record {
	struct ktlat_event *slot;
	struct ktlat_event *slots;
	__u64 number;
};

/* With busy set. Returns whether the call is among the slowest. */
static inline int ktlat_slowest_take(const struct ktlat_slowest *slowest,
				     struct ktlat_slowest_context *context,
				     __u64 latency,
				     struct ktlat_slowest_record *record)
{
	__u64 interval = env_read(&slowest->header->interval), nr;

	if (env_read(&context->interval) != interval)
		ktlat_slowest_begin(slowest, context, interval);
	if (latency < env_read(&context->floor))
		return 0;
	record->slots = ktlat_slowest_slots(ktlat_slowest_bank(slowest, context,
							       interval));
	nr = env_read(&context->nr);
	record->slot = &record->slots[nr < slowest->nr_slots ? nr :
				      env_read(&context->least)];
	record->number = env_read(&context->last) + 1;
	return 1;
}

static inline void ktlat_slowest_leave(struct ktlat_slowest_context *context)
{
	/* M: all is as it should be before others come in. */
	env_local_barrier();
	env_write(&context->busy, 0);
}

/**
 * ktlat_slowest_reserve() - Begin to keep a call
 * @slowest: of the probe
 * @context: of the running CPU
 * @latency: of the call
 * @record: the record, for ktlat_slowest_commit(), which must follow
 *
 * Context: that one; preemption off (in user space: one thread, and its signals).
 * Return: 1, or 0 if it is not kept: it is not slow; or it comes in the midst of
 * another one, and is counted as dropped.
 */
static inline int ktlat_slowest_reserve(const struct ktlat_slowest *slowest,
					struct ktlat_slowest_context *context,
					__u64 latency,
					struct ktlat_slowest_record *record)
{
	if (unlikely(env_read(&context->busy))) {
		env_local_inc(&context->dropped);
		return 0;
	}
	env_write(&context->busy, 1);
	/* L: nothing of the context is read or written before that. */
	env_local_barrier();
	if (!ktlat_slowest_take(slowest, context, latency, record)) {
		ktlat_slowest_leave(context);
		return 0;
	}
	env_write(&record->slot->sequence, 0);
	/* A: pairs with D in ktlat_slowest_copy(). */
	env_write_barrier();
	return 1;
}

/* Which of the kept calls is to go next, and what makes it go. */
static inline void ktlat_slowest_weigh(const struct ktlat_slowest *slowest,
				       struct ktlat_slowest_context *context,
				       const struct ktlat_event *slots)
{
	__u64 shortest = env_read(&slots[0].latency_ns), least = 0;

	for (__u64 i = 1; i < slowest->nr_slots; i++) {
		__u64 latency = env_read(&slots[i].latency_ns);

		if (latency < shortest) {
			shortest = latency;
			least = i;
		}
	}
	env_write(&context->least, least);
	/* Of calls that are as slow, those that came first are kept. */
	env_write(&context->floor, shortest + 1);
}

/**
 * ktlat_slowest_commit() - End a record
 * @slowest: of the probe
 * @context: of the running CPU, the same
 * @record: what ktlat_slowest_reserve() began
 *
 * Context: that of ktlat_slowest_reserve().
 */
static inline void ktlat_slowest_commit(const struct ktlat_slowest *slowest,
					struct ktlat_slowest_context *context,
					struct ktlat_slowest_record *record)
{
	__u64 nr = env_read(&context->nr);

	/* B: pairs with C in ktlat_slowest_copy(). */
	env_write_release(&record->slot->sequence, record->number);
	env_write(&context->last, record->number);
	if (nr < slowest->nr_slots)
		env_write(&context->nr, ++nr);
	if (nr == slowest->nr_slots)
		ktlat_slowest_weigh(slowest, context, record->slots);
	ktlat_slowest_leave(context);
}

/* How often a slot is looked at that changes meanwhile. */
#define KTLAT_SLOWEST_TRIES	16

/* Copies what is in a slot; returns 0 if that is nothing, or changes all the time. */
static inline int ktlat_slowest_copy(struct ktlat_event *event,
				     const struct ktlat_event *slot)
{
	for (int i = 0; i < KTLAT_SLOWEST_TRIES; i++) {
		/* C: pairs with B in ktlat_slowest_commit(). */
		__u64 found = env_read_acquire(&slot->sequence);

		if (!found)
			return 0;
		ktlat_ring_copy(event, slot);
		/* D: pairs with A in ktlat_slowest_reserve(). */
		env_read_barrier();
		if (env_read(&slot->sequence) == found)
			return 1;
	}
	return 0;
}

/**
 * ktlat_slowest_read() - What one context of a CPU kept in an interval
 * @header: start of the mapping; its constants have been checked
 * @cpu: below @nr_cpus
 * @context: below @nr_contexts
 * @interval: which; all is sure to be there if it is complete, and not yet too old
 * @events: room for @nr_slots; the calls, in no order
 *
 * Context: any. Return: how many calls there are; -1 if a later interval has taken
 * their place.
 */
static inline int ktlat_slowest_read(const struct ktlat_slowest_header *header,
				     __u32 cpu, __u32 context, __u64 interval,
				     struct ktlat_event *events)
{
	const char *part = (const char *)header + header->cpu_offset +
			   cpu * header->cpu_stride +
			   context * header->context_stride;
	const struct ktlat_slowest_bank *bank =
		(const void *)(part + header->bank_offset +
			       (interval & 1) * header->bank_stride);
	const char *slot = (const char *)bank + header->slot_offset;
	/* H: pairs with G in ktlat_slowest_begin(). */
	__u64 found = env_read_acquire(&bank->interval);
	int nr = 0;

	if (found < interval)
		return 0;
	for (__u32 i = 0; found == interval && i < header->nr_slots; i++)
		nr += ktlat_slowest_copy(&events[nr],
					 (const void *)(slot + (__u64)i *
							header->slot_size));
	/* F: pairs with E in ktlat_slowest_begin(). */
	env_read_barrier();
	return found == interval && env_read(&bank->interval) == interval ?
	       nr : -1;
}

/**
 * ktlat_slowest_merge() - Put a call among the slowest
 * @best: the slowest, slowest first
 * @nr: how many there are
 * @room: how many are wanted
 * @event: the call
 *
 * Return: how many there are now.
 */
static inline __u32 ktlat_slowest_merge(struct ktlat_event *best, __u32 nr,
					__u32 room,
					const struct ktlat_event *event)
{
	__u32 at = nr;

	while (at && best[at - 1].latency_ns < event->latency_ns)
		at--;
	if (at == room)
		return nr;
	if (nr < room)
		nr++;
	for (__u32 i = nr - 1; i > at; i--)
		best[i] = best[i - 1];
	best[at] = *event;
	return nr;
}

#endif /* KTLAT_CORE_SLOWEST_H */
