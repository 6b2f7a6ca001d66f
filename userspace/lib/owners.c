// SPDX-License-Identifier: GPL-2.0-only
/* Which modules hold some functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A module, and where its code begins. */
struct place {
	char name[KTLAT_MODULE_LEN];
	unsigned long long begin;
	unsigned long long size;
};

/*
 * Since Linux 6.4 the size is that of all its areas, of which the code is the first. So
 * an address may seem to be in several modules, and is in the one that begins last.
 */
static void note_place(const struct place *place, struct ktlat_owner *list, size_t nr,
		       unsigned long long *begins)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (list[i].address - place->begin >= place->size ||
		    place->begin < begins[i])
			continue;
		begins[i] = place->begin;
		strcpy(list[i].module, place->name);
	}
}

/*
 * Much sooner done than to read all symbols. Returns false if addresses are hidden, and
 * nothing is known then.
 */
static bool find_places(struct ktlat_owner *list, size_t nr)
{
	unsigned long long *begins = calloc(nr, sizeof(*begins));
	FILE *file = fopen("/proc/modules", "re");
	bool shown = begins && file;
	struct place place;
	char *line = NULL;
	size_t size = 0;

	while (shown && getline(&line, &size, file) > 0) {
		shown = sscanf(line, "%63s %llu %*s %*s %*s %llx", place.name,
			       &place.size, &place.begin) == 3 && place.begin;
		if (shown)
			note_place(&place, list, nr, begins);
	}
	if (file)
		fclose(file);
	free(line);
	free(begins);
	return shown;
}

static int by_knowledge(const void *a, const void *b)
{
	const struct ktlat_owner *left = a, *right = b;

	return !left->address - !right->address;
}

/**
 * ktlat_find_modules() - Which modules hold some functions
 * @list: the functions; brought into another order
 * @nr: how many
 *
 * Reads all symbols, once, if an address is not known or /proc/modules hides them. What
 * is not known is said to be in %KTLAT_VMLINUX.
 */
void ktlat_find_modules(struct ktlat_owner *list, size_t nr)
{
	struct owners owners = { list, nr };
	size_t i, known = 0;

	for (i = 0; i < nr; i++) {
		*list[i].module = '\0';
		known += !!list[i].address;
	}
	qsort(list, nr, sizeof(*list), by_knowledge);
	if (known && find_places(list, known)) {
		owners.list += known;
		owners.nr -= known;
	}
	qsort(owners.list, owners.nr, sizeof(*list), by_function);
	if (owners.nr)
		ktlat_scan_symbols(note_owner, &owners, NULL);
	for (i = 0; i < nr; i++)
		if (!*list[i].module)
			strcpy(list[i].module, KTLAT_VMLINUX);
}
