/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * values.h - what ktlat_target_value() is called with; for the tests that look for it,
 * too, which are no part of the kernel.
 */
#ifndef KTLAT_TARGET_VALUES_H
#define KTLAT_TARGET_VALUES_H

struct target_inner {
	char name[24];
	const char *text;
	struct target_inner *self;
};

struct target_value {
	unsigned long long number;
	int negative;
	unsigned int low : 5;
	unsigned int middle : 11;
	unsigned int high : 16;
	unsigned char octet;
	struct target_inner inner;
};

#endif /* KTLAT_TARGET_VALUES_H */
