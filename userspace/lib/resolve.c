// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdlib.h>

#include "internal.h"

#define LIVEPATCH_DIR	"/sys/kernel/livepatch"

/* Modules that hold a function: enough of them to name in an error. */
#define MAX_NAMED	4

/**
 * struct lookup - Which functions a name stands for
 * @point: the name, and the module if one was given
 * @nr: how many there are
 * @nr_vmlinux: how many of them in the kernel itself
 * @modules: the modules that hold the first of the others
 * @nr_modules: how many of these
 */
struct lookup {
	const struct ktlat_point *point;
	unsigned int nr;
	unsigned int nr_vmlinux;
	char modules[MAX_NAMED][KTLAT_MODULE_LEN];
	unsigned int nr_modules;
};

/**
 * struct lookups - All names of some requests
 * @list: two places for each request, one for each of its points
 * @sorted: those that are in use, by name
 * @nr: how many these are
 */
struct lookups {
	struct lookup *list;
	struct lookup **sorted;
	size_t nr;
};

static void consider(struct lookup *lookup, const struct ktlat_symbol *symbol)
{
	const struct ktlat_point *point = lookup->point;

	if (*point->module && strcmp(symbol->module, point->module))
		return;
	lookup->nr++;
	if (!strcmp(symbol->module, KTLAT_VMLINUX))
		lookup->nr_vmlinux++;
	else if (lookup->nr_modules < MAX_NAMED)
		snprintf(lookup->modules[lookup->nr_modules++],
			 KTLAT_MODULE_LEN, "%s", symbol->module);
}

static int by_name(const void *a, const void *b)
{
	const struct lookup *left = *(struct lookup * const *)a;
	const struct lookup *right = *(struct lookup * const *)b;

	return strcmp(left->point->name, right->point->name);
}

static int is_name_of(const void *name, const void *element)
{
	const struct lookup *lookup = *(struct lookup * const *)element;

	return strcmp(name, lookup->point->name);
}

static int look_up(const struct ktlat_symbol *symbol, void *data)
{
	const struct lookups *all = data;
	struct lookup **found, **end = all->sorted + all->nr;

	found = bsearch(symbol->name, all->sorted, all->nr,
			sizeof(*all->sorted), is_name_of);
	if (!found)
		return 0;
	while (found > all->sorted && !is_name_of(symbol->name, found - 1))
		found--;
	for (; found < end && !is_name_of(symbol->name, found); found++)
		consider(*found, symbol);
	return 0;
}

static int fail_same_module(const struct lookup *lookup,
			    struct ktlat_error *err)
{
	return ktl_fail(err, ENOTUNIQ,
			"cannot add %s: %s holds %u functions of that name, and to choose one of them by name is not possible yet; probe a caller instead",
			lookup->point->name,
			lookup->nr_vmlinux ? KTLAT_VMLINUX : lookup->modules[0],
			lookup->nr);
}

static int fail_ambiguous(const struct lookup *lookup, struct ktlat_error *err)
{
	char places[(MAX_NAMED + 1) * (KTLAT_MODULE_LEN + 2)] = "";
	size_t len = 0;
	unsigned int i;

	if (lookup->nr_vmlinux)
		len = snprintf(places, sizeof(places), KTLAT_VMLINUX);
	for (i = 0; i < lookup->nr_modules; i++)
		len += snprintf(places + len, sizeof(places) - len, "%s%s",
				len ? ", " : "", lookup->modules[i]);
	return ktl_fail(err, ENOTUNIQ,
			"cannot add %s: %u functions have that name, in %s; say which as MODULE:%s",
			lookup->point->name, lookup->nr, places,
			lookup->point->name);
}

static bool is_in_one_module(const struct lookup *lookup)
{
	unsigned int i;

	if (lookup->nr == lookup->nr_vmlinux || *lookup->point->module)
		return true;
	if (lookup->nr_vmlinux)
		return false;
	for (i = 1; i < lookup->nr_modules; i++)
		if (strcmp(lookup->modules[i], lookup->modules[0]))
			return false;
	return true;
}

/* A livepatch replaces functions by trampolines, too, and must not be in ours. */
bool ktl_is_livepatched(void)
{
	DIR *dir = opendir(LIVEPATCH_DIR);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return found;
}

static int fail_prototype(const char *name, struct ktlat_error *err)
{
	return ktl_fail(err, EPROTOTYPE,
			"cannot add %s: the kernel's BTF tells that not all its arguments come in registers, so no trampoline may call it; take --backend auto",
			name);
}

/*
 * Vouches for a function if the kernel's BTF does and its trampoline is wanted.
 * Refuses what somebody vouches for and BTF does not.
 */
static int vouch(struct ktlat_probe_add *request, const char *module,
		 struct ktlat_error *err)
{
	bool claimed = request->flags & KTLAT_PROBE_REGISTERS;
	bool direct = request->backend == KTLAT_BACKEND_DIRECT;
	struct ktlat_point point = request->point[0];

	if (!direct && request->backend != KTLAT_BACKEND_AUTO)
		return 0;
	snprintf(point.module, sizeof(point.module), "%s", module);
	switch (ktl_find_prototype(&point)) {
	case KTL_PROTOTYPE_REGISTERS:
		if (direct || !ktl_is_livepatched())
			request->flags |= KTLAT_PROBE_REGISTERS;
		return 0;
	case KTL_PROTOTYPE_STACK:
		return claimed || direct ? fail_prototype(point.name, err) : 0;
	default:
		return 0;
	}
}

/* @module becomes that which holds the function, where there is just one. */
static int resolve(struct ktlat_point *point, const struct lookup *lookup,
		   char module[KTLAT_MODULE_LEN], struct ktlat_error *err)
{
	if (lookup->nr > 1 && is_in_one_module(lookup))
		return fail_same_module(lookup, err);
	if (lookup->nr > 1)
		return fail_ambiguous(lookup, err);
	snprintf(module, KTLAT_MODULE_LEN, "%s",
		 lookup->nr_modules ? lookup->modules[0] : KTLAT_VMLINUX);
	if (strcmp(point->module, KTLAT_VMLINUX))
		return 0;

	if (!lookup->nr)
		return ktl_fail_unknown(point, err);
	/* Without a module the kernel looks into itself first. */
	memset(point->module, 0, sizeof(point->module));
	return 0;
}

static int resolve_request(struct ktlat_probe_add *request,
			   const struct lookup lookup[2],
			   struct ktlat_error *err)
{
	char module[KTLAT_MODULE_LEN];
	int ret = 0;

	if (request->kind != KTLAT_KIND_TRACEPOINT)
		ret = resolve(&request->point[0], &lookup[0], module, err);
	if (!ret && request->kind == KTLAT_KIND_FUNCTION)
		ret = vouch(request, module, err);
	if (!ret && request->kind == KTLAT_KIND_PAIR)
		ret = resolve(&request->point[1], &lookup[1], module, err);
	return ret;
}

static unsigned int count_points(const struct ktlat_probe_add *request)
{
	switch (request->kind) {
	case KTLAT_KIND_TRACEPOINT:
		return 0;
	case KTLAT_KIND_PAIR:
		return 2;
	default:
		return 1;
	}
}

/* Looks all names up, in one pass over the symbols. */
static int look_up_all(struct lookups *all, const struct ktlat_probe_add *list,
		       size_t nr, struct ktlat_error *err)
{
	unsigned int point;
	size_t i;
	int ret;

	for (i = 0; i < nr; i++) {
		for (point = 0; point < count_points(&list[i]); point++) {
			struct lookup *lookup = &all->list[2 * i + point];

			lookup->point = &list[i].point[point];
			all->sorted[all->nr++] = lookup;
		}
	}
	if (!all->nr)
		return 0;
	qsort(all->sorted, all->nr, sizeof(*all->sorted), by_name);
	ret = ktlat_scan_symbols(look_up, all, err);
	return ret < 0 ? ret : 0;
}

/**
 * ktlat_resolve_specs() - Make sure that each name stands for one function
 * @list: requests, as ktlat_parse_spec() left them
 * @nr: how many; the symbols are read once for all of them
 * @err: why it failed; ENOTUNIQ if a name stands for several functions
 *
 * The kernel would take the first of that name and tell nobody. The kernel
 * itself may be given as module "vmlinux", which is taken out here as the
 * contract knows it as no module. Where the kernel's BTF vouches for
 * %KTLAT_PROBE_REGISTERS of a function, the flag is set.
 */
int ktlat_resolve_specs(struct ktlat_probe_add *list, size_t nr,
			struct ktlat_error *err)
{
	struct lookups all = {
		.list = calloc(nr, 2 * sizeof(*all.list)),
		.sorted = calloc(nr, 2 * sizeof(*all.sorted)),
	};
	size_t i;
	int ret;

	if (all.list && all.sorted)
		ret = look_up_all(&all, list, nr, err);
	else
		ret = ktl_fail(err, ENOMEM, "out of memory");
	for (i = 0; !ret && i < nr; i++)
		ret = resolve_request(&list[i], &all.list[2 * i], err);
	free(all.list);
	free(all.sorted);
	return ret;
}

static int by_function(const void *a, const void *b)
{
	const struct ktlat_owner *left = a, *right = b;

	return strcmp(left->function, right->function);
}

struct owners {
	struct ktlat_owner *list;
	size_t nr;
};

/* The first holder wins, as it does when the kernel looks a name up. */
static int note_owner(const struct ktlat_symbol *symbol, void *data)
{
	const struct owners *owners = data;
	const struct ktlat_owner wanted = { .function = symbol->name };
	const struct ktlat_owner *found, *end = owners->list + owners->nr;

	found = bsearch(&wanted, owners->list, owners->nr, sizeof(wanted),
			by_function);
	if (!found)
		return 0;
	while (found > owners->list && !by_function(found - 1, &wanted))
		found--;
	for (; found < end && !by_function(found, &wanted); found++)
		if (!*found->module)
			snprintf(found->module, KTLAT_MODULE_LEN, "%s",
				 symbol->module);
	return 0;
}

/**
 * ktlat_find_modules() - Which modules hold some functions
 * @list: the functions; brought into another order
 * @nr: how many
 *
 * Reads all symbols, once. What is not known is said to be in %KTLAT_VMLINUX.
 */
void ktlat_find_modules(struct ktlat_owner *list, size_t nr)
{
	struct owners owners = { list, nr };
	size_t i;

	for (i = 0; i < nr; i++)
		*list[i].module = '\0';
	qsort(list, nr, sizeof(*list), by_function);
	if (nr)
		ktlat_scan_symbols(note_owner, &owners, NULL);
	for (i = 0; i < nr; i++)
		if (!*list[i].module)
			strcpy(list[i].module, KTLAT_VMLINUX);
}
