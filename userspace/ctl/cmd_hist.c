// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "render.h"

/**
 * struct hist - What to show, and how
 * @names: of which probes; all if it is empty
 * @interval: how often in ns, or 0 for once
 * @count: how many times, or 0 for ever
 * @delta: the change since the last time
 * @net: without the probes' own share
 * @json: as JSON
 * @ranking: &enum ranking of the functions of a group
 * @top: how many of them to show
 */
struct hist {
	struct args names;
	__u64 interval;
	__u32 count;
	bool delta;
	bool net;
	bool json;
	__u32 ranking;
	__u32 top;
};

/* In the order of enum ranking. */
static const char * const rankings[] = {
	"total", "max", "p99", "count", NULL,
};

/* On a terminal each picture takes the place of the one before. */
static void text_start(const struct hist *hist)
{
	time_t now = time(NULL);
	char text[16];

	if (!hist->interval)
		return;
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	strftime(text, sizeof(text), "%H:%M:%S", localtime(&now));
	printf("--- %s%s\n", text, hist->delta ? ", since the last time" : "");
}

static void show_text(const struct hist *hist,
		      const struct watch_list *watches)
{
	size_t i;

	text_start(hist);
	for (i = 0; i < watches->nr; i++) {
		const struct watch *watch = watches->list[i];

		if (i)
			putchar('\n');
		if (watch->info.kind == KTLAT_KIND_GROUP)
			text_group(stdout, watch, hist->ranking, hist->top);
		else
			text_hist(stdout, watch);
		text_keys(stdout, watch, hist->ranking, hist->top);
	}
	if (!watches->nr)
		note("there are no probes; add one with: ktlat-ctl add-probe FUNC");
}

static int show(struct ktlat *k, const struct hist *hist,
		struct watch_list *watches, struct ktlat_error *err)
{
	int ret = watch_find_functions(k, watches, err);
	struct ktlat_info info;

	if (!ret && hist->json)
		ret = ktlat_get_info(k, &info, err);
	if (ret)
		return ret;
	if (hist->json)
		json_probes(stdout, watches, monotonic_ns(), info.session_id,
			    true, NULL);
	else
		show_text(hist, watches);
	return 0;
}

static int read_figures(struct ktlat *k, const struct hist *hist,
			struct watch_list *watches, struct ktlat_error *err)
{
	int ret = watch_read(k, watches, hist->delta, err);

	if (!ret)
		ret = watch_read_keys(k, watches, hist->delta, err);
	return ret || !hist->net ? ret : watch_take_share(watches, err);
}

/* A probe that is removed while it is watched is no longer shown. */
static int look_again(struct ktlat *k, const struct hist *hist,
		      struct watch_list *watches, struct ktlat_error *err)
{
	int ret = watch_probes(k, &hist->names, watches, err);

	if (ret && (ret != -ENOENT || !watches->nr))
		return ret;
	return read_figures(k, hist, watches, err);
}

static int show_now(struct ktlat *k, const struct hist *hist,
		    struct watch_list *watches, struct ktlat_error *err)
{
	int ret = show(k, hist, watches, err);

	if (!ret && fflush(stdout))
		return explain(err,
			       "cannot write the output: %s; the probes go on",
			       strerror(errno));
	return ret;
}

/* With --delta the first reading is only what the next is compared with. */
static int show_again(struct ktlat *k, const struct hist *hist,
		      struct watch_list *watches, struct ktlat_error *err)
{
	__u64 when = monotonic_ns();
	__u32 shown = 0;
	int ret = 0;

	if (!hist->delta) {
		ret = show_now(k, hist, watches, err);
		shown++;
	}
	for (; !ret && (!hist->count || shown < hist->count); shown++) {
		when += hist->interval;
		if (wait_until(when))
			break;
		ret = look_again(k, hist, watches, err);
		if (!ret)
			ret = show_now(k, hist, watches, err);
	}
	return ret;
}

static int run(const struct ctl *ctl, const struct hist *hist,
	       struct ktlat_error *err)
{
	struct watch_list watches = { 0 };
	struct ktlat *k;
	int ret;

	ret = connect_device(ctl, 0, &k, err);
	if (ret)
		return ret;
	ret = watch_probes(k, &hist->names, &watches, err);
	if (!ret)
		ret = read_figures(k, hist, &watches, err);
	if (!ret && hist->interval) {
		hold_signals(NULL);
		ret = show_again(k, hist, &watches, err);
	} else if (!ret) {
		ret = show(k, hist, &watches, err);
	}
	watch_end(&watches);
	ktlat_close(k);
	return ret;
}

int cmd_hist(struct ctl *ctl, char **argv)
{
	struct hist hist = { .top = TOP_DEFAULT };
	const struct option options[] = {
		{ OPTION_DURATION, "--interval", "-i", &hist.interval, 0, 0,
		  NULL },
		{ OPTION_NUMBER, "--count", "-n", &hist.count, 1, ~0U, NULL },
		FLAG_OPTION("--delta", &hist.delta),
		FLAG_OPTION("--net", &hist.net),
		FLAG_OPTION("--json", &hist.json),
		{ OPTION_NUMBER, "--top", NULL, &hist.top, 1, ~0U, NULL },
		{ OPTION_CHOICE, "--sort", NULL, &hist.ranking, 0, 0,
		  rankings },
		MORE_OPTIONS(ctl->options)
	};
	struct ktlat_error err;
	int status;

	if (!take_args(ctl, argv, options, &hist.names, &status))
		return status;
	if (hist.names.rest)
		return usage(ctl, "it takes no command after --");
	if (!hist.interval && (hist.count || hist.delta))
		return usage(ctl, "%s needs --interval",
			     hist.count ? "--count" : "--delta");
	return run(ctl, &hist, &err) ? fail_with(&err) : finish_output();
}
