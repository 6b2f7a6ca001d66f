// SPDX-License-Identifier: GPL-2.0-only
/* ":u32" and its like: what a value is said to be. */
#include <ctype.h>

#include "expression.h"

static const char types[] =
	"write u8, u16, u32 or u64, s and x likewise, string, ustring, or for some bits of a number u3@5/32, which are 3 bits above 5 others in 32";

static const struct {
	const char *name;
	__u32 type;
} texts[] = {
	{ "string", KTLAT_FETCH_STRING },
	{ "ustring", KTLAT_FETCH_USER_STRING },
};

/* A number of at most three digits, or more than any that is taken. */
static unsigned int take_number(const char **at, const char *end)
{
	unsigned int number = 0;

	if (*at == end || !isdigit((unsigned char)**at))
		return 1000;
	for (; *at < end && isdigit((unsigned char)**at) && number < 100; ++*at)
		number = 10 * number + **at - '0';
	return number;
}

static bool is_word(unsigned int bits)
{
	return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

static bool take_bits(const char *at, const char *end,
		      struct ktl_suffix *suffix)
{
	unsigned int bits = take_number(&at, end), shift = 0, all = bits;

	if (at < end && *at == '@') {
		at++;
		shift = take_number(&at, end);
		if (at == end || *at != '/')
			return false;
		at++;
		all = take_number(&at, end);
	}
	suffix->bits = bits;
	suffix->shift = shift;
	suffix->bytes = all / 8;
	return at == end && is_word(all) && bits && bits <= all &&
	       shift <= all - bits;
}

static bool take_type(struct ktl_word word, struct ktl_suffix *suffix)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(texts); i++)
		if (strlen(texts[i].name) == word.len &&
		    !memcmp(texts[i].name, word.at, word.len)) {
			suffix->type = texts[i].type;
			return true;
		}
	if (!word.len || !strchr("usx", *word.at))
		return false;
	suffix->type = *word.at == 's' ? KTLAT_FETCH_SIGNED :
					 KTLAT_FETCH_UNSIGNED;
	suffix->hex = *word.at == 'x';
	return take_bits(word.at + 1, word.at + word.len, suffix);
}

/**
 * ktl_parse_suffix() - Read what a value is said to be
 * @text: the text that it is in
 * @word: where
 * @suffix: filled in
 * @err: what is wrong, at which character of @text (EINVAL)
 */
int ktl_parse_suffix(const char *text, struct ktl_word word,
		     struct ktl_suffix *suffix, struct ktlat_error *err)
{
	*suffix = (struct ktl_suffix){ .word = word };
	if (take_type(word, suffix))
		return 0;
	return ktl_fail_at(err, word.at - text, "\"%.*s\" is no type; %s",
			   (int)word.len, word.at, types);
}

/* What ktl_parse_suffix() takes for the same; returns how long it is. */
int ktl_format_suffix(const struct ktlat_fetch *fetch, char *text, size_t size)
{
	char sign = fetch->type == KTLAT_FETCH_SIGNED ? 's' : 'u';
	__u32 bytes = fetch->nr_steps ? fetch->bytes : sizeof(__u64);

	if (fetch->type == KTLAT_FETCH_STRING)
		return snprintf(text, size, "string");
	if (fetch->type == KTLAT_FETCH_USER_STRING)
		return snprintf(text, size, "ustring");
	/* Of a register the rest may be anything: it is not a part of a number. */
	if (!fetch->shift && is_word(fetch->bits) &&
	    (!fetch->nr_steps || fetch->bits == 8 * bytes))
		return snprintf(text, size, "%c%u", sign, fetch->bits);
	return snprintf(text, size, "%c%u@%u/%u", sign, fetch->bits,
			fetch->shift, 8 * bytes);
}
