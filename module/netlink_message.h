/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netlink_message.h - attributes of messages, see ktlat_netlink.h.
 *
 * Each returns 0, or -EMSGSIZE where there is no room.
 */
#ifndef KTLAT_NETLINK_MESSAGE_H
#define KTLAT_NETLINK_MESSAGE_H

#include <linux/types.h>

struct ktlat_event;
struct ktlat_figures;
struct ktlat_probe;
struct sk_buff;

int ktlat_message_number(struct sk_buff *skb, int attribute, u64 value);
int ktlat_message_probe(struct sk_buff *skb, const struct ktlat_probe *probe);
int ktlat_message_state(struct sk_buff *skb, const struct ktlat_probe *probe);
int ktlat_message_figures(struct sk_buff *skb, const struct ktlat_probe *probe,
			  const struct ktlat_figures *figures);
int ktlat_message_call(struct sk_buff *skb, const struct ktlat_event *call);

#endif /* KTLAT_NETLINK_MESSAGE_H */
