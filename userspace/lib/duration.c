// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

static const struct {
	const char *name;
	__u64 ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000 * 1000 },
	{ "s", 1000 * 1000 * 1000 },
};

/* A number without a unit is in seconds. */
static __u64 unit_of(const char *name)
{
	size_t i;

	if (!*name)
		return units[KTL_ARRAY_SIZE(units) - 1].ns;
	for (i = 0; i < KTL_ARRAY_SIZE(units); i++)
		if (!strcmp(name, units[i].name))
			return units[i].ns;
	return 0;
}

static int fail_duration(const char *text, size_t offset, const char *what,
			 const char *advice, struct ktlat_error *err)
{
	return ktl_fail_at(err, offset, "\"%s\" %s at character %zu%s", text,
			   what, offset + 1, advice);
}

/**
 * ktlat_parse_duration() - Read a duration such as 250ns, 40us, 1.5ms or 2s
 * @text: what to read; a number without a unit is in seconds
 * @ns: where to put it, in ns
 * @err: why it failed, and at which character (EINVAL, ERANGE)
 */
int ktlat_parse_duration(const char *text, __u64 *ns, struct ktlat_error *err)
{
	size_t whole = strspn(text, "0123456789"), i;
	const char *fraction = text + whole + (text[whole] == '.');
	size_t digits = strspn(fraction, "0123456789");
	__u64 unit = unit_of(fraction + digits), value = 0, step = unit;

	if (!whole || !unit || (text[whole] == '.' && !digits))
		return fail_duration(text, whole ? fraction + digits - text : 0,
				     "is not a duration",
				     "; write it as 250ns, 40us, 1.5ms or 2s",
				     err);
	for (i = 0; i < whole; i++)
		if (__builtin_mul_overflow(value, 10ULL, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			goto too_long;
	if (__builtin_mul_overflow(value, unit, &value))
		goto too_long;

	for (i = 0; i < digits; i++) {
		__u64 digit = fraction[i] - '0';

		if (step % 10 && digit)
			return fail_duration(text, fraction + i - text,
					     "is finer than 1ns", "", err);
		step /= 10;
		if (__builtin_add_overflow(value, digit * step, &value))
			goto too_long;
	}
	*ns = value;
	return 0;

too_long:
	fail_duration(text, 0, "is too long",
		      "; the longest duration is 18446744073s", err);
	if (err)
		err->code = ERANGE;
	return -ERANGE;
}

/* Divides, rounding to the nearest; cannot overflow. */
static __u64 divide_rounded(__u64 value, __u64 by)
{
	return value / by + (value % by >= by - value % by);
}

/**
 * ktlat_format_duration() - Write a duration with three significant digits
 * @ns: what to write
 * @text: where to put it; ktlat_parse_duration() can read it
 */
void ktlat_format_duration(__u64 ns, char text[KTLAT_DURATION_LEN])
{
	static const __u64 powers[] = { 1, 10, 100 };
	size_t last = KTL_ARRAY_SIZE(units) - 1, unit;
	unsigned long long value = ns;
	int decimals = 0;

	/* The first that shows it in three digits, after rounding. */
	for (unit = 0; value >= 1000 && unit < last; ) {
		unit++;
		for (decimals = 2; decimals >= 0; decimals--) {
			value = divide_rounded(ns, units[unit].ns /
						   powers[decimals]);
			if (value < 1000)
				break;
		}
	}
	if (decimals > 0)
		snprintf(text, KTLAT_DURATION_LEN, "%llu.%0*llu%s",
			 value / powers[decimals], decimals,
			 value % powers[decimals], units[unit].name);
	else
		snprintf(text, KTLAT_DURATION_LEN, "%llu%s", value,
			 units[unit].name);
}
