// SPDX-License-Identifier: GPL-2.0-only
/* What was measured of what there was, and what to try if nothing was. */
#include "render.h"

/*
 * Writes the share of calls that was measured as a percentage. It is cut off,
 * not rounded: 100 % means that nothing is known to be missing.
 */
void format_share(const struct ktlat_snapshot *snap, bool exact,
		  char text[SHARE_LEN])
{
	const char *bound = exact ? "" : "<= ";
	unsigned int hundredths;
	double share;

	if (!ktlat_coverage(snap, &share)) {
		snprintf(text, SHARE_LEN, "-");
		return;
	}
	hundredths = share * 10000;
	if (share == 1 && (snap->missed || snap->recursed))
		hundredths = 9999;
	if (hundredths == 10000)
		snprintf(text, SHARE_LEN, "%s100 %%", bound);
	else
		snprintf(text, SHARE_LEN, "%s%u.%02u %%", bound, hundredths / 100,
			 hundredths % 100);
}

static void text_part(FILE *out, __u64 count, const char *what)
{
	char number[NUMBER_LEN];

	if (count)
		fprintf(out, ", %s %s", format_number(count, number), what);
}

/* Which of the calls that were missed could be had, and how. */
static void text_missed(FILE *out, const struct ktlat_snapshot *snap)
{
	char missed[NUMBER_LEN], pool[NUMBER_LEN], busy[NUMBER_LEN];

	fprintf(out, ", %s missed", format_number(snap->missed, missed));
	if (snap->missed_pool || snap->missed_busy)
		fprintf(out, " (%s for want of pool, %s behind other kprobes)",
			format_number(snap->missed_pool, pool),
			format_number(snap->missed_busy, busy));
}

/* Shows what became of the calls, in one line. */
void text_coverage(FILE *out, const struct watch *watch)
{
	const struct ktlat_snapshot *snap = watch->shown;
	bool function = watch->info.kind == KTLAT_KIND_FUNCTION ||
			watch->info.kind == KTLAT_KIND_GROUP;
	char entered[NUMBER_LEN], returned[NUMBER_LEN], share[SHARE_LEN];

	format_share(snap, !(watch->info.flags & KTLAT_PROBE_INEXACT), share);
	fprintf(out, "  coverage %s: %s entered, %s returned", share,
		format_number(snap->entries, entered),
		format_number(snap->count, returned));
	text_missed(out, snap);
	text_part(out, snap->recursed, "recursed");
	text_part(out, snap->abandoned, function ? "abandoned" : "superseded");
	text_part(out, snap->filtered, "filtered");
	text_part(out, snap->unread, "with a value that could not be read");
	text_part(out, snap->in_flight, "in flight");
	text_part(out, snap->unmatched, "ends without a start");
	text_part(out, snap->clock_backwards, "with the clock going back");
	fputc('\n', out);
}

static const char *advice(const struct watch *watch)
{
	const struct ktlat_snapshot *snap = watch->shown;

	if (watch->info.state == KTLAT_STATE_DISABLED)
		return "the probe is disabled; ktlat-ctl enable starts it";
	if (watch->info.state == KTLAT_STATE_GONE)
		return "its module was unloaded; remove the probe and add it again once the module is back";
	if (watch->info.state == KTLAT_STATE_PENDING && watch->info.refusal)
		return "its module came and it could not be attached; ktlat-ctl list says why";
	if (watch->info.state == KTLAT_STATE_PENDING)
		return "its module is not loaded; it measures as soon as that is";
	if (snap->delta)
		return "wait, or choose a longer --interval";
	if (snap->missed && watch->info.kind == KTLAT_KIND_FUNCTION)
		return "every call was missed; add it again with a larger --pool";
	if (snap->missed)
		return "every start was missed; add it again with more --starts";
	if (snap->in_flight)
		return "those that were entered have not returned; wait";
	if (watch->info.kind == KTLAT_KIND_GROUP)
		return "is any of its functions called at all? Wait, or make the kernel call one";
	if (watch->info.kind == KTLAT_KIND_FUNCTION)
		return "is it called at all? Wait, or make the kernel call it; a copy that the compiler put into a caller is not seen, so try a caller";
	return "does anything pass both points, in this order and in the same task or on the same CPU? Wait, or make the kernel do it";
}

/* Says that there is nothing to show, and what to try. */
void text_no_call(FILE *out, const struct watch *watch)
{
	const struct ktlat_probe_info *info = &watch->info;
	const char *version, *after = NULL;

	fprintf(out, "  no call recorded %s: %s\n",
		watch->shown->delta ? "since the last time" : "yet",
		advice(watch));
	if (info->kind == KTLAT_KIND_FUNCTION && !watch->shown->delta)
		after = ktlat_find_successor(info->point[0].name, &version);
	if (after)
		fprintf(out, "  from Linux %s on the kernel calls %s in its place\n",
			version, after);
}
