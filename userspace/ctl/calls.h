/* SPDX-License-Identifier: GPL-2.0-only */
/* How the calls of a recording are shown; knows no command. */
#ifndef CALLS_H
#define CALLS_H

#include <stdio.h>

#include "ctl.h"

/**
 * struct report - A recording that is shown
 * @out: where to
 * @file: the recording
 * @json: as JSON, where there is a choice
 * @whole: every call in the file is shown
 * @nr_calls: how many calls were shown
 * @last_ns: when the last of them ended
 * @state: of the renderer
 */
struct report {
	FILE *out;
	struct ktlat_reader *file;
	bool json;
	bool whole;
	__u64 nr_calls;
	__u64 last_ns;
	void *state;
};

/**
 * struct renderer - A way to show calls
 * @begin: before the first
 * @call: for each, in the order in which they ended
 * @end: after the last, also of a file that is not whole
 * @free: in any case; what @begin made of @state goes
 *
 * All but @call may be missing. Those that can fail return a negative errno.
 */
struct renderer {
	int (*begin)(struct report *report, struct ktlat_error *err);
	int (*call)(struct report *report, const struct ktlat_call *call,
		    struct ktlat_error *err);
	int (*end)(struct report *report, struct ktlat_error *err);
	void (*free)(struct report *report);
};

extern const struct renderer text_calls;	/* render_calls.c */
extern const struct renderer json_calls;	/* render_calls_json.c */
extern const struct renderer hist_of_calls;	/* render_calls_hist.c */
extern const struct renderer folded_calls;	/* render_folded.c */
extern const struct renderer chrome_calls;	/* render_chrome.c */

/* render_calls.c */
void text_call_head(FILE *out);
void text_call(FILE *out, const struct ktlat_call *call);

/* render_calls_json.c */
void json_call(FILE *out, const struct ktlat_call *call, const char *more);

/* calls.c */
const char *function_of(const struct ktlat_call *call);
const char *module_of(const struct ktlat_call *call);
struct ktlat_ring_counts sum_counts(const struct ktlat_reader *file);

#endif /* CALLS_H */
