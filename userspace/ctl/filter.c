// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "cpulist.h"
#include "filter.h"
#include "request.h"
#include "select.h"

#define CPU_MAX	0xffffU

/**
 * filter_init() - Nothing is given yet
 * @filter: where the options are to go
 * @ctl: this run
 */
void filter_init(struct filter *filter, struct ctl *ctl)
{
	const struct option options[] = {
		{ OPTION_DURATION, "--min", NULL, &filter->min_ns, 0, 0, NULL },
		{ OPTION_NUMBER, "--pid", NULL, &filter->pid, 0,
		  NOT_GIVEN - 1, NULL },
		{ OPTION_NUMBER, "--tgid", NULL, &filter->tgid, 0,
		  NOT_GIVEN - 1, NULL },
		{ OPTION_TEXT, "--comm", NULL, &filter->comm, 0, 0, NULL },
		{ OPTION_TEXT, "--cpu", NULL, &filter->cpus, 0, 0, NULL },
		{ OPTION_TEXT, "--probe", NULL, &filter->probe, 0, 0, NULL },
		MORE_OPTIONS(ctl->options),
	};

	_Static_assert(sizeof(options) == sizeof(filter->options),
		       "the table holds each option");
	memset(filter, 0, sizeof(*filter));
	filter->pid = NOT_GIVEN;
	filter->tgid = NOT_GIVEN;
	memcpy(filter->options, options, sizeof(options));
}

/**
 * filter_parse() - Read what was given
 * @filter: with its options
 * @err: what is wrong with the command line
 */
int filter_parse(struct filter *filter, struct ktlat_error *err)
{
	return filter->cpus ? parse_cpulist(filter->cpus, filter->on_cpu,
					    CPU_MAX, err) : 0;
}

/**
 * filter_find_probes() - Find out which probes are meant
 * @filter: filter_parse() was called
 * @file: the recording
 * @err: why it failed
 */
int filter_find_probes(struct filter *filter, const struct ktlat_reader *file,
		       struct ktlat_error *err)
{
	bool found = false;
	size_t i;

	if (!filter->probe)
		return 0;
	filter->nr_probes = ktlat_file_probes(file, &filter->probes);
	filter->of_probe = calloc(filter->nr_probes + 1,
				  sizeof(*filter->of_probe));
	if (!filter->of_probe)
		return explain(err, "out of memory");
	for (i = 0; i < filter->nr_probes; i++) {
		filter->of_probe[i] = probe_has_name(&filter->probes[i]->info,
						      filter->probe);
		found |= filter->of_probe[i];
	}
	if (!found)
		return explain(err,
			       "cannot find a probe \"%s\": none in the recording has that id, SPEC or function; report without --probe shows all",
			       filter->probe);
	return 0;
}

/* Is nothing left out? */
bool filter_takes_all(const struct filter *filter)
{
	return !filter->min_ns && filter->pid == NOT_GIVEN &&
	       filter->tgid == NOT_GIVEN && !filter->comm && !filter->cpus &&
	       !filter->probe;
}

static bool is_of_probe(const struct filter *filter,
			const struct ktlat_file_probe *probe)
{
	size_t i;

	for (i = 0; i < filter->nr_probes; i++)
		if (filter->probes[i] == probe)
			return filter->of_probe[i];
	return false;
}

/* Is the call wanted? */
bool filter_takes(const struct filter *filter, const struct ktlat_call *call)
{
	const struct ktlat_event *event = &call->event;

	return event->latency_ns >= filter->min_ns &&
	       (filter->pid == NOT_GIVEN || filter->pid == event->pid) &&
	       (filter->tgid == NOT_GIVEN || filter->tgid == event->tgid) &&
	       (!filter->comm || !strcmp(filter->comm, event->comm)) &&
	       (!filter->cpus ||
		filter->on_cpu[event->cpu / 8] & 1 << event->cpu % 8) &&
	       (!filter->probe || is_of_probe(filter, call->probe));
}

void filter_free(struct filter *filter)
{
	free(filter->of_probe);
}
