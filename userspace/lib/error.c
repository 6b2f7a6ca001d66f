// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>

#include "internal.h"

/*
 * What a user typed and what the kernel names things may hold anything; an
 * error stays one line, and does nothing to the terminal.
 */
static void make_one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* Fills in @err, if there is one, and returns -@code. */
int ktl_fail(struct ktlat_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -code;

	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	make_one_line(err->text);
	return -code;
}
