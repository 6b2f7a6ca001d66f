// SPDX-License-Identifier: GPL-2.0-only
/* Which modules hold some functions. */
#include <stdlib.h>

#include "internal.h"

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
