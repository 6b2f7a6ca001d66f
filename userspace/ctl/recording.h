/* SPDX-License-Identifier: GPL-2.0-only */
/* The event rings of a session on their way into a file. */
#ifndef RECORDING_H
#define RECORDING_H

#include "watch.h"

/**
 * struct recording - What is recorded, and how far
 * @k: handle
 * @path: name of the file
 * @own: the session is ours alone
 * @from: from where on its rings are read
 * @rings: the rings
 * @file: the file
 * @watches: the probes of the session
 * @told: ids of the probes that the file tells of
 * @nr_told: how many
 * @stacks: the stack table, or NULL
 * @told_stacks: which of the stacks the file tells of, by their ids
 * @names: what addresses are called; NULL before the first is asked for
 * @told_symbols: addresses that the file tells of
 * @counts: what became of the records of each CPU
 * @nr_events: events that are in the file
 * @size: its size in bytes
 * @clock_ns: when the clocks were last written
 */
struct recording {
	struct ktlat *k;
	const char *path;
	bool own;
	enum ktlat_from from;
	struct ktlat_rings *rings;
	struct ktlat_writer *file;
	struct watch_list watches;
	__u64 *told;
	size_t nr_told;
	struct ktlat_stack_map *stacks;
	bool told_stacks[KTLAT_STACKS_MAX + 1];
	struct ktlat_key_names *names;
	void *told_symbols;
	struct ktlat_ring_counts *counts;
	__u64 nr_events;
	__u64 size;
	__u64 clock_ns;
};

int recording_begin(struct recording *rec, struct ktlat_error *err);
int recording_read(struct recording *rec, struct ktlat_error *err);
int recording_end(struct recording *rec, struct ktlat_error *err);
void recording_free(struct recording *rec);
struct ktlat_ring_counts recording_sum(const struct recording *rec);

#endif /* RECORDING_H */
