// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "names.h"
#include "render.h"
#include "rows.h"

#define BAR_WIDTH	30

static const struct {
	const char *name;
	__u32 ppm;
} percentiles[] = {
	{ "p50", 500000 },
	{ "p90", 900000 },
	{ "p99", 990000 },
	{ "p99.9", 999000 },
};

/* Writes a number with thousands separators; returns @text. */
char *format_number(__u64 value, char text[NUMBER_LEN])
{
	char digits[NUMBER_LEN];
	int len, i, to = 0;

	len = snprintf(digits, sizeof(digits), "%llu",
		       (unsigned long long)value);
	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = '\0';
	return text;
}

/* Writes a percentile; "-" stands for one that is not known. */
void format_percentile(const struct ktlat_snapshot *snap, __u32 ppm,
		       char text[KTLAT_DURATION_LEN])
{
	if (snap->nr_buckets)
		ktlat_format_duration(ktlat_percentile(snap, ppm), text);
	else
		strcpy(text, "-");
}

/* Shows what a probe is. */
void text_header(FILE *out, const struct watch *watch)
{
	const struct ktlat_probe_info *info = &watch->info;

	fprintf(out, "%s %llu: %s (%s, %s%s%s)",
		info->kind == KTLAT_KIND_GROUP ? "group" : "probe",
		(unsigned long long)info->id, watch->spec,
		backend_name(info->backend),
		state_name(info->state), info->by ? ", by " : "",
		info->by ? by_name(info) : "");
	if (watch->shown->net)
		fprintf(out, ", net of %llu ns per call",
			(unsigned long long)watch->shown->net_ns);
	fputc('\n', out);
}

/* A row with a call never looks like one without. */
static void format_bar(__u64 count, __u64 most, char bar[BAR_WIDTH + 1])
{
	int len = (double)count / most * BAR_WIDTH + 0.5;

	memset(bar, '#', len);
	bar[len] = '\0';
	if (count && !len)
		strcpy(bar, ".");
}

static void text_row(FILE *out, const struct row *row, __u64 all, __u64 most)
{
	char low[KTLAT_DURATION_LEN], end[KTLAT_DURATION_LEN];
	char number[NUMBER_LEN], bar[BAR_WIDTH + 1];

	if (row->folded) {
		fprintf(out, "%12s\n", "...");
		return;
	}
	/* The end is where the next row begins. */
	ktlat_format_duration(row->low, low);
	ktlat_format_duration(row->high == ~0ULL ? row->high : row->high + 1,
			      end);
	format_bar(row->count, most, bar);
	fprintf(out, "%9s .. %-8s %15s %6.2f %%%s%s\n", low, end,
		format_number(row->count, number), 100.0 * row->count / all,
		*bar ? " " : "", bar);
}

static void text_rows(FILE *out, const struct ktlat_snapshot *snap)
{
	struct row rows[MAX_ROWS];
	unsigned int nr = make_rows(snap, rows), i;
	__u64 most = 0;

	for (i = 0; i < nr; i++)
		if (rows[i].count > most)
			most = rows[i].count;
	fprintf(out, "%17s %19s\n", "latency", "calls");
	for (i = 0; i < nr; i++)
		text_row(out, &rows[i], snap->count, most);
}

/* Rounded; of numbers from a file that may be as large as they get. */
__u64 mean_ns(const struct ktlat_snapshot *snap)
{
	__u64 rest = snap->sum_ns % snap->count;

	return snap->sum_ns / snap->count + (rest >= snap->count - rest);
}

/* What a change began and ended with is known by its buckets only. */
static void text_summary(FILE *out, const struct ktlat_snapshot *snap)
{
	char count[NUMBER_LEN], mean[KTLAT_DURATION_LEN];
	char min[KTLAT_DURATION_LEN], max[KTLAT_DURATION_LEN];

	ktlat_format_duration(mean_ns(snap), mean);
	ktlat_format_duration(snap->min_ns, min);
	ktlat_format_duration(snap->max_ns, max);
	fprintf(out, "  count %s  mean %s  min %s%s  max %s%s\n",
		format_number(snap->count, count), mean,
		snap->delta ? ">=" : "", min, snap->delta ? "<=" : "", max);
}

static void text_percentiles(FILE *out, const struct ktlat_snapshot *snap)
{
	char value[KTLAT_DURATION_LEN];
	size_t i;

	if (!snap->nr_buckets) {
		fputs("  no histogram: it is in the calls; see ktlat-ctl report --hist\n",
		      out);
		return;
	}
	fputs(" ", out);
	for (i = 0; i < ARRAY_SIZE(percentiles); i++) {
		ktlat_format_duration(ktlat_percentile(snap,
						       percentiles[i].ppm),
				      value);
		fprintf(out, " %s %s ", percentiles[i].name, value);
	}
	fprintf(out, "(true value 0 to %.1f %%", 100.0 / (1U << snap->precision));
	if (snap->net)
		fprintf(out, " of value + %llu ns",
			(unsigned long long)snap->net_ns);
	fputs(" lower)\n", out);
}

/* Shows what all calls came to. */
void text_totals(FILE *out, const struct watch *watch)
{
	const struct ktlat_snapshot *snap = watch->shown;

	if (snap->count) {
		text_summary(out, snap);
		text_percentiles(out, snap);
	} else {
		text_no_call(out, watch);
	}
	if (snap->entries)
		text_coverage(out, watch);
}

/* Shows the histogram of a probe. */
void text_hist(FILE *out, const struct watch *watch)
{
	text_header(out, watch);
	if (watch->shown->count && watch->shown->nr_buckets)
		text_rows(out, watch->shown);
	text_totals(out, watch);
}

/* The name of a group does not say that it is one. */
static void text_spec(FILE *out, const struct watch *watch)
{
	char number[NUMBER_LEN];
	__u32 nr = watch->info.functions;

	fputs(watch->spec, out);
	if (watch->info.kind == KTLAT_KIND_GROUP)
		fprintf(out, " (%s function%s)", format_number(nr, number),
			nr == 1 ? "" : "s");
	fputc('\n', out);
}

/* Writes a cost in a few digits; "-" stands for one that is not known. */
void format_cost(__u64 ps, char text[KTLAT_DURATION_LEN])
{
	if (ps)
		ktlat_format_duration((ps + 500) / 1000, text);
	else
		strcpy(text, "-");
}

static void text_list_line(FILE *out, const struct watch *watch)
{
	const struct ktlat_snapshot *snap = watch->shown;
	char p50[KTLAT_DURATION_LEN] = "-", p99[KTLAT_DURATION_LEN] = "-";
	char max[KTLAT_DURATION_LEN] = "-", share[SHARE_LEN], count[NUMBER_LEN];
	char cost[KTLAT_DURATION_LEN];

	if (snap->count) {
		format_percentile(snap, 500000, p50);
		format_percentile(snap, 990000, p99);
		ktlat_format_duration(snap->max_ns, max);
	}
	format_share(snap, !(watch->info.flags & KTLAT_PROBE_INEXACT), share);
	format_cost(watch->info.cost_ps, cost);
	fprintf(out, "%4llu  %-8s  %-10s  %13s  %7s  %7s  %7s  %10s  %6s  ",
		(unsigned long long)watch->info.id,
		state_name(watch->info.state),
		backend_name(watch->info.backend),
		format_number(snap->count, count), p50, p99, max, share, cost);
	text_spec(out, watch);
}

/* A probe whose module came in vain. */
static void text_list_refusal(FILE *out, const struct watch *watch)
{
	char why[KTLAT_ERROR_LEN];

	if (ktlat_format_refusal(watch->info.refusal, why))
		fprintf(out, "probe %llu was not attached when its module came: %s\n",
			(unsigned long long)watch->info.id, why);
}

/* Shows a line for each probe. */
void text_list(FILE *out, const struct watch_list *watches)
{
	size_t i;

	fprintf(out, "%4s  %-8s  %-10s  %13s  %7s  %7s  %7s  %10s  %6s  %s\n",
		"ID", "STATE", "BACKEND", "COUNT", "P50", "P99", "MAX",
		"COVERAGE", "COST", "SPEC");
	for (i = 0; i < watches->nr; i++)
		text_list_line(out, watches->list[i]);
	for (i = 0; i < watches->nr; i++)
		text_list_refusal(out, watches->list[i]);
}
