/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * livepatch.h - is a livepatch loaded?
 */
#ifndef KTLAT_COMPAT_LIVEPATCH_H
#define KTLAT_COMPAT_LIVEPATCH_H

#include <linux/kernfs.h>
#include <linux/kobject.h>

/**
 * ktlat_livepatch_is_loaded() - Is any livepatch loaded?
 *
 * The kernel does not tell modules, but each livepatch has a folder in
 * /sys/kernel/livepatch, from before it patches anything until after it has
 * given up everything.
 *
 * Context: may sleep.
 */
static inline bool ktlat_livepatch_is_loaded(void)
{
	struct kernfs_node *folder;
	bool loaded;

	if (!IS_ENABLED(CONFIG_LIVEPATCH))
		return false;
	folder = kernfs_find_and_get(kernel_kobj->sd, "livepatch");
	loaded = folder && READ_ONCE(folder->dir.subdirs);
	kernfs_put(folder);
	return loaded;
}

#endif /* KTLAT_COMPAT_LIVEPATCH_H */
