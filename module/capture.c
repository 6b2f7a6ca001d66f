// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture.c - the values that a probe wants of its calls, and the conditions on them.
 * They are looked for in hot/capture.c, which relies on what is made sure of here.
 */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "capture.h"
#include "wish.h"

#include <ktlat.h>

static bool fetch_is_none(const struct ktlat_fetch *fetch)
{
	return fetch->from == KTLAT_FETCH_NOTHING;
}

static bool fetch_is_empty(const struct ktlat_fetch *fetch)
{
	return !memchr_inv(fetch, 0, sizeof(*fetch));
}

static bool text_is_sound(const struct ktlat_fetch *fetch)
{
	return fetch->nr_steps && !fetch->bytes && !fetch->shift && !fetch->bits;
}

static bool number_is_sound(const struct ktlat_fetch *fetch)
{
	u32 room = 64;

	if (fetch->nr_steps) {
		if (!is_power_of_2(fetch->bytes) || fetch->bytes > sizeof(u64))
			return false;
		room = 8 * fetch->bytes;
	} else if (fetch->bytes) {
		return false;
	}
	return fetch->bits && fetch->bits <= room &&
	       fetch->shift <= room - fetch->bits;
}

static bool way_is_sound(const struct ktlat_fetch *fetch)
{
	size_t used = min_t(size_t, fetch->nr_steps, KTLAT_FETCH_STEPS);

	return fetch->nr_steps <= KTLAT_FETCH_STEPS &&
	       !memchr_inv(fetch->offset + used, 0,
			   sizeof(fetch->offset) - used * sizeof(*fetch->offset));
}

/* Of a kind of probe that has values. */
static bool fetch_is_sound(const struct ktlat_fetch *fetch, u32 kind)
{
	bool argument = fetch->from == KTLAT_FETCH_ARGUMENT;

	if (fetch->from > KTLAT_FETCH_CALLER || fetch->reserved)
		return false;
	if (argument ? fetch->index >= 6 || kind != KTLAT_KIND_FUNCTION :
		       fetch->index)
		return false;
	if (!way_is_sound(fetch))
		return false;
	if (ktlat_fetch_is_text(fetch))
		return text_is_sound(fetch);
	return (fetch->type == KTLAT_FETCH_UNSIGNED ||
		fetch->type == KTLAT_FETCH_SIGNED) &&
	       number_is_sound(fetch);
}

static bool condition_is_empty(const struct ktlat_condition *condition)
{
	return !memchr_inv(condition, 0, sizeof(*condition));
}

static bool condition_is_sound(const struct ktlat_condition *condition, u32 kind)
{
	const char *text = condition->text;

	if (fetch_is_none(&condition->fetch))
		return condition_is_empty(condition);
	if (!fetch_is_sound(&condition->fetch, kind) || condition->reserved)
		return false;
	if (ktlat_fetch_is_text(&condition->fetch))
		return (condition->op == KTLAT_OP_EQ ||
			condition->op == KTLAT_OP_NE) &&
		       !condition->value &&
		       ktlat_text_is_sound(text, KTLAT_TEXT_LEN);
	return condition->op >= KTLAT_OP_EQ && condition->op <= KTLAT_OP_AND &&
	       !memchr_inv(text, 0, KTLAT_TEXT_LEN);
}

/* A text takes the room of both. */
static bool values_are_sound(const struct ktlat_fetch value[KTLAT_VALUES], u32 kind)
{
	for (int i = 0; i < KTLAT_VALUES; i++)
		if (fetch_is_none(&value[i]) ? !fetch_is_empty(&value[i]) :
					       !fetch_is_sound(&value[i], kind))
			return false;
	if (fetch_is_none(&value[0]))
		return fetch_is_none(&value[1]);
	return fetch_is_none(&value[1]) ||
	       (!ktlat_fetch_is_text(&value[0]) && !ktlat_fetch_is_text(&value[1]));
}

/* Does it want any value? */
bool ktlat_capture_is_wanted(const struct ktlat_probe_add *add)
{
	for (int i = 0; i < KTLAT_CONDITIONS; i++)
		if (!fetch_is_none(&add->condition[i].fetch))
			return true;
	return !fetch_is_none(&add->value[0]);
}

/**
 * ktlat_capture_is_sound() - Are the values and conditions of a probe well-formed?
 * @add: as the user has it
 *
 * Context: any.
 */
bool ktlat_capture_is_sound(const struct ktlat_probe_add *add)
{
	if (!values_are_sound(add->value, add->kind))
		return false;
	for (int i = 0; i < KTLAT_CONDITIONS; i++)
		if (!condition_is_sound(&add->condition[i], add->kind))
			return false;
	return !ktlat_capture_is_wanted(add) ||
	       add->kind == KTLAT_KIND_FUNCTION || add->kind == KTLAT_KIND_GROUP;
}

static void capture_note(struct ktlat_capture *capture,
			 const struct ktlat_fetch *fetch)
{
	capture->begins |= fetch->from == KTLAT_FETCH_ARGUMENT;
	capture->ends |= ktlat_fetch_ends(fetch);
}

/* For the hot path. Context: any; @add is sound. */
void ktlat_capture_init(struct ktlat_capture *capture,
			const struct ktlat_probe_add *add)
{
	*capture = (struct ktlat_capture){
		.captures = !fetch_is_none(&add->value[0]),
	};
	memcpy(capture->value, add->value, sizeof(capture->value));
	for (int i = 0; i < KTLAT_VALUES; i++)
		capture_note(capture, &add->value[i]);
	for (int i = 0; i < KTLAT_CONDITIONS; i++) {
		if (fetch_is_none(&add->condition[i].fetch))
			continue;
		capture->condition[capture->nr_conditions++] = add->condition[i];
		capture_note(capture, &add->condition[i].fetch);
	}
}

/* Fills in what was asked for, for who may see addresses: there may be some in it. */
void ktlat_capture_tell(const struct ktlat_capture *capture,
			struct ktlat_probe_info *info)
{
	if (!capable(CAP_SYSLOG))
		return;
	memcpy(info->value, capture->value, sizeof(info->value));
	memcpy(info->condition, capture->condition, sizeof(info->condition));
}
