// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expressions and conditions against the types of the unit tests: the first byte chooses
 * the function, and which of the two it is. What is refused must be told with a character
 * of it; what is taken must be what the module takes, and be found again from that, by
 * names and without.
 */
#include <string.h>

#include "fuzz.h"
#include "sampletypes.h"
#include "types.h"

static const char * const functions[] = {
	"f_idle", "f_busy", "f_odd", "f_pointers", "f_large", "f_none",
	"f_copied.isra.0", NULL,
};

/* In place of what the kernel tells of itself. */
const struct ktl_types *__wrap_ktl_kernel_types(void);
const struct ktl_types *__wrap_ktl_kernel_types(void)
{
	static struct ktl_types types;

	if (!types.btf) {
		types.btf = sample_types();
		MUST(ktl_index_types(&types));
	}
	return &types;
}

static void expect_position(const struct ktlat_error *err, const char *text)
{
	MUST(err->code > 0 && err->position &&
	     err->position <= strlen(text) + 1);
}

/* As struct ktlat_fetch says that it must be. */
static void expect_sound(const struct ktlat_fetch *fetch)
{
	bool text = fetch->type == KTLAT_FETCH_STRING ||
		    fetch->type == KTLAT_FETCH_USER_STRING;
	__u32 bits = fetch->bytes ? 8 * fetch->bytes : 64, i;

	MUST(fetch->from >= KTLAT_FETCH_ARGUMENT &&
	     fetch->from <= KTLAT_FETCH_CALLER);
	MUST(fetch->index <= (fetch->from == KTLAT_FETCH_ARGUMENT ? 5 : 0));
	MUST(fetch->nr_steps <= KTLAT_FETCH_STEPS && !fetch->reserved);
	for (i = fetch->nr_steps; i < KTLAT_FETCH_STEPS; i++)
		MUST(!fetch->offset[i]);
	if (text) {
		MUST(fetch->nr_steps && !fetch->bytes && !fetch->shift &&
		     !fetch->bits);
		return;
	}
	MUST(fetch->type == KTLAT_FETCH_UNSIGNED ||
	     fetch->type == KTLAT_FETCH_SIGNED);
	MUST(!fetch->nr_steps == !fetch->bytes);
	MUST(!fetch->bytes || fetch->bytes == 1 || fetch->bytes == 2 ||
	     fetch->bytes == 4 || fetch->bytes == 8);
	MUST(fetch->bits && fetch->bits <= bits && fetch->shift <= bits - fetch->bits);
}

static void expect_again(const struct ktlat_point *function,
			 const struct ktlat_fetch *fetch)
{
	struct ktlat_value named, again;

	ktlat_name_value(function, fetch, &named);
	MUST(!ktlat_parse_value(named.text, function, &again, NULL));
	MUST(!memcmp(&again.fetch, fetch, sizeof(*fetch)));
}

static void read_value(const char *text, const struct ktlat_point *function)
{
	unsigned int position = 0;
	struct ktlat_value value;
	struct ktlat_error err;

	if (ktlat_check_value(text, &err))
		position = err.position;
	if (ktlat_parse_value(text, function, &value, &err)) {
		expect_position(&err, text);
		MUST(!position || position == err.position);
		return;
	}
	MUST(!position);
	expect_sound(&value.fetch);
	expect_again(NULL, &value.fetch);
	expect_again(function, &value.fetch);
}

static void expect_condition(const struct ktlat_point *function,
			     const struct ktlat_condition *condition)
{
	struct ktlat_condition again[KTLAT_CONDITIONS] = { 0 };
	char text[KTLAT_CONDITION_LEN];
	struct ktlat_value value;

	expect_sound(&condition->fetch);
	MUST(!condition->text[KTLAT_TEXT_LEN - 1]);
	ktlat_name_value(function, &condition->fetch, &value);
	ktlat_format_condition(condition, value.text, text);
	MUST(!ktlat_parse_conditions(text, function, again, NULL));
	MUST(!memcmp(again, condition, sizeof(*condition)));
}

static void read_conditions(const char *text, const struct ktlat_point *function)
{
	struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
	bool checked = !ktlat_check_conditions(text, NULL);
	struct ktlat_error err;
	int i;

	if (ktlat_parse_conditions(text, function, list, &err)) {
		expect_position(&err, text);
		MUST(!list[0].fetch.from);
		return;
	}
	MUST(checked);
	for (i = 0; i < KTLAT_CONDITIONS && list[i].fetch.from; i++)
		expect_condition(function, &list[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ktlat_point point = { .module = KTLAT_VMLINUX };
	const struct ktlat_point *function = NULL;
	const char *name;
	char *text;

	if (!size)
		return 0;
	name = functions[*data / 2 % (sizeof(functions) / sizeof(*functions))];
	if (name) {
		strcpy(point.name, name);
		function = &point;
	}
	text = strndup((const char *)data + 1, size - 1);
	MUST(text);
	if (*data % 2)
		read_conditions(text, function);
	else
		read_value(text, function);
	free(text);
	return 0;
}
