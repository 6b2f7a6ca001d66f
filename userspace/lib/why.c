// SPDX-License-Identifier: GPL-2.0-only
/* Which functions cannot be measured, and why not, as far as the kernel tells. */
#include <core/noreturns.h>
#include <stdlib.h>

#include "internal.h"

/* Code that no probe may be in, by the symbols around it. */
static const struct {
	const char *begin;
	const char *end;
	const char *reason;
} sections[] = {
	{ "__noinstr_text_start", "__noinstr_text_end",
	  "noinstr: runs where no tracer may, on the way into the kernel or out of it" },
	{ "__entry_text_start", "__entry_text_end",
	  "entry code, in assembler" },
	{ "_sinittext", "_einittext",
	  "ran while the kernel booted, and is gone since" },
};

/**
 * struct why - What is known of the kernel's functions
 * @sections: from where to where these are
 * @forbidden: where functions begin that kprobes refuse, sorted
 * @nr_forbidden: how many
 * @sites: functions that ftrace knows, each as "name module", sorted
 * @nr_sites: how many
 * @fn: where the functions go that cannot be measured
 * @data: handed to it
 */
struct why {
	struct {
		__u64 begin;
		__u64 end;
	} sections[KTL_ARRAY_SIZE(sections)];
	__u64 *forbidden;
	size_t nr_forbidden;
	char **sites;
	size_t nr_sites;
	ktlat_why_fn fn;
	void *data;
};

static int take_section(const struct ktlat_symbol *symbol, void *data)
{
	struct why *why = data;
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(sections); i++) {
		if (!strcmp(symbol->name, sections[i].begin))
			why->sections[i].begin = symbol->address;
		else if (!strcmp(symbol->name, sections[i].end))
			why->sections[i].end = symbol->address;
	}
	return 0;
}

/* Room is made by powers of two; NULL where there is no memory. */
static void *make_room(void *list, size_t nr, size_t size)
{
	return nr & (nr - 1) ? list : reallocarray(list, nr ? 2 * nr : 1, size);
}

static int take_forbidden(const struct ktlat_symbol *symbol, void *data)
{
	struct why *why = data;
	__u64 *list = make_room(why->forbidden, why->nr_forbidden, sizeof(*list));

	if (!list)
		return -ENOMEM;
	why->forbidden = list;
	list[why->nr_forbidden++] = symbol->address;
	return 0;
}

static int take_site(const struct ktlat_symbol *symbol, void *data)
{
	struct why *why = data;
	char **list = make_room(why->sites, why->nr_sites, sizeof(*list));

	if (!list)
		return -ENOMEM;
	why->sites = list;
	if (asprintf(&list[why->nr_sites], "%s %s", symbol->name,
		     symbol->module) < 0)
		return -ENOMEM;
	why->nr_sites++;
	return 0;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static int compare_addresses(const void *a, const void *b)
{
	const __u64 *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static bool has_site(const struct why *why, const struct ktlat_symbol *symbol)
{
	char text[KTLAT_NAME_LEN + KTLAT_MODULE_LEN + 2];
	const char *key = text;

	snprintf(text, sizeof(text), "%s %s", symbol->name, symbol->module);
	return !why->nr_sites || bsearch(&key, why->sites, why->nr_sites,
					 sizeof(*why->sites), compare_text);
}

static bool is_forbidden(const struct why *why, __u64 address)
{
	return address && why->nr_forbidden &&
	       bsearch(&address, why->forbidden, why->nr_forbidden,
		       sizeof(address), compare_addresses);
}

static bool never_returns(const char *name)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(ktlat_noreturns); i++)
		if (!strcmp(name, ktlat_noreturns[i]))
			return true;
	return false;
}

static const char *find_section(const struct why *why, __u64 address)
{
	size_t i;

	for (i = 0; address && i < KTL_ARRAY_SIZE(sections); i++)
		if (address >= why->sections[i].begin &&
		    address < why->sections[i].end)
			return sections[i].reason;
	return NULL;
}

/* NULL where nothing speaks against it. */
static const char *find_reason(const struct why *why,
			       const struct ktlat_symbol *symbol)
{
	const char *reason = find_section(why, symbol->address);

	if (reason)
		return reason;
	if (strstr(symbol->name, ".cold"))
		return "part of another function, jumped to and never called";
	if (!strcmp(symbol->module, KTLAT_DEVICE_NAME))
		return "part of ktlat itself";
	if (is_forbidden(why, symbol->address))
		return "on the blacklist of kprobes";
	if (!has_site(why, symbol))
		return "no ftrace site: notrace, or in assembler";
	return never_returns(symbol->name) ? "never returns" : NULL;
}

static int consider(const struct ktlat_symbol *symbol, void *data)
{
	struct why *why = data;
	const char *reason = find_reason(why, symbol);

	return reason ? why->fn(symbol, reason, why->data) : 0;
}

/* What cannot be read leaves fewer reasons. */
static int gather(struct why *why, struct ktlat_error *err)
{
	int ret = ktlat_scan_symbols(take_section, why, err);

	if (ret)
		return ret;
	ktl_scan_blacklist(take_forbidden, why);
	ktl_scan_sites(take_site, why);
	if (why->nr_forbidden)
		qsort(why->forbidden, why->nr_forbidden,
		      sizeof(*why->forbidden), compare_addresses);
	if (why->nr_sites)
		qsort(why->sites, why->nr_sites, sizeof(*why->sites),
		      compare_text);
	return 0;
}

/**
 * ktlat_scan_refused() - Go over all functions that cannot be measured
 * @fn: called for each, with the reason
 * @data: handed to it
 * @err: why it failed
 *
 * As far as can be told without trying: the module may refuse more.
 *
 * Returns what @fn returned last, or a negative errno.
 */
int ktlat_scan_refused(ktlat_why_fn fn, void *data, struct ktlat_error *err)
{
	struct why why = { .fn = fn, .data = data };
	int ret = gather(&why, err);

	if (!ret)
		ret = ktlat_scan_symbols(consider, &why, err);
	while (why.nr_sites)
		free(why.sites[--why.nr_sites]);
	free(why.sites);
	free(why.forbidden);
	return ret;
}

struct question {
	const struct ktlat_point *point;
	char *text;
	size_t size;
};

static int compare_point(const struct ktlat_symbol *symbol, const char *reason,
			 void *data)
{
	const struct question *question = data;
	const struct ktlat_point *point = question->point;

	if (strcmp(symbol->name, point->name) ||
	    (*point->module && strcmp(symbol->module, point->module)))
		return 0;
	snprintf(question->text, question->size, "%s", reason);
	return 1;
}

/* Why one function cannot be measured; false where that is not known. */
bool ktl_find_reason(const struct ktlat_point *point, char *text, size_t size)
{
	struct question question = { point, text, size };

	return ktlat_scan_refused(compare_point, &question, NULL) > 0;
}
