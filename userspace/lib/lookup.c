// SPDX-License-Identifier: GPL-2.0-only
/* Which functions of the running kernel a name, or an address, stands for. */
#include <stdlib.h>

#include "internal.h"

/**
 * struct lookups - What is looked up in one pass over the symbols
 * @list: those by name, in that order, then those by address
 * @nr_names: how many are by name
 * @nr: how many there are in all
 * @failed: there was no memory
 */
struct lookups {
	struct ktl_lookup **list;
	size_t nr_names;
	size_t nr;
	bool failed;
};

/**
 * ktl_copy_of() - What a name with a suffix of the compiler's is of the plain one
 * @suffix: what follows the plain name
 */
enum ktl_copy ktl_copy_of(const char *suffix)
{
	if (!*suffix)
		return KTL_COPY_PLAIN;
	if (strstr(suffix, ".cold"))
		return KTL_COPY_COLD;
	return strstr(suffix, ".part.") ? KTL_COPY_PART : KTL_COPY_WHOLE;
}

static int by_name(const void *a, const void *b)
{
	const struct ktl_lookup *left = *(struct ktl_lookup * const *)a;
	const struct ktl_lookup *right = *(struct ktl_lookup * const *)b;

	return strcmp(left->point->name, right->point->name);
}

static int is_name_of(const void *name, const void *element)
{
	const struct ktl_lookup *lookup = *(struct ktl_lookup * const *)element;

	return strcmp(name, lookup->point->name);
}

static struct ktl_match *add_match(struct ktl_lookup *lookup,
				   const struct ktlat_symbol *symbol)
{
	size_t nr = lookup->nr;
	struct ktl_match *match;

	/* Powers of two are where the room has just been used up. */
	if (!(nr & (nr - 1))) {
		match = reallocarray(lookup->matches, nr ? 2 * nr : 1,
				     sizeof(*match));
		if (!match)
			return NULL;
		lookup->matches = match;
	}
	match = &lookup->matches[lookup->nr++];
	*match = (struct ktl_match){ .point.address = symbol->address };
	snprintf(match->point.name, sizeof(match->point.name), "%s",
		 symbol->name);
	snprintf(match->point.module, sizeof(match->point.module), "%s",
		 symbol->module);
	return match;
}

static bool is_in_module(const struct ktl_lookup *lookup,
			 const struct ktlat_symbol *symbol)
{
	return !*lookup->point->module ||
	       !strcmp(lookup->point->module, symbol->module);
}

/* All lookups of the name @base, which ends in @symbol where its suffix begins. */
static void match_name(struct lookups *all, const char *base,
		       const struct ktlat_symbol *symbol)
{
	struct ktl_lookup **end = all->list + all->nr_names, **found;

	found = bsearch(base, all->list, all->nr_names, sizeof(*found),
			is_name_of);
	if (!found)
		return;
	while (found > all->list && !is_name_of(base, found - 1))
		found--;
	for (; found < end && !is_name_of(base, found); found++) {
		struct ktl_match *match;

		if (!is_in_module(*found, symbol))
			continue;
		match = add_match(*found, symbol);
		if (match)
			match->copy = ktl_copy_of(symbol->name + strlen(base));
		all->failed |= !match;
	}
}

/* The first name at the address is that by which the kernel knows it. */
static void match_address(struct lookups *all, struct ktl_lookup *lookup,
			  const struct ktlat_symbol *symbol)
{
	__u64 wanted = lookup->point->address;

	if (symbol->address == wanted && !lookup->nr)
		all->failed |= !add_match(lookup, symbol);
	if (symbol->address < wanted && symbol->address > lookup->before.address) {
		lookup->before.address = symbol->address;
		snprintf(lookup->before.name, sizeof(lookup->before.name), "%s",
			 symbol->name);
	}
}

static int match_symbol(const struct ktlat_symbol *symbol, void *data)
{
	char base[KTLAT_NAME_LEN];
	struct lookups *all = data;
	size_t len = strcspn(symbol->name, "."), i;

	for (i = all->nr_names; i < all->nr; i++)
		match_address(all, all->list[i], symbol);
	if (symbol->name[len] && len && len < sizeof(base)) {
		memcpy(base, symbol->name, len);
		base[len] = '\0';
		match_name(all, base, symbol);
	}
	match_name(all, symbol->name, symbol);
	return all->failed ? -ENOMEM : 0;
}

/* Is it part of ktlat? */
bool ktl_is_ours(const struct ktl_match *match)
{
	return !strcmp(match->point.module, KTLAT_DEVICE_NAME);
}

/**
 * ktl_look_up() - Find the functions that points name
 * @list: each with its point, which has an address or else a name; the matches
 *	are filled in, in the order of /proc/kallsyms
 * @nr: how many
 * @err: why it failed
 *
 * Reads all symbols, once. What a plain name stands for are also the copies that
 * the compiler made of it under another name.
 */
int ktl_look_up(struct ktl_lookup *list, size_t nr, struct ktlat_error *err)
{
	struct lookups all = {
		.list = calloc(nr, sizeof(*all.list)),
		.nr = nr,
	};
	size_t i, last = nr;
	int ret;

	if (!all.list)
		return ktl_fail(err, ENOMEM, "out of memory");
	for (i = 0; i < nr; i++) {
		if (list[i].point->address)
			all.list[--last] = &list[i];
		else
			all.list[all.nr_names++] = &list[i];
	}
	qsort(all.list, all.nr_names, sizeof(*all.list), by_name);
	ret = nr ? ktlat_scan_symbols(match_symbol, &all, err) : 0;
	free(all.list);
	return all.failed ? ktl_fail(err, ENOMEM, "out of memory") : ret;
}

void ktl_free_lookups(struct ktl_lookup *list, size_t nr)
{
	size_t i;

	for (i = 0; list && i < nr; i++)
		free(list[i].matches);
	free(list);
}
