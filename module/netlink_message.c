// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_message.c - attributes of messages, see ktlat_netlink.h.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "group.h"
#include "netlink_message.h"
#include "probe.h"
#include "session.h"

#include <ktlat.h>
#include <ktlat_netlink.h>

int ktlat_message_number(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, KTLAT_NL_A_PAD);
}

static int message_argument(struct sk_buff *skb,
			    const struct ktlat_argument *argument)
{
	if (!argument->index)
		return 0;
	if (nla_put_u32(skb, KTLAT_NL_POINT_A_ARGUMENT, argument->index) ||
	    nla_put_u32(skb, KTLAT_NL_POINT_A_BYTES, argument->bytes))
		return -EMSGSIZE;
	return argument->is_signed ?
	       nla_put_flag(skb, KTLAT_NL_POINT_A_SIGNED) : 0;
}

/* Its address stays with us. */
static int message_point(struct sk_buff *skb, int attribute,
			 const struct ktlat_point *point,
			 const struct ktlat_argument *argument)
{
	struct nlattr *nest = nla_nest_start(skb, attribute);

	if (!nest)
		return -EMSGSIZE;
	if ((point->module[0] &&
	     nla_put_string(skb, KTLAT_NL_POINT_A_MODULE, point->module)) ||
	    nla_put_string(skb, KTLAT_NL_POINT_A_NAME, point->name) ||
	    (point->offset &&
	     nla_put_u64_64bit(skb, KTLAT_NL_POINT_A_OFFSET, point->offset,
			       KTLAT_NL_POINT_A_PAD)) ||
	    message_argument(skb, argument))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Each is one more than its number, or 0. */
static int message_syscall(struct sk_buff *skb, const u32 syscall[2])
{
	if (syscall[0] && nla_put_u32(skb, KTLAT_NL_A_SYSCALL, syscall[0] - 1))
		return -EMSGSIZE;
	return syscall[1] ? nla_put_u32(skb, KTLAT_NL_A_SYSCALL_32,
					syscall[1] - 1) : 0;
}

/*
 * What a probe is, which does not change. Context: ktlat_lock or ktlat_map_lock,
 * or nobody else knows the probe.
 */
int ktlat_message_probe(struct sk_buff *skb, const struct ktlat_probe *probe)
{
	const struct ktlat_plan *plan = &probe->plan;

	if (ktlat_message_number(skb, KTLAT_NL_A_PROBE_ID, probe->id) ||
	    ktlat_message_number(skb, KTLAT_NL_A_SESSION_ID,
				 probe->session->id) ||
	    nla_put_u32(skb, KTLAT_NL_A_KIND, plan->kind) ||
	    nla_put_u32(skb, KTLAT_NL_A_BACKEND, ktlat_probe_backend(probe)) ||
	    message_point(skb, KTLAT_NL_A_POINT, &plan->point[0],
			  &plan->argument[0]) ||
	    message_syscall(skb, plan->syscall))
		return -EMSGSIZE;
	if (plan->point[1].name[0] &&
	    (nla_put_u32(skb, KTLAT_NL_A_MATCH, plan->match) ||
	     message_point(skb, KTLAT_NL_A_END_POINT, &plan->point[1],
			   &plan->argument[1])))
		return -EMSGSIZE;
	return plan->group ? nla_put_u32(skb, KTLAT_NL_A_FUNCTIONS,
					 plan->group->nr) : 0;
}

/* Context: ktlat_lock. */
int ktlat_message_state(struct sk_buff *skb, const struct ktlat_probe *probe)
{
	return nla_put_u32(skb, KTLAT_NL_A_STATE, ktlat_probe_state(probe));
}

/* Context: ktlat_lock. */
int ktlat_message_figures(struct sk_buff *skb, const struct ktlat_probe *probe,
			  const struct ktlat_figures *figures)
{
	const struct ktlat_counters *sum = &figures->sum;
	const struct {
		int attribute;
		u64 value;
	} numbers[] = {
		{ KTLAT_NL_A_GENERATION, probe->histogram.header->generation },
		{ KTLAT_NL_A_ENTRIES, sum->entries },
		{ KTLAT_NL_A_RETURNS, sum->returns },
		{ KTLAT_NL_A_SUM, sum->sum_ns },
		{ KTLAT_NL_A_MISSED, sum->missed },
		{ KTLAT_NL_A_RECURSED, sum->recursed },
		{ KTLAT_NL_A_ABANDONED, sum->abandoned },
		{ KTLAT_NL_A_FILTERED, sum->filtered },
		{ KTLAT_NL_A_IN_FLIGHT, figures->in_flight },
		{ KTLAT_NL_A_UNMATCHED, sum->unmatched },
		{ KTLAT_NL_A_CLOCK_BACKWARDS, sum->clock_backwards },
		{ KTLAT_NL_A_MIN, sum->min_ns },
		{ KTLAT_NL_A_MAX, sum->max_ns },
	};
	/*
	 * There is a shortest and a longest only of what was recorded; of a call that is
	 * being recorded they may not be there yet. Then the one is above the other.
	 */
	int nr = ARRAY_SIZE(numbers) - (sum->min_ns <= sum->max_ns ? 0 : 2);

	for (int i = 0; i < nr; i++)
		if (ktlat_message_number(skb, numbers[i].attribute,
					 numbers[i].value))
			return -EMSGSIZE;
	return nla_put_u8(skb, KTLAT_NL_A_EXACT, figures->exact);
}

/* Which probe it is of is told by the caller. */
int ktlat_message_call(struct sk_buff *skb, const struct ktlat_event *call)
{
	char comm[KTLAT_COMM_LEN];

	strscpy(comm, call->comm, sizeof(comm));
	if (ktlat_message_number(skb, KTLAT_NL_A_LATENCY, call->latency_ns) ||
	    nla_put_u32(skb, KTLAT_NL_A_FUNCTION, call->function) ||
	    nla_put_u32(skb, KTLAT_NL_A_CPU, call->cpu) ||
	    nla_put_u32(skb, KTLAT_NL_A_CONTEXT, call->context) ||
	    nla_put_u32(skb, KTLAT_NL_A_PID, call->pid) ||
	    nla_put_u32(skb, KTLAT_NL_A_TGID, call->tgid) ||
	    nla_put_string(skb, KTLAT_NL_A_COMM, comm))
		return -EMSGSIZE;
	return call->stack_id ? nla_put_u32(skb, KTLAT_NL_A_STACK_ID,
					    call->stack_id) : 0;
}
