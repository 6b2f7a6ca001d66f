/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of libktlat share with each other and with nobody else. */
#ifndef KTL_INTERNAL_H
#define KTL_INTERNAL_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ktlat-lib.h"

#ifndef __printf
#define __printf(format, first)	__attribute__((__format__(__printf__, \
							  format, first)))
#endif

#define KTL_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct ktlat {
	int fd;
};

/* For tables of names: FNV-1a. */
static inline __u32 ktl_hash(const char *name)
{
	__u32 value = 2166136261U;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619U;
	return value;
}

/* error.c */
__printf(3, 4)
int ktl_fail(struct ktlat_error *err, int code, const char *format, ...);

/* device.c */
int ktl_ioctl(struct ktlat *k, unsigned long call, void *argument);

/* point.c: "MODULE:FUNC+OFF", as far as it is set */
#define KTL_POINT_LEN	(KTLAT_MODULE_LEN + KTLAT_NAME_LEN + 20)
_Static_assert(KTLAT_SPEC_LEN >= 2 * KTL_POINT_LEN + sizeof("..@cpu"),
	       "the longest SPEC fits");
int ktl_parse_point(const char *text, size_t len, struct ktlat_point *point,
		    struct ktlat_error *err);
void ktl_format_point(const struct ktlat_point *point,
		      char text[KTL_POINT_LEN]);

/* snapshot.c */
int ktl_make_room(struct ktlat_snapshot *snap, __u32 nr_members,
		  __u32 nr_buckets, struct ktlat_error *err);
void ktl_settle_in_flight(struct ktlat_snapshot *snap);
void ktl_sum_members(struct ktlat_snapshot *snap);

/* spec.c */
void ktl_format_points(__u32 kind, __u32 match, const struct ktlat_point *point,
		       char spec[KTLAT_SPEC_LEN]);

/* refusal.c */
int ktl_refused(const struct ktlat_probe_add *answer, int code,
		struct ktlat_error *err);
const char *ktl_reason_of_refusal(__u32 refusal);
const char *ktl_refusal_in_short(__u32 refusal);
const char *ktl_reason_of_errno(int code);

/* symbols.c */
int ktl_scan_code(ktlat_symbol_fn fn, void *data);

/* addresses.c */
struct ktl_addresses;
struct ktl_addresses *ktl_read_addresses(void);
void ktl_free_addresses(struct ktl_addresses *addresses);
void ktl_find_address(const struct ktl_addresses *addresses, __u64 address,
		      struct ktlat_frame *frame);

/* resolve.c */
bool ktl_is_livepatched(void);

/* suggest.c */
int ktl_fail_unknown(const struct ktlat_point *point, struct ktlat_error *err);

/* holders.c */
void ktl_list_holders(char *text, size_t size);
void ktl_read_comm(const char *pid, char comm[16]);

/**
 * enum ktl_prototype - What is known of how a function takes its arguments
 * @KTL_PROTOTYPE_UNKNOWN: nothing that is certain
 * @KTL_PROTOTYPE_REGISTERS: all of them in the six integer registers
 * @KTL_PROTOTYPE_STACK: some of them, or a variable number, over the stack
 */
enum ktl_prototype {
	KTL_PROTOTYPE_UNKNOWN,
	KTL_PROTOTYPE_REGISTERS,
	KTL_PROTOTYPE_STACK,
};

/**
 * struct ktl_question - A function that something is to be known of
 * @point: the function
 * @answer: what is known of it
 */
struct ktl_question {
	const struct ktlat_point *point;
	enum ktl_prototype answer;
};

struct nlmsghdr;

/* news.c */
int ktl_read_news(struct nlmsghdr *message, struct ktlat_news *news);

/* prototype.c */
void ktl_find_prototypes(struct ktl_question **list, size_t nr);
enum ktl_prototype ktl_find_prototype(const struct ktlat_point *point);

#endif /* KTL_INTERNAL_H */
