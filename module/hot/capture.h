/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - the values of a call: what is captured of it, and what must be true.
 */
#ifndef KTLAT_HOT_CAPTURE_H
#define KTLAT_HOT_CAPTURE_H

#include <linux/types.h>

#include <ktlat.h>

/* ktlat_values.unread of a value that only a condition asks for. */
#define KTLAT_UNREAD_CONDITION	(1U << KTLAT_VALUES)

/**
 * struct ktlat_capture - What a probe wants to know of a call; constant
 * @captures: anything is captured
 * @begins: some of it is an argument, which is seen when the call begins
 * @ends: some of it is seen when the call ends
 * @nr_conditions: how many conditions there are
 * @value: what is captured
 * @condition: what must be true
 */
struct ktlat_capture {
	bool captures;
	bool begins;
	bool ends;
	u32 nr_conditions;
	struct ktlat_fetch value[KTLAT_VALUES];
	struct ktlat_condition condition[KTLAT_CONDITIONS];
};

/**
 * struct ktlat_values - What was found of a call
 * @word: what is captured, or 0
 * @unread: bit n: word n could not be read, or %KTLAT_UNREAD_CONDITION
 */
struct ktlat_values {
	u64 word[KTLAT_VALUES];
	u32 unread;
};

/**
 * struct ktlat_arguments - What a backend sees of a call that begins
 * @word: its argument registers
 * @trap: see struct ktlat_done
 */
struct ktlat_arguments {
	u64 word[6];
	u32 trap;
};

/**
 * struct ktlat_seen - What is known of a call that is over
 * @values: what was found when it began; filled up when it ends
 * @returned: the register of what it returns
 * @caller: the address that it returns to
 */
struct ktlat_seen {
	struct ktlat_values values;
	u64 returned;
	u64 caller;
};

/* Probe context. */
bool ktlat_capture_begin(const struct ktlat_capture *capture,
			 const struct ktlat_arguments *arguments,
			 struct ktlat_values *values);
bool ktlat_capture_end(const struct ktlat_capture *capture,
		       struct ktlat_seen *seen);

#endif /* KTLAT_HOT_CAPTURE_H */
