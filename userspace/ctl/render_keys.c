// SPDX-License-Identifier: GPL-2.0-only
/* The keys of a probe, the one that matters most first. */
#include <inttypes.h>

#include "names.h"
#include "render.h"
#include "values.h"

/* A bar as long as the part of all time that the key has. */
#define BAR_LEN	10
/* Two values, or the expressions that they are. */
#define NAME_LEN	(2 * KTLAT_VALUE_LEN + 8)

static void format_bar(__u64 part, __u64 all, char bar[BAR_LEN + 1])
{
	int len = part < all ? (double)part / all * BAR_LEN + 0.5 : BAR_LEN, i;

	for (i = 0; i < BAR_LEN; i++)
		bar[i] = i < len ? '#' : ' ';
	bar[BAR_LEN] = '\0';
}

/* "1234 bash": what it is, and what that is called. */
static void format_key(const struct watch *watch, const struct ktlat_key *key,
		       char *text, size_t size)
{
	bool address = ktlat_key_is_address(watch->key_names);
	char name[KTLAT_KEY_LEN];
	bool named;

	if (watch->info.by == KTLAT_BY_VALUES) {
		format_value_key(watch, key, text, size);
		return;
	}
	named = ktlat_name_key(watch->key_names, key, name);
	if (named && (address || watch->info.by == KTLAT_BY_COMM))
		snprintf(text, size, "%s", name);
	else if (address)
		snprintf(text, size, "0x%" PRIx64, (uint64_t)key->words[0]);
	else
		snprintf(text, size, "%llu%s%s%s",
			 (unsigned long long)key->words[0], named ? " " : "",
			 name, key->words[1] ? " (32-bit)" : "");
}

static void text_line(FILE *out, const struct watch *watch,
		      const struct ktlat_snapshot *figures, const char *name)
{
	char line[NAME_LEN + 64], bar[BAR_LEN + 1];

	format_bar(figures->sum_ns, watch->shown->sum_ns, bar);
	snprintf(line, sizeof(line), "|%s| %s", bar, name);
	text_rank(out, figures, line);
}

static void text_ranks(FILE *out, const struct watch *watch,
		       const struct ranks *ranks, __u32 top)
{
	const struct ktlat_snapshot *other = &watch->keys_shown->other;
	char text[NAME_LEN + 32], what[NAME_LEN], number[NUMBER_LEN];
	size_t i;

	snprintf(what, sizeof(what), "%s", by_name(&watch->info));
	if (watch->info.by == KTLAT_BY_VALUES)
		format_value_names(watch->values, what, sizeof(what));
	snprintf(text, sizeof(text), "|%-*s| %s", BAR_LEN, "of total", what);
	text_rank_title(out, text);
	for (i = 0; i < ranks->nr && i < top; i++) {
		format_key(watch, ranks->list[i].what, text, sizeof(text));
		text_line(out, watch, ranks->list[i].snap, text);
	}
	if (ranks->nr > i)
		fprintf(out, "  %s more with calls\n",
			format_number(ranks->nr - i, number));
	if (other->count)
		text_line(out, watch, other, "(other)");
}

/**
 * rank_keys() - Sort the keys of a probe
 * @watch: the probe, with keys that may be seen
 * @ranking: which comes first
 * @ranks: filled in with each &struct ktlat_key that had a call; to be freed
 *
 * Returns false without memory.
 */
bool rank_keys(const struct watch *watch, enum ranking ranking,
	       struct ranks *ranks)
{
	const struct ktlat_keys *keys = watch->keys_shown;
	size_t i;

	if (!ranks_make(ranks, keys->nr, ranking))
		return false;
	for (i = 0; i < keys->nr; i++)
		ranks_add(ranks, &keys->list[i]->figures, keys->list[i]);
	ranks_sort(ranks);
	return true;
}

/**
 * text_keys() - Show the keys of a probe
 * @out: where to
 * @watch: the probe; nothing is shown of one that has none
 * @ranking: which key comes first
 * @top: how many to show
 */
void text_keys(FILE *out, const struct watch *watch, enum ranking ranking,
	       __u32 top)
{
	struct ranks ranks;

	if (!watch->keys_shown || !watch->shown->count)
		return;
	if (!rank_keys(watch, ranking, &ranks)) {
		fputs("  out of memory\n", out);
		return;
	}
	text_ranks(out, watch, &ranks, top);
	ranks_free(&ranks);
}
