// SPDX-License-Identifier: GPL-2.0-only
/* What is known of the parameters of a function, wherever it is. */
#include "fetch.h"

static const char no_btf[] = "no BTF tells of its parameters";

static bool find_proto(struct ktl_function *function,
		       const struct ktl_types *types)
{
	if (!types)
		return false;
	function->proto = ktl_find_proto(types, function->name);
	function->btf = function->proto ? types->btf : NULL;
	return function->proto;
}

/* Which module holds it, where nobody said so: the kernel looks into itself first. */
static void find_owner(const char *name, char module[KTLAT_MODULE_LEN])
{
	struct ktlat_owner owner = { .function = name, .module = module };

	ktlat_find_modules(&owner, 1);
}

static void look_into_module(struct ktl_function *function, const char *module)
{
	if (!strcmp(module, KTLAT_VMLINUX) ||
	    !ktl_open_types(&function->module, module))
		return;
	find_proto(function, &function->module);
}

static void look(const struct ktlat_point *point, struct ktl_function *function)
{
	char module[KTLAT_MODULE_LEN];

	if (*point->module && strcmp(point->module, KTLAT_VMLINUX)) {
		look_into_module(function, point->module);
	} else if (!find_proto(function, ktl_kernel_types()) &&
		   !*point->module && ktl_kernel_types()) {
		find_owner(point->name, module);
		look_into_module(function, module);
	}
}

/**
 * ktl_open_function() - Find out what a function takes and returns
 * @point: the function, as the module is told of it; or NULL for those of a group
 * @function: filled in, also if nothing is known; to be closed
 *
 * The types are locked until then.
 */
void ktl_open_function(const struct ktlat_point *point,
		       struct ktl_function *function)
{
	*function = (struct ktl_function){ .why = no_btf };
	ktl_lock_types();
	if (!point)
		function->why = "functions of a group have parameters of their own each";
	else if (point->offset)
		function->why = "its parameters are known where it begins, and not behind";
	else if (point->address)
		function->why = "BTF knows functions by name, and several have this one, or it was given by its address";
	else if (strchr(point->name, '.'))
		function->why = "what the compiler made of a function may take other parameters";
	if (point)
		function->name = point->name;
	if (function->why == no_btf)
		look(point, function);
}

void ktl_close_function(struct ktl_function *function)
{
	ktl_close_types(&function->module);
	ktl_unlock_types();
}
