/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * offsets.h - what lies where in the device's offsets, which mmap() takes. 32-bit
 * callers reach those below 2^44.
 */
#ifndef KTLAT_OFFSETS_H
#define KTLAT_OFFSETS_H

/* Probes, each at a place of its own, from 0 on; groups, which may be larger. */
#define KTLAT_OFFSET_GROUPS	(1ULL << 42)
/* The rings of the session that the descriptor is bound to. */
#define KTLAT_OFFSET_RINGS	(1ULL << 43)
/* Its stack table. */
#define KTLAT_OFFSET_STACKS	(KTLAT_OFFSET_RINGS + (1ULL << 41))

/* The slowest calls of probes, each at a place of its own; for 10^5 of them or more. */
#define KTLAT_OFFSET_SLOWEST	(KTLAT_OFFSET_STACKS + (1ULL << 40))
/* Their keys, likewise; 128 of them with 1,024 CPUs, 2,048 with 64. */
#define KTLAT_OFFSET_KEYS	(KTLAT_OFFSET_RINGS + (1ULL << 42))

#define KTLAT_OFFSET_END	(1ULL << 44)

#endif /* KTLAT_OFFSETS_H */
