// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture.c - finding the values of a call; see capture.h and struct ktlat_fetch.
 *
 * Memory is read by the kernel's helpers that do not fault, a few words at most. What
 * they call, and what a fault runs into, may have a probe itself: a value that is asked
 * for from inside of them counts as one that could not be read (inside.h).
 */
#include <linux/hardirq.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "hot/capture.h"
#include "hot/inside.h"

static_assert(KTLAT_VALUES * sizeof(u64) <= KTLAT_TEXT_LEN);

static bool fetch_is_text(const struct ktlat_fetch *fetch)
{
	return fetch->type >= KTLAT_FETCH_STRING;
}

/* User memory is that of the process that runs, if there is one that may be looked at. */
static __always_inline bool fetch_may_read_user(u32 trap)
{
	return current->mm && !(current->flags & PF_KTHREAD) &&
	       (!in_nmi() || trap);
}

static __always_inline bool fetch_piece(char *to, u64 from, size_t size,
					bool user)
{
	if (user)
		return !copy_from_user_nofault(to,
					       (const void __user *)(unsigned long)from,
					       size);
	return !copy_from_kernel_nofault(to, (const void *)(unsigned long)from,
					 size);
}

/* The first zero in a piece, or its size. */
static __always_inline size_t fetch_length(const char *text, size_t size)
{
	size_t length = 0;

	while (length < size && text[length])
		length++;
	return length;
}

/*
 * A text, up to its zero or to @size bytes; what is behind is cleared. It is read up to
 * the end of its page first: there may be none behind.
 */
static __always_inline bool fetch_text(char *to, size_t size, u64 from, bool user)
{
	size_t done = 0;

	while (done < size) {
		size_t piece = min_t(size_t, size - done,
				     PAGE_SIZE - offset_in_page(from + done));
		size_t length;

		if (!fetch_piece(to + done, from + done, piece, user))
			return false;
		length = fetch_length(to + done, piece);
		done += length;
		if (length < piece)
			break;
	}
	memset(to + done, 0, size - done);
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

static __always_inline u64 fetch_register(const struct ktlat_fetch *fetch,
					  const struct ktlat_passage *passage)
{
	switch (fetch->from) {
	case KTLAT_FETCH_ARGUMENT:
		return passage->argument[fetch->index];
	case KTLAT_FETCH_RETURN:
		return passage->returned;
	default:
		return passage->caller;
	}
}

/* Goes the way of a value, up to the address that the last step makes. */
static __always_inline bool fetch_walk(const struct ktlat_fetch *fetch, u64 *word)
{
	u32 last = fetch->nr_steps - 1;

	for (u32 i = 0; i < last; i++) {
		u64 next;

		if (!fetch_piece((char *)&next, *word + fetch->offset[i],
				 sizeof(next), false))
			return false;
		*word = next;
	}
	*word += fetch->offset[last];
	return true;
}

static __always_inline bool fetch_load(const struct ktlat_fetch *fetch, u32 trap,
				       u64 *word, char *text, size_t size)
{
	u64 value = 0;

	if (!fetch_walk(fetch, word))
		return false;
	if (fetch->type == KTLAT_FETCH_USER_STRING)
		return fetch_may_read_user(trap) &&
		       fetch_text(text, size, *word, true);
	if (fetch->type == KTLAT_FETCH_STRING)
		return fetch_text(text, size, *word, false);
	/* Little-endian, like all that there are drivers for here. */
	if (!fetch_piece((char *)&value, *word, fetch->bytes, false))
		return false;
	*word = value;
	return true;
}

/*
 * Finds a value: a number in @word, or a text of up to @size bytes in @text. Return:
 * whether it could be read.
 */
static bool fetch_value(const struct ktlat_fetch *fetch,
			const struct ktlat_passage *passage, u64 *word,
			char *text, size_t size)
{
	unsigned int level;
	bool read;

	*word = fetch_register(fetch, passage);
	if (fetch->nr_steps) {
		if (!ktlat_inside_enter(&level))
			return false;
		read = fetch_load(fetch, passage->trap, word, text, size);
		ktlat_inside_leave(level);
		if (!read)
			return false;
	}
	if (!fetch_is_text(fetch))
		*word = fetch_bits(fetch, *word);
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

/* As signed numbers, which differ from unsigned ones in how they are ordered. */
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

static bool condition_holds(const struct ktlat_condition *condition,
			    const struct ktlat_passage *passage,
			    struct ktlat_values *values)
{
	/* Adding it to both orders unsigned numbers as if they were signed. */
	u64 bias = condition->fetch.type == KTLAT_FETCH_UNSIGNED &&
		   condition->op >= KTLAT_OP_LT && condition->op <= KTLAT_OP_GE ?
		   1ULL << 63 : 0;
	char text[KTLAT_TEXT_LEN] = { 0 };
	u64 word;

	if (!fetch_value(&condition->fetch, passage, &word, text,
			 KTLAT_TEXT_LEN - 1)) {
		values->unread |= KTLAT_UNREAD_CONDITION;
		return false;
	}
	if (fetch_is_text(&condition->fetch))
		return compare_text(condition->op, text, condition->text);
	return compare_number(condition->op, word + bias,
			      condition->value + bias);
}
NOKPROBE_SYMBOL(condition_holds);

/* Is a value seen when a call begins, or when it ends? */
static __always_inline bool fetch_is_due(const struct ktlat_fetch *fetch, bool begin)
{
	return fetch->from != KTLAT_FETCH_NOTHING &&
	       (fetch->from == KTLAT_FETCH_ARGUMENT) == begin;
}

/*
 * Captures what is seen here of a call for which all is true that can be told here.
 * Return: whether that is so.
 */
static __always_inline bool capture_here(const struct ktlat_capture *capture,
					 const struct ktlat_passage *passage,
					 struct ktlat_values *values, bool begin)
{
	for (int i = 0; i < KTLAT_CONDITIONS; i++)
		if (fetch_is_due(&capture->condition[i].fetch, begin) &&
		    !condition_holds(&capture->condition[i], passage, values))
			return false;
	for (int i = 0; i < KTLAT_VALUES; i++) {
		const struct ktlat_fetch *fetch = &capture->value[i];
		u64 word;

		if (!fetch_is_due(fetch, begin))
			continue;
		/* A text is the first value, and takes the room of both. */
		if (!fetch_value(fetch, passage, &word, (char *)values->word,
				 sizeof(values->word))) {
			values->unread |= 1U << i;
			values->word[i] = 0;
			if (fetch_is_text(fetch))
				values->word[1] = 0;
		} else if (!fetch_is_text(fetch)) {
			values->word[i] = word;
		}
	}
	return true;
}

/**
 * ktlat_capture_begin() - Look at a call that begins
 * @capture: what is wanted; @begins is true
 * @passage: what is seen
 * @values: filled in
 *
 * Context: probe; preemption off. Return: whether the call may be one that the probe is
 * after.
 */
bool ktlat_capture_begin(const struct ktlat_capture *capture,
			 const struct ktlat_passage *passage,
			 struct ktlat_values *values)
{
	*values = (struct ktlat_values){ 0 };
	return capture_here(capture, passage, values, true);
}
NOKPROBE_SYMBOL(ktlat_capture_begin);

/**
 * ktlat_capture_end() - Look at a call that ends
 * @capture: what is wanted
 * @seen: what is known of the call; @values are filled up
 *
 * Context: probe; preemption off. Return: whether the probe is after it.
 */
bool ktlat_capture_end(const struct ktlat_capture *capture,
		       struct ktlat_seen *seen)
{
	return capture_here(capture, &seen->passage, &seen->values, false);
}
NOKPROBE_SYMBOL(ktlat_capture_end);
