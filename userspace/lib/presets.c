// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoint pairs that have a name: all that user space knows of each. */
#include "internal.h"

static const struct ktl_preset presets[] = {
	{ "irq", "irq_handler", KTL_TELLS_IRQ, 64 },
	{ "softirq", "softirq", KTL_TELLS_SOFTIRQ, 16 },
	{ "timer", "timer_expire", KTL_TELLS_FUNCTION, 128 },
	{ "hrtimer", "hrtimer_expire", KTL_TELLS_FUNCTION, 32 },
	{ "workqueue", "workqueue_execute", KTL_TELLS_FUNCTION, 128 },
	{ "runq", "sched_runq", KTL_TELLS_NOTHING, 0 },
	{ "wakeup", "sched_wakeup", KTL_TELLS_NOTHING, 0 },
	{ "migrate", "sched_migrate", KTL_TELLS_NOTHING, 0 },
	{ "syscall", "syscall", KTL_TELLS_SYSCALL, 128 },
	{ "block", "block_rq", KTL_TELLS_BLOCK, 16 },
	{ "netrx", "net_receive", KTL_TELLS_NET, 16 },
};

/* By what follows the @ of a SPEC; NULL for none. */
const struct ktl_preset *ktl_find_preset(const char *spec, size_t len)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(presets); i++)
		if (!strncmp(presets[i].spec, spec, len) &&
		    !presets[i].spec[len])
			return &presets[i];
	return NULL;
}

/* By its name in struct ktlat_point; NULL for none that we know. */
const struct ktl_preset *ktl_find_preset_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(presets); i++)
		if (!strcmp(presets[i].name, name))
			return &presets[i];
	return NULL;
}

/**
 * ktlat_list_presets() - Name the presets
 * @events: those alone that %KTLAT_BY_EVENT is for
 * @text: where to put them, as they are written in a SPEC
 * @size: room there
 */
void ktlat_list_presets(bool events, char *text, size_t size)
{
	size_t i, len = 0;

	*text = '\0';
	for (i = 0; i < KTL_ARRAY_SIZE(presets) && len < size; i++)
		if (!events || presets[i].tells)
			len += snprintf(text + len, size - len, "%s@%s",
					len ? " " : "", presets[i].spec);
}

/**
 * ktlat_tells_events() - Can the calls of a probe be told apart by %KTLAT_BY_EVENT?
 * @request: the probe
 */
bool ktlat_tells_events(const struct ktlat_probe_add *request)
{
	const struct ktl_preset *preset;

	if (request->kind != KTLAT_KIND_TRACEPOINT)
		return false;
	preset = ktl_find_preset_by_name(request->point[0].name);
	return preset && preset->tells;
}
