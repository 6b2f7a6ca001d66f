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
}
