// SPDX-License-Identifier: GPL-2.0-only
/* Conditions as they are written. */
#include <ctype.h>

#include "internal.h"

static const char * const ops[] = {
	[KTLAT_OP_EQ]	= "==",
	[KTLAT_OP_NE]	= "!=",
	[KTLAT_OP_LT]	= "<",
	[KTLAT_OP_LE]	= "<=",
	[KTLAT_OP_GT]	= ">",
	[KTLAT_OP_GE]	= ">=",
	[KTLAT_OP_AND]	= "&",
};

/* In quotes; what cannot be printed as the number of its byte. */
static void format_text(const char *value, char *text)
{
	size_t i;

	*text++ = '"';
	for (i = 0; i < KTLAT_TEXT_LEN - 1 && value[i]; i++) {
		unsigned char c = value[i];

		if (c == '"' || c == '\\')
			text += sprintf(text, "\\%c", c);
		else if (isascii(c) && isprint(c))
			*text++ = c;
		else
			text += sprintf(text, "\\x%02x", c);
	}
	strcpy(text, "\"");
}

/**
 * ktlat_format_condition() - Write a condition
 * @condition: the condition
 * @expression: what its value is called, see ktlat_name_value()
 * @text: where to put it, as ktlat_parse_conditions() takes it
 */
void ktlat_format_condition(const struct ktlat_condition *condition,
			    const char *expression,
			    char text[KTLAT_CONDITION_LEN])
{
	bool known = condition->op < KTL_ARRAY_SIZE(ops) && ops[condition->op];
	int len = snprintf(text, KTLAT_CONDITION_LEN, "%.*s %s ",
			   KTLAT_EXPRESSION_LEN - 1, expression,
			   known ? ops[condition->op] : "?");

	if (ktlat_fetch_is_text(&condition->fetch))
		format_text(condition->text, text + len);
	else
		snprintf(text + len, KTLAT_CONDITION_LEN - len,
			 condition->fetch.type == KTLAT_FETCH_SIGNED ? "%lld" : "%llu",
			 condition->value);
}
