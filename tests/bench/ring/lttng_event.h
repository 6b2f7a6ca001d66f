/* SPDX-License-Identifier: GPL-2.0-only */
/* What LTTng-UST is to record: the members of struct ktlat_event. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER ktlat_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "lttng_event.h"

#if !defined(LTTNG_EVENT_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define LTTNG_EVENT_H

#include <ktlat.h>
#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(ktlat_bench, event,
	LTTNG_UST_TP_ARGS(const struct ktlat_event *, event),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(__u64, probe_id, event->probe_id)
		lttng_ust_field_integer(__u64, start, event->start)
		lttng_ust_field_integer(__u64, latency_ns, event->latency_ns)
		lttng_ust_field_integer(__u64, cgroup_id, event->cgroup_id)
		lttng_ust_field_array(char, comm, event->comm, KTLAT_COMM_LEN)
		lttng_ust_field_integer(__u32, pid, event->pid)
		lttng_ust_field_integer(__u32, tgid, event->tgid)
		lttng_ust_field_integer(__u32, stack_id, event->stack_id)
		lttng_ust_field_integer(__u32, user_stack_id,
					event->user_stack_id)
		lttng_ust_field_integer(__u16, cpu, event->cpu)
		lttng_ust_field_integer(__u16, start_cpu, event->start_cpu)
		lttng_ust_field_integer(__u16, function, event->function)
		lttng_ust_field_integer(__u8, context, event->context)
		lttng_ust_field_integer(__u8, flags, event->flags)
		lttng_ust_field_array(__u64, values, event->values, 2)
		lttng_ust_field_array(__u64, reserved, event->reserved, 4)
	)
)

#endif /* LTTNG_EVENT_H */

#include <lttng/tracepoint-event.h>
