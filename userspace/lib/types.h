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

#endif /* KTL_TYPES_H */
