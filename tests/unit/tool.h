/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs ktlat-ctl over the fake device. */
#ifndef TOOL_H
#define TOOL_H

#include <ktlat.h>
#include <stddef.h>

#define OUTPUT_LEN	(1 << 20)

/**
 * struct result - What a run of ktlat-ctl came to
 * @status: exit status
 * @out: what it printed
 * @err: what it said
 */
struct result {
	int status;
	char out[OUTPUT_LEN];
	char err[OUTPUT_LEN];
};

int tool_setup(void **state);
int tool_teardown(void **state);
void tool_new_device(__u32 abi_version);
void tool_no_device(void);
void tool_write(const char *name, const void *data, size_t size);
void tool_run(const char *line, struct result *result);
void tool_interrupt(const char *line, int sig, struct result *result);

#endif /* TOOL_H */
