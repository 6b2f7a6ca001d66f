// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - order of coming and going.
 *
 * An open descriptor or a mapping holds the module, so when we are told to go
 * only the default session can have probes left.
 */
#include <linux/module.h>

#include "backend/backend.h"
#include "canary.h"
#include "device.h"
#include "hot/clock.h"
#include "lookout.h"
#include "modwatch.h"
#include "netlink.h"
#include "session.h"
#include "threshold.h"
#include "waiters.h"

#include <ktlat.h>

static int __init ktlat_init(void)
{
	int err = ktlat_clock_init();

	if (err)
		return err;
	err = ktlat_canary_init();
	if (err)
		return err;
	err = ktlat_backends_init();
	if (err)
		goto canary;
	err = ktlat_netlink_init();
	if (err)
		goto backends;
	err = ktlat_lookout_init();
	if (err)
		goto netlink;
	err = ktlat_modwatch_init();
	if (err)
		goto lookout;
	err = ktlat_device_init();
	if (err)
		goto modwatch;
	return 0;

modwatch:
	ktlat_modwatch_exit();
lookout:
	ktlat_lookout_exit();
netlink:
	ktlat_netlink_exit();
backends:
	ktlat_backends_exit();
canary:
	ktlat_canary_exit();
	return err;
}
module_init(ktlat_init);

static void __exit ktlat_exit(void)
{
	ktlat_device_exit();
	ktlat_session_exit();
	ktlat_modwatch_exit();
	ktlat_waiters_exit();
	ktlat_threshold_exit();
	ktlat_lookout_exit();
	ktlat_netlink_exit();
	ktlat_backends_exit();
	ktlat_canary_exit();
}
module_exit(ktlat_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ktlat authors");
MODULE_DESCRIPTION("Latency of kernel functions, call by call");
MODULE_VERSION(KTLAT_VERSION);
