// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libFuzzer calls with each input: report reads it as a recording, first as it
 * is, and then with all checksums made right, to get behind them. The way in which
 * its calls are shown is chosen by its last byte.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "calls.h"
#include "fuzz.h"

#define HEADER_LEN	20
#define HEAD_LEN	24

static const struct renderer * const renderers[] = {
	&text_calls, &json_calls, &hist_of_calls, &folded_calls, &chrome_calls,
};

static uint32_t word_at(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static void set_word(unsigned char *at, uint32_t value)
{
	at[0] = value;
	at[1] = value >> 8;
	at[2] = value >> 16;
	at[3] = value >> 24;
}

/* Each chunk ends within the file. */
static size_t seal_chunk(unsigned char *head, size_t room)
{
	uint32_t len = word_at(head + 12);

	if (len > room - HEAD_LEN)
		len = room - HEAD_LEN;
	memcpy(head, "KTch", 4);
	set_word(head + 12, len);
	set_word(head + 16, crc32(0, head + HEAD_LEN, len));
	set_word(head + 20, crc32(0, head, 20));
	return HEAD_LEN + len;
}

static void seal(unsigned char *bytes, size_t size)
{
	size_t at = HEADER_LEN;

	if (size < HEADER_LEN)
		return;
	memcpy(bytes, "KTLATREC", 8);
	set_word(bytes + 16, crc32(0, bytes, 16));
	while (size - at >= HEAD_LEN)
		at += seal_chunk(bytes + at, size - at);
}

static int show_calls(struct report *report, const struct renderer *renderer)
{
	struct ktlat_error err;
	struct ktlat_call call;
	int ret = renderer->begin ? renderer->begin(report, &err) : 0;

	while (!ret && ktlat_next_call(report->file, &call, &err) > 0) {
		report->nr_calls++;
		ret = renderer->call(report, &call, &err);
	}
	if (!ret && renderer->end)
		ret = renderer->end(report, &err);
	if (renderer->free)
		renderer->free(report);
	return ret;
}

static void read_file(const char *path, FILE *out, unsigned int form)
{
	struct report report = {
		.out = out,
		.json = form & 0x80,
		.whole = form & 0x40,
	};
	struct ktlat_error err;

	if (ktlat_open_file(path, &report.file, &err))
		return;
	show_calls(&report, renderers[form % ARRAY_SIZE(renderers)]);
	ktlat_file_is_whole(report.file, &err);
	ktlat_end_reading(report.file);
}

static void read_bytes(const unsigned char *bytes, size_t size)
{
	static char path[64];
	static FILE *out;
	static int fd;

	if (!out) {
		fd = memfd_create("input", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		out = fopen("/dev/null", "we");
	}
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		abort();
	read_file(path, out, size ? bytes[size - 1] : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size ?: 1);

	if (!bytes)
		abort();
	read_bytes(data, size);
	memcpy(bytes, data, size);
	seal(bytes, size);
	read_bytes(bytes, size);
	free(bytes);
	return 0;
}
