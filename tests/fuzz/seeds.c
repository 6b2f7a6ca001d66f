// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds FOLDER: writes the recordings that the corpus begins with: the sample of the
 * unit tests, a longer one, and one without a call.
 */
#include <stdlib.h>

#include "sample.h"

static void die(const struct ktlat_error *err)
{
	fprintf(stderr, "seeds: %s\n", err->text);
	exit(1);
}

static void write_calls(struct ktlat_writer *w, unsigned int nr)
{
	struct ktlat_event event;
	unsigned int call;

	for (call = 0; call < nr; call++) {
		sample_event(call, &event);
		/* In chunks of several calls. */
		event.cpu = call / 50 % SAMPLE_CPUS;
		event.sequence = call + 1;
		ktlat_write_event(w, &event);
	}
}

static void write_plain(const char *path, unsigned int nr)
{
	struct ktlat_writer *w;
	struct ktlat_error err;

	if (ktlat_create_file(path, &w, &err))
		die(&err);
	write_calls(w, nr);
	if (ktlat_end_file(w, NULL, &err))
		die(&err);
	ktlat_close_file(w);
}

int main(int argc, char **argv)
{
	struct ktlat_error err;
	char path[4096];

	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "%s/sample", argv[1]);
	if (sample_write(path, &err))
		die(&err);
	snprintf(path, sizeof(path), "%s/long", argv[1]);
	write_plain(path, 300);
	snprintf(path, sizeof(path), "%s/empty", argv[1]);
	write_plain(path, 0);
	return 0;
}
