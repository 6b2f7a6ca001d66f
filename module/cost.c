// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost.c - what measuring costs, measured.
 *
 * When the first probe of a backend is added, the backend is attached to an
 * empty function of our own, and that is called with and without it; a backend for
 * groups, to a group of that function alone. Interrupts
 * stay on, so a round of calls may hold one; there are some rounds, each too
 * short to hold one for sure, and the shortest counts. A round is made of turns, between
 * which others may run: preemption is off for no longer than a few calls take.
 *
 * A measurement that fails costs nobody a probe: the cost is not known then, and
 * the next probe tries again.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "account.h"
#include "backend/backend.h"
#include "cost.h"
#include "group.h"
#include "hot/measure.h"
#include "session.h"

#define COST_ROUNDS	16
#define COST_TURNS	16
#define COST_TURN_CALLS	4
#define COST_CALLS	(COST_TURNS * COST_TURN_CALLS)

/* A histogram of precision 0. */
struct cost_area {
	struct ktlat_counters counters;
	u64 buckets[65];
} ____cacheline_aligned;

/**
 * struct cost_scratch - What a probe needs, here seen by nobody
 * @meter: what its hot path reads
 * @plan: where it is attached
 * @function: the same for a group
 * @nobody: pays for it
 * @areas: for each CPU, where it counts
 */
struct cost_scratch {
	struct ktlat_meter meter;
	struct ktlat_plan plan;
	struct ktlat_function function;
	struct ktlat_account nobody;
	struct cost_area areas[];
};

/**
 * struct cost_round - How long the calls of a round took
 * @ns: all of them, with the loop around them, and one reading of the clock a turn
 * @clock_ns: as many readings of the clock alone
 * @recorded_ns: as the probe has recorded them
 */
struct cost_round {
	u64 ns;
	u64 clock_ns;
	u64 recorded_ns;
};

/**
 * struct cost_turns - What the turns of a round have come to
 * @ticks: all of them, by the clock
 * @clock_ticks: reading the clock alone
 * @recorded_ns: as the probe has recorded the calls
 * @recorded: how many calls it has recorded
 */
struct cost_turns {
	u64 ticks;
	u64 clock_ticks;
	u64 recorded_ns;
	u64 recorded;
};

static void cost_scratch_free(struct cost_scratch *scratch)
{
	ktlat_group_free(scratch->plan.group);
	kvfree(scratch);
}

/* Where the probe goes. Return: 0 or -ENOMEM. */
static int cost_aim(struct cost_scratch *scratch,
		    const struct ktlat_backend *backend)
{
	struct ktlat_plan *plan = &scratch->plan;

	plan->kind = backend->kind;
	plan->in_registers = true;
	plan->may_vouch = true;
	plan->ours = true;
	strscpy(plan->point[0].module, KBUILD_MODNAME, KTLAT_MODULE_LEN);
	strscpy(plan->point[0].name, "ktlat_cost_target", KTLAT_NAME_LEN);
	if (backend->kind != KTLAT_KIND_GROUP)
		return 0;
	scratch->function.flags = KTLAT_PROBE_REGISTERS;
	scratch->function.point = plan->point[0];
	scratch->function.point.address = (unsigned long)ktlat_cost_target;
	plan->group = ktlat_group_alloc(1);
	return plan->group ? 0 : -ENOMEM;
}

static struct cost_scratch *
cost_scratch_alloc(const struct ktlat_backend *backend)
{
	struct cost_scratch *scratch;

	scratch = kvzalloc(struct_size(scratch, areas, nr_cpu_ids), GFP_KERNEL);
	if (!scratch)
		return NULL;
	for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++)
		scratch->areas[cpu].counters.min_ns = U64_MAX;
	scratch->meter = (struct ktlat_meter){
		.areas = scratch->areas,
		.area_stride = sizeof(struct cost_area),
		.precision_bit = 1,
		.feed = &ktlat_feed_none,
		.function_stride = sizeof(struct cost_area),
	};
	scratch->plan.meter = &scratch->meter;
	scratch->plan.account = &scratch->nobody;
	if (cost_aim(scratch, backend)) {
		cost_scratch_free(scratch);
		return NULL;
	}
	return scratch;
}

static void cost_turn(const struct cost_scratch *scratch,
		      struct cost_turns *turns)
{
	const struct ktlat_counters *counters;
	u64 start;

	preempt_disable();
	counters = &scratch->areas[smp_processor_id()].counters;
	turns->recorded -= READ_ONCE(counters->returns);
	turns->recorded_ns -= READ_ONCE(counters->sum_ns);
	start = ktlat_clock();
	turns->clock_ticks += ktlat_clock_end() - start;
	start = ktlat_clock();
	for (int i = 0; i < COST_TURN_CALLS; i++)
		ktlat_cost_target();
	turns->ticks += ktlat_clock_end() - start;
	turns->recorded += READ_ONCE(counters->returns);
	turns->recorded_ns += READ_ONCE(counters->sum_ns);
	preempt_enable();
}

/*
 * One round. It takes the place of what is shorter in @best, if as many calls as
 * @recorded were recorded meanwhile.
 */
static void cost_round(const struct cost_scratch *scratch, u64 recorded,
		       struct cost_round *best)
{
	struct cost_turns turns = { 0 };

	for (int i = 0; i < COST_TURNS; i++)
		cost_turn(scratch, &turns);
	if (turns.recorded != recorded)
		return;
	best->ns = min(best->ns, ktlat_clock_ns(turns.ticks));
	best->clock_ns = min(best->clock_ns, ktlat_clock_ns(turns.clock_ticks));
	best->recorded_ns = min(best->recorded_ns, turns.recorded_ns);
}

static struct cost_round cost_shortest(const struct cost_scratch *scratch,
				       u64 recorded)
{
	struct cost_round best = {
		.ns = U64_MAX,
		.clock_ns = U64_MAX,
		.recorded_ns = U64_MAX,
	};

	for (int i = 0; i < COST_ROUNDS; i++) {
		cost_round(scratch, recorded, &best);
		cond_resched();
	}
	return best;
}

/* Starts a probe that has just been attached. */
static int cost_start(const struct ktlat_backend *backend,
		      struct ktlat_attachment *attachment,
		      struct cost_scratch *scratch)
{
	int err = 0;

	if (backend->add)
		err = backend->add(attachment, &scratch->function);
	return err ?: backend->start(attachment);
}

/* The same with a probe on; ns is all ones where that cannot be had. */
static struct cost_round cost_probed(const struct ktlat_backend *backend,
				     struct cost_scratch *scratch)
{
	struct cost_round best = { .ns = U64_MAX };
	struct ktlat_attachment *attachment = backend->attach(&scratch->plan);

	if (IS_ERR(attachment))
		return best;
	if (!cost_start(backend, attachment, scratch)) {
		best = cost_shortest(scratch, COST_CALLS);
		backend->stop(attachment);
	}
	backend->detach(attachment);
	return best;
}

/* ps of one call, of ns that a round took longer than another. */
static u64 cost_ps(u64 longer, u64 shorter)
{
	if (longer <= shorter)
		return 0;
	return div_u64((longer - shorter) * 1000, COST_CALLS);
}

/*
 * A call of the empty function takes no longer than its turn of the loop, so what
 * is called the probe's share is no more than that. It is told as 1 ps where the
 * clock is too coarse to see it, as 0 would say that it is not known.
 */
static void cost_tell(struct ktlat_cost *cost, const struct cost_round *bare,
		      const struct cost_round *probed)
{
	u64 call_ps, share_ps;

	if (probed->ns == U64_MAX)
		return;
	call_ps = cost_ps(probed->ns, bare->ns);
	share_ps = cost_ps(probed->recorded_ns + bare->clock_ns, bare->ns);
	if (!call_ps)
		return;
	*cost = (struct ktlat_cost){
		.clock = ktlat_clock_id(),
		.call_ps = call_ps,
		.share_ps = clamp_t(u64, share_ps, 1, call_ps),
	};
}

/**
 * ktlat_cost_measure() - Find out what a backend costs, unless that is known
 * @backend: any; its @cost is filled in
 *
 * Known is what was measured by the clock that is in use now.
 *
 * Context: ktlat_lock; may sleep.
 */
void ktlat_cost_measure(const struct ktlat_backend *backend)
{
	struct cost_round bare, probed;
	struct cost_scratch *scratch;

	lockdep_assert_held(&ktlat_lock);
	if (!backend->cost || backend->cost->clock == ktlat_clock_id())
		return;
	*backend->cost = (struct ktlat_cost){ 0 };
	scratch = cost_scratch_alloc(backend);
	if (!scratch)
		return;
	bare = cost_shortest(scratch, 0);
	probed = cost_probed(backend, scratch);
	cost_tell(backend->cost, &bare, &probed);
	cost_scratch_free(scratch);
}
