// SPDX-License-Identifier: GPL-2.0-only
/* Patterns, as of a shell, that stand for functions of a group. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>

#include "internal.h"

/**
 * struct expansion - Patterns on their way
 * @group: gets the functions
 * @globs: the patterns
 * @found: of each, whether a function fits
 * @nr: how many there are
 * @err: what went wrong
 */
struct expansion {
	struct ktlat_group *group;
	struct ktlat_point *globs;
	bool *found;
	size_t nr;
	struct ktlat_error *err;
};

/* Is it a pattern and no name? */
bool ktl_is_glob(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr("*?[", text[i]))
			return true;
	return false;
}

static int take_part(const char *text, size_t len, char *part, size_t size,
		     struct ktlat_error *err)
{
	size_t i;

	if (!len || len >= size)
		return ktl_fail_at(err, len ? size - 1 : 0,
				   len ? "the pattern is too long" :
					 "a part of the pattern is missing");
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr("_.$*?[]!^-", text[i]))
			return ktl_fail_at(err, i,
					   "'%c' in \"%.*s\" cannot be part of a pattern for names",
					   text[i], (int)len, text);
	memcpy(part, text, len);
	return 0;
}

/* The kernel calls a module x_y that a file may call x-y; in brackets - is a range. */
static void underline(char *module)
{
	bool in_brackets = false;

	for (; *module; module++) {
		in_brackets = *module == '[' || (in_brackets && *module != ']');
		if (*module == '-' && !in_brackets)
			*module = '_';
	}
}

/**
 * ktl_parse_glob() - Split a pattern
 * @text: "GLOB" or "MODULE:GLOB", either of which may have * ? [...]
 * @len: its length
 * @point: filled in with both
 * @err: what is wrong with it (EINVAL)
 */
int ktl_parse_glob(const char *text, size_t len, struct ktlat_point *point,
		   struct ktlat_error *err)
{
	const char *colon = memchr(text, ':', len);
	size_t skip = colon ? colon - text + 1 : 0;
	int ret = 0;

	*point = (struct ktlat_point){ 0 };
	if (colon)
		ret = take_part(text, colon - text, point->module,
				sizeof(point->module), err);
	underline(point->module);
	if (ret)
		return ret;
	ret = take_part(text + skip, len - skip, point->name,
			sizeof(point->name), err);
	return ktl_shift(err, skip, ret);
}

static bool is_pattern(const struct ktlat_point *point)
{
	return ktl_is_glob(point->name, strlen(point->name)) ||
	       ktl_is_glob(point->module, strlen(point->module));
}

static bool fits(const struct ktlat_point *glob,
		 const struct ktlat_symbol *symbol)
{
	return !fnmatch(glob->name, symbol->name, 0) &&
	       (!*glob->module || !fnmatch(glob->module, symbol->module, 0));
}

/* What is part of ktlat cannot be measured, and nobody means it. */
static int take_function(const struct ktlat_symbol *symbol, void *data)
{
	struct expansion *all = data;
	struct ktlat_point point = { 0 };
	bool found = false;
	size_t i;

	if (!strcmp(symbol->module, KTLAT_DEVICE_NAME))
		return 0;
	for (i = 0; i < all->nr; i++)
		if (fits(&all->globs[i], symbol))
			found = all->found[i] = true;
	if (!found || strlen(symbol->name) >= sizeof(point.name) ||
	    strlen(symbol->module) >= sizeof(point.module))
		return 0;
	strcpy(point.name, symbol->name);
	strcpy(point.module, symbol->module);
	return ktl_append_member(all->group, &point, all->err);
}

/* Moves the patterns out of the group, and back those that nothing fits. */
static bool take_out(struct expansion *all)
{
	struct ktlat_group *group = all->group;
	__u32 i, kept = 0;

	all->globs = calloc(group->nr_members, sizeof(*all->globs));
	all->found = calloc(group->nr_members, sizeof(*all->found));
	if (!all->globs || !all->found)
		return false;
	for (i = 0; i < group->nr_members; i++) {
		if (is_pattern(&group->members[i].point))
			all->globs[all->nr++] = group->members[i].point;
		else
			group->members[kept++] = group->members[i];
	}
	group->nr_members = kept;
	return true;
}

static int put_back(struct expansion *all)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < all->nr; i++)
		if (!all->found[i])
			ret = ktl_append_member(all->group, &all->globs[i],
						all->err);
	return ret;
}

/**
 * ktl_expand_globs() - Put functions in the place of the patterns of a group
 * @group: the group; a pattern that no function fits stays
 * @err: why it failed
 *
 * They are those that ftrace knows, see ktlat_scan_functions().
 */
int ktl_expand_globs(struct ktlat_group *group, struct ktlat_error *err)
{
	struct expansion all = { .group = group, .err = err };
	int ret = 0;

	if (!take_out(&all))
		ret = ktl_fail(err, ENOMEM, "out of memory");
	if (!ret && all.nr)
		ret = ktlat_scan_functions(take_function, &all, NULL, err);
	if (!ret)
		ret = put_back(&all);
	free(all.globs);
	free(all.found);
	return ret;
}
