// SPDX-License-Identifier: GPL-2.0-only
/* The functions of a group, the one that matters most first. */
#include "render.h"

/* Those that were called. */
static void rank_all(const struct watch *watch, struct ranks *ranks)
{
	const struct ktlat_snapshot *snap = watch->shown;
	__u32 i;

	for (i = 0; i < snap->nr_members && i < watch->nr_functions; i++)
		ranks_add(ranks, &snap->members[i], &watch->functions[i]);
	ranks_sort(ranks);
}

static void text_others(FILE *out, size_t more, size_t idle)
{
	char number[NUMBER_LEN];

	if (more)
		fprintf(out, "  %s more with calls\n",
			format_number(more, number));
	if (idle)
		fprintf(out, "  %s without a call\n",
			format_number(idle, number));
}

static void text_functions(FILE *out, const struct watch *watch,
			   enum ranking ranking, __u32 top)
{
	__u32 all = watch->shown->nr_members;
	char name[KTLAT_SPEC_LEN];
	struct ranks ranks;
	size_t i;

	if (!ranks_make(&ranks, all, ranking)) {
		fputs("  out of memory\n", out);
		return;
	}
	rank_all(watch, &ranks);
	text_rank_title(out, "function");
	for (i = 0; i < ranks.nr && i < top; i++) {
		ktlat_format_function(ranks.list[i].what, name);
		text_rank(out, ranks.list[i].snap, name);
	}
	text_others(out, ranks.nr - i, all - ranks.nr);
	ranks_free(&ranks);
}

/**
 * text_group() - Show the functions of a group and what they come to
 * @out: where to
 * @watch: the group
 * @ranking: which function comes first
 * @top: how many to show
 */
void text_group(FILE *out, const struct watch *watch, enum ranking ranking,
		__u32 top)
{
	text_header(out, watch);
	if (watch->shown->count)
		text_functions(out, watch, ranking, top);
	text_totals(out, watch);
}
