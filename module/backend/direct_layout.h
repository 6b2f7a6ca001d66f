/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_layout.h - what direct_x86.S knows of the C side. direct.c checks that
 * each of these is true.
 */
#ifndef KTLAT_BACKEND_DIRECT_LAYOUT_H
#define KTLAT_BACKEND_DIRECT_LAYOUT_H

/*
 * What was assembled: slots for a function each and slots for a group each, these
 * behind those, the bytes of code that each has, and where in these it is entered
 * when the clock is not the TSC.
 */
#define DIRECT_SLOTS		256
#define DIRECT_SLOT_SLOW	336
#define DIRECT_SLOT_BYTES	448
#define DIRECT_GROUPS		16
#define DIRECT_GROUP_SLOW	448
#define DIRECT_GROUP_BYTES	640
#define DIRECT_SLOTS_ALL	(DIRECT_SLOTS + DIRECT_GROUPS)

/* struct direct_cpu: two arrays of a word for each slot, and then this */
#define CPU_STRANGE		(2 * 8 * DIRECT_SLOTS_ALL)

/* struct direct_table; its hash takes these bits of the product, times two */
#define TABLE_MASK		0x00
#define TABLE_ENTRIES		0x08
#define TABLE_FACTOR		0x61c88647
#define TABLE_SHIFT		11

/* struct ktlat_meter */
#define METER_EPOCH		0x08
#define METER_PRECISION		0x10
#define METER_PRECISION_BIT	0x18
#define METER_FAST_EPOCH	0x28

/* What ktlat_direct_more() makes of a latency that is not to be counted. */
#define DIRECT_DONE		-1

/*
 * struct direct_stack: below what a slot has on its stack, what RARE and MORE push. There
 * the second register of what is returned is on top of @returned.
 */
#define STACK_RETURNED		0x10
#define STACK_EPOCH		0x28

/* struct ktlat_counters */
#define COUNTERS_ENTRIES	0x00
#define COUNTERS_RETURNS	0x08
#define COUNTERS_SUM		0x10
#define COUNTERS_MIN		0x18
#define COUNTERS_MAX		0x20
#define COUNTERS_BUCKETS	0x80

#endif /* KTLAT_BACKEND_DIRECT_LAYOUT_H */
