/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rights.h - what the current task may see; what it may change is checked in
 * device.c and by owner.
 */
#ifndef KTLAT_RIGHTS_H
#define KTLAT_RIGHTS_H

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/user_namespace.h>

/* More than what is public? A plain reader need not, so this is no audit event. */
static inline bool ktlat_sees_all(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_PERFMON) ||
	       ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

#endif /* KTLAT_RIGHTS_H */
