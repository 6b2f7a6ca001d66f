// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

static const struct ktlat_point *point_of(const struct ktlat_call *call)
{
	const struct ktlat_file_probe *probe = call->probe;

	if (probe->info.kind == KTLAT_KIND_GROUP &&
	    call->event.function < probe->nr_functions)
		return &probe->functions[call->event.function];
	return &probe->info.point[0];
}

/* What was called; what else is measured is called by its SPEC. */
const char *function_of(const struct ktlat_call *call)
{
	__u32 kind = call->probe->info.kind;

	if (kind == KTLAT_KIND_PAIR || kind == KTLAT_KIND_TRACEPOINT)
		return call->probe->spec;
	return point_of(call)->name;
}

/* The module that holds it; empty if that is not known. */
const char *module_of(const struct ktlat_call *call)
{
	if (call->probe->info.kind == KTLAT_KIND_GROUP)
		return point_of(call)->module;
	return call->probe->module;
}

/* What became of the records of all CPUs. */
struct ktlat_ring_counts sum_counts(const struct ktlat_reader *file)
{
	struct ktlat_ring_counts sum = { 0 };
	const struct ktlat_ring_counts *counts;
	__u32 nr = ktlat_file_counts(file, &counts), i;

	for (i = 0; i < nr; i++) {
		sum.read += counts[i].read;
		sum.lost += counts[i].lost;
		sum.dropped += counts[i].dropped;
		sum.frozen += counts[i].frozen;
	}
	return sum;
}
