// SPDX-License-Identifier: GPL-2.0-only
/*
 * choose.c - depth-first search by starting anew: the program is run again and
 * again, and each time the last question that has an answer left gets the next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"

/* Returns 0 to @of - 1. */
unsigned int choose(struct choices *choices, unsigned int of)
{
	unsigned int at = choices->at++;

	if (at == CHOICES_MAX || of > 255) {
		fprintf(stderr, "choose.c: too many choices\n");
		abort();
	}
	if (at >= choices->known) {
		choices->taken[at] = 0;
		choices->known = at + 1;
	}
	choices->of[at] = of;
	return choices->taken[at];
}

/* To the next way. Returns false when all were taken. */
bool choose_next(struct choices *choices)
{
	choices->known = choices->at;
	choices->at = 0;
	while (choices->known) {
		unsigned int last = choices->known - 1;

		if (++choices->taken[last] < choices->of[last])
			return true;
		choices->known--;
	}
	return false;
}

/* FNV-1a of words, from two starting points, with a final mix (MurmurHash3). */
static __u64 digest(const __u64 *words, size_t nr, __u64 hash)
{
	for (size_t i = 0; i < nr; i++) {
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
	return hash ^ hash >> 33;
}

static __u64 *find(struct seen_set *set, const __u64 key[2])
{
	for (size_t i = key[0];; i++) {
		__u64 *place = &set->digests[2 * (i & (set->room - 1))];

		if ((!place[0] && !place[1]) || !memcmp(place, key, 16))
			return place;
	}
}

static void grow(struct seen_set *set)
{
	struct seen_set old = *set;

	set->room = old.room ? 2 * old.room : 1024;
	set->digests = calloc(set->room, 16);
	if (!set->digests)
		abort();
	for (size_t i = 0; i < old.room; i++)
		if (old.digests[2 * i] || old.digests[2 * i + 1])
			memcpy(find(set, &old.digests[2 * i]),
			       &old.digests[2 * i], 16);
	free(old.digests);
}

/* @bytes is a multiple of 8. */
bool seen_before(struct seen_set *set, const void *state, size_t bytes)
{
	__u64 key[2] = { digest(state, bytes / 8, 0xcbf29ce484222325ULL),
			 digest(state, bytes / 8, 0x6c62272e07bb0142ULL) };
	__u64 *place;

	if (set->nr * 2 >= set->room)
		grow(set);
	place = find(set, key);
	if (place[0] || place[1])
		return true;
	memcpy(place, key, 16);
	set->nr++;
	return false;
}

void seen_clear(struct seen_set *set)
{
	if (set->nr)
		memset(set->digests, 0, set->room * 16);
	set->nr = 0;
}

void seen_free(struct seen_set *set)
{
	free(set->digests);
	*set = (struct seen_set){ 0 };
}
