/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel and its modules tell of their types and functions (BTF). */
#ifndef KTL_TYPES_H
#define KTL_TYPES_H

#include <bpf/btf.h>

#include "internal.h"

/* BTF_KIND_TYPE_TAG and BTF_KIND_ENUM64, which older headers lack. */
#define KTL_KIND_TYPE_TAG	18
#define KTL_KIND_ENUM64		19

/**
 * struct ktl_types - What the kernel or a module tells of its functions
 * @btf: the types
 * @slots: ids of the functions, each at the first free place from that of its
 *	name on; 0 where there is none
 * @mask: number of slots less one; that is a power of two
 */
struct ktl_types {
	struct btf *btf;
	__u32 *slots;
	__u32 mask;
};

/* types.c; all of it is called with the types locked */
void ktl_lock_types(void);
void ktl_unlock_types(void);
const struct ktl_types *ktl_kernel_types(void);
bool ktl_open_types(struct ktl_types *types, const char *module);
bool ktl_index_types(struct ktl_types *types);
void ktl_close_types(struct ktl_types *types);
const struct btf_type *ktl_find_proto(const struct ktl_types *types,
				      const char *function);

/* prototype.c */
int ktl_find_register(const struct btf *btf, const struct btf_type *proto,
		      unsigned int param);

/**
 * struct ktl_field - A member of a struct or union
 * @type: its type
 * @bit: where it begins, in bits from the start of what it was looked for in
 * @bits: of a bit field, how many it has; else 0
 * @owner_bit: where the struct or union begins that it stands in, likewise
 * @owner_size: how long that is, in bytes
 */
struct ktl_field {
	__u32 type;
	__u64 bit;
	__u32 bits;
	__u64 owner_bit;
	__u32 owner_size;
};

/* Long enough for "struct NAME" of most; longer ones are cut. */
#define KTL_TITLE_LEN		64

/* fields.c */
const struct btf_type *ktl_strip_type(const struct btf *btf, __u32 id);
bool ktl_has_tag(const struct btf *btf, __u32 id, const char *tag);
bool ktl_is_character(const struct btf *btf, __u32 id);
const char *ktl_type_name(const struct btf *btf, const struct btf_type *type);
void ktl_format_title(const struct btf *btf, __u32 id, char title[KTL_TITLE_LEN]);
bool ktl_find_field(const struct btf *btf, __u32 id, const char *name,
		    size_t len, struct ktl_field *field);
void ktl_fill_field(const struct btf *btf, const struct btf_type *owner,
		    __u32 member, __u64 owner_bit, struct ktl_field *field);
const char *ktl_find_similar(const struct btf *btf, __u32 id, const char *name,
			     size_t len);
bool ktl_find_enumerator(const struct btf *btf, __u32 id, const char *name,
			 size_t len, __u64 *value);
bool ktl_is_enum(const struct btf_type *type);
bool ktl_enum_is_signed(const struct btf_type *type);

#endif /* KTL_TYPES_H */
