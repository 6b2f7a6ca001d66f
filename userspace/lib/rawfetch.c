// SPDX-License-Identifier: GPL-2.0-only
/* What the module was told to look at, as an expression that needs no types. */
#include "fetch.h"

static int format_first(const struct ktlat_fetch *fetch, char *text, size_t size)
{
	switch (fetch->from) {
	case KTLAT_FETCH_ARGUMENT:
		return snprintf(text, size, "arg%u", fetch->index + 1);
	case KTLAT_FETCH_RETURN:
		return snprintf(text, size, "ret");
	case KTLAT_FETCH_CALLER:
		return snprintf(text, size, "caller");
	default:
		return -1;
	}
}

/* Is it one that an expression can come to? A file may hold others. */
static bool is_sound(const struct ktlat_fetch *fetch)
{
	__u32 bytes = fetch->nr_steps ? fetch->bytes : sizeof(__u64);

	if (fetch->index > 5 || fetch->nr_steps > KTLAT_FETCH_STEPS)
		return false;
	if (ktlat_fetch_is_text(fetch))
		return fetch->nr_steps;
	return (fetch->type == KTLAT_FETCH_UNSIGNED ||
		fetch->type == KTLAT_FETCH_SIGNED) &&
	       (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
	       fetch->bits && fetch->bits <= 8 * bytes &&
	       fetch->shift <= 8 * bytes - fetch->bits;
}

static bool is_whole_caller(const struct ktlat_fetch *fetch)
{
	return fetch->from == KTLAT_FETCH_CALLER && !fetch->nr_steps &&
	       fetch->type == KTLAT_FETCH_UNSIGNED && fetch->bits == 64;
}

/**
 * ktl_format_fetch() - Write an expression for a value
 * @fetch: how it is found
 * @text: where to put it: "+OFF(arg1):u32", which is found in the same way
 *
 * Returns false if there is none.
 */
bool ktl_format_fetch(const struct ktlat_fetch *fetch,
		      char text[KTLAT_EXPRESSION_LEN])
{
	int len = 0, last;
	__u32 i;

	*text = '\0';
	if (!is_sound(fetch))
		return false;
	for (i = fetch->nr_steps; i > 0; i--)
		len += snprintf(text + len, KTLAT_EXPRESSION_LEN - len, "%+lld(",
				fetch->offset[i - 1]);
	last = format_first(fetch, text + len, KTLAT_EXPRESSION_LEN - len);
	if (last < 0)
		return false;
	len += last;
	for (i = 0; i < fetch->nr_steps; i++)
		text[len++] = ')';
	text[len] = '\0';
	if (is_whole_caller(fetch))
		return true;
	text[len++] = ':';
	ktl_format_suffix(fetch, text + len, KTLAT_EXPRESSION_LEN - len);
	return true;
}
