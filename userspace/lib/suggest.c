// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <unistd.h>

#include "internal.h"

#define MAX_SUGGESTIONS	3
/* Names further apart than this are not taken for a slip of the pen. */
#define MAX_DISTANCE	3
#define MAX_COMPARED	96
/* Shorter beginnings fit too many names. */
#define MIN_PREFIX	4

/* How near a name is to what was asked for, the nearest first. */
enum nearness {
	NEAR_OTHER_MODULE,
	NEAR_SPELLING,
	NEAR_PREFIX = NEAR_SPELLING + MAX_DISTANCE + 1,
	NEAR_NOT,
};

/**
 * struct suggestion - A name
 * @nearness: how near it is
 * @common: how many characters are the same from the beginning; of two that
 *	are equally near, the one that begins alike comes first
 * @text: what to write as a SPEC
 */
struct suggestion {
	unsigned int nearness;
	unsigned int common;
	char text[KTL_POINT_LEN];
};

/**
 * struct search - The nearest names so far
 * @point: what was asked for
 * @len: length of its name
 * @nr: how many there are in @best
 * @best: in order, the nearest first
 */
struct search {
	const struct ktlat_point *point;
	size_t len;
	unsigned int nr;
	struct suggestion best[MAX_SUGGESTIONS];
};

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance of two names, row by row; lengths are bounded. */
static unsigned int distance(const char *a, size_t a_len, const char *b,
			     size_t b_len)
{
	unsigned int row[MAX_COMPARED + 1];
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a_len; i++) {
		unsigned int diagonal = row[0], least = row[0] = i;

		for (j = 1; j <= b_len; j++) {
			unsigned int up = row[j];

			row[j] = min3(up + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
			least = row[j] < least ? row[j] : least;
		}
		if (least > MAX_DISTANCE)
			return UINT_MAX;
	}
	return row[b_len];
}

/* How many slips of the pen lie between two names; UINT_MAX for too many. */
unsigned int ktl_count_slips(const char *a, size_t a_len, const char *b,
			     size_t b_len)
{
	if (a_len > MAX_COMPARED || b_len > MAX_COMPARED)
		return UINT_MAX;
	return distance(a, a_len, b, b_len);
}

/* Short names are near to anything: one slip in three characters at most. */
static unsigned int spelling(const struct search *search, const char *name,
			     size_t len)
{
	size_t apart = len > search->len ? len - search->len :
					   search->len - len;
	unsigned int slips;

	if (apart > MAX_DISTANCE || len > MAX_COMPARED)
		return NEAR_NOT;
	slips = distance(search->point->name, search->len, name, len);
	if (slips > MAX_DISTANCE || slips > search->len / 3)
		return NEAR_NOT;
	return NEAR_SPELLING + slips;
}

static unsigned int nearness_of(const struct search *search, const char *name)
{
	size_t len = strlen(name);
	bool prefix = !strncmp(name, search->point->name, search->len);
	unsigned int nearness;

	if (prefix && len == search->len)
		return NEAR_OTHER_MODULE;
	/* A copy made by the compiler has been found already, if it is one. */
	if (prefix && name[search->len] == '.')
		return NEAR_NOT;
	nearness = spelling(search, name, len);
	if (nearness == NEAR_NOT && prefix && search->len >= MIN_PREFIX)
		return NEAR_PREFIX;
	return nearness;
}

static unsigned int common_prefix(const char *a, const char *b)
{
	unsigned int len = 0;

	while (a[len] && a[len] == b[len])
		len++;
	return len;
}

static bool is_nearer(const struct suggestion *a, const struct suggestion *b)
{
	if (a->nearness != b->nearness)
		return a->nearness < b->nearness;
	return a->common > b->common;
}

static int consider(const struct ktlat_symbol *symbol, void *data)
{
	struct search *search = data;
	bool module = strcmp(symbol->module, KTLAT_VMLINUX);
	unsigned int i = search->nr;
	struct suggestion name;

	name.nearness = nearness_of(search, symbol->name);
	if (name.nearness == NEAR_NOT)
		return 0;
	name.common = common_prefix(search->point->name, symbol->name);
	if (i == MAX_SUGGESTIONS && !is_nearer(&name, &search->best[--i]))
		return 0;
	snprintf(name.text, sizeof(name.text), "%.*s%s%s",
		 KTLAT_MODULE_LEN - 1, module ? symbol->module : "",
		 module ? ":" : "", symbol->name);
	for (; i > 0 && is_nearer(&name, &search->best[i - 1]); i--)
		search->best[i] = search->best[i - 1];
	search->best[i] = name;
	if (search->nr < MAX_SUGGESTIONS)
		search->nr++;
	return 0;
}

static void join(const struct search *search, char *text, size_t size)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < search->nr && len < size; i++)
		len += snprintf(text + len, size - len, "%s%s",
				i ? " or " : "", search->best[i].text);
}

/* Is it the kernel itself, or a module that is there? */
bool ktl_is_loaded(const char *module)
{
	char path[sizeof("/sys/module/") + KTLAT_MODULE_LEN];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !strcmp(module, KTLAT_VMLINUX) || !access(path, F_OK);
}

static int fail_absent(const struct ktlat_point *point, const char *spec,
		       struct ktlat_error *err)
{
	if (ktl_is_built_in(point->module))
		return ktl_fail(err, ENOENT,
				"cannot add %s: %s is no module but part of this kernel; give vmlinux:%s",
				spec, point->module, point->name);
	return ktl_fail(err, ENOENT,
			"cannot add %s: the module %s is not loaded, and not installed for this kernel; load it first, or wait for it with --pending",
			spec, point->module);
}

/* Says that a function is unknown, and which names are near; -ENOENT. */
int ktl_fail_unknown(const struct ktlat_point *point, struct ktlat_error *err)
{
	struct search search = {
		.point = point,
		.len = strlen(point->name),
	};
	char spec[KTL_POINT_LEN], near[MAX_SUGGESTIONS * 192] = "";

	ktl_format_point(point, spec);
	if (*point->module && !ktl_is_loaded(point->module))
		return fail_absent(point, spec, err);

	if (search.len <= MAX_COMPARED)
		ktlat_scan_symbols(consider, &search, NULL);
	if (!(search.nr && search.best[0].nearness == NEAR_OTHER_MODULE) &&
	    ktl_find_hint(point, near, sizeof(near)))
		return ktl_fail(err, ENOENT,
				"cannot add %s: no such function in this kernel: %s",
				spec, near);
	join(&search, near, sizeof(near));
	if (search.nr)
		return ktl_fail(err, ENOENT,
				"cannot add %s: no such function; did you mean %s?",
				spec, near);
	return ktl_fail(err, ENOENT,
			"cannot add %s: no such function: it is not there, or the compiler inlined it wherever it is called, or its module is not loaded; ktlat-ctl functions lists those there are",
			spec);
}

static int fail_address(const struct ktl_lookup *lookup,
			struct ktlat_error *err)
{
	__u64 address = lookup->point->address;
	__u64 begin = lookup->before.address;

	if (!begin)
		return ktl_fail(err, ENOENT,
				"cannot add 0x%llx: no function is there, or /proc/kallsyms hides addresses; run as root",
				(unsigned long long)address);
	return ktl_fail(err, ENOENT,
			"cannot add 0x%llx: no function begins there; it is 0x%llx behind the start of %s, and a function is measured from its start",
			(unsigned long long)address,
			(unsigned long long)(address - begin),
			lookup->before.name);
}

/* Says why nothing that was found for a name, or for an address, can be measured. */
int ktl_fail_lookup(const struct ktl_lookup *lookup, struct ktlat_error *err)
{
	size_t i;

	if (lookup->point->address)
		return fail_address(lookup, err);
	for (i = 0; i < lookup->nr; i++)
		if (lookup->matches[i].copy == KTL_COPY_COLD)
			return ktl_fail(err, ENOENT,
					"cannot add %s: the compiler inlined it wherever it is called, and left only %s, which is jumped to and never called; measure a caller instead",
					lookup->point->name,
					lookup->matches[i].point.name);
	return ktl_fail_unknown(lookup->point, err);
}
