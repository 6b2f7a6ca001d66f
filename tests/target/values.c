// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function whose arguments are known, and what it returns.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "target.h"
#include "values.h"

static noinline __noclone long
ktlat_target_value(struct target_value *value, u64 number, short narrow,
		   const char *text, const char __user *user_text, void *hostile)
{
	return -(long)number;
}

static long (*const value_function)(struct target_value *, u64, short,
				    const char *, const char __user *,
				    void *) = ktlat_target_value;

/**
 * target_value_run() - Call the function
 * @line: "CALLS NUMBER NEGATIVE LOW MIDDLE HIGH HOSTILE NAME": how often, and what goes
 *	where; HOSTILE in hexadecimal digits, NAME of 23 characters at most
 * @user: where the writer has that line; the user's text begins with its NAME
 *
 * Context: may sleep. Return: 0 or an errno.
 */
int target_value_run(char *line, const char __user *user)
{
	struct target_value value = { .octet = 0xa5 };
	unsigned int low, middle, high;
	unsigned long hostile;
	u64 calls;
	int name;

	if (sscanf(line, "%llu %llu %d %u %u %u %lx %n%23s", &calls,
		   &value.number, &value.negative, &low, &middle, &high,
		   &hostile, &name, value.inner.name) != 8)
		return -EINVAL;
	value.low = low;
	value.middle = middle;
	value.high = high;
	value.inner.text = line + name;
	value.inner.self = &value.inner;
	for (; calls; calls--)
		READ_ONCE(value_function)(&value, value.number, value.negative,
					  line + name, user + name,
					  (void *)hostile);
	return 0;
}
