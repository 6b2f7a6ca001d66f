// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink.c - the generic netlink family: events go out, questions are answered.
 *
 * An event is built with whatever lock guards what it tells, and then sent under
 * netlink_lock, which gives it its number. So the numbers are in the order in which
 * sockets get the events.
 */
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/timekeeping.h>

#include "compat/genetlink.h"
#include "lookout.h"
#include "netlink.h"
#include "netlink_message.h"
#include "probe.h"
#include "session.h"

#include <ktlat.h>
#include <ktlat_netlink.h>

/* The only multicast group. */
#define NETLINK_GROUP	0

/* Guards the number of the last event, and keeps events in order. */
static DEFINE_MUTEX(netlink_lock);
static u64 netlink_sequence;

static struct genl_family netlink_family;

/**
 * struct netlink_event - An event that is being built
 * @skb: the message, or NULL without memory
 * @header: of the message
 * @sequence: where its number goes
 * @err: what went wrong
 */
struct netlink_event {
	struct sk_buff *skb;
	void *header;
	struct nlattr *sequence;
	int err;
};

/* Does anybody listen? Context: any that may take RCU's read lock. */
bool ktlat_netlink_has_listeners(void)
{
	return KTLAT_GENL_NR_GROUPS &&
	       genl_has_listeners(&netlink_family, &init_net, NETLINK_GROUP);
}

/* Makes an event that nothing but its number and time is in. May sleep. */
static void netlink_begin(struct netlink_event *event, u8 cmd, u64 time_ns)
{
	*event = (struct netlink_event){ .err = -ENOMEM };
	event->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!event->skb)
		return;
	event->header = genlmsg_put(event->skb, 0, 0, &netlink_family, 0, cmd);
	if (!event->header)
		return;
	event->sequence = nla_reserve_64bit(event->skb, KTLAT_NL_A_SEQUENCE,
					    sizeof(u64), KTLAT_NL_A_PAD);
	if (!event->sequence)
		return;
	event->err = ktlat_message_number(event->skb, KTLAT_NL_A_TIME, time_ns);
}

/*
 * Sends an event; one that could not be built is a gap in the numbers. A socket that
 * cannot take it is told so by the kernel, and there is nothing to do about it here.
 */
static void netlink_end(struct netlink_event *event)
{
	mutex_lock(&netlink_lock);
	netlink_sequence++;
	if (event->err) {
		nlmsg_free(event->skb);
	} else {
		memcpy(nla_data(event->sequence), &netlink_sequence,
		       sizeof(netlink_sequence));
		genlmsg_end(event->skb, event->header);
		genlmsg_multicast_netns(&netlink_family, &init_net, event->skb,
					0, NETLINK_GROUP, GFP_KERNEL);
	}
	mutex_unlock(&netlink_lock);
}

/**
 * ktlat_netlink_probe() - Tell what has happened to a probe
 * @cmd: the event, &enum ktlat_nl_cmd
 * @probe: the probe
 *
 * Context: ktlat_lock; may sleep.
 */
void ktlat_netlink_probe(u8 cmd, const struct ktlat_probe *probe)
{
	struct netlink_event event;

	lockdep_assert_held(&ktlat_lock);
	if (!ktlat_netlink_has_listeners())
		return;
	netlink_begin(&event, cmd, ktime_get_ns());
	if (!event.err)
		event.err = ktlat_message_probe(event.skb, probe);
	/* One that was removed is attached to nothing that could tell. */
	if (!event.err && cmd != KTLAT_NL_CMD_REMOVED)
		event.err = ktlat_message_state(event.skb, probe);
	netlink_end(&event);
}

/* The probe measures from now on. Context: ktlat_lock; may sleep. */
void ktlat_netlink_attached(struct ktlat_probe *probe)
{
	probe->told.attached = true;
	ktlat_netlink_probe(KTLAT_NL_CMD_ATTACHED, probe);
}

/* It does not, which may have been told already. Context: ktlat_lock; may sleep. */
void ktlat_netlink_detached(struct ktlat_probe *probe)
{
	if (!probe->told.attached)
		return;
	probe->told.attached = false;
	ktlat_netlink_probe(KTLAT_NL_CMD_DETACHED, probe);
}

/**
 * ktlat_netlink_missed() - Tell what calls a probe has missed, if it is news
 * @probe: the probe
 * @figures: of it
 *
 * Context: ktlat_lock; may sleep. Listeners are there, or were just now.
 */
void ktlat_netlink_missed(struct ktlat_probe *probe,
			  const struct ktlat_figures *figures)
{
	u64 generation = probe->histogram.header->generation;
	struct ktlat_told *told = &probe->told;
	u64 missed = figures->sum.missed;
	struct netlink_event event;

	lockdep_assert_held(&ktlat_lock);
	if (told->generation != generation)
		told->missed = 0;
	told->generation = generation;
	if (missed <= told->missed)
		return;
	netlink_begin(&event, KTLAT_NL_CMD_MISSED, ktime_get_ns());
	if (!event.err)
		event.err = ktlat_message_probe(event.skb, probe) ?:
			    ktlat_message_state(event.skb, probe) ?:
			    ktlat_message_number(event.skb, KTLAT_NL_A_MISSED,
						 missed) ?:
			    ktlat_message_number(event.skb,
						 KTLAT_NL_A_MISSED_NEW,
						 missed - told->missed);
	told->missed = missed;
	netlink_end(&event);
}

/* Fills in what probe an event is of, as far as it is still there. */
static int netlink_put_probe(struct sk_buff *skb, u64 id)
{
	const struct ktlat_probe *probe;
	int err;

	mutex_lock(&ktlat_map_lock);
	probe = ktlat_probe_find(id);
	err = probe ? ktlat_message_probe(skb, probe) :
		      ktlat_message_number(skb, KTLAT_NL_A_PROBE_ID, id);
	mutex_unlock(&ktlat_map_lock);
	return err;
}

/* One more slow call; may it be told? Then *suppressed is how many were not. */
static bool netlink_admit(struct ktlat_told *told, u64 *suppressed)
{
	time64_t now = ktime_get_seconds();

	lockdep_assert_held(&ktlat_map_lock);
	if (told->slow_second != now)
		told->slow_calls = 0;
	told->slow_second = now;
	told->slow_suppressed += *suppressed;
	if (told->slow_calls >= KTLAT_NL_SLOW_MAX) {
		told->slow_suppressed++;
		return false;
	}
	told->slow_calls++;
	*suppressed = told->slow_suppressed;
	told->slow_suppressed = 0;
	return true;
}

static bool netlink_admit_call(const struct ktlat_slow_call *call,
			       u64 *suppressed)
{
	struct ktlat_probe *probe;
	bool admitted;

	*suppressed = call->suppressed;
	mutex_lock(&ktlat_map_lock);
	probe = ktlat_probe_find(call->event->probe_id);
	admitted = !probe || netlink_admit(&probe->told, suppressed);
	mutex_unlock(&ktlat_map_lock);
	return admitted;
}

/**
 * ktlat_netlink_slow() - Tell a slow call, if there were not too many just now
 * @call: the call; not used any more on return
 *
 * Context: process, may sleep; with ktlat_lock or without, so also from a work item
 * that is waited for under it. Not ktlat_map_lock.
 */
void ktlat_netlink_slow(const struct ktlat_slow_call *call)
{
	struct netlink_event event;
	u64 suppressed;

	if (!ktlat_netlink_has_listeners() ||
	    !netlink_admit_call(call, &suppressed))
		return;
	netlink_begin(&event, KTLAT_NL_CMD_SLOW, call->end_ns);
	if (!event.err)
		event.err = netlink_put_probe(event.skb,
					      call->event->probe_id) ?:
			    ktlat_message_call(event.skb, call->event) ?:
			    ktlat_message_number(event.skb,
						 KTLAT_NL_A_SUPPRESSED,
						 suppressed);
	netlink_end(&event);
}

/**
 * ktlat_netlink_frozen() - Tell that the rings of a session are frozen
 * @session_id: the session
 * @probe_id: the probe whose call had them frozen, or 0
 *
 * Context: as for ktlat_netlink_slow().
 */
void ktlat_netlink_frozen(u64 session_id, u64 probe_id)
{
	struct netlink_event event;

	if (!ktlat_netlink_has_listeners())
		return;
	netlink_begin(&event, KTLAT_NL_CMD_FROZEN, ktime_get_ns());
	if (!event.err)
		event.err = ktlat_message_number(event.skb,
						 KTLAT_NL_A_SESSION_ID,
						 session_id);
	if (!event.err && probe_id)
		event.err = netlink_put_probe(event.skb, probe_id);
	netlink_end(&event);
}

/* May whoever made a request see more than what is public? */
static bool netlink_sees_all(const struct sk_buff *request)
{
	return netlink_capable(request, CAP_PERFMON) ||
	       netlink_capable(request, CAP_SYS_ADMIN);
}

static bool netlink_visible(const struct ktlat_probe *probe, bool all)
{
	return all || (probe->public &&
		       probe->session == &ktlat_session_default);
}

/* A whole message on a probe, or none. Under ktlat_lock. */
static int netlink_tell(struct sk_buff *skb, u32 portid, u32 sequence, int flags,
			const struct ktlat_probe *probe)
{
	void *header = genlmsg_put(skb, portid, sequence, &netlink_family,
				   flags, KTLAT_NL_CMD_PROBE_GET);
	struct ktlat_figures figures;

	if (!header)
		return -EMSGSIZE;
	ktlat_probe_figures(probe, &figures);
	if (ktlat_message_probe(skb, probe) ||
	    ktlat_message_state(skb, probe) ||
	    ktlat_message_figures(skb, probe, &figures)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int netlink_tell_one(struct sk_buff *skb, const struct genl_info *info,
			    bool all)
{
	u64 id = nla_get_u64(info->attrs[KTLAT_NL_A_PROBE_ID]);
	const struct ktlat_probe *probe;
	int err = -ENOENT;

	if (mutex_lock_killable(&ktlat_lock))
		return -EINTR;
	probe = ktlat_probe_find(id);
	if (probe && netlink_visible(probe, all))
		err = netlink_tell(skb, info->snd_portid, info->snd_seq, 0,
				   probe);
	mutex_unlock(&ktlat_lock);
	return err;
}

static int netlink_probe_get(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	int err;

	if (!info->attrs[KTLAT_NL_A_PROBE_ID])
		return -EINVAL;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = netlink_tell_one(skb, info, netlink_sees_all(request));
	if (!err)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	return err;
}

/**
 * struct netlink_dump - How far a dump has got
 * @last: the last probe that was told
 * @all: not only what is public
 */
struct netlink_dump {
	u64 last;
	bool all;
};

static struct netlink_dump *netlink_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct netlink_dump) > sizeof(cb->ctx));
	return (struct netlink_dump *)cb->ctx;
}

/* Who asks is known here alone: the rest is run by whoever reads the socket. */
static int netlink_probe_dump_start(struct netlink_callback *cb)
{
	struct netlink_dump *dump = netlink_dump(cb);

	if (nlmsg_attrlen(cb->nlh, GENL_HDRLEN))
		return -EINVAL;
	dump->last = 0;
	dump->all = netlink_sees_all(cb->skb);
	return 0;
}

/* As many as fit; between two calls probes may come and go. */
static int netlink_dump_some(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct netlink_dump *dump = netlink_dump(cb);
	const struct ktlat_probe *probe;

	lockdep_assert_held(&ktlat_lock);
	while ((probe = ktlat_probe_after(dump->last))) {
		int err = 0;

		if (netlink_visible(probe, dump->all))
			err = netlink_tell(skb, NETLINK_CB(cb->skb).portid,
					   cb->nlh->nlmsg_seq, NLM_F_MULTI,
					   probe);
		if (err)
			return skb->len ? 0 : err;
		dump->last = probe->id;
	}
	return 0;
}

static int netlink_probe_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (mutex_lock_killable(&ktlat_lock))
		return -EINTR;
	err = netlink_dump_some(skb, cb);
	mutex_unlock(&ktlat_lock);
	return err ?: skb->len;
}

/* Behind it on this socket there comes no event up to the number that it tells. */
static int netlink_info_get(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &netlink_family, 0,
				   KTLAT_NL_CMD_INFO_GET);
	mutex_lock(&netlink_lock);
	if (!header || ktlat_message_number(skb, KTLAT_NL_A_SEQUENCE,
					    netlink_sequence))
		header = NULL;
	mutex_unlock(&netlink_lock);
	if (!header) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	ktlat_lookout_begin();
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/* What a request may hold. Up to 5.10 a request without a policy is not checked. */
static const struct nla_policy netlink_policy_id[] = {
	[KTLAT_NL_A_PROBE_ID] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy netlink_policy_none[] = {
	[KTLAT_NL_A_PROBE_ID] = { .type = NLA_REJECT },
};

static const struct genl_ops netlink_ops[] = {
	{
		.cmd		= KTLAT_NL_CMD_INFO_GET,
		.flags		= GENL_ADMIN_PERM,
		.policy		= netlink_policy_none,
		.maxattr	= ARRAY_SIZE(netlink_policy_none) - 1,
		.doit		= netlink_info_get,
	},
	{
		.cmd		= KTLAT_NL_CMD_PROBE_GET,
		.flags		= GENL_ADMIN_PERM,
		.policy		= netlink_policy_id,
		.maxattr	= ARRAY_SIZE(netlink_policy_id) - 1,
		.doit		= netlink_probe_get,
		.start		= netlink_probe_dump_start,
		.dumpit		= netlink_probe_dump,
	},
};

static const struct genl_multicast_group netlink_groups[] = {
	[NETLINK_GROUP] = KTLAT_GENL_GROUP(KTLAT_NL_GROUP),
};

/*
 * In the initial network namespace alone. Requests are not serialized by a lock that
 * other families need, as ours may have to wait.
 */
static struct genl_family netlink_family __ro_after_init = {
	.name		= KTLAT_NL_FAMILY,
	.version	= KTLAT_NL_VERSION,
	.maxattr	= ARRAY_SIZE(netlink_policy_id) - 1,
	.parallel_ops	= true,
	.ops		= netlink_ops,
	.n_ops		= ARRAY_SIZE(netlink_ops),
	.mcgrps		= netlink_groups,
	.n_mcgrps	= KTLAT_GENL_NR_GROUPS,
	.module		= THIS_MODULE,
};

/* Context: none of our locks is held. */
int ktlat_netlink_init(void)
{
	return genl_register_family(&netlink_family);
}

/* Nothing tells anything any more. Context: none of our locks is held. */
void ktlat_netlink_exit(void)
{
	genl_unregister_family(&netlink_family);
}
