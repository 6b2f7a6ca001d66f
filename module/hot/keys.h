/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - counting a call under its key.
 */
#ifndef KTLAT_HOT_KEYS_H
#define KTLAT_HOT_KEYS_H

#include "core/keys.h"

struct ktlat_done;

/**
 * struct ktlat_keyed - By what calls are told apart, and where; constant
 * @keys: the table
 * @by: &enum ktlat_by
 */
struct ktlat_keyed {
	struct ktlat_keys keys;
	u32 by;
};

/* Probe context. */
void ktlat_keys_record(const struct ktlat_keyed *keyed,
		       const struct ktlat_done *done);

#endif /* KTLAT_HOT_KEYS_H */
