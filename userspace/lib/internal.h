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

/* error.c */
__printf(3, 4)
int ktl_fail(struct ktlat_error *err, int code, const char *format, ...);
__printf(3, 4)
int ktl_fail_at(struct ktlat_error *err, size_t offset, const char *format, ...);
int ktl_shift(struct ktlat_error *err, size_t offset, int ret);
int ktl_fail_text(struct ktlat_error *err, const char *what, const char *text,
		  size_t offset, const struct ktlat_error *why);

/* members.c */
int ktl_append_member(struct ktlat_group *group, const struct ktlat_point *point,
		      struct ktlat_error *err);

/* globs.c */
bool ktl_is_glob(const char *text, size_t len);
int ktl_parse_glob(const char *text, size_t len, struct ktlat_point *point,
		   struct ktlat_error *err);
int ktl_expand_globs(struct ktlat_group *group, struct ktlat_error *err);

/* device.c */
int ktl_ioctl(struct ktlat *k, unsigned long call, void *argument);

/**
 * enum ktl_tells - What the tracepoints of a preset are about
 * @KTL_TELLS_NOTHING: nothing that has a name
 * @KTL_TELLS_IRQ: an interrupt, by its number
 * @KTL_TELLS_SOFTIRQ: a softirq, by its vector
 * @KTL_TELLS_FUNCTION: a function of the kernel, by its address
 * @KTL_TELLS_SYSCALL: a system call, by its number
 * @KTL_TELLS_BLOCK: what is asked of a disk, &enum ktlat_block_op
 * @KTL_TELLS_NET: a function that takes packets, &enum ktlat_net_entry
 */
enum ktl_tells {
	KTL_TELLS_NOTHING,
	KTL_TELLS_IRQ,
	KTL_TELLS_SOFTIRQ,
	KTL_TELLS_FUNCTION,
	KTL_TELLS_SYSCALL,
	KTL_TELLS_BLOCK,
	KTL_TELLS_NET,
};

/**
 * struct ktl_preset - A tracepoint pair that has a name
 * @spec: how a SPEC calls it, behind the @
 * @name: how the contract calls it
 * @tells: what it is about
 * @keys: how many keys there is room for where nobody says, on each CPU
 */
struct ktl_preset {
	const char *spec;
	const char *name;
	enum ktl_tells tells;
	__u32 keys;
};

/* presets.c */
const struct ktl_preset *ktl_find_preset(const char *spec, size_t len);
const struct ktl_preset *ktl_find_preset_by_name(const char *name);

/* point.c: "MODULE:FUNC+OFF", as far as it is set */
#define KTL_POINT_LEN	(KTLAT_MODULE_LEN + KTLAT_NAME_LEN + 48)
_Static_assert(KTLAT_SPEC_LEN >= 2 * KTL_POINT_LEN + sizeof("..@cpu"),
	       "the longest SPEC fits");
int ktl_parse_point(const char *text, size_t len, struct ktlat_point *point,
		    struct ktlat_error *err);
void ktl_format_point(const struct ktlat_point *point,
		      char text[KTL_POINT_LEN]);
void ktl_set_place(struct ktlat_point *point);
__u64 ktl_get_place(const struct ktlat_point *point);

/* read.c */
struct ktl_slot;
typedef int (*ktl_slot_fn)(void *data, const struct ktl_slot *slot, bool other);
int ktl_read_slots(const void *base, size_t size, __u64 probe_id,
		   ktl_slot_fn visit, void *data, __u64 *generation,
		   struct ktlat_error *err);
bool ktl_get_slot_key(const struct ktl_slot *slot, __u64 key[2]);
int ktl_begin_slots(const struct ktl_slot *slot, struct ktlat_snapshot *snap,
		    struct ktlat_error *err);
void ktl_add_slot(const struct ktl_slot *slot, struct ktlat_snapshot *snap);
void ktl_end_slots(struct ktlat_snapshot *snap, __u64 generation);

/* snapshot.c */
int ktl_make_room(struct ktlat_snapshot *snap, __u32 nr_members,
		  __u32 nr_buckets, struct ktlat_error *err);
void ktl_settle_in_flight(struct ktlat_snapshot *snap);
void ktl_sum_members(struct ktlat_snapshot *snap);

/* tracepoints.c */
bool ktl_is_tracepoints(const char *text);
int ktl_parse_tracepoints(const char *text, struct ktlat_probe_add *request,
			  struct ktlat_error *err);
void ktl_format_tracepoints(const struct ktlat_probe_info *info,
			    char spec[KTLAT_SPEC_LEN]);
int ktl_check_tracepoints(const struct ktlat_probe_add *request,
			  struct ktlat_error *err);

/* syscalls.c */
bool ktl_name_syscall(__u64 number, bool compat, char text[KTLAT_KEY_LEN]);
bool ktl_find_syscall(const char *text, __u32 call[2]);
void ktl_format_syscall(const __u32 call[2], char text[KTLAT_KEY_LEN]);

/* refusal.c */
int ktl_refused(const struct ktlat_probe_add *answer, int code,
		struct ktlat_error *err);
const char *ktl_reason_of_refusal(__u32 refusal);
const char *ktl_refusal_in_short(__u32 refusal);
const char *ktl_reason_of_errno(int code);

/* symbols.c */
int ktl_scan_code(ktlat_symbol_fn fn, void *data);
int ktl_scan_others(ktlat_symbol_fn fn, void *data);
int ktl_scan_blacklist(ktlat_symbol_fn fn, void *data);
int ktl_scan_sites(ktlat_symbol_fn fn, void *data);

/* addresses.c */
struct ktl_addresses;
struct ktl_addresses *ktl_read_addresses(void);
void ktl_free_addresses(struct ktl_addresses *addresses);
void ktl_find_address(const struct ktl_addresses *addresses, __u64 address,
		      struct ktlat_frame *frame);

/**
 * enum ktl_copy - What a function is of that with the plain name
 * @KTL_COPY_PLAIN: the function itself
 * @KTL_COPY_WHOLE: a copy, called in its place (.isra, .constprop)
 * @KTL_COPY_PART: what is left of it where its beginning was inlined (.part)
 * @KTL_COPY_COLD: a part of it that is jumped to and never called (.cold)
 */
enum ktl_copy {
	KTL_COPY_PLAIN,
	KTL_COPY_WHOLE,
	KTL_COPY_PART,
	KTL_COPY_COLD,
};

/**
 * struct ktl_match - A function that was looked for
 * @point: its address, or 0 where that is hidden, module, or "vmlinux", and name
 * @copy: what it is of the function of the plain name
 */
struct ktl_match {
	struct ktlat_point point;
	enum ktl_copy copy;
};

/**
 * struct ktl_lookup - Which functions a point stands for
 * @point: what is looked for; an address, or a name, and a module if there is one
 * @matches: what was found
 * @nr: how many that are
 * @before: of an address: the last function that begins before it
 */
struct ktl_lookup {
	const struct ktlat_point *point;
	struct ktl_match *matches;
	size_t nr;
	struct ktlat_point before;
};

/* lookup.c */
enum ktl_copy ktl_copy_of(const char *suffix);
bool ktl_is_ours(const struct ktl_match *match);
int ktl_look_up(struct ktl_lookup *list, size_t nr, struct ktlat_error *err);
void ktl_free_lookups(struct ktl_lookup *list, size_t nr);

/* textbase.c */
__u64 ktl_text_base(const char *module);

/* livepatch.c */
bool ktl_is_livepatched(void);

/* suggest.c */
unsigned int ktl_count_slips(const char *a, size_t a_len, const char *b,
			     size_t b_len);
bool ktl_is_loaded(const char *module);
int ktl_fail_unknown(const struct ktlat_point *point, struct ktlat_error *err);
int ktl_fail_lookup(const struct ktl_lookup *lookup, struct ktlat_error *err);

/* why.c */
bool ktl_find_reason(const struct ktlat_point *point, char *text, size_t size);

/* hints.c */
bool ktl_is_installed(const char *module);
bool ktl_is_built_in(const char *module);
bool ktl_find_exporter(const char *name, char module[KTLAT_MODULE_LEN]);
bool ktl_find_hint(const struct ktlat_point *point, char *text, size_t size);

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
bool ktl_find_argument(const char *event, const char *name,
		       struct ktlat_argument *argument, char *why, size_t size);

#endif /* KTL_INTERNAL_H */
