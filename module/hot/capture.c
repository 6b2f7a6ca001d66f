// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture.c - finding the values of a call; see capture.h and struct ktlat_fetch.
 *
 * Memory is read by the kernel's helpers that do not fault, a few words at most. What
 * they call, and what a fault runs into, may have a probe itself: a value that is asked
 * for from inside of them counts as one that could not be read (inside.h).
 */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "hot/capture.h"
#include "hot/inside.h"
#include "hot/record.h"

/* What a text is read by: no piece reaches into another page, nor far behind the end. */
#define FETCH_PIECE	sizeof(u64)

/**
 * struct fetched - A value
 * @word: a number
 * @text: or a text, up to @size bytes, filled up with zeroes
 * @size: of @text
 */
struct fetched {
	u64 word;
	char *text;
	size_t size;
};

/* That of the process that runs, and of no other that runs what this has interrupted. */
static __always_inline bool fetch_user(void *to, u64 from, size_t size, u32 trap)
{
	if (!current->mm || current->flags & PF_KTHREAD ||
	    ktlat_context(trap) != KTLAT_CONTEXT_TASK)
		return false;
	return !copy_from_user_nofault(to,
				       (const void __user *)(unsigned long)from,
				       size);
}

/* The kernel's memory is the upper half, which not every helper makes sure of. */
static __always_inline bool fetch_kernel(void *to, u64 from, size_t size)
{
	return (s64)from < 0 &&
	       !copy_from_kernel_nofault(to, (const void *)(unsigned long)from,
					 size);
}

static __always_inline bool fetch_text(const struct ktlat_fetch *fetch, u64 from,
				       u32 trap, struct fetched *value)
{
	bool user = fetch->type == KTLAT_FETCH_USER_STRING;
	size_t done = 0;

	while (done < value->size) {
		size_t piece = min_t(size_t, value->size - done,
				     FETCH_PIECE - (from & (FETCH_PIECE - 1)));
		u8 bytes[FETCH_PIECE];

		if (user ? !fetch_user(bytes, from, piece, trap) :
			   !fetch_kernel(bytes, from, piece))
			return false;
		for (size_t i = 0; i < piece; i++) {
			if (!bytes[i])
				return true;
			value->text[done++] = bytes[i];
		}
		from += piece;
	}
	return true;
}

/* The bits of a value, out of what holds it. */
static __always_inline u64 fetch_bits(const struct ktlat_fetch *fetch, u64 word)
{
	u32 above = 64 - fetch->bits;

	word = word >> fetch->shift << above;
	if (fetch->type == KTLAT_FETCH_SIGNED)
		return (s64)word >> above;
	return word >> above;
}

/* Goes the way of a value, up to the address that the last step makes. */
static __always_inline bool fetch_walk(const struct ktlat_fetch *fetch, u64 *word)
{
	u32 last = fetch->nr_steps - 1;

	for (u32 i = 0; i < last; i++) {
		u64 next;

		if (!fetch_kernel(&next, *word + fetch->offset[i], sizeof(next)))
			return false;
		*word = next;
	}
	*word += fetch->offset[last];
	return true;
}

static __always_inline bool fetch_load(const struct ktlat_fetch *fetch, u32 trap,
				       struct fetched *value)
{
	u64 address = value->word;

	if (!fetch_walk(fetch, &address))
		return false;
	if (ktlat_fetch_is_text(fetch))
		return fetch_text(fetch, address, trap, value);
	/* Little-endian, like all kernels that this is built for. */
	value->word = 0;
	return fetch_kernel(&value->word, address, fetch->bytes);
}

/*
 * Finds a value that begins with @value->word; @value->text is all zeroes. Return:
 * whether it could be read.
 */
static bool fetch_value(const struct ktlat_fetch *fetch, u32 trap,
			struct fetched *value)
{
	unsigned int level;
	bool read;

	if (fetch->nr_steps) {
		if (!ktlat_inside_enter(&level))
			return false;
		read = fetch_load(fetch, trap, value);
		ktlat_inside_leave(level);
		if (!read)
			return false;
	}
	if (!ktlat_fetch_is_text(fetch))
		value->word = fetch_bits(fetch, value->word);
	return true;
}
NOKPROBE_SYMBOL(fetch_value);

static __always_inline bool compare_text(u32 op, const char *text,
					 const char *wanted)
{
	bool same = true;

	/* Both are filled up with zeroes. */
	for (int i = 0; i < KTLAT_TEXT_LEN - 1; i++)
		same &= text[i] == wanted[i];
	return same == (op == KTLAT_OP_EQ);
}

static __always_inline bool compare_number(u32 op, s64 value, s64 wanted)
{
	switch (op) {
	case KTLAT_OP_EQ:
		return value == wanted;
	case KTLAT_OP_NE:
		return value != wanted;
	case KTLAT_OP_LT:
		return value < wanted;
	case KTLAT_OP_LE:
		return value <= wanted;
	case KTLAT_OP_GT:
		return value > wanted;
	case KTLAT_OP_GE:
		return value >= wanted;
	default:
		return value & wanted;
	}
}

/* With the highest bit turned, unsigned numbers have the order of signed ones. */
static __always_inline u64 compare_bias(const struct ktlat_condition *condition)
{
	return condition->fetch.type == KTLAT_FETCH_UNSIGNED &&
	       condition->op != KTLAT_OP_AND ? 1ULL << 63 : 0;
}

/* @word: what its value begins with */
static bool condition_holds(const struct ktlat_condition *condition, u64 word,
			    u32 trap, struct ktlat_values *values)
{
	char text[KTLAT_TEXT_LEN] = { 0 };
	struct fetched value = { word, text, KTLAT_TEXT_LEN - 1 };
	u64 bias = compare_bias(condition);

	if (!fetch_value(&condition->fetch, trap, &value)) {
		values->unread |= KTLAT_UNREAD_CONDITION;
		return false;
	}
	if (ktlat_fetch_is_text(&condition->fetch))
		return compare_text(condition->op, text, condition->text);
	return compare_number(condition->op, value.word ^ bias,
			      condition->value ^ bias);
}
NOKPROBE_SYMBOL(condition_holds);

/* A text is the first value, and takes the room of both. */
static void capture_value(const struct ktlat_capture *capture, int i, u64 word,
			  u32 trap, struct ktlat_values *values)
{
	char text[sizeof(values->word)] = { 0 };
	struct fetched value = { word, text, sizeof(text) };

	if (!fetch_value(&capture->value[i], trap, &value))
		values->unread |= 1U << i;
	else if (ktlat_fetch_is_text(&capture->value[i]))
		memcpy(values->word, text, sizeof(text));
	else
		values->word[i] = value.word;
}
NOKPROBE_SYMBOL(capture_value);

/**
 * ktlat_capture_begin() - Look at a call that begins
 * @capture: what is wanted; @begins is true
 * @arguments: what is seen
 * @values: filled in
 *
 * Context: probe; preemption off. Return: whether the call may be one that the probe is
 * after; nothing is captured where it is not.
 */
bool ktlat_capture_begin(const struct ktlat_capture *capture,
			 const struct ktlat_arguments *arguments,
			 struct ktlat_values *values)
{
	*values = (struct ktlat_values){ 0 };
	for (u32 i = 0; i < capture->nr_conditions; i++) {
		const struct ktlat_condition *condition = &capture->condition[i];

		if (condition->fetch.from == KTLAT_FETCH_ARGUMENT &&
		    !condition_holds(condition,
				     arguments->word[condition->fetch.index],
				     arguments->trap, values))
			return false;
	}
	for (int i = 0; i < KTLAT_VALUES; i++)
		if (capture->value[i].from == KTLAT_FETCH_ARGUMENT)
			capture_value(capture, i,
				      arguments->word[capture->value[i].index],
				      arguments->trap, values);
	return true;
}
NOKPROBE_SYMBOL(ktlat_capture_begin);

static __always_inline u64 end_of(const struct ktlat_fetch *fetch,
				  const struct ktlat_seen *seen)
{
	return fetch->from == KTLAT_FETCH_RETURN ? seen->returned : seen->caller;
}

/**
 * ktlat_capture_end() - Look at a call that ends
 * @capture: what is wanted; @ends is true
 * @seen: what is known of the call; @values are filled up
 *
 * Context: probe; preemption off; nobody has come here by a trap. Return: whether the
 * probe is after it.
 */
bool ktlat_capture_end(const struct ktlat_capture *capture,
		       struct ktlat_seen *seen)
{
	for (u32 i = 0; i < capture->nr_conditions; i++) {
		const struct ktlat_condition *condition = &capture->condition[i];

		if (ktlat_fetch_ends(&condition->fetch) &&
		    !condition_holds(condition, end_of(&condition->fetch, seen), 0,
				     &seen->values))
			return false;
	}
	for (int i = 0; i < KTLAT_VALUES; i++)
		if (ktlat_fetch_ends(&capture->value[i]))
			capture_value(capture, i, end_of(&capture->value[i], seen),
				      0, &seen->values);
	return true;
}
NOKPROBE_SYMBOL(ktlat_capture_end);
