// SPDX-License-Identifier: GPL-2.0-only
/* Everything that goes to stderr: one line each. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

#define PROGRAM	"ktlat-ctl: "

/* What a user typed stays one line, and does nothing to the terminal. */
static void print_line(const char *text)
{
	fputs(PROGRAM, stderr);
	for (; *text; text++) {
		unsigned char c = *text;

		putc(c < ' ' || c == 0x7f ? '?' : c, stderr);
	}
	putc('\n', stderr);
}

/* Fills in @err; returns -EINVAL. */
int explain(struct ktlat_error *err, const char *format, ...)
{
	va_list args;

	err->code = EINVAL;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -EINVAL;
}

/* Says why the command failed; returns its exit status. */
int fail_with(const struct ktlat_error *err)
{
	print_line(err->text);
	return FAILED;
}

/* Says what is wrong with the command line; returns the exit status. */
int usage(const struct ctl *ctl, const char *format, ...)
{
	const char *name = ctl->command ? ctl->command->name : NULL;
	char what[KTLAT_ERROR_LEN], line[KTLAT_ERROR_LEN + 128];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "%s%s%s; see ktlat-ctl help%s%s",
		 name ? name : "", name ? ": " : "", what, name ? " " : "",
		 name ? name : "");
	print_line(line);
	return USAGE;
}

/* Tells the user something that is not an error. */
void note(const char *format, ...)
{
	char line[KTLAT_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	print_line(line);
}

/* Is everything out that was printed? Returns the exit status. */
int finish_output(void)
{
	int ret = fflush(stdout);

	if (!ret && !ferror(stdout))
		return DONE;
	note("cannot write the output: %s; nothing else is affected",
	     strerror(errno));
	return FAILED;
}
