/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure.h - stamp, subtract, account: what every measured call runs.
 *
 * Probe context: any, NMI included; preemption is off from the first line that
 * reads the CPU number to the last that writes its area. Nothing here sleeps,
 * locks, allocates, or loops without bound.
 */
#ifndef KTLAT_HOT_MEASURE_H
#define KTLAT_HOT_MEASURE_H

#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/smp.h>

#include "core/hist.h"
#include "hot/clock.h"
#include "hot/feed.h"

/**
 * struct ktlat_meter - What the hot path reads of a probe: one line, read-mostly
 * @areas: the area of CPU 0, see "The mapping of a probe" in ktlat.h
 * @epoch: the current generation: in the high half how often the probe was
 *	reset, in the low half where in an area its counters begin. Written by
 *	ktlat_histogram_flip() with release order after the generation that
 *	comes into use was cleared; pairs with the address dependency from the
 *	load in ktlat_meter_enter() to the counters
 * @precision: p of the histogram
 * @area_stride: from one CPU's area to the next, in bytes
 * @precision_bit: 2^p
 * @function_stride: from one function of a group to the next, in bytes
 * @function: which function of a group it is of, if it is of one alone
 * @feed: what is done with each call besides; %ktlat_feed_none for nothing
 * @fast_epoch: @epoch as direct_x86.S looks at it when a call returns: another one,
 *	or %KTLAT_EPOCH_NEVER, has it leave the call to ktlat_direct_more(). May
 *	be behind @epoch for a moment, which does no harm
 *
 * direct_x86.S reads it, too: see direct_layout.h.
 */
struct ktlat_meter {
	void *areas;
	u64 epoch;
	u32 precision;
	u32 area_stride;
	u64 precision_bit;
	u32 function_stride;
	u32 function;
	u64 fast_epoch;
	const struct ktlat_feed *feed;
} ____cacheline_aligned;
/* Its alignment makes it a whole line, which an older sparse does not know. */
static_assert(sizeof(struct ktlat_meter) <= SMP_CACHE_BYTES);

/* That of no call. */
#define KTLAT_EPOCH_NEVER	(~0ULL)

/* What @epoch of a meter is after so many resets. */
static inline u64 ktlat_epoch(u64 generation, u32 generation_stride)
{
	return generation << 32 | (generation & 1 ? generation_stride : 0);
}

/**
 * struct ktlat_call - What is remembered of a call while it runs
 * @start: stamp at entry, in ticks of the clock
 * @epoch: of the generation that counted the entry
 */
struct ktlat_call {
	u64 start;
	u64 epoch;
};

/* The counters of this CPU for one generation. */
static __always_inline struct ktlat_counters *
ktlat_meter_counters(const struct ktlat_meter *meter, u64 epoch)
{
	return meter->areas + (size_t)smp_processor_id() * meter->area_stride +
	       (u32)epoch;
}

static __always_inline u64 ktlat_meter_epoch(const struct ktlat_meter *meter)
{
	return READ_ONCE(meter->epoch);
}

/* Counts an entry. The stamp comes last, so that our own work is not in it. */
static __always_inline void ktlat_meter_enter(const struct ktlat_meter *meter,
					      struct ktlat_call *call)
{
	u64 epoch = ktlat_meter_epoch(meter);

	env_local_inc(&ktlat_meter_counters(meter, epoch)->entries);
	call->epoch = epoch;
	call->start = ktlat_clock();
}

/*
 * Counts an entry that is not followed by a return that counts. Context: like all.
 * Pairs with barrier B of the reader, like barrier A in hist.h: who sees the
 * loss sees the entry.
 */
static __always_inline void ktlat_meter_lose(__u64 *counter)
{
	env_write_barrier();
	env_local_inc(counter);
}

/*
 * Counts a call that the probe is not after, as is known when it begins. @unread: a
 * value that tells could not be read. Context: like all.
 */
static __always_inline void ktlat_meter_pass(const struct ktlat_meter *meter,
					     bool unread)
{
	struct ktlat_counters *counters =
		ktlat_meter_counters(meter, ktlat_meter_epoch(meter));

	env_local_inc(&counters->entries);
	if (unread)
		env_local_inc(&counters->unread);
	ktlat_meter_lose(&counters->filtered);
}

/**
 * struct ktlat_end - How a call ends
 * @now: stamp
 * @task: whose call it was
 * @trap: see struct ktlat_done
 * @event: likewise
 * @seen: likewise
 */
struct ktlat_end {
	u64 now;
	const struct task_struct *task;
	u32 trap;
	struct ktlat_event_id event;
	struct ktlat_seen *seen;
};

/* Here and now, for who came by no trap. The stamp comes first. */
static __always_inline struct ktlat_end ktlat_end_here(void)
{
	return (struct ktlat_end){
		.now = ktlat_clock_end(),
		.task = current,
	};
}

/* Counts a call that does not go into the histogram. */
static __always_inline void ktlat_meter_fed(struct ktlat_counters *counters,
					    enum ktlat_fed fed, u64 latency)
{
	if (fed == KTLAT_FED_COUNT)
		ktlat_hist_count(counters, latency);
	else
		ktlat_meter_lose(&counters->filtered);
}

/* Does with a call what the probe wants. Values come before the call is counted. */
static __always_inline enum ktlat_fed
ktlat_meter_feed(const struct ktlat_meter *meter, struct ktlat_counters *counters,
		 struct ktlat_done *done)
{
	enum ktlat_fed fed = ktlat_feed(meter->feed, done);

	if (unlikely(done->seen && done->seen->values.unread))
		env_local_inc(&counters->unread);
	return fed;
}

/*
 * Where a call is counted that ends at @now, and how long it took. Returns false for one
 * that was entered before the last reset: it belongs to figures that nobody can see any
 * more.
 */
static __always_inline bool
ktlat_meter_end(const struct ktlat_meter *meter, const struct ktlat_call *call,
		u64 now, struct ktlat_counters **counters, u64 *latency)
{
	u64 epoch = ktlat_meter_epoch(meter);
	s64 ticks = now - call->start;

	if (unlikely(call->epoch != epoch))
		return false;
	*counters = ktlat_meter_counters(meter, epoch);
	if (unlikely(ticks < 0)) {
		env_local_inc(&(*counters)->clock_backwards);
		ticks = 0;
	}
	*latency = ktlat_clock_ns(ticks);
	return true;
}

/* Is a call to be recorded in the histogram, and nothing else? */
static __always_inline bool ktlat_meter_is_plain(const struct ktlat_meter *meter)
{
	return likely(meter->feed == &ktlat_feed_none);
}

/* Records the return of @call at @now, if the probe is plain. */
static __always_inline void
ktlat_meter_return_plain(const struct ktlat_meter *meter,
			 const struct ktlat_call *call, u64 now)
{
	struct ktlat_counters *counters;
	u64 latency;

	if (likely(ktlat_meter_end(meter, call, now, &counters, &latency)))
		ktlat_hist_record(counters, meter->precision, latency);
}

/* What is told of a call that took so long. */
static __always_inline struct ktlat_done
ktlat_meter_done(const struct ktlat_meter *meter, const struct ktlat_call *call,
		 const struct ktlat_end *end, u64 latency)
{
	return (struct ktlat_done){
		.start = call->start,
		.latency = latency,
		.generation = call->epoch >> 32,
		.event = end->event,
		.task = end->task,
		.trap = end->trap,
		.seen = end->seen,
		.function = meter->function,
	};
}

/*
 * The same of a probe that is not plain, with what it wants besides. Calls that are
 * written, and that is all, are most of them: these are not described in memory first.
 */
static __always_inline void
ktlat_meter_return_fed(const struct ktlat_meter *meter,
		       const struct ktlat_call *call, const struct ktlat_end *end)
{
	enum ktlat_fed fed = KTLAT_FED_RECORD;
	struct ktlat_counters *counters;
	u64 latency;

	if (unlikely(!ktlat_meter_end(meter, call, end->now, &counters,
				      &latency)))
		return;
	if (ktlat_feed_is_plain(meter->feed, latency)) {
		const struct ktlat_done done =
			ktlat_meter_done(meter, call, end, latency);

		ktlat_record(&meter->feed->recorder, &done, NULL);
	} else {
		struct ktlat_done done =
			ktlat_meter_done(meter, call, end, latency);

		fed = ktlat_meter_feed(meter, counters, &done);
	}
	if (likely(fed == KTLAT_FED_RECORD))
		ktlat_hist_record(counters, meter->precision, latency);
	else
		ktlat_meter_fed(counters, fed, latency);
}

/* The same of a call, of the task that runs, of which @seen is known, or NULL. */
static __always_inline void
ktlat_meter_return_more(const struct ktlat_meter *meter,
			const struct ktlat_call *call, u64 now,
			struct ktlat_seen *seen)
{
	const struct ktlat_end end = {
		.now = now,
		.task = current,
		.seen = seen,
	};

	ktlat_meter_return_fed(meter, call, &end);
}

/*
 * Counts a call that will never return. Context: any, also with preemption on, under
 * RCU's read lock.
 */
static __always_inline void ktlat_meter_abandon(const struct ktlat_meter *meter,
						u64 call_epoch)
{
	u64 epoch;

	preempt_disable_notrace();
	epoch = ktlat_meter_epoch(meter);
	if (call_epoch == epoch)
		ktlat_meter_lose(&ktlat_meter_counters(meter, epoch)
					  ->abandoned);
	preempt_enable_notrace();
}

#endif /* KTLAT_HOT_MEASURE_H */
