// SPDX-License-Identifier: GPL-2.0-only
/* Probes as a file holds them. */
#include "file.h"

static void put_point(struct ktl_out *out, const struct ktlat_point *point)
{
	ktl_put(out, point->address);
	ktl_put(out, point->offset);
	ktl_put_text(out, point->module, sizeof(point->module));
	ktl_put_text(out, point->name, sizeof(point->name));
}

static void get_point(struct ktl_in *in, struct ktlat_point *point)
{
	point->address = ktl_get(in);
	point->offset = ktl_get(in);
	ktl_get_text(in, point->module, sizeof(point->module));
	ktl_get_text(in, point->name, sizeof(point->name));
}

static void put_filter(struct ktl_out *out, const struct ktlat_filter *filter)
{
	__u32 nr = KTL_ARRAY_SIZE(filter->cpus), i;

	ktl_put(out, filter->min_ns);
	ktl_put(out, filter->cgroup_id);
	ktl_put(out, filter->pid);
	ktl_put(out, filter->tgid);
	ktl_put_text(out, filter->comm, sizeof(filter->comm));
	ktl_put(out, filter->flags);
	while (nr && !filter->cpus[nr - 1])
		nr--;
	ktl_put(out, nr);
	for (i = 0; i < nr; i++)
		ktl_put(out, filter->cpus[i]);
}

static void get_filter(struct ktl_in *in, struct ktlat_filter *filter)
{
	__u32 nr, i;

	filter->min_ns = ktl_get(in);
	filter->cgroup_id = ktl_get(in);
	filter->pid = ktl_get_u32(in);
	filter->tgid = ktl_get_u32(in);
	ktl_get_text(in, filter->comm, sizeof(filter->comm));
	filter->flags = ktl_get_u32(in);
	nr = ktl_get_below(in, KTL_ARRAY_SIZE(filter->cpus));
	for (i = 0; i < nr; i++)
		filter->cpus[i] = ktl_get(in);
}

static void put_fetch(struct ktl_out *out, const struct ktlat_fetch *fetch)
{
	__u32 i;

	ktl_put(out, fetch->from);
	ktl_put(out, fetch->index);
	ktl_put(out, fetch->type);
	ktl_put(out, fetch->bytes);
	ktl_put(out, fetch->shift);
	ktl_put(out, fetch->bits);
	ktl_put(out, fetch->nr_steps);
	for (i = 0; i < fetch->nr_steps && i < KTLAT_FETCH_STEPS; i++)
		ktl_put_signed(out, fetch->offset[i]);
}

static void get_fetch(struct ktl_in *in, struct ktlat_fetch *fetch)
{
	__u32 i;

	fetch->from = ktl_get_u32(in);
	fetch->index = ktl_get_u32(in);
	fetch->type = ktl_get_u32(in);
	fetch->bytes = ktl_get_u32(in);
	fetch->shift = ktl_get_below(in, 63);
	fetch->bits = ktl_get_below(in, 64);
	fetch->nr_steps = ktl_get_below(in, KTLAT_FETCH_STEPS);
	for (i = 0; i < fetch->nr_steps; i++)
		fetch->offset[i] = ktl_get_signed(in);
}

static void put_values(struct ktl_out *out, const struct ktlat_file_probe *probe)
{
	__u32 nr = 0, i;

	while (nr < KTLAT_VALUES && *probe->values[nr].text)
		nr++;
	ktl_put(out, nr);
	for (i = 0; i < nr; i++) {
		ktl_put_text(out, probe->values[i].text,
			     sizeof(probe->values[i].text));
		ktl_put(out, probe->values[i].show);
		put_fetch(out, &probe->values[i].fetch);
	}
	nr = 0;
	while (nr < KTLAT_CONDITIONS && *probe->conditions[nr])
		nr++;
	ktl_put(out, nr);
	for (i = 0; i < nr; i++)
		ktl_put_text(out, probe->conditions[i],
			     sizeof(probe->conditions[i]));
}

static void get_values(struct ktl_in *in, struct ktlat_file_probe *probe)
{
	__u32 nr = ktl_get_below(in, KTLAT_VALUES), i;

	for (i = 0; i < nr; i++) {
		struct ktlat_value *value = &probe->values[i];

		ktl_get_text(in, value->text, sizeof(value->text));
		value->show = ktl_get_below(in, KTLAT_SHOW_SYMBOL);
		get_fetch(in, &value->fetch);
		probe->info.value[i] = value->fetch;
	}
	nr = ktl_get_below(in, KTLAT_CONDITIONS);
	for (i = 0; i < nr; i++)
		ktl_get_text(in, probe->conditions[i],
			     sizeof(probe->conditions[i]));
}

/* Writes a probe. */
void ktl_put_probe(struct ktl_out *out, const struct ktlat_file_probe *probe)
{
	const struct ktlat_probe_info *info = &probe->info;

	ktl_put(out, info->id);
	ktl_put_text(out, probe->spec, sizeof(probe->spec));
	ktl_put_text(out, probe->module, sizeof(probe->module));
	ktl_put(out, info->kind);
	ktl_put(out, info->backend);
	ktl_put(out, info->state);
	ktl_put(out, info->flags);
	ktl_put(out, info->precision);
	ktl_put(out, info->match);
	ktl_put(out, info->pool);
	ktl_put(out, info->starts);
	ktl_put(out, info->uid);
	ktl_put(out, info->passed_over);
	ktl_put(out, info->functions);
	ktl_put(out, info->generation);
	ktl_put(out, info->cost_ps);
	ktl_put(out, info->share_ps);
	put_point(out, &info->point[0]);
	put_point(out, &info->point[1]);
	put_filter(out, &info->filter);
	ktl_put(out, info->slow.ns);
	ktl_put(out, info->slow.ppm);
	put_values(out, probe);
}

/* Reads one; fills in what a file tells. */
void ktl_get_probe(struct ktl_in *in, struct ktlat_file_probe *probe)
{
	struct ktlat_probe_info *info = &probe->info;

	info->id = ktl_get(in);
	ktl_get_text(in, probe->spec, sizeof(probe->spec));
	ktl_get_text(in, probe->module, sizeof(probe->module));
	info->kind = ktl_get_u32(in);
	info->backend = ktl_get_u32(in);
	info->state = ktl_get_u32(in);
	info->flags = ktl_get_u32(in);
	info->precision = ktl_get_below(in, KTLAT_PRECISION_MAX);
	info->match = ktl_get_u32(in);
	info->pool = ktl_get_u32(in);
	info->starts = ktl_get_u32(in);
	info->uid = ktl_get_u32(in);
	info->passed_over = ktl_get_u32(in);
	info->functions = ktl_get_below(in, KTLAT_FUNCTIONS_MAX);
	info->generation = ktl_get(in);
	info->cost_ps = ktl_get(in);
	info->share_ps = ktl_get(in);
	get_point(in, &info->point[0]);
	get_point(in, &info->point[1]);
	get_filter(in, &info->filter);
	info->slow.ns = ktl_get(in);
	info->slow.ppm = ktl_get_u32(in);
	/* Files from before there were values end here. */
	if (in->at < in->end)
		get_values(in, probe);
}
