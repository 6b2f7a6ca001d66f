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

/* Fills in @err, if there is one. */
static void fail(struct ktlat_error *err, int code, unsigned int position,
		 const char *format, va_list args)
{
	if (!err)
		return;
	err->code = code;
	err->position = position;
	vsnprintf(err->text, sizeof(err->text), format, args);
	make_one_line(err->text);
}

/* Fills in @err, if there is one, and returns -@code. */
int ktl_fail(struct ktlat_error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(err, code, 0, format, args);
	va_end(args);
	return -code;
}

/* As ktl_fail(), for a text that is wrong @offset bytes behind its start (EINVAL). */
int ktl_fail_at(struct ktlat_error *err, size_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(err, EINVAL, offset + 1, format, args);
	va_end(args);
	return -EINVAL;
}

/* What failed in a part of a text that begins @offset bytes behind its start. */
int ktl_shift(struct ktlat_error *err, size_t offset, int ret)
{
	if (ret && err && err->position)
		err->position += offset;
	return ret;
}

/* Tells of @why, which is about a part of @text that begins @offset bytes in it. */
int ktl_fail_text(struct ktlat_error *err, const char *what, const char *text,
		  size_t offset, const struct ktlat_error *why)
{
	unsigned int position = why->position + offset;

	if (!why->position)
		return ktl_fail(err, why->code, "%s", why->text);
	ktl_fail(err, why->code, "%s \"%s\" at character %u: %s", what, text,
		 position, why->text);
	if (err)
		err->position = position;
	return -why->code;
}
