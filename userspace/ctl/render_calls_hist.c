// SPDX-License-Identifier: GPL-2.0-only
/* Calls as the histograms that their probes would have shown. */
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "render.h"

#define TOP_FUNCTIONS	20
/* A group whose buckets would take more (128 MiB) is not believed. */
#define MAX_BUCKETS	(1U << 24)

static void free_all(struct report *report)
{
	struct watch_list *watches = report->state;

	if (!watches)
		return;
	watch_end(watches);
	free(watches);
}

/* The functions of a group are freed with the watch. */
static int copy_functions(struct watch *watch,
			  const struct ktlat_file_probe *probe)
{
	size_t size = probe->nr_functions * sizeof(*watch->functions);

	if (!size)
		return 0;
	watch->functions = malloc(size);
	if (!watch->functions)
		return -1;
	memcpy(watch->functions, probe->functions, size);
	watch->nr_functions = probe->nr_functions;
	return 0;
}

static int append(struct watch_list *watches,
		  const struct ktlat_file_probe *probe, struct ktlat_error *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch || copy_functions(watch, probe)) {
		free(watch);
		return explain(err, "out of memory");
	}
	watches->list[watches->nr++] = watch;
	watch->info = probe->info;
	watch->shown = &watch->now;
	strcpy(watch->spec, probe->spec);
	strcpy(watch->module, *probe->module ? probe->module : "?");
	return 0;
}

static int begin(struct report *report, struct ktlat_error *err)
{
	struct ktlat_file_probe * const *probes;
	size_t nr = ktlat_file_probes(report->file, &probes), i;
	struct watch_list *watches = calloc(1, sizeof(*watches));
	int ret = 0;

	report->state = watches;
	if (!watches)
		return explain(err, "out of memory");
	watches->list = calloc(nr + 1, sizeof(*watches->list));
	if (!watches->list)
		return explain(err, "out of memory");
	for (i = 0; !ret && i < nr; i++)
		ret = append(watches, probes[i], err);
	return ret;
}

/* In the order of their ids, as they are in the file. */
static struct watch *find(const struct watch_list *watches, __u64 id)
{
	size_t low = 0, high = watches->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct watch *watch = watches->list[middle];

		if (watch->info.id == id)
			return watch;
		if (watch->info.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int make_room(struct watch *watch, struct ktlat_error *err)
{
	__u32 precision = watch->info.precision, nr = watch->nr_functions;

	if ((__u64)nr * ktlat_nr_buckets(precision) > MAX_BUCKETS)
		return explain(err,
			       "cannot show the histograms of %s: %u functions at precision %u take too much memory; show the calls by --json",
			       watch->spec, nr, precision);
	return ktlat_begin_tally(&watch->now, precision, nr, err);
}

/* A call of a probe that the file does not tell of has no place. */
static int take(struct report *report, const struct ktlat_call *call,
		struct ktlat_error *err)
{
	struct watch *watch = find(report->state, call->event.probe_id);
	int ret = 0;

	if (!watch)
		return 0;
	if (!watch->now.buckets)
		ret = make_room(watch, err);
	if (!ret)
		ktlat_tally(&watch->now, call->event.function,
			    call->event.latency_ns);
	return ret;
}

/*
 * What was entered, and what became of it. A call that was counted and is not in
 * the file is missed here.
 */
static void add_figures(struct watch *watch,
			const struct ktlat_snapshot *figures)
{
	struct ktlat_snapshot *snap = &watch->now;
	__u64 lost = figures->count > snap->count ?
		     figures->count - snap->count : 0;
	__u64 ended;

	snap->missed = figures->missed + lost;
	snap->missed_pool = figures->missed_pool;
	snap->missed_busy = figures->missed_busy;
	snap->recursed = figures->recursed;
	snap->abandoned = figures->abandoned;
	snap->unmatched = figures->unmatched;
	snap->clock_backwards = figures->clock_backwards;
	snap->filtered = figures->filtered;
	snap->unread = figures->unread;
	snap->generation = watch->info.generation;
	ended = snap->count + snap->missed + snap->recursed + snap->abandoned +
		snap->filtered;
	snap->entries = figures->entries > ended ? figures->entries : ended;
	snap->in_flight = snap->entries - ended;
}

static void show_text(const struct report *report,
		      const struct watch_list *watches)
{
	size_t i;

	for (i = 0; i < watches->nr; i++) {
		const struct watch *watch = watches->list[i];

		if (i)
			fputc('\n', report->out);
		if (watch->info.kind == KTLAT_KIND_GROUP)
			text_group(report->out, watch, RANK_TOTAL,
				   TOP_FUNCTIONS);
		else
			text_hist(report->out, watch);
	}
}

/* Is each call of the probe in the file, but for those that were lost? */
static bool has_all(const struct report *report,
		    const struct ktlat_file_probe *probe)
{
	return report->whole && probe->ended &&
	       probe->info.flags & KTLAT_PROBE_EVENTS;
}

static int end(struct report *report, struct ktlat_error *err)
{
	struct watch_list *watches = report->state;
	struct ktlat_file_probe * const *probes;
	size_t i;

	(void)err;
	ktlat_file_probes(report->file, &probes);
	for (i = 0; i < watches->nr; i++)
		if (has_all(report, probes[i]))
			add_figures(watches->list[i], &probes[i]->figures);
	if (report->json)
		json_probes(report->out, watches, report->last_ns, 0, true,
			    NULL);
	else
		show_text(report, watches);
	return 0;
}

const struct renderer hist_of_calls = { begin, take, end, free_all };
