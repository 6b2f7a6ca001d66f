// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "ctl.h"

/* Only a missing module is worth loading, not a missing node. */
static bool may_load(const struct ctl *ctl, int ret)
{
	struct ktlat_module module;

	if (ctl->no_load || ret != -ENOENT)
		return false;
	ktlat_get_module(&module);
	return !module.loaded;
}

/**
 * connect_device() - Open the device, with the module loaded if need be
 * @ctl: this run
 * @flags: as for ktlat_open()
 * @k: where to put the handle
 * @err: why it failed
 */
int connect_device(const struct ctl *ctl, unsigned int flags, struct ktlat **k,
		   struct ktlat_error *err)
{
	struct ktlat_module module;
	int ret = ktlat_open(k, flags, err);

	if (!may_load(ctl, ret))
		return ret;
	ret = ktlat_load_module(NULL, NULL, err);
	/* Somebody else may have been faster. */
	if (ret && ret != -EEXIST)
		return ret;
	ktlat_get_module(&module);
	note("loaded the module ktlat %s", module.version);
	return ktlat_open(k, flags, err);
}
