/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coder.h - numbers and texts as the bytes of a file, on whatever machine.
 *
 * A number is written in groups of 7 bits, the lowest first; the highest bit of a
 * byte says that more follow. A signed one is folded first: 0, -1, 1, -2, ... A
 * text is its length, and its bytes without a zero.
 */
#ifndef KTL_CODER_H
#define KTL_CODER_H

#include <stdlib.h>

#include "internal.h"

/**
 * struct ktl_out - Bytes that are being written
 * @data: the bytes
 * @len: how many there are
 * @room: how many fit
 * @failed: there was no memory for some of them
 */
struct ktl_out {
	unsigned char *data;
	size_t len;
	size_t room;
	bool failed;
};

/**
 * struct ktl_in - Bytes that are being read
 * @at: the next one
 * @end: behind the last one
 * @bad: something was not there, or not what it should be; from then on all
 *	numbers are 0 and all texts empty
 */
struct ktl_in {
	const unsigned char *at;
	const unsigned char *end;
	bool bad;
};

/* The longest number: 64 bits, 7 a byte. */
#define KTL_NUMBER_LEN	10

/* Makes room for @len bytes more. */
static inline bool ktl_make_space(struct ktl_out *out, size_t len)
{
	size_t room = out->room ?: 4096;
	unsigned char *data;

	if (out->failed)
		return false;
	if (out->len + len <= out->room)
		return true;
	while (room < out->len + len)
		room *= 2;
	data = realloc(out->data, room);
	out->failed = !data;
	if (!data)
		return false;
	out->data = data;
	out->room = room;
	return true;
}

static inline void ktl_put_bytes(struct ktl_out *out, const void *bytes,
				 size_t len)
{
	if (!len || !ktl_make_space(out, len))
		return;
	memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

static inline void ktl_put(struct ktl_out *out, __u64 value)
{
	if (!ktl_make_space(out, KTL_NUMBER_LEN))
		return;
	for (; value >= 0x80; value >>= 7)
		out->data[out->len++] = value | 0x80;
	out->data[out->len++] = value;
}

/* The difference of two numbers, whichever is the larger one. */
static inline void ktl_put_signed(struct ktl_out *out, __u64 difference)
{
	ktl_put(out, difference << 1 ^ -(difference >> 63));
}

/* At most @size bytes of @text, which may end before. */
static inline void ktl_put_text(struct ktl_out *out, const char *text,
				size_t size)
{
	size_t len = strnlen(text, size);

	ktl_put(out, len);
	ktl_put_bytes(out, text, len);
}

static inline unsigned char ktl_get_byte(struct ktl_in *in)
{
	if (in->at == in->end)
		in->bad = true;
	return in->bad ? 0 : *in->at++;
}

static inline __u64 ktl_get(struct ktl_in *in)
{
	unsigned int shift;
	__u64 value = 0;

	for (shift = 0; shift < 64; shift += 7) {
		__u64 byte = ktl_get_byte(in);

		value |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	in->bad = true;
	return 0;
}

/* A number that is not to be above @max. */
static inline __u64 ktl_get_below(struct ktl_in *in, __u64 max)
{
	__u64 value = ktl_get(in);

	if (value <= max)
		return value;
	in->bad = true;
	return 0;
}

static inline __u32 ktl_get_u32(struct ktl_in *in)
{
	return ktl_get_below(in, ~0U);
}

static inline __u64 ktl_get_signed(struct ktl_in *in)
{
	__u64 folded = ktl_get(in);

	return folded >> 1 ^ -(folded & 1);
}

/*
 * Fills in @size bytes, zeroes behind the text. Longer texts are cut. What would
 * do something to a terminal becomes a question mark.
 */
static inline void ktl_get_text(struct ktl_in *in, char *text, size_t size)
{
	__u64 len = ktl_get(in), i;

	memset(text, 0, size);
	if (len > (__u64)(in->end - in->at)) {
		in->bad = true;
		return;
	}
	for (i = 0; i < len && i < size - 1; i++)
		text[i] = in->at[i] < ' ' || in->at[i] == 0x7f ? '?' :
								 in->at[i];
	in->at += len;
}

#endif /* KTL_CODER_H */
