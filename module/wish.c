// SPDX-License-Identifier: GPL-2.0-only
/*
 * wish.c - is a probe that a user asks for well-formed? Whether it can be had is
 * found out by others.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "capture.h"
#include "wish.h"

#include <ktlat.h>

static bool point_is_empty(const struct ktlat_point *point)
{
	return !memchr_inv(point, 0, sizeof(*point));
}

/* Has it a name that ends, and a module? */
bool ktlat_point_is_named(const struct ktlat_point *point)
{
	return point->name[0] &&
	       strnlen(point->name, KTLAT_NAME_LEN) < KTLAT_NAME_LEN &&
	       strnlen(point->module, KTLAT_MODULE_LEN) < KTLAT_MODULE_LEN;
}

/* Has it a name, and no address that does not fit a pointer? */
static bool point_is_sound(const struct ktlat_point *point)
{
	return ktlat_point_is_named(point) &&
	       (unsigned long)point->address == point->address;
}

/* What nobody has looked up yet, and is shown and logged all the same. */
static bool text_is_sound(const char *text)
{
	while (isgraph(*text))
		text++;
	return !*text;
}

/* One tracepoint pair that has a name, and not two tracepoints. */
static bool is_preset(const struct ktlat_probe_add *add)
{
	return point_is_empty(&add->point[1]);
}

static bool preset_is_sound(const struct ktlat_probe_add *add)
{
	const struct ktlat_point *point = &add->point[0];

	return !point->address && !point->offset && !point->module[0];
}

static bool tracepoints_are_sound(const struct ktlat_probe_add *add)
{
	for (int i = 0; i < ARRAY_SIZE(add->point); i++) {
		const struct ktlat_point *point = &add->point[i];

		if (!ktlat_point_is_named(point) || point->address ||
		    point->offset || !text_is_sound(point->name) ||
		    !text_is_sound(point->module))
			return false;
	}
	return true;
}

static bool points_are_sound(const struct ktlat_probe_add *add)
{
	const struct ktlat_point *first = &add->point[0];
	const struct ktlat_point *second = &add->point[1];

	if (!point_is_sound(first))
		return false;
	switch (add->kind) {
	case KTLAT_KIND_FUNCTION:
		return !first->offset && point_is_empty(second);
	case KTLAT_KIND_PAIR:
		return point_is_sound(second);
	case KTLAT_KIND_TRACEPOINT:
		return is_preset(add) ? preset_is_sound(add) :
					tracepoints_are_sound(add);
	case KTLAT_KIND_GROUP:
		return !first->address && !first->offset &&
		       !first->module[0] && point_is_empty(second);
	default:
		return false;
	}
}

/* Names last, addresses do not; and without a module there is none to wait for. */
static bool may_wait(const struct ktlat_probe_add *add)
{
	return (add->kind == KTLAT_KIND_FUNCTION || add->kind == KTLAT_KIND_PAIR) &&
	       !add->point[0].address && !add->point[1].address &&
	       (add->point[0].module[0] || add->point[1].module[0]) &&
	       text_is_sound(add->point[0].name) &&
	       text_is_sound(add->point[0].module) &&
	       text_is_sound(add->point[1].name) &&
	       text_is_sound(add->point[1].module);
}

/* Has it two points that are matched? */
static bool is_matched(const struct ktlat_probe_add *add)
{
	return add->kind == KTLAT_KIND_PAIR ||
	       (add->kind == KTLAT_KIND_TRACEPOINT && !is_preset(add));
}

static bool argument_is_sound(const struct ktlat_argument *argument)
{
	return argument->index && argument->index <= KTLAT_ARGUMENTS_MAX &&
	       is_power_of_2(argument->bytes) && argument->bytes <= 8 &&
	       argument->is_signed <= 1 && !argument->reserved;
}

static bool match_is_sound(const struct ktlat_probe_add *add)
{
	bool tracepoints = add->kind == KTLAT_KIND_TRACEPOINT;

	if (tracepoints && is_matched(add) && add->match == KTLAT_MATCH_ARGUMENT)
		return argument_is_sound(&add->argument[0]) &&
		       argument_is_sound(&add->argument[1]);
	if (memchr_inv(add->argument, 0, sizeof(add->argument)))
		return false;
	return is_matched(add) ? add->match == KTLAT_MATCH_TASK ||
				 add->match == KTLAT_MATCH_CPU :
				 !add->match;
}

/* Which presets are about system calls is known to others. */
static bool syscall_is_sound(const struct ktlat_probe_add *add)
{
	return (add->kind == KTLAT_KIND_TRACEPOINT && is_preset(add)) ||
	       (!add->syscall[0] && !add->syscall[1]);
}

/* Options that go with one kind of probe must be 0 for the others. */
static bool options_are_sound(const struct ktlat_probe_add *add)
{
	bool function = add->kind == KTLAT_KIND_FUNCTION;
	bool group = add->kind == KTLAT_KIND_GROUP;

	if (group ? !add->functions || add->functions > KTLAT_FUNCTIONS_MAX ||
		    !(add->flags & KTLAT_PROBE_DISABLED) :
	    add->functions)
		return false;
	if (!match_is_sound(add) || !syscall_is_sound(add))
		return false;
	if (function ? add->pool > KTLAT_POOL_MAX : add->pool)
		return false;
	if (function || group || !add->starts)
		return !add->starts;
	return add->starts >= KTLAT_STARTS_MIN &&
	       add->starts <= KTLAT_STARTS_MAX;
}

/* It ends, and nothing but zeroes is behind its end. */
bool ktlat_text_is_sound(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	return len < size && !memchr_inv(text + len, 0, size - len);
}

/* A member that is not asked for must be zero, and what is asked for makes sense. */
static bool filter_is_sound(const struct ktlat_filter *filter)
{
	const u32 flags = filter->flags;

	if (flags & ~(KTLAT_FILTER_PID | KTLAT_FILTER_TGID | KTLAT_FILTER_COMM |
		      KTLAT_FILTER_CGROUP | KTLAT_FILTER_CPU) ||
	    filter->reserved)
		return false;
	return (flags & KTLAT_FILTER_PID || !filter->pid) &&
	       (flags & KTLAT_FILTER_TGID || !filter->tgid) &&
	       (flags & KTLAT_FILTER_CGROUP || !filter->cgroup_id) &&
	       (flags & KTLAT_FILTER_COMM ?
			ktlat_text_is_sound(filter->comm, sizeof(filter->comm)) :
			!memchr_inv(filter->comm, 0, sizeof(filter->comm))) &&
	       (flags & KTLAT_FILTER_CPU ||
		!memchr_inv(filter->cpus, 0, sizeof(filter->cpus)));
}

static bool slow_is_sound(const struct ktlat_slow *slow, bool group)
{
	if (slow->slowest ? slow->slowest > KTLAT_SLOWEST_MAX ||
			    slow->interval_ns < KTLAT_INTERVAL_MIN ||
			    slow->interval_ns > KTLAT_INTERVAL_MAX :
			    slow->interval_ns)
		return false;
	return slow->ppm < 1000000 && !(slow->ns && slow->ppm) &&
	       !(group && slow->ppm) && !slow->reserved;
}

static bool keys_are_sound(const struct ktlat_probe_add *add)
{
	if (add->by == KTLAT_BY_NOTHING)
		return !add->keys;
	return add->by <= KTLAT_BY_VALUES &&
	       (add->by != KTLAT_BY_EVENT || add->kind == KTLAT_KIND_TRACEPOINT) &&
	       (add->by != KTLAT_BY_VALUES ||
		add->value[0].from != KTLAT_FETCH_NOTHING) &&
	       (!add->keys || (is_power_of_2(add->keys) &&
			       add->keys >= KTLAT_KEYS_MIN &&
			       add->keys <= KTLAT_KEYS_MAX));
}

static bool flags_are_sound(const struct ktlat_probe_add *add)
{
	const u32 known = KTLAT_PROBE_PUBLIC | KTLAT_PROBE_DISABLED |
			  KTLAT_PROBE_REGISTERS | KTLAT_PROBE_EVENTS |
			  KTLAT_PROBE_USER_STACK | KTLAT_PROBE_NO_HISTOGRAM |
			  KTLAT_PROBE_PENDING;

	return !(add->flags & ~known) &&
	       (!(add->flags & KTLAT_PROBE_NO_HISTOGRAM) ||
		(add->flags & KTLAT_PROBE_EVENTS && !add->slow.ppm)) &&
	       (!(add->flags & KTLAT_PROBE_PENDING) || may_wait(add)) &&
	       (!(add->flags & KTLAT_PROBE_REGISTERS) ||
		add->kind == KTLAT_KIND_FUNCTION);
}

/**
 * ktlat_wish_is_sound() - Is this a probe that there can be?
 * @add: as the user has it
 *
 * Context: any.
 */
bool ktlat_wish_is_sound(const struct ktlat_probe_add *add)
{
	/* First: others take it that names end. */
	return points_are_sound(add) && flags_are_sound(add) &&
	       add->precision <= KTLAT_PRECISION_MAX &&
	       !add->reserved1 && !add->reserved &&
	       options_are_sound(add) &&
	       filter_is_sound(&add->filter) && keys_are_sound(add) &&
	       ktlat_capture_is_sound(add) &&
	       slow_is_sound(&add->slow, add->kind == KTLAT_KIND_GROUP);
}
