/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * genetlink.h - a multicast group that takes CAP_SYS_ADMIN to join.
 *
 * By a flag since 6.7 and in the stable updates of 6.1, by a bit in those of 5.10. A
 * kernel that has neither lets anybody join, so the family has no group there.
 */
#ifndef KTLAT_COMPAT_GENETLINK_H
#define KTLAT_COMPAT_GENETLINK_H

#include <net/genetlink.h>

#if KTLAT_HAS_GENL_GROUP_FLAGS
#define KTLAT_GENL_GROUP(group)						\
	{ .name = (group), .flags = GENL_MCAST_CAP_SYS_ADMIN }
#elif KTLAT_HAS_GENL_GROUP_BIT
#define KTLAT_GENL_GROUP(group)	{ .name = (group), .cap_sys_admin = 1 }
#else
#define KTLAT_GENL_GROUP(group)	{ .name = (group) }
#endif

#define KTLAT_GENL_NR_GROUPS						\
	(KTLAT_HAS_GENL_GROUP_FLAGS || KTLAT_HAS_GENL_GROUP_BIT ? 1 : 0)

#endif /* KTLAT_COMPAT_GENETLINK_H */
