// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepoint.c - measuring from one tracepoint to its partner.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
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
 * @owner: the modules that these are in, with references; or NULL
 * @event: the same, with their handlers
 * @prio: of the handlers
 */
struct listening {
	struct tracepoint *tracepoint[KTLAT_PRESET_EVENTS];
	struct module *owner[KTLAT_PRESET_EVENTS];
	const struct ktlat_preset_event *event;
	int prio;
};

/**
 * struct events - An attachment
 * @attachment: what the probe code sees
 * @plan: what was asked for; outlives us
 * @any: what would be a preset if it had a name: two tracepoints
 * @start: tracepoints that start
 * @end: those that end
 * @matcher: what the handlers see
 */
struct events {
	struct ktlat_attachment attachment;
	struct ktlat_plan *plan;
	struct ktlat_preset any;
	struct listening start;
	struct listening end;
	struct ktlat_matcher matcher;
};

static struct events *events_of(struct ktlat_attachment *attachment)
{
	return container_of(attachment, struct events, attachment);
}

/* Those of a preset are in the kernel proper, and have the arguments of their handlers. */
static bool listening_find(struct listening *listening, bool any)
{
	const struct ktlat_preset_event *event = listening->event;

	for (int i = 0; i < KTLAT_PRESET_EVENTS && event[i].name; i++) {
		listening->tracepoint[i] = any ?
			ktlat_tracepoint_get(event[i].name, &listening->owner[i]) :
			ktlat_tracepoint_find(event[i].name);
		if (!listening->tracepoint[i] && !event[i].optional)
			return false;
	}
	return true;
}

static void listening_put(struct listening *listening)
{
	for (int i = 0; i < KTLAT_PRESET_EVENTS; i++)
		module_put(listening->owner[i]);
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

/* What point[1] makes two tracepoints, see struct ktlat_probe_add. */
static bool plan_is_any(const struct ktlat_plan *plan)
{
	return plan->point[1].name[0];
}

/*
 * Two tracepoints, whatever these are, as if they had a name. An argument of both may be
 * a task, which has an end that we are not told of. There are none at its address until
 * the next one begins, and what waits then will never be matched.
 */
static const struct ktlat_preset *events_any(struct events *events,
					     const struct ktlat_plan *plan)
{
	events->any = (struct ktlat_preset){
		.by_cpu = plan->match == KTLAT_MATCH_CPU,
		.start = { { plan->point[0].name, ktlat_on_any_start } },
		.end = { { plan->point[1].name, ktlat_on_any_end } },
	};
	if (plan->match == KTLAT_MATCH_ARGUMENT) {
		events->any.end[1] = events->any.end[0];
		events->any.end[0] = (struct ktlat_preset_event){
			"task_newtask", ktlat_on_new_task, .optional = true,
		};
	}
	return &events->any;
}

static int events_find(struct events *events, struct ktlat_plan *plan,
		       const struct ktlat_preset *preset)
{
	bool any = plan_is_any(plan);

	events->start.event = preset->start;
	events->start.prio = TRACEPOINT_DEFAULT_PRIO;
	events->end.event = preset->end;
	events->end.prio = EVENTS_PRIO_END;
	if (!listening_find(&events->start, any))
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	if (!listening_find(&events->end, any))
		return ktlat_target_refuse(plan, any, KTLAT_REFUSED_UNKNOWN);
	return 0;
}

static void events_match(struct events *events, const struct ktlat_plan *plan)
{
	struct ktlat_matcher *matcher = &events->matcher;

	matcher->match = plan->match;
	memcpy(matcher->argument, plan->argument, sizeof(matcher->argument));
	memcpy(matcher->syscall, plan->syscall, sizeof(matcher->syscall));
	matcher->all_syscalls = !plan->syscall[0] && !plan->syscall[1];
}

/*
 * Like the end of a pair, the ends listen for as long as we are attached, so
 * that what has started is still matched after a stop.
 */
static int events_listen(struct events *events, struct ktlat_plan *plan,
			 bool by_cpu)
{
	struct ktlat_starts *starts = ktlat_plan_starts(plan, by_cpu);
	int err;

	if (IS_ERR(starts))
		return PTR_ERR(starts);
	starts->by_argument = plan->match == KTLAT_MATCH_ARGUMENT;
	events->matcher.starts = starts;
	err = listening_start(&events->end, &events->matcher);
	if (err)
		ktlat_plan_starts_free(plan, starts);
	return err;
}

static int events_prepare(struct events *events, struct ktlat_plan *plan)
{
	const struct ktlat_preset *preset =
		plan_is_any(plan) ? events_any(events, plan) :
				    ktlat_preset_find(plan->point[0].name);
	int err;

	if (!preset)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_UNKNOWN);
	if (!preset->start[0].handler)
		return ktlat_target_refuse(plan, 0, KTLAT_REFUSED_HANDLER);
	events_match(events, plan);
	if ((plan->by_event && preset->tells == KTLAT_TELLS_NOTHING) ||
	    (!events->matcher.all_syscalls && !preset->syscalls))
		return -EINVAL;
	plan->tells_addresses = preset->tells == KTLAT_TELLS_ADDRESS;
	err = events_find(events, plan, preset);
	return err ?: events_listen(events, plan, preset->by_cpu);
}

static void events_free(struct events *events)
{
	listening_put(&events->start);
	listening_put(&events->end);
	kfree(events);
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
		events_free(events);
		return ERR_PTR(err);
	}
	return &events->attachment;
}

static int events_start(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	return listening_start(&events->start, &events->matcher);
}

static void events_stop(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	listening_stop(&events->start, &events->matcher);
}

static void events_detach(struct ktlat_attachment *attachment)
{
	struct events *events = events_of(attachment);

	listening_stop(&events->end, &events->matcher);
	ktlat_plan_starts_free(events->plan, events->matcher.starts);
	events_free(events);
}

static void events_info(struct ktlat_attachment *attachment,
			struct ktlat_mechanism_info *info)
{
	*info = (struct ktlat_mechanism_info){
		.starts = events_of(attachment)->matcher.starts->nr_slots,
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
