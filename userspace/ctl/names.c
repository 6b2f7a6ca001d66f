// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "names.h"

/* A newer module of the same ABI may know more than this tool. */
static const char *name_of(const char * const *names, size_t nr, __u32 value)
{
	return value < nr && names[value] ? names[value] : "unknown";
}

const char * const by_choices[] = {
	[KTLAT_BY_NOTHING]	= "none",
	[KTLAT_BY_CPU]		= "cpu",
	[KTLAT_BY_PID]		= "pid",
	[KTLAT_BY_TGID]		= "tgid",
	[KTLAT_BY_COMM]		= "comm",
	[KTLAT_BY_CGROUP]	= "cgroup",
	[KTLAT_BY_EVENT]	= "event",
	[BY_ARG]		= "arg",
	[BY_CALLER]		= "caller",
	[BY_RET]		= "ret",
	NULL,
};

/* What that is as enum ktlat_by. */
__u32 by_of_choice(__u32 choice)
{
	return choice > KTLAT_BY_EVENT ? KTLAT_BY_VALUES : choice;
}

/* By which values: where it is one alone, who calls and what is returned have names. */
static __u32 choice_of_values(const struct ktlat_fetch value[KTLAT_VALUES])
{
	if (value[1].from || value[0].nr_steps)
		return BY_ARG;
	if (value[0].from == KTLAT_FETCH_CALLER)
		return BY_CALLER;
	return value[0].from == KTLAT_FETCH_RETURN ? BY_RET : BY_ARG;
}

/* By what its calls are told apart. */
const char *by_name(const struct ktlat_probe_info *info)
{
	__u32 choice = info->by;

	if (info->by == KTLAT_BY_VALUES)
		choice = choice_of_values(info->value);
	else if (info->by > KTLAT_BY_VALUES)
		return "unknown";
	return name_of(by_choices, ARRAY_SIZE(by_choices), choice);
}

const char *kind_name(__u32 kind)
{
	static const char * const names[] = {
		[KTLAT_KIND_FUNCTION]	= "function",
		[KTLAT_KIND_PAIR]	= "pair",
		[KTLAT_KIND_TRACEPOINT]	= "tracepoint",
		[KTLAT_KIND_GROUP]	= "group",
	};

	return name_of(names, ARRAY_SIZE(names), kind);
}

const char *backend_name(__u32 backend)
{
	static const char * const names[] = {
		[KTLAT_BACKEND_AUTO]		= "auto",
		[KTLAT_BACKEND_KRETPROBE]	= "kretprobe",
		[KTLAT_BACKEND_PAIR]		= "pair",
		[KTLAT_BACKEND_TRACEPOINT]	= "tracepoint",
		[KTLAT_BACKEND_DIRECT]		= "direct",
		[KTLAT_BACKEND_FPROBE]		= "fprobe",
	};

	return name_of(names, ARRAY_SIZE(names), backend);
}

const char *state_name(__u32 state)
{
	static const char * const names[] = {
		[KTLAT_STATE_ARMED]	= "armed",
		[KTLAT_STATE_DISABLED]	= "disabled",
		[KTLAT_STATE_GONE]	= "gone",
		[KTLAT_STATE_PENDING]	= "pending",
	};

	return name_of(names, ARRAY_SIZE(names), state);
}

const char *clock_name(__u32 clock)
{
	static const char * const names[] = {
		[KTLAT_CLOCK_MONOTONIC]	= "monotonic",
		[KTLAT_CLOCK_SCHED]	= "sched",
		[KTLAT_CLOCK_TSC]	= "tsc",
	};

	return name_of(names, ARRAY_SIZE(names), clock);
}

const char *context_name(__u32 context)
{
	static const char * const names[] = {
		[KTLAT_CONTEXT_TASK]	= "task",
		[KTLAT_CONTEXT_SOFTIRQ]	= "softirq",
		[KTLAT_CONTEXT_HARDIRQ]	= "hardirq",
		[KTLAT_CONTEXT_NMI]	= "nmi",
	};

	return name_of(names, ARRAY_SIZE(names), context);
}

const char *flight_state_name(__u32 state)
{
	static const char * const names[] = {
		[KTLAT_FLIGHT_OFF]		= "off",
		[KTLAT_FLIGHT_ARMED]		= "armed",
		[KTLAT_FLIGHT_TRIGGERED]	= "triggered",
		[KTLAT_FLIGHT_FROZEN]		= "frozen",
	};

	return name_of(names, ARRAY_SIZE(names), state);
}

const char *session_name(__u32 kind)
{
	static const char * const names[] = {
		[KTLAT_SESSION_DEFAULT]		= "default",
		[KTLAT_SESSION_ANONYMOUS]	= "anonymous",
	};

	return name_of(names, ARRAY_SIZE(names), kind);
}
