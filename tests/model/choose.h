/* SPDX-License-Identifier: GPL-2.0-only */
/* Every way through a program that asks what to do next. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define CHOICES_MAX	512

/**
 * struct choices - The way that is being taken, and which comes next
 * @taken: what was answered at each question
 * @of: out of how many answers
 * @at: questions asked so far
 * @known: questions whose answer is given; after these, all are 0
 */
struct choices {
	__u8 taken[CHOICES_MAX];
	__u8 of[CHOICES_MAX];
	unsigned int at;
	unsigned int known;
};

unsigned int choose(struct choices *choices, unsigned int of);
bool choose_next(struct choices *choices);

/**
 * struct seen_set - States that were met before, by a digest of 128 bits
 * @digests: two words each; 0, 0 for none
 * @room: for how many, a power of two
 * @nr: how many there are
 */
struct seen_set {
	__u64 *digests;
	size_t room;
	size_t nr;
};

bool seen_before(struct seen_set *set, const void *state, size_t bytes);
void seen_clear(struct seen_set *set);
void seen_free(struct seen_set *set);

#endif /* CHOOSE_H */
