// SPDX-License-Identifier: GPL-2.0-only
/*
 * group.c - the functions of a group.
 *
 * Names are kept as they were given: what a module's code was called cannot be
 * asked any more when the module is gone.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "group.h"

#include <ktlat.h>

/*
 * What a function takes besides its member: its name, most of which are shorter,
 * and what a backend keeps of it.
 */
#define GROUP_MORE_BYTES	(32 + 72)

/* What a group takes, about, without figures. */
size_t ktlat_group_bytes(u32 room)
{
	return sizeof(struct ktlat_group) +
	       room * (sizeof(struct ktlat_member) + GROUP_MORE_BYTES);
}

/* Context: may sleep. Return: the group, or NULL without memory. */
struct ktlat_group *ktlat_group_alloc(u32 room)
{
	struct ktlat_group *group;

	group = kvzalloc(struct_size(group, members, room), GFP_KERNEL_ACCOUNT);
	if (!group)
		return NULL;
	group->room = room;
	INIT_LIST_HEAD(&group->modules);
	return group;
}

void ktlat_group_free(struct ktlat_group *group)
{
	struct ktlat_group_module *module, *next;

	if (!group)
		return;
	for (u32 i = 0; i < group->nr; i++)
		kfree(group->members[i].name);
	list_for_each_entry_safe(module, next, &group->modules, node)
		kfree(module);
	kvfree(group);
}

static const struct ktlat_group_module *
group_module(struct ktlat_group *group, const char *name)
{
	struct ktlat_group_module *module;

	list_for_each_entry(module, &group->modules, node)
		if (!strcmp(module->name, name))
			return module;
	module = kzalloc(struct_size(module, name, strlen(name) + 1),
			 GFP_KERNEL_ACCOUNT);
	if (!module)
		return NULL;
	strcpy(module->name, name);
	list_add_tail(&module->node, &group->modules);
	return module;
}

/**
 * ktlat_group_add() - Take a function into a group
 * @group: that is not sealed
 * @function: checked; its index is filled in
 * @site: its ftrace site
 *
 * Where it lies is &ktlat_member.module of the last member afterwards.
 *
 * Return: 0; -ENOBUFS if there is no room; -ENOMEM.
 */
int ktlat_group_add(struct ktlat_group *group, struct ktlat_function *function,
		    unsigned long site)
{
	struct ktlat_member member = {
		.address = function->point.address,
		.site = site,
	};

	if (group->nr == group->room)
		return -ENOBUFS;
	member.module = group_module(group, function->point.module);
	if (!member.module)
		return -ENOMEM;
	member.name = kstrdup(function->point.name, GFP_KERNEL_ACCOUNT);
	if (!member.name)
		return -ENOMEM;
	function->index = group->nr;
	group->members[group->nr++] = member;
	return 0;
}

/**
 * ktlat_group_get() - Tell of a function of a group
 * @group: the group
 * @function: its index tells which; the rest is filled in
 *
 * Return: 0, or -ENOENT after the last one.
 */
int ktlat_group_get(const struct ktlat_group *group,
		    struct ktlat_function *function)
{
	const struct ktlat_member *member;

	if (function->index >= group->nr)
		return -ENOENT;
	member = &group->members[array_index_nospec(function->index,
						    group->nr)];
	memset(&function->point, 0, sizeof(function->point));
	strscpy(function->point.name, member->name,
		sizeof(function->point.name));
	strscpy(function->point.module, member->module->name,
		sizeof(function->point.module));
	if (ns_capable_noaudit(&init_user_ns, CAP_SYSLOG))
		function->point.address = member->address;
	return 0;
}
