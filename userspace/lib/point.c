// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>

#include "internal.h"

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

/* A piece of a SPEC: where it begins and how long it is. */
struct piece {
	const char *text;
	size_t len;
};

static int parse_name(struct piece name, struct ktlat_point *point,
		      struct ktlat_error *err)
{
	size_t i;

	if (!name.len)
		return ktl_fail_at(err, 0, "the name of a function is missing");
	if (name.len >= sizeof(point->name))
		return ktl_fail_at(err, sizeof(point->name) - 1,
				   "the name of a function is longer than %zu characters",
				   sizeof(point->name) - 1);
	if (!is_name_char(*name.text) || *name.text == '.' ||
	    isdigit((unsigned char)*name.text))
		return ktl_fail_at(err, 0,
				   "\"%.*s\" does not begin as the name of a function does",
				   (int)name.len, name.text);
	for (i = 0; i < name.len; i++)
		if (!is_name_char(name.text[i]))
			return ktl_fail_at(err, i, "'%c' in \"%.*s\" cannot be part of a name",
					name.text[i], (int)name.len, name.text);
	memcpy(point->name, name.text, name.len);
	return 0;
}

/* The kernel calls a module x_y that a file and its user may call x-y. */
static int parse_module(struct piece module, struct ktlat_point *point,
			struct ktlat_error *err)
{
	size_t i;

	if (!module.len)
		return ktl_fail_at(err, 0,
				   "the name of a module is missing before ':'");
	if (module.len >= sizeof(point->module))
		return ktl_fail_at(err, sizeof(point->module) - 1,
				   "the name of a module is longer than %zu characters",
				   sizeof(point->module) - 1);
	for (i = 0; i < module.len; i++) {
		char c = module.text[i] == '-' ? '_' : module.text[i];

		if (!isalnum((unsigned char)c) && c != '_')
			return ktl_fail_at(err, i,
					   "'%c' in \"%.*s\" cannot be part of the name of a module",
					   c, (int)module.len, module.text);
		point->module[i] = c;
	}
	return 0;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static int parse_number(struct piece text, __u64 *number,
			struct ktlat_error *err)
{
	bool hex = text.len > 2 && !strncasecmp(text.text, "0x", 2);
	__u64 base = hex ? 16 : 10, value = 0;
	size_t i = hex ? 2 : 0;
	bool bad = !text.len;

	for (; i < text.len && !bad; i++) {
		__u64 digit = digit_value(text.text[i]);

		bad = digit >= base ||
		      __builtin_mul_overflow(value, base, &value) ||
		      __builtin_add_overflow(value, digit, &value);
	}
	if (bad)
		return ktl_fail_at(err, 0,
				   "\"%.*s\" is no number; write it in decimal, or in hexadecimal after 0x",
				(int)text.len, text.text);
	*number = value;
	return 0;
}

/* "0x..." */
static int parse_address(struct piece text, struct ktlat_point *point,
			 struct ktlat_error *err)
{
	int ret = parse_number(text, &point->address, err);

	if (ret || point->address >> 63)
		return ret;
	return ktl_fail_at(err, 0, "%.*s is no address of the kernel's",
			   (int)text.len, text.text);
}

/* "MODULE" or "MODULE+OFF" */
static int parse_place(struct piece text, struct ktlat_point *point,
		       struct ktlat_error *err)
{
	const char *plus = memchr(text.text, '+', text.len);
	struct piece offset;
	int ret;

	if (!plus)
		return parse_module(text, point, err);
	offset = (struct piece){ plus + 1, text.text + text.len - plus - 1 };
	text.len = plus - text.text;
	ret = parse_module(text, point, err);
	if (ret)
		return ret;
	ret = parse_number(offset, &point->address, err);
	if (!ret && point->address >= KTLAT_TEXT_OFFSET)
		ret = ktl_fail_at(err, 0, "\"%.*s\" is too far behind %s",
				  (int)offset.len, offset.text, point->module);
	ret = ktl_shift(err, offset.text - text.text, ret);
	point->address |= KTLAT_TEXT_OFFSET;
	return ret;
}

static bool is_address(const char *text, size_t len)
{
	return len > 2 && !strncasecmp(text, "0x", 2);
}

/*
 * Parses "[MODULE[+OFF]:]FUNC[+OFF]" or "0xADDRESS[+OFF]"; the error tells the part
 * that is wrong, and where it is in @text.
 */
int ktl_parse_point(const char *text, size_t len, struct ktlat_point *point,
		    struct ktlat_error *err)
{
	const char *colon = memchr(text, ':', len);
	const char *end = text + len, *begin = text;
	const char *plus;
	int ret;

	memset(point, 0, sizeof(*point));
	if (colon) {
		ret = parse_place((struct piece){ text, colon - text }, point,
				  err);
		if (ret)
			return ret;
		text = colon + 1;
	}

	plus = memchr(text, '+', end - text);
	if (plus) {
		ret = parse_number((struct piece){ plus + 1, end - plus - 1 },
				   &point->offset, err);
		if (ret)
			return ktl_shift(err, plus + 1 - begin, ret);
		end = plus;
	}
	if (!colon && is_address(text, end - text))
		return parse_address((struct piece){ text, end - text }, point,
				     err);
	ret = parse_name((struct piece){ text, end - text }, point, err);
	return ktl_shift(err, text - begin, ret);
}

/* Is it told by how far it is behind where its module's code begins? */
static bool has_place(const struct ktlat_point *point)
{
	return point->address & KTLAT_TEXT_OFFSET && !(point->address >> 63);
}

/* What stands before the name, if anything. */
static int format_place(const struct ktlat_point *point,
			char text[KTL_POINT_LEN])
{
	if (!*point->name)
		return snprintf(text, KTL_POINT_LEN, "0x%llx",
				(unsigned long long)point->address);
	if (has_place(point))
		return snprintf(text, KTL_POINT_LEN, "%.*s+0x%llx:",
				KTLAT_MODULE_LEN - 1, *point->module ?
				point->module : KTLAT_VMLINUX,
				(unsigned long long)(point->address &
						     ~KTLAT_TEXT_OFFSET));
	if (!*point->module)
		return 0;
	return snprintf(text, KTL_POINT_LEN, "%.*s:", KTLAT_MODULE_LEN - 1,
			point->module);
}

/* The reverse of ktl_parse_point(). */
void ktl_format_point(const struct ktlat_point *point, char text[KTL_POINT_LEN])
{
	int len = format_place(point, text);

	len += snprintf(text + len, KTL_POINT_LEN - len, "%.*s",
			KTLAT_NAME_LEN - 1, point->name);
	if (point->offset)
		snprintf(text + len, KTL_POINT_LEN - len, "+0x%llx",
			 (unsigned long long)point->offset);
}

/*
 * Makes of the address of a point what tells its function after each boot of this
 * kernel; or nothing, where that is hidden. What has it stays as it is.
 */
void ktl_set_place(struct ktlat_point *point)
{
	__u64 begin = point->address - point->offset;
	__u64 base = point->address ? ktl_text_base(point->module) : 0;

	if (has_place(point))
		return;
	point->address = base && begin >= base ?
			 (begin - base) | KTLAT_TEXT_OFFSET : 0;
}

/* The distance that ktl_set_place() has put there, plus 1; or 0. */
__u64 ktl_get_place(const struct ktlat_point *point)
{
	return has_place(point) ? (point->address & ~KTLAT_TEXT_OFFSET) + 1 : 0;
}
