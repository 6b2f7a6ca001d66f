// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which argument of a tracepoint has a name, as BTF tells of the function that calls the
 * handlers, __traceiter_EVENT().
 */
#include <dirent.h>
#include <stdio.h>

#include "types.h"

#define BTF_DIR		"/sys/kernel/btf/"

/* A number or an address, which can be compared. */
static bool size_argument(const struct btf *btf, __u32 id,
			  struct ktlat_argument *argument)
{
	const struct btf_type *type = ktl_strip_type(btf, id);

	if (!type)
		return false;
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
		argument->bytes = sizeof(__u64);
		return true;
	case BTF_KIND_INT:
		argument->is_signed = !!(btf_int_encoding(type) & BTF_INT_SIGNED);
		/* fall through */
	case BTF_KIND_ENUM:
	case KTL_KIND_ENUM64:
		argument->bytes = type->size;
		return type->size && type->size <= sizeof(__u64);
	default:
		return false;
	}
}

/* The data of a handler come in register 0, so others are counted from 1 up. */
static bool place_argument(const struct btf *btf, const struct btf_type *proto,
			   __u32 param, struct ktlat_argument *argument)
{
	int where = ktl_find_register(btf, proto, param);

	if (where < 1 || where > KTLAT_ARGUMENTS_MAX)
		return false;
	argument->index = where;
	return true;
}

static void list_arguments(const struct btf *btf, const struct btf_type *proto,
			   char *why, size_t size)
{
	const struct btf_param *param = btf_params(proto);
	size_t len = snprintf(why, size, "the event has no argument of that name, but");
	__u32 i;

	for (i = 1; i < btf_vlen(proto) && len < size; i++)
		len += snprintf(why + len, size - len, " %s",
				btf__name_by_offset(btf, param[i].name_off));
	if (btf_vlen(proto) < 2)
		snprintf(why, size, "the event has no arguments");
}

static bool find_argument(const struct btf *btf, const struct btf_type *proto,
			  const char *name, struct ktlat_argument *argument,
			  char *why, size_t size)
{
	const struct btf_param *param = btf_params(proto);
	__u32 i, nr = btf_vlen(proto);

	for (i = 1; i < nr; i++)
		if (!strcmp(btf__name_by_offset(btf, param[i].name_off), name))
			break;
	if (i >= nr) {
		list_arguments(btf, proto, why, size);
		return false;
	}
	*argument = (struct ktlat_argument){ 0 };
	if (size_argument(btf, param[i].type, argument) &&
	    place_argument(btf, proto, i, argument))
		return true;
	snprintf(why, size, "that argument is no number and no address, or not among the first %u",
		 KTLAT_ARGUMENTS_MAX);
	return false;
}

static const struct btf_type *find_event(const struct ktl_types *types,
					 const char *event)
{
	char name[KTLAT_NAME_LEN + sizeof("__traceiter_")];

	snprintf(name, sizeof(name), "__traceiter_%s", event);
	return ktl_find_proto(types, name);
}

/* The first module that has the event; its types are to be closed. */
static const struct btf_type *find_event_in_modules(const char *event,
						    struct ktl_types *module)
{
	const struct btf_type *found = NULL;
	DIR *dir = opendir(BTF_DIR);
	struct dirent *entry;

	while (dir && !found && (entry = readdir(dir))) {
		if (*entry->d_name == '.' ||
		    !strcmp(entry->d_name, KTLAT_VMLINUX) ||
		    !ktl_open_types(module, entry->d_name))
			continue;
		found = find_event(module, event);
		if (!found)
			ktl_close_types(module);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool find_event_argument(const char *event, const char *name,
				struct ktlat_argument *argument, char *why,
				size_t size)
{
	const struct ktl_types *vmlinux = ktl_kernel_types();
	const struct btf_type *proto;
	struct ktl_types module = { 0 };
	bool found = false;

	if (!vmlinux)
		return false;
	proto = find_event(vmlinux, event);
	if (proto)
		return find_argument(vmlinux->btf, proto, name, argument, why,
				     size);
	proto = find_event_in_modules(event, &module);
	if (proto)
		found = find_argument(module.btf, proto, name, argument, why,
				      size);
	ktl_close_types(&module);
	return found;
}

/*
 * Which argument of an event has a name. Returns false where BTF does not tell, and says
 * why.
 */
bool ktl_find_argument(const char *event, const char *name,
		       struct ktlat_argument *argument, char *why, size_t size)
{
	bool found;

	snprintf(why, size, "the kernel's BTF does not tell the arguments of this event; write arg1 to arg%u, with :u32 or the like where it is no whole word",
		 KTLAT_ARGUMENTS_MAX);
	ktl_lock_types();
	found = find_event_argument(event, name, argument, why, size);
	ktl_unlock_types();
	return found;
}
