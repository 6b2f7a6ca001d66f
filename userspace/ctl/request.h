/* SPDX-License-Identifier: GPL-2.0-only */
/* What add-probe, lat and record have in common: SPECs and options of probes. */
#ifndef REQUEST_H
#define REQUEST_H

#include "ctl.h"
#include "wanted.h"

/* The value of an option that was not given. */
#define NOT_GIVEN	(~0U)

/**
 * struct probe_options - How to measure
 * @precision: p of the histogram, or %NOT_GIVEN
 * @pool: as in struct ktlat_probe_add, or %NOT_GIVEN
 * @starts: as in struct ktlat_probe_add, or %NOT_GIVEN
 * @backend: &enum ktlat_backend_id
 * @public: readers without rights may see it
 * @disabled: do not measure yet
 * @pending: it waits for its module, and again whenever that has gone
 * @in_registers: the user vouches for %KTLAT_PROBE_REGISTERS
 * @events: write each call to the rings
 * @no_hist: only there
 * @wanted: which calls it is after
 * @options: the table of these, but for @disabled, @events and @no_hist, and of the
 *	common options
 */
struct probe_options {
	__u32 precision;
	__u32 pool;
	__u32 starts;
	__u32 backend;
	bool public;
	bool disabled;
	bool pending;
	bool in_registers;
	bool events;
	bool no_hist;
	struct wanted_options wanted;
	struct option options[8];
};

/**
 * struct requests - Probes to add
 * @nr: how many
 * @list: what to ask for each
 * @ids: ids of those that were added, once they are
 * @wanted: values, which are looked up once the functions are found
 */
struct requests {
	size_t nr;
	const struct wanted_options *wanted;
	struct ktlat_probe_add *list;
	__u64 *ids;
};

bool is_glob(const char *spec);
void init_probe_options(struct probe_options *probe, struct ctl *ctl);
int make_requests(const struct args *args, const struct probe_options *options,
		  struct requests *requests, struct ktlat_error *err);
void free_requests(struct requests *requests);
int add_requests(struct ktlat *k, struct requests *requests,
		 struct ktlat_error *err);

#endif /* REQUEST_H */
