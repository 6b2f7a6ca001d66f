// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepoint.c - measuring from one tracepoint to its partner.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "backend/backend.h"
#include "backend/presets.h"
#include "hot/starts.h"
#include "target.h"

/* Ends come first where a tracepoint both ends and starts. */
#define EVENTS_PRIO_END		(TRACEPOINT_DEFAULT_PRIO + 1)

/**
 * struct listening - Tracepoints with handlers of ours
 * @tracepoint: which; NULL for one that this kernel has not, or that there is not
 * @event: the same, with their handlers
 * @prio: of the handlers
 */
struct listening {
	struct tracepoint *tracepoint[KTLAT_PRESET_EVENTS];
	const struct ktlat_preset_event *event;
	int prio;
};

/**
 * struct events - An attachment
 * @attachment: what the probe code sees
 * @plan: what was asked for; outlives us
 * @start: tracepoints that start
 * @end: those that end
 * @starts: what waits
 */
struct events {
	struct ktlat_attachment attachment;
	struct ktlat_plan *plan;
	struct listening start;
	struct listening end;
	struct ktlat_starts *starts;
};

static struct events *events_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct events, attachment);
}

static bool listening_find(struct listening *listening)
{
	const struct ktlat_preset_event *event = listening->event;

	for (int i = 0; i < KTLAT_PRESET_EVENTS && event[i].name; i++) {
		listening->tracepoint[i] = ktlat_tracepoint_find(event[i].name);
		if (!listening->tracepoint[i] && !event[i].optional)
			return false;
	}
	return true;
}

static void listening_stop_first(struct listening *listening, void *data, int nr)
{
	while (nr--)
		if (listening->tracepoint[nr])
			tracepoint_probe_unregister(listening->tracepoint[nr],
						    listening->event[nr].handler,
						    data);
	tracepoint_synchronize_unregister();
}

/* On return no handler runs any more. Context: may sleep. */
static void listening_stop(struct listening *listening, void *data)
{
	listening_stop_first(listening, data, KTLAT_PRESET_EVENTS);
}

static int listening_start(struct listening *listening, void *data)
{
	for (int i = 0; i < KTLAT_PRESET_EVENTS; i++) {
		struct tracepoint *tracepoint = listening->tracepoint[i];
		int err = 0;

		if (tracepoint)
			err = tracepoint_probe_register_prio(tracepoint,
							     listening->event[i].handler,
							     data, listening->prio);
		if (err) {
			listening_stop_first(listening, data, i);
			return err;
		}
	}
	return 0;
}

static int events_find(struct events *events, struct ktlat_plan *plan,
		       const struct ktlat_preset *preset)
{
	if (!preset)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	events->start.event = preset->start;
	events->start.prio = TRACEPOINT_DEFAULT_PRIO;
	events->end.event = preset->end;
	events->end.prio = EVENTS_PRIO_END;
	if (!listening_find(&events->start) || !listening_find(&events->end))
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	if (plan->by_event && preset->tells == KTLAT_TELLS_NOTHING)
		return -EINVAL;
	plan->tells_addresses = preset->tells == KTLAT_TELLS_ADDRESS;
	return 0;
}

/*
 * Like the end of a pair, the ends listen for as long as we are attached, so
 * that what has started is still matched after a stop.
 */
static int events_prepare(struct events *events, struct ktlat_plan *plan)
{
	const struct ktlat_preset *preset =
		ktlat_preset_find(plan->point[0].name);
	int err = events_find(events, plan, preset);

	if (err)
		return err;
	events->starts = ktlat_plan_starts(plan, preset->by_cpu);
	if (IS_ERR(events->starts))
		return PTR_ERR(events->starts);
	err = listening_start(&events->end, events->starts);
	if (err)
		ktlat_plan_starts_free(plan, events->starts);
	return err;
}

static struct ktlat_attachment *events_attach(struct ktlat_plan *plan)
{
	struct events *events = kzalloc(sizeof(*events), GFP_KERNEL_ACCOUNT);
	int err;

	if (!events)
		return ERR_PTR(-ENOMEM);
	events->attachment.backend = &ktlat_backend_tracepoint;
	events->plan = plan;
	err = events_prepare(events, plan);
	if (err) {
		kfree(events);
		return ERR_PTR(err);
	}
	return &events->attachment;
}

static int events_start(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	return listening_start(&events->start, events->starts);
}

static void events_stop(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	listening_stop(&events->start, events->starts);
}

static void events_detach(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	listening_stop(&events->end, events->starts);
	ktlat_plan_starts_free(events->plan, events->starts);
	kfree(events);
}

static void events_info(struct ktlat_attachment *attachment,
			struct ktlat_mechanism_info *info)
{
	*info = (struct ktlat_mechanism_info){
		.starts = events_of(attachment)->starts->nr_slots,
	};
}

const struct ktlat_backend ktlat_backend_tracepoint = {
	.id		= KTLAT_BACKEND_TRACEPOINT,
	.kind		= KTLAT_KIND_TRACEPOINT,
	.feature	= KTLAT_FEATURE_TRACEPOINT,
	.exact		= true,
	.attach		= events_attach,
	.start		= events_start,
	.stop		= events_stop,
	.detach		= events_detach,
	.info		= events_info,
};
