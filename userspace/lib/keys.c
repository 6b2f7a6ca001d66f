// SPDX-License-Identifier: GPL-2.0-only
/* The figures of a probe by key, those of all CPUs put together. */
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

/* As in read.c: each try but the last was cut short by a reset. */
#define MAX_TRIES	64

/**
 * struct ktlat_keys_map - A mapping of the keys of a probe
 * @base: where it is
 * @size: its size in bytes
 * @probe_id: whose they are
 */
struct ktlat_keys_map {
	void *base;
	size_t size;
	__u64 probe_id;
};

/**
 * struct reading - Keys that are being read
 * @keys: what was found
 * @tree: the same by key
 * @err: why it fails
 */
struct reading {
	struct ktlat_keys *keys;
	void *tree;
	struct ktlat_error *err;
};

static int fail_keys(__u64 id, int code, struct ktlat_error *err)
{
	const char *advice = "see ktlat-ctl status";

	if (code == EPERM || code == EACCES || code == ENXIO)
		advice = "it takes CAP_PERFMON, and CAP_SYSLOG where keys are functions; run as root";
	else if (code == ENOENT)
		advice = "add it with --by";
	else if (code == EAGAIN || code == ENOMEM)
		advice = "raise ulimit -l, or take fewer --keys";
	return ktl_fail(err, code, "cannot map the keys of probe %llu: %s; %s",
			(unsigned long long)id,
			code == ENOENT ? "it has none" : strerror(code),
			advice);
}

/**
 * ktlat_map_keys() - Map the keys of a probe
 * @k: handle
 * @info: the probe
 * @out: where to put the mapping
 * @err: why it failed; ENOENT if the probe has none
 */
int ktlat_map_keys(struct ktlat *k, const struct ktlat_probe_info *info,
		   struct ktlat_keys_map **out, struct ktlat_error *err)
{
	struct ktlat_keys_map *map;

	if (!info->keys_size)
		return fail_keys(info->id, ENOENT, err);
	if (info->keys_size > SIZE_MAX)
		return fail_keys(info->id, EFBIG, err);
	map = malloc(sizeof(*map));
	if (!map)
		return ktl_fail(err, ENOMEM, "out of memory");
	map->probe_id = info->id;
	map->size = info->keys_size;
	map->base = mmap(NULL, map->size, PROT_READ, MAP_SHARED, k->fd,
			 (off_t)info->keys_offset);
	if (map->base == MAP_FAILED) {
		int code = errno;

		free(map);
		return fail_keys(info->id, code, err);
	}
	*out = map;
	return 0;
}

/**
 * ktlat_unmap_keys() - Let go of a mapping
 * @map: mapping, or NULL
 */
void ktlat_unmap_keys(struct ktlat_keys_map *map)
{
	if (!map)
		return;
	munmap(map->base, map->size);
	free(map);
}

static int by_words(const void *a, const void *b)
{
	const struct ktlat_key *left = a, *right = b;
	int i;

	for (i = 0; i < 2; i++)
		if (left->words[i] != right->words[i])
			return left->words[i] < right->words[i] ? -1 : 1;
	return 0;
}

/* Room is made by powers of two; the keys themselves never move. */
static struct ktlat_key *append(struct ktlat_keys *keys)
{
	struct ktlat_key **list = keys->list;
	struct ktlat_key *key;

	if (!(keys->nr & (keys->nr - 1))) {
		list = reallocarray(list, keys->nr ? 2 * keys->nr : 1,
				    sizeof(*list));
		if (!list)
			return NULL;
		keys->list = list;
	}
	key = calloc(1, sizeof(*key));
	if (key)
		list[keys->nr++] = key;
	return key;
}

static struct ktlat_key *find(const struct reading *reading,
			      const __u64 words[2])
{
	const struct ktlat_key like = { .words = { words[0], words[1] } };
	struct ktlat_key **found = tfind(&like, &reading->tree, by_words);

	return found ? *found : NULL;
}

/* One that no other CPU has had so far. */
static struct ktlat_key *add(struct reading *reading, const struct ktl_slot *slot,
			     const __u64 words[2])
{
	struct ktlat_key *key = append(reading->keys);

	if (!key)
		return NULL;
	memcpy(key->words, words, sizeof(key->words));
	if (ktl_begin_slots(slot, &key->figures, reading->err) ||
	    !tsearch(key, &reading->tree, by_words))
		return NULL;
	return key;
}

static int add_other(struct reading *reading, const struct ktl_slot *slot)
{
	struct ktlat_snapshot *other = &reading->keys->other;
	int ret = 0;

	if (!other->buckets)
		ret = ktl_begin_slots(slot, other, reading->err);
	if (!ret)
		ktl_add_slot(slot, other);
	return ret;
}

static int visit(void *data, const struct ktl_slot *slot, bool other)
{
	struct reading *reading = data;
	struct ktlat_key *key;
	__u64 words[2];

	if (other)
		return add_other(reading, slot);
	if (!ktl_get_slot_key(slot, words))
		return 0;
	key = find(reading, words);
	if (!key)
		key = add(reading, slot, words);
	if (!key)
		return ktl_fail(reading->err, ENOMEM, "out of memory");
	ktl_add_slot(slot, &key->figures);
	return 0;
}

static void keep(void *key)
{
	(void)key;
}

static int read_once(const struct ktlat_keys_map *map, struct ktlat_keys *keys,
		     struct ktlat_error *err)
{
	struct reading reading = { .keys = keys, .err = err };
	__u64 generation = 0;
	size_t i;
	int ret;

	ret = ktl_read_slots(map->base, map->size, map->probe_id, visit,
			     &reading, &generation, err);
	tdestroy(reading.tree, keep);
	if (ret) {
		ktlat_free_keys(keys);
		return ret;
	}
	for (i = 0; i < keys->nr; i++)
		ktl_end_slots(&keys->list[i]->figures, generation);
	if (keys->other.buckets)
		ktl_end_slots(&keys->other, generation);
	keys->generation = generation;
	return 0;
}

/**
 * ktlat_read_keys() - Read the figures of all keys
 * @map: mapping of them
 * @keys: all zero or filled in before; those that have calls, in no order. To be freed
 *	by ktlat_free_keys()
 * @err: why it failed
 */
int ktlat_read_keys(const struct ktlat_keys_map *map, struct ktlat_keys *keys,
		    struct ktlat_error *err)
{
	int tries, ret = 0;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		ktlat_free_keys(keys);
		ret = read_once(map, keys, err);
		if (ret != -EAGAIN)
			break;
	}
	return ret;
}

/**
 * ktlat_free_keys() - Free what was read
 * @keys: they may be used again
 */
void ktlat_free_keys(struct ktlat_keys *keys)
{
	while (keys->nr) {
		struct ktlat_key *key = keys->list[--keys->nr];

		ktlat_free_snapshot(&key->figures);
		free(key);
	}
	free(keys->list);
	ktlat_free_snapshot(&keys->other);
	*keys = (struct ktlat_keys){ .nr = 0 };
}

/* What is new since then; all of it, if there was nothing. */
static int subtract(const struct ktlat_snapshot *newer,
		    const struct ktlat_snapshot *older,
		    struct ktlat_snapshot *delta, struct ktlat_error *err)
{
	if (!newer->buckets)
		return 0;
	return older && older->buckets ?
	       ktlat_subtract(newer, older, delta, err) :
	       ktlat_merge(delta, newer, err);
}

static int subtract_key(const struct ktlat_key *newer, void *tree,
			struct ktlat_keys *delta, struct ktlat_error *err)
{
	struct ktlat_key **older = tfind(newer, &tree, by_words);
	struct ktlat_key *key = append(delta);

	if (!key)
		return ktl_fail(err, ENOMEM, "out of memory");
	memcpy(key->words, newer->words, sizeof(key->words));
	return subtract(&newer->figures, older ? &(*older)->figures : NULL,
			&key->figures, err);
}

/**
 * ktlat_subtract_keys() - What came between two readings of the keys of a probe
 * @newer: the later one
 * @older: the earlier one, or all zero for none
 * @delta: where to put the difference; all zero or filled in before, and neither of the
 *	other two
 * @err: why it failed
 *
 * As with ktlat_subtract(). Keys that had no call in between are there, with a count of
 * 0.
 */
int ktlat_subtract_keys(const struct ktlat_keys *newer,
			const struct ktlat_keys *older, struct ktlat_keys *delta,
			struct ktlat_error *err)
{
	void *tree = NULL;
	size_t i;
	int ret;

	ktlat_free_keys(delta);
	delta->generation = newer->generation;
	ret = subtract(&newer->other, &older->other, &delta->other, err);
	for (i = 0; !ret && i < older->nr; i++)
		if (!tsearch(older->list[i], &tree, by_words))
			ret = ktl_fail(err, ENOMEM, "out of memory");
	for (i = 0; !ret && i < newer->nr; i++)
		ret = subtract_key(newer->list[i], tree, delta, err);
	tdestroy(tree, keep);
	return ret;
}
