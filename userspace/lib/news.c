// SPDX-License-Identifier: GPL-2.0-only
/* What a message of the module's netlink family says. */
#include <ktlat_netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

static const struct {
	__u8 command;
	enum ktlat_news_kind kind;
} kinds[] = {
	{ KTLAT_NL_CMD_ADDED, KTLAT_NEWS_ADDED },
	{ KTLAT_NL_CMD_REMOVED, KTLAT_NEWS_REMOVED },
	{ KTLAT_NL_CMD_ATTACHED, KTLAT_NEWS_ATTACHED },
	{ KTLAT_NL_CMD_DETACHED, KTLAT_NEWS_DETACHED },
	{ KTLAT_NL_CMD_MISSED, KTLAT_NEWS_MISSED },
	{ KTLAT_NL_CMD_SLOW, KTLAT_NEWS_SLOW },
	{ KTLAT_NL_CMD_FROZEN, KTLAT_NEWS_FROZEN },
};

/* What is not listed here is a number of 64 bits, or not looked at. */
static struct nla_policy policy[KTLAT_NL_A_NR] = {
	[KTLAT_NL_A_PROBE_ID]	= { .type = NLA_U64 },
	[KTLAT_NL_A_SEQUENCE]	= { .type = NLA_U64 },
	[KTLAT_NL_A_TIME]	= { .type = NLA_U64 },
	[KTLAT_NL_A_SESSION_ID]	= { .type = NLA_U64 },
	[KTLAT_NL_A_KIND]	= { .type = NLA_U32 },
	[KTLAT_NL_A_MATCH]	= { .type = NLA_U32 },
	[KTLAT_NL_A_BACKEND]	= { .type = NLA_U32 },
	[KTLAT_NL_A_STATE]	= { .type = NLA_U32 },
	[KTLAT_NL_A_POINT]	= { .type = NLA_NESTED },
	[KTLAT_NL_A_END_POINT]	= { .type = NLA_NESTED },
	[KTLAT_NL_A_FUNCTIONS]	= { .type = NLA_U32 },
	[KTLAT_NL_A_MISSED]	= { .type = NLA_U64 },
	[KTLAT_NL_A_MISSED_NEW]	= { .type = NLA_U64 },
	[KTLAT_NL_A_LATENCY]	= { .type = NLA_U64 },
	[KTLAT_NL_A_FUNCTION]	= { .type = NLA_U32 },
	[KTLAT_NL_A_CPU]	= { .type = NLA_U32 },
	[KTLAT_NL_A_CONTEXT]	= { .type = NLA_U32 },
	[KTLAT_NL_A_PID]	= { .type = NLA_U32 },
	[KTLAT_NL_A_TGID]	= { .type = NLA_U32 },
	[KTLAT_NL_A_COMM]	= { .type = NLA_NUL_STRING },
	[KTLAT_NL_A_STACK_ID]	= { .type = NLA_U32 },
	[KTLAT_NL_A_SUPPRESSED]	= { .type = NLA_U64 },
	[KTLAT_NL_A_SYSCALL]	= { .type = NLA_U32 },
	[KTLAT_NL_A_SYSCALL_32]	= { .type = NLA_U32 },
};

static struct nla_policy point_policy[KTLAT_NL_POINT_A_NR] = {
	[KTLAT_NL_POINT_A_MODULE]	= { .type = NLA_NUL_STRING },
	[KTLAT_NL_POINT_A_NAME]		= { .type = NLA_NUL_STRING },
	[KTLAT_NL_POINT_A_OFFSET]	= { .type = NLA_U64 },
	[KTLAT_NL_POINT_A_ARGUMENT]	= { .type = NLA_U32 },
	[KTLAT_NL_POINT_A_BYTES]	= { .type = NLA_U32 },
	[KTLAT_NL_POINT_A_SIGNED]	= { .type = NLA_FLAG },
};

static __u64 number(struct nlattr *attribute)
{
	return attribute ? nla_get_u64(attribute) : 0;
}

static __u32 word(struct nlattr *attribute)
{
	return attribute ? nla_get_u32(attribute) : 0;
}

static void text(struct nlattr *attribute, char *to, size_t size)
{
	if (attribute)
		nla_strlcpy(to, attribute, size);
}

static int read_point(struct nlattr *nested, struct ktlat_point *point,
		      struct ktlat_argument *argument)
{
	struct nlattr *a[KTLAT_NL_POINT_A_NR];

	if (!nested)
		return 0;
	if (nla_parse_nested(a, KTLAT_NL_POINT_A_NR - 1, nested, point_policy))
		return -EPROTO;
	text(a[KTLAT_NL_POINT_A_MODULE], point->module, sizeof(point->module));
	text(a[KTLAT_NL_POINT_A_NAME], point->name, sizeof(point->name));
	point->offset = number(a[KTLAT_NL_POINT_A_OFFSET]);
	argument->index = word(a[KTLAT_NL_POINT_A_ARGUMENT]);
	argument->bytes = word(a[KTLAT_NL_POINT_A_BYTES]);
	argument->is_signed = a[KTLAT_NL_POINT_A_SIGNED] != NULL;
	return 0;
}

static int read_probe(struct nlattr **a, struct ktlat_probe_info *probe)
{
	int ret;

	probe->size = sizeof(*probe);
	probe->id = number(a[KTLAT_NL_A_PROBE_ID]);
	probe->kind = word(a[KTLAT_NL_A_KIND]);
	probe->match = word(a[KTLAT_NL_A_MATCH]);
	probe->backend = word(a[KTLAT_NL_A_BACKEND]);
	probe->state = word(a[KTLAT_NL_A_STATE]);
	probe->functions = word(a[KTLAT_NL_A_FUNCTIONS]);
	if (a[KTLAT_NL_A_SYSCALL])
		probe->syscall[0] = word(a[KTLAT_NL_A_SYSCALL]) + 1;
	if (a[KTLAT_NL_A_SYSCALL_32])
		probe->syscall[1] = word(a[KTLAT_NL_A_SYSCALL_32]) + 1;
	ret = read_point(a[KTLAT_NL_A_POINT], &probe->point[0],
			 &probe->argument[0]);
	return ret ? ret : read_point(a[KTLAT_NL_A_END_POINT],
				      &probe->point[1], &probe->argument[1]);
}

static void read_call(struct nlattr **a, struct ktlat_event *call)
{
	call->probe_id = number(a[KTLAT_NL_A_PROBE_ID]);
	call->latency_ns = number(a[KTLAT_NL_A_LATENCY]);
	call->function = word(a[KTLAT_NL_A_FUNCTION]);
	call->cpu = word(a[KTLAT_NL_A_CPU]);
	call->context = word(a[KTLAT_NL_A_CONTEXT]);
	call->pid = word(a[KTLAT_NL_A_PID]);
	call->tgid = word(a[KTLAT_NL_A_TGID]);
	call->stack_id = word(a[KTLAT_NL_A_STACK_ID]);
	text(a[KTLAT_NL_A_COMM], call->comm, sizeof(call->comm));
}

static bool find_kind(__u8 command, enum ktlat_news_kind *kind)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(kinds); i++)
		if (kinds[i].command == command)
			break;
	if (i == KTL_ARRAY_SIZE(kinds))
		return false;
	*kind = kinds[i].kind;
	return true;
}

/**
 * ktl_read_news() - Read an event out of a message
 * @message: the message, whole, of the module's family
 * @news: cleared, then filled in
 *
 * Returns 1; 0 if it is an event of a kind that we do not know, then nothing but
 * @sequence is filled in; -EPROTO if it is no event.
 */
int ktl_read_news(struct nlmsghdr *message, struct ktlat_news *news)
{
	struct nlattr *a[KTLAT_NL_A_NR];

	memset(news, 0, sizeof(*news));
	if (!genlmsg_valid_hdr(message, 0) ||
	    genlmsg_parse(message, 0, a, KTLAT_NL_A_NR - 1, policy))
		return -EPROTO;
	news->sequence = number(a[KTLAT_NL_A_SEQUENCE]);
	if (!news->sequence)
		return -EPROTO;
	if (!find_kind(genlmsg_hdr(message)->cmd, &news->kind))
		return 0;
	news->time_ns = number(a[KTLAT_NL_A_TIME]);
	news->session_id = number(a[KTLAT_NL_A_SESSION_ID]);
	news->missed = number(a[KTLAT_NL_A_MISSED]);
	news->missed_new = number(a[KTLAT_NL_A_MISSED_NEW]);
	news->suppressed = number(a[KTLAT_NL_A_SUPPRESSED]);
	read_call(a, &news->call);
	return read_probe(a, &news->probe) ? -EPROTO : 1;
}
