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

/**
 * struct events - An attachment
 * @attachment: what the probe code sees
 * @plan: what was asked for; outlives us
 * @preset: which events
 * @start: their tracepoints
 * @end: likewise
 * @starts: what waits
 */
struct events {
	struct ktlat_attachment attachment;
	struct ktlat_plan *plan;
	const struct ktlat_preset *preset;
	struct tracepoint *start[KTLAT_PRESET_STARTS];
	struct tracepoint *end;
	struct ktlat_starts *starts;
};

static struct events *events_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct events, attachment);
}

static bool events_find(struct events *events)
{
	const struct ktlat_preset *preset = events->preset;

	for (int i = 0; i < KTLAT_PRESET_STARTS && preset->start[i].name; i++) {
		events->start[i] = ktlat_tracepoint_find(preset->start[i].name);
		if (!events->start[i])
			return false;
	}
	events->end = ktlat_tracepoint_find(preset->end.name);
	return events->end;
}

/*
 * Like the end of a pair, the end listens for as long as we are attached, so
 * that what has started is still matched after a stop.
 */
static int events_prepare(struct events *events, struct ktlat_plan *plan)
{
	int err;

	events->preset = ktlat_preset_find(plan->point[0].name);
	if (!events->preset || !events_find(events))
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	if (plan->by_event && events->preset->tells == KTLAT_TELLS_NOTHING)
		return -EINVAL;
	plan->tells_addresses = events->preset->tells == KTLAT_TELLS_ADDRESS;
	events->starts = ktlat_plan_starts(plan, events->preset->by_cpu);
	if (IS_ERR(events->starts))
		return PTR_ERR(events->starts);
	err = tracepoint_probe_register(events->end, events->preset->end.handler,
					events->starts);
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

static void events_stop_first(struct events *events, int nr)
{
	while (nr--)
		tracepoint_probe_unregister(events->start[nr],
					    events->preset->start[nr].handler,
					    events->starts);
	tracepoint_synchronize_unregister();
}

static int events_nr_starts(const struct events *events)
{
	int nr = 0;

	while (nr < KTLAT_PRESET_STARTS && events->start[nr])
		nr++;
	return nr;
}

static int events_start(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);
	int err;

	for (int i = 0; i < events_nr_starts(events); i++) {
		err = tracepoint_probe_register(events->start[i],
						events->preset->start[i].handler,
						events->starts);
		if (err) {
			events_stop_first(events, i);
			return err;
		}
	}
	return 0;
}

static void events_stop(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	events_stop_first(events, events_nr_starts(events));
}

static void events_detach(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	tracepoint_probe_unregister(events->end, events->preset->end.handler,
				    events->starts);
	tracepoint_synchronize_unregister();
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
