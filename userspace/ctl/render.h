/* SPDX-License-Identifier: GPL-2.0-only */
/* How figures are shown; knows no command. */
#ifndef RENDER_H
#define RENDER_H

#include <stdio.h>

#include "watch.h"

#define NUMBER_LEN	28
#define SHARE_LEN	24

/* How many functions or keys are shown, unless somebody says otherwise. */
#define TOP_DEFAULT	20

/**
 * struct outcome - How the command that lat or record ran ended
 * @status: as waitpid() gave it
 * @running: it still runs
 */
struct outcome {
	int status;
	bool running;
};

/**
 * enum ranking - By what the functions of a group, or keys, are sorted
 * @RANK_TOTAL: the time of all their calls
 * @RANK_MAX: their longest call
 * @RANK_P99: their 99th percentile
 * @RANK_COUNT: how many calls were recorded
 */
enum ranking {
	RANK_TOTAL,
	RANK_MAX,
	RANK_P99,
	RANK_COUNT,
};

struct json_object;

/* render_text.c */
char *format_number(__u64 value, char text[NUMBER_LEN]);
__u64 mean_ns(const struct ktlat_snapshot *snap);
void format_cost(__u64 ps, char text[KTLAT_DURATION_LEN]);
void format_percentile(const struct ktlat_snapshot *snap, __u32 ppm,
		       char text[KTLAT_DURATION_LEN]);
void text_header(FILE *out, const struct watch *watch);
void text_totals(FILE *out, const struct watch *watch);
void text_hist(FILE *out, const struct watch *watch);
void text_list(FILE *out, const struct watch_list *watches);

/**
 * struct rank - A part of a probe that was called
 * @snap: its figures
 * @what: what it is
 * @place: in the order in which they were added
 * @weight: what it is sorted by
 */
struct rank {
	const struct ktlat_snapshot *snap;
	const void *what;
	size_t place;
	__u64 weight;
};

/**
 * struct ranks - Parts of a probe
 * @list: these
 * @nr: how many
 * @ranking: which comes first
 */
struct ranks {
	struct rank *list;
	size_t nr;
	enum ranking ranking;
};

/* render_rank.c */
bool ranks_make(struct ranks *ranks, size_t room, enum ranking ranking);
void ranks_add(struct ranks *ranks, const struct ktlat_snapshot *snap,
	       const void *what);
void ranks_sort(struct ranks *ranks);
void ranks_free(struct ranks *ranks);
void text_rank_title(FILE *out, const char *what);
void text_rank(FILE *out, const struct ktlat_snapshot *snap, const char *name);

/* render_keys.c */
bool rank_keys(const struct watch *watch, enum ranking ranking,
	       struct ranks *ranks);
void text_keys(FILE *out, const struct watch *watch, enum ranking ranking,
	       __u32 top);

/* render_group.c */
void text_group(FILE *out, const struct watch *watch, enum ranking ranking,
		__u32 top);

/* render_coverage.c */
void format_share(const struct ktlat_snapshot *snap, bool exact,
		  char text[SHARE_LEN]);
void text_coverage(FILE *out, const struct watch *watch);
void text_no_call(FILE *out, const struct watch *watch);

/* render_json.c */
struct json_object *json_outcome(const struct outcome *outcome);
void json_probes(FILE *out, struct watch_list *watches, __u64 time_ns,
		 __u64 session, bool buckets, const struct outcome *outcome);

#endif /* RENDER_H */
