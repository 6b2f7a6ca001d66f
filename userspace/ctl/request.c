// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

/* In the order of enum ktlat_backend_id. */
static const char * const backend_names[] = {
	"auto", "kretprobe", "pair", "tracepoint", "direct", "fprobe", NULL,
};

/* The enum ktlat_kind that each serves. */
static const __u32 kind_of_backend[] = {
	[KTLAT_BACKEND_KRETPROBE]	= KTLAT_KIND_FUNCTION,
	[KTLAT_BACKEND_PAIR]		= KTLAT_KIND_PAIR,
	[KTLAT_BACKEND_TRACEPOINT]	= KTLAT_KIND_TRACEPOINT,
	[KTLAT_BACKEND_DIRECT]		= KTLAT_KIND_FUNCTION,
	[KTLAT_BACKEND_FPROBE]		= KTLAT_KIND_FUNCTION,
};

/* One that serves a kind, to be named to who has chosen another. */
static const char *backend_for(__u32 kind)
{
	__u32 i = KTLAT_BACKEND_AUTO + 1;

	while (kind_of_backend[i] != kind)
		i++;
	return backend_names[i];
}

/**
 * init_probe_options() - Nothing is given yet
 * @probe: where the options are to go
 * @ctl: this run
 */
void init_probe_options(struct probe_options *probe, struct ctl *ctl)
{
	const struct option options[] = {
		{ OPTION_NUMBER, "--precision", NULL, &probe->precision, 0,
		  KTLAT_PRECISION_MAX, NULL },
		{ OPTION_NUMBER, "--pool", NULL, &probe->pool, 0,
		  KTLAT_POOL_MAX, NULL },
		{ OPTION_NUMBER, "--starts", NULL, &probe->starts,
		  KTLAT_STARTS_MIN, KTLAT_STARTS_MAX, NULL },
		{ OPTION_CHOICE, "--backend", NULL, &probe->backend, 0, 0,
		  backend_names },
		FLAG_OPTION("--public", &probe->public),
		FLAG_OPTION("--pending", &probe->pending),
		FLAG_OPTION("--args-in-registers", &probe->in_registers),
		MORE_OPTIONS(probe->wanted.options),
	};

	_Static_assert(sizeof(options) == sizeof(probe->options),
		       "the table holds each option");
	*probe = (struct probe_options){
		.precision = NOT_GIVEN,
		.pool = NOT_GIVEN,
		.starts = NOT_GIVEN,
	};
	memcpy(probe->options, options, sizeof(options));
	wanted_init(&probe->wanted, ctl->options);
}

/* Is there a module that a probe could wait for? */
static bool names_module(const struct ktlat_probe_add *request)
{
	int i;

	for (i = 0; i < 2 && request->kind != KTLAT_KIND_TRACEPOINT; i++) {
		const char *module = request->point[i].module;

		if (*module && strcmp(module, "vmlinux"))
			return true;
	}
	return false;
}

static int set_options(struct ktlat_probe_add *request, const char *spec,
		       const struct probe_options *options,
		       struct ktlat_error *err)
{
	bool function = request->kind == KTLAT_KIND_FUNCTION;

	if (options->backend &&
	    kind_of_backend[options->backend] != request->kind)
		return explain(err,
			       "--backend %s cannot measure %s, --backend %s can",
			       backend_names[options->backend], spec,
			       backend_for(request->kind));
	if (options->in_registers && !function)
		return explain(err,
			       "--args-in-registers is for functions, and %s is none",
			       spec);
	if (options->pending && !names_module(request))
		return explain(err,
			       "--pending is for functions of a module, and %s names none; give MODULE:FUNC",
			       spec);
	if (options->pool != NOT_GIVEN && !function)
		return explain(err,
			       "--pool is for functions, and %s is none; give --starts",
			       spec);
	if (options->starts != NOT_GIVEN && function)
		return explain(err,
			       "--starts is not for functions as %s; give --pool",
			       spec);

	request->backend = options->backend;
	request->precision = options->precision;
	request->pool = options->pool != NOT_GIVEN ? options->pool : 0;
	request->starts = options->starts != NOT_GIVEN ? options->starts : 0;
	request->flags = (options->public ? KTLAT_PROBE_PUBLIC : 0) |
			 (options->disabled ? KTLAT_PROBE_DISABLED : 0) |
			 (options->pending ? KTLAT_PROBE_PENDING : 0) |
			 (options->in_registers ? KTLAT_PROBE_REGISTERS : 0) |
			 (options->events ? KTLAT_PROBE_EVENTS : 0) |
			 (options->no_hist ? KTLAT_PROBE_NO_HISTOGRAM : 0);
	return wanted_fill(&options->wanted, request, err);
}

/* Is it a pattern, which stands for a group? */
bool is_glob(const char *spec)
{
	return strpbrk(spec, "*?[");
}

/**
 * make_requests() - Turn SPECs and options into requests
 * @args: the SPECs
 * @options: the options, for all of them
 * @requests: where to put the requests; to be freed also after an error
 * @err: what is wrong with the command line
 */
int make_requests(const struct args *args, const struct probe_options *options,
		  struct requests *requests, struct ktlat_error *err)
{
	int i, ret;

	*requests = (struct requests){ .wanted = &options->wanted };
	if (!args->nr)
		return explain(err, "a SPEC is missing");
	requests->list = calloc(args->nr, sizeof(*requests->list));
	if (!requests->list)
		return explain(err, "out of memory");

	for (i = 0; i < args->nr; i++) {
		struct ktlat_probe_add *request = &requests->list[i];

		if (is_glob(args->list[i]))
			return explain(err,
				       "patterns make a group, which is for add-probe, and \"%s\" is one",
				       args->list[i]);
		ret = ktlat_parse_spec(args->list[i], request, err);
		if (!ret)
			ret = set_options(request, args->list[i], options, err);
		if (ret)
			return ret;
	}
	requests->nr = args->nr;
	return 0;
}

void free_requests(struct requests *requests)
{
	free(requests->list);
	free(requests->ids);
}

static void tell(const char *text, void *data)
{
	(void)data;
	note("%s", text);
}

/* Finds the functions, which may be more than there were SPECs. */
static int resolve(struct requests *requests, struct ktlat_error *err)
{
	int ret = ktlat_resolve_specs(&requests->list, &requests->nr, tell,
				      NULL, err);

	if (ret)
		return ret;
	requests->ids = calloc(requests->nr, sizeof(*requests->ids));
	return requests->ids ? 0 : explain(err, "out of memory");
}

static bool takes_return(const struct ktlat_probe_add *request)
{
	bool takes = false;
	int i;

	for (i = 0; i < KTLAT_VALUES; i++)
		takes |= request->value[i].from == KTLAT_FETCH_RETURN;
	for (i = 0; i < KTLAT_CONDITIONS; i++)
		takes |= request->condition[i].fetch.from == KTLAT_FETCH_RETURN;
	return takes;
}

/* All of them, before the first is added. */
static int find_values(struct requests *requests, struct ktlat_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < requests->nr; i++) {
		struct ktlat_probe_add *request = &requests->list[i];

		ret = wanted_resolve(requests->wanted, &request->point[0],
				     request->value, request->condition, err);
		if (!ret && request->kind == KTLAT_KIND_PAIR &&
		    takes_return(request))
			ret = explain(err, "what %s returns is known where it does, and a pair is looked at where it begins",
				      request->point[0].name);
	}
	return ret;
}

static int add_one(struct ktlat *k, struct ktlat_probe_add *request,
		   __u32 precision_default, __u64 *id, struct ktlat_error *err)
{
	if (request->precision == NOT_GIVEN)
		request->precision = precision_default;
	return ktlat_add_probe(k, request, id, err);
}

/**
 * add_requests() - Add probes, all or none
 * @k: handle, opened for writing
 * @requests: what to add
 * @err: why it failed
 */
int add_requests(struct ktlat *k, struct requests *requests,
		 struct ktlat_error *err)
{
	struct ktlat_info info;
	size_t i;
	int ret;

	ret = ktlat_get_info(k, &info, err);
	if (!ret)
		ret = resolve(requests, err);
	if (!ret)
		ret = find_values(requests, err);
	if (ret)
		return ret;

	for (i = 0; i < requests->nr; i++) {
		ret = add_one(k, &requests->list[i], info.precision_default,
			      &requests->ids[i], err);
		if (ret)
			break;
	}
	while (ret && i > 0)
		ktlat_change_probe(k, KTLAT_CHANGE_DELETE,
				   requests->ids[--i], NULL);
	return ret;
}
