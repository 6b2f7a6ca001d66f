// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"
#include "filter.h"

/* In the order of the words. */
static const char * const formats[] = { "text", "json", "chrome", NULL };
static const char * const stack_forms[] = { "none", "folded", NULL };

/**
 * struct choice - How a recording is to be shown
 * @path: its name
 * @format: place in @formats
 * @stacks: place in @stack_forms
 * @json: as JSON
 * @hist: as histograms
 * @filter: which calls
 */
struct choice {
	const char *path;
	__u32 format;
	__u32 stacks;
	bool json;
	bool hist;
	struct filter filter;
};

static const struct renderer *renderer_for(const struct choice *choice)
{
	static const struct renderer * const renderers[] = {
		&text_calls, &json_calls, &chrome_calls,
	};

	if (choice->hist)
		return &hist_of_calls;
	if (choice->stacks)
		return &folded_calls;
	return choice->json ? &json_calls : renderers[choice->format];
}

static int show_calls(struct report *report, const struct renderer *renderer,
		      const struct filter *filter, struct ktlat_error *err)
{
	struct ktlat_call call;
	int ret;

	while ((ret = ktlat_next_call(report->file, &call, err)) > 0) {
		if (!filter_takes(filter, &call))
			continue;
		report->nr_calls++;
		report->last_ns = call.time_ns;
		ret = renderer->call(report, &call, err);
		if (ret || ferror(report->out))
			break;
	}
	return ret;
}

static int show(struct report *report, const struct renderer *renderer,
		const struct filter *filter, struct ktlat_error *err)
{
	int ret = renderer->begin ? renderer->begin(report, err) : 0;

	if (!ret)
		ret = show_calls(report, renderer, filter, err);
	if (!ret && renderer->end)
		ret = renderer->end(report, err);
	if (renderer->free)
		renderer->free(report);
	return ret;
}

static int run(struct choice *choice, struct ktlat_error *err)
{
	struct report report = {
		.out = stdout,
		.json = choice->json,
		.whole = filter_takes_all(&choice->filter),
	};
	int ret, status;

	ret = ktlat_open_file(choice->path, &report.file, err);
	if (ret)
		return fail_with(err);
	ret = filter_find_probes(&choice->filter, report.file, err);
	if (!ret)
		ret = show(&report, renderer_for(choice), &choice->filter, err);
	/* What is said to stderr comes after what is printed. */
	status = finish_output();
	if (ret || !ktlat_file_is_whole(report.file, err))
		status = fail_with(err);
	ktlat_end_reading(report.file);
	return status;
}

/* Of the ways to show it, only one may be given. */
static bool is_clear(const struct choice *choice)
{
	return !!choice->format + !!choice->stacks + choice->hist <= 1 &&
	       !(choice->json && (choice->stacks || choice->format > 1));
}

int cmd_report(struct ctl *ctl, char **argv)
{
	struct choice choice = { .path = "ktlat.dat" };
	const struct option options[] = {
		FLAG_OPTION("--json", &choice.json),
		FLAG_OPTION("--hist", &choice.hist),
		{ OPTION_CHOICE, "--stacks", NULL, &choice.stacks, 0, 0,
		  stack_forms },
		{ OPTION_CHOICE, "--format", NULL, &choice.format, 0, 0,
		  formats },
		MORE_OPTIONS(choice.filter.options)
	};
	struct ktlat_error err;
	struct args args;
	int status;

	filter_init(&choice.filter, ctl);
	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.rest || args.nr > 1)
		return usage(ctl, "it takes one file");
	if (!is_clear(&choice))
		return usage(ctl, "only one of --hist, --stacks and --format");
	if (args.nr)
		choice.path = args.list[0];
	if (filter_parse(&choice.filter, &err))
		status = usage(ctl, "%s", err.text);
	else
		status = run(&choice, &err);
	filter_free(&choice.filter);
	return status;
}
