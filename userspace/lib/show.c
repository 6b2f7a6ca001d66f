// SPDX-License-Identifier: GPL-2.0-only
/* Values of calls as they are shown. */
#include <ctype.h>

#include "internal.h"

/**
 * ktlat_extend_value() - What a word is as a number of 64 bits
 * @fetch: how the value is found
 * @word: what the module has of it
 */
__u64 ktlat_extend_value(const struct ktlat_fetch *fetch, __u64 word)
{
	__u32 above = fetch->bits && fetch->bits < 64 ? 64 - fetch->bits : 0;

	if (fetch->type == KTLAT_FETCH_SIGNED)
		return (__s64)(word << above) >> above;
	return word << above >> above;
}

/**
 * ktlat_format_text() - Write a text that was captured
 * @words: its first 16 bytes, with zeroes behind a shorter one
 * @text: where to put it; what cannot be printed is the number of its byte, as "\xe4",
 *	so that two that differ never look the same
 */
void ktlat_format_text(const __u64 words[2], char text[KTLAT_VALUE_LEN])
{
	const unsigned char *at = (const unsigned char *)words;
	size_t i;

	for (i = 0; i < 2 * sizeof(__u64) && at[i]; i++)
		if (at[i] == '\\' || !isascii(at[i]) || !isprint(at[i]))
			text += sprintf(text, "\\x%02x", at[i]);
		else
			*text++ = at[i];
	*text = '\0';
}

static void format_symbol(__u64 address, const struct ktlat_frame *place,
			  char text[KTLAT_VALUE_LEN])
{
	bool module;

	if (!place || !*place->name) {
		snprintf(text, KTLAT_VALUE_LEN, "0x%llx", address);
		return;
	}
	module = *place->module && strcmp(place->module, KTLAT_VMLINUX);
	snprintf(text, KTLAT_VALUE_LEN, "%s%s%s+0x%llx",
		 module ? place->module : "", module ? ":" : "", place->name,
		 place->offset);
}

/**
 * ktlat_format_value() - Write a value
 * @value: what it is
 * @words: the value; two for a text
 * @place: of an address, where that is; or NULL
 * @text: where to put it
 */
void ktlat_format_value(const struct ktlat_value *value, const __u64 *words,
			const struct ktlat_frame *place,
			char text[KTLAT_VALUE_LEN])
{
	__u64 word;

	if (value->show == KTLAT_SHOW_TEXT) {
		ktlat_format_text(words, text);
		return;
	}
	word = ktlat_extend_value(&value->fetch, words[0]);
	if (value->show == KTLAT_SHOW_SYMBOL)
		format_symbol(word, place, text);
	else if (value->show == KTLAT_SHOW_HEX)
		snprintf(text, KTLAT_VALUE_LEN, "0x%llx", word);
	else if (value->show == KTLAT_SHOW_BOOL && word <= 1)
		strcpy(text, word ? "true" : "false");
	else if (value->fetch.type == KTLAT_FETCH_SIGNED)
		snprintf(text, KTLAT_VALUE_LEN, "%lld", (long long)word);
	else
		snprintf(text, KTLAT_VALUE_LEN, "%llu", word);
}
