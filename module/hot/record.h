/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - writing a call as an event into the ring of the running CPU.
 */
#ifndef KTLAT_HOT_RECORD_H
#define KTLAT_HOT_RECORD_H

#include <linux/types.h>

struct ktlat_meter;

/**
 * struct ktlat_recorder - Where events go; constant as long as a probe writes any
 * @rings: the ring of CPU 0
 * @stride: from one CPU's ring to the next, in bytes
 * @mask: slots of a ring, less one
 */
struct ktlat_recorder {
	void *rings;
	size_t stride;
	u64 mask;
};

/* Probe context. */
void ktlat_record(const struct ktlat_meter *meter, u64 latency, u64 now);
void ktlat_record_drop(const struct ktlat_recorder *recorder);

#endif /* KTLAT_HOT_RECORD_H */
