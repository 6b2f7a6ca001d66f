/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group.h - the functions of a group: names and places, in their order.
 */
#ifndef KTLAT_GROUP_H
#define KTLAT_GROUP_H

#include <linux/list.h>
#include <linux/types.h>

struct ktlat_function;

/**
 * struct ktlat_group_module - A kernel module that has functions of a group
 * @node: in the group's list of modules
 * @name: of the module; empty for the kernel proper
 */
struct ktlat_group_module {
	struct list_head node;
	char name[];
};

/**
 * struct ktlat_member - A function of a group
 * @address: of its symbol
 * @site: of its ftrace site
 * @name: its name
 * @module: where it lies
 */
struct ktlat_member {
	unsigned long address;
	unsigned long site;
	char *name;
	const struct ktlat_group_module *module;
};

/**
 * struct ktlat_group - The functions of a group; guarded by ktlat_lock, and against
 *	who looks at them when a kernel module goes by the lock of the backend
 * @sealed: it has been enabled, so that it stays as it is
 * @nr: how many there are
 * @room: how many there can be
 * @modules: where they lie
 * @members: the functions
 */
struct ktlat_group {
	bool sealed;
	u32 nr;
	u32 room;
	struct list_head modules;
	struct ktlat_member members[];
};

size_t ktlat_group_bytes(u32 room);
struct ktlat_group *ktlat_group_alloc(u32 room);
void ktlat_group_free(struct ktlat_group *group);
int ktlat_group_add(struct ktlat_group *group, struct ktlat_function *function,
		    unsigned long site);
int ktlat_group_get(const struct ktlat_group *group,
		    struct ktlat_function *function);

#endif /* KTLAT_GROUP_H */
