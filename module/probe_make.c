// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe_make.c - making a probe: its memory, its place in the device's offsets, and
 * the backend that measures it. Nobody else sees it yet.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cost.h"
#include "group.h"
#include "keys.h"
#include "modwatch.h"
#include "offsets.h"
#include "probe_make.h"
#include "rings.h"
#include "session.h"
#include "slowest.h"
#include "stacks.h"
#include "target.h"

#include <ktlat.h>

static DEFINE_IDA(probe_map_slots);

static DEFINE_IDA(probe_group_slots);

/* From one group to the next, and how many that makes room for. */
#define PROBE_GROUP_SPAN	(1ULL << 37)
#define PROBE_GROUPS		((KTLAT_OFFSET_RINGS - KTLAT_OFFSET_GROUPS) / \
				 PROBE_GROUP_SPAN)

/* Offsets of two mappings lie this far apart: the largest one fits. */
u64 ktlat_probe_map_span(const struct ktlat_probe *probe)
{
	if (probe->plan.group)
		return PROBE_GROUP_SPAN;
	return roundup_pow_of_two(
		ktlat_histogram_bytes(ktlat_nr_buckets(KTLAT_PRECISION_MAX), 1));
}

/* Where in the device's offsets a probe is mapped. */
u64 ktlat_probe_map_offset(const struct ktlat_probe *probe)
{
	u64 offset = probe->map_slot * ktlat_probe_map_span(probe);

	return probe->plan.group ? KTLAT_OFFSET_GROUPS + offset : offset;
}

/* The place of its slowest calls; groups, whose slots are others, come first. */
unsigned int ktlat_probe_slowest_slot(const struct ktlat_probe *probe)
{
	return probe->plan.group ? probe->map_slot :
				   probe->map_slot + PROBE_GROUPS;
}

static struct ida *probe_map_ida(const struct ktlat_probe *probe)
{
	return probe->plan.group ? &probe_group_slots : &probe_map_slots;
}

static int probe_map_take(struct ktlat_probe *probe)
{
	u64 room = probe->plan.group ? KTLAT_OFFSET_RINGS - KTLAT_OFFSET_GROUPS :
				       KTLAT_OFFSET_GROUPS;
	u64 max = div64_u64(room, ktlat_probe_map_span(probe)) - 1;

	probe->map_slot = ida_alloc_max(probe_map_ida(probe),
					min_t(u64, max, INT_MAX), GFP_KERNEL);
	return min(probe->map_slot, 0);
}

static void probe_plan(struct ktlat_probe *probe,
		       const struct ktlat_probe_add *add)
{
	struct ktlat_plan *plan = &probe->plan;

	plan->kind = add->kind;
	plan->match = add->match;
	plan->pool = add->pool;
	plan->starts = add->starts;
	plan->by_event = add->by == KTLAT_BY_EVENT;
	plan->in_registers = add->flags & KTLAT_PROBE_REGISTERS;
	plan->may_vouch = plan->in_registers && capable(CAP_SYS_ADMIN);
	memcpy(plan->point, add->point, sizeof(plan->point));
	memcpy(plan->argument, add->argument, sizeof(plan->argument));
	memcpy(plan->syscall, add->syscall, sizeof(plan->syscall));
	for (int i = 0; i < ARRAY_SIZE(plan->at); i++)
		plan->at[i] = add->point[i].address;
	plan->capture = ktlat_capture_is_wanted(add) ? &probe->capture : NULL;
	plan->meter = &probe->meter;
	plan->account = &probe->histogram.memory->account;
}

static bool probe_writes(const struct ktlat_probe_add *add)
{
	return add->flags & KTLAT_PROBE_EVENTS || add->slow.ns || add->slow.ppm;
}

static bool probe_filters(const struct ktlat_probe_add *add)
{
	return add->filter.flags || add->filter.min_ns;
}

/* What is slow from now on. Context: ktlat_lock. */
void ktlat_probe_set_slow(struct ktlat_probe *probe, u64 ns)
{
	struct ktlat_feed *feed = &probe->feed;
	bool plain = feed->all && !feed->filter && !feed->slowest &&
		     !feed->keyed && !feed->capture && !feed->no_histogram;

	WRITE_ONCE(feed->slow_ns, ns);
	WRITE_ONCE(feed->plain_ns, plain ? ns : 0);
}

/*
 * Lets the hot path write to the rings of the session, and use their stack table. Return:
 * 0; -EPERM where it would write values, and who may not see addresses looks on.
 */
static int probe_feed_rings(struct ktlat_probe *probe)
{
	struct ktlat_feed *feed = &probe->feed;
	int err = feed->capture ?
		  ktlat_rings_take_values(probe->session->rings) : 0;

	if (err)
		return err;
	probe->rings = probe->session->rings;
	probe->rings->nr_probes++;
	feed->recorder = probe->rings->recorder;
	if (probe->rings->stacks)
		feed->stacks = &probe->rings->stacks->table;
	return 0;
}

/*
 * Tells the hot path what to do with each call besides counting it. What keeps the
 * slowest calls uses the rings, too, if there are any.
 */
static int probe_feed(struct ktlat_probe *probe, u64 id,
		      const struct ktlat_probe_add *add)
{
	struct ktlat_feed *feed = &probe->feed;
	int err;

	if (!probe_writes(add) && !probe_filters(add) && !add->slow.slowest &&
	    !add->by && !ktlat_capture_is_wanted(add))
		return 0;
	if (add->by) {
		probe->keys = ktlat_keys_make(id, add->by,
					      add->keys ?: KTLAT_KEYS_DEFAULT);
		if (IS_ERR(probe->keys))
			return PTR_ERR(probe->keys);
		feed->keyed = &probe->keys->keyed;
	}
	if (add->slow.slowest) {
		probe->slowest = ktlat_slowest_make(id, add->slow.slowest,
						    add->slow.interval_ns);
		if (IS_ERR(probe->slowest))
			return PTR_ERR(probe->slowest);
		feed->slowest = &probe->slowest->slowest;
	}
	if (ktlat_capture_is_wanted(add)) {
		ktlat_capture_init(&probe->capture, add);
		feed->capture = &probe->capture;
	}
	probe->filter = add->filter;
	probe->slow = add->slow;
	feed->told = &probe->teller.told;
	if (probe_writes(add) || (add->slow.slowest && probe->session->rings)) {
		err = probe_feed_rings(probe);
		if (err)
			return err;
	}
	feed->recorder.probe_id = id;
	feed->all = add->flags & KTLAT_PROBE_EVENTS;
	feed->no_histogram = add->flags & KTLAT_PROBE_NO_HISTOGRAM;
	feed->user_stacks = add->flags & KTLAT_PROBE_USER_STACK;
	feed->filter = probe_filters(add) ? &probe->filter : NULL;
	ktlat_probe_set_slow(probe, add->slow.ns ?: U64_MAX);
	probe->meter.feed = feed;
	probe->meter.fast_epoch = KTLAT_EPOCH_NEVER;
	return 0;
}

/* Of a probe that is attached to nothing. */
void ktlat_probe_free(struct ktlat_probe *probe)
{
	ktlat_slow_exit(&probe->teller);
	if (probe->waits)
		ktlat_modwatch_less();
	if (!IS_ERR_OR_NULL(probe->slowest))
		ktlat_slowest_free(probe->slowest);
	if (!IS_ERR_OR_NULL(probe->keys))
		ktlat_keys_free(probe->keys);
	if (probe->rings)
		probe->rings->nr_probes--;
	ktlat_histogram_free(&probe->histogram);
	if (probe->map_slot >= 0)
		ida_free(probe_map_ida(probe), probe->map_slot);
	ktlat_group_free(probe->plan.group);
	kfree(probe);
}

static int probe_alloc_histogram(struct ktlat_probe *probe, u64 id,
				 const struct ktlat_probe_add *add)
{
	u32 nr_buckets = add->flags & KTLAT_PROBE_NO_HISTOGRAM ?
			 0 : ktlat_nr_buckets(add->precision);
	u32 nr_functions = add->functions ?: 1;
	struct ktlat_histogram *histogram = &probe->histogram;
	int err;

	if (ktlat_histogram_bytes(nr_buckets, nr_functions) >
	    ktlat_probe_map_span(probe))
		return -ENOMEM;
	err = ktlat_histogram_alloc(histogram, id, add->precision, nr_buckets,
				    nr_functions);
	if (err)
		return err;
	ktlat_histogram_meter(histogram, &probe->meter);
	/* Given back with the histogram's account, whole. */
	if (add->functions &&
	    ktlat_account_charge(&histogram->memory->account,
				 ktlat_group_bytes(add->functions)))
		return -EDQUOT;
	return 0;
}

/**
 * ktlat_probe_alloc() - A probe with its memory, attached to nothing
 * @session: whose it will be; it has rings if the probe is to write
 * @id: of the probe
 * @add: the well-formed wish
 *
 * Context: ktlat_lock; may sleep. Return: the probe, or an ERR_PTR: -EDQUOT where
 * it would pass RLIMIT_MEMLOCK; -ENOMEM; -ENOSPC without a place to map it at; that of
 * ktlat_rings_take_values().
 */
struct ktlat_probe *ktlat_probe_alloc(struct ktlat_session *session, u64 id,
				      const struct ktlat_probe_add *add)
{
	struct ktlat_probe *probe = kzalloc(sizeof(*probe), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!probe)
		return ERR_PTR(-ENOMEM);
	probe->map_slot = -1;
	ktlat_slow_init(&probe->teller, id);
	probe->session = session;
	if (add->functions) {
		probe->plan.group = ktlat_group_alloc(add->functions);
		if (!probe->plan.group)
			goto free;
	}
	err = probe_map_take(probe);
	if (err)
		goto free;
	err = probe_alloc_histogram(probe, id, add);
	if (err)
		goto free;
	err = probe_feed(probe, id, add);
	if (err)
		goto free;
	probe->public = add->flags & KTLAT_PROBE_PUBLIC;
	probe->waits = add->flags & KTLAT_PROBE_PENDING;
	if (probe->waits)
		ktlat_modwatch_more();
	probe->wanted = add->backend;
	probe->owner = current_uid();
	probe_plan(probe, add);
	return probe;

free:
	ktlat_probe_free(probe);
	return ERR_PTR(err);
}

/* Notes why, where the errno of a backend says it all. */
static int probe_explain(struct ktlat_probe *probe, int err)
{
	if (err == -EBUSY)
		ktlat_target_refuse(&probe->plan, 0, KTLAT_REFUSED_OFF);
	if (err == -EUNATCH)
		ktlat_target_refuse(&probe->plan, 0, KTLAT_REFUSED_FTRACE);
	if (err == -EADDRINUSE)
		ktlat_target_refuse(&probe->plan, 0, KTLAT_REFUSED_TAKEN);
	if (err == -ENODATA)
		ktlat_target_refuse(&probe->plan, 0, KTLAT_REFUSED_CLOCK);
	return err;
}

static int probe_attach_by(struct ktlat_probe *probe, bool start,
			   const struct ktlat_backend *backend)
{
	struct ktlat_attachment *attachment;
	int err;

	probe->plan.refusal = KTLAT_REFUSED_NOT;
	attachment = backend->attach(&probe->plan);
	if (IS_ERR(attachment))
		return probe_explain(probe, PTR_ERR(attachment));
	mutex_lock(&ktlat_map_lock);
	probe->backend = backend;
	mutex_unlock(&ktlat_map_lock);
	probe->attachment = attachment;
	/* Not before: until then nothing tells that the backend can serve. */
	ktlat_cost_measure(backend);
	if (!start)
		return 0;
	err = ktlat_probe_start(probe);
	if (!err)
		return 0;
	probe->attachment = NULL;
	backend->detach(attachment);
	return probe_explain(probe, err);
}

/**
 * ktlat_probe_attach() - Attach a probe by the first backend that can
 * @probe: attached to nothing
 * @start: whether it is started, too
 *
 * Context: ktlat_lock; may sleep. Return: 0 or the errno of the last one tried,
 * with its refusal in the probe's plan.
 */
int ktlat_probe_attach(struct ktlat_probe *probe, bool start)
{
	const struct ktlat_backend *backend = NULL;
	u32 kind = probe->plan.kind, wanted = probe->wanted;
	int err = -EINVAL;

	probe->passed_over = KTLAT_REFUSED_NOT;
	if (kind == KTLAT_KIND_GROUP ||
	    (kind == KTLAT_KIND_FUNCTION && (wanted == KTLAT_BACKEND_DIRECT ||
					     wanted == KTLAT_BACKEND_FPROBE)))
		err = ktlat_target_refuse(&probe->plan, 0,
					  KTLAT_REFUSED_ABSENT);
	for (;;) {
		backend = ktlat_backend_next(wanted, kind, backend);
		if (!backend)
			return err;
		err = probe_attach_by(probe, start, backend);
		if (!err)
			return 0;
		if (!probe->passed_over)
			probe->passed_over = probe->plan.refusal;
	}
}
