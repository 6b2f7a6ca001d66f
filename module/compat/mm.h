/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mm.h - what differs between kernels around mappings.
 */
#ifndef KTLAT_COMPAT_MM_H
#define KTLAT_COMPAT_MM_H

#include <linux/gfp.h>
#include <linux/mm.h>

/*
 * vm_flags can be written through helpers only since 6.3, commit bc292ab00f6c
 * ("mm: introduce vma->vm_flags wrapper functions").
 */
static inline void ktlat_vm_flags_mod(struct vm_area_struct *vma,
				      unsigned long set, unsigned long clear)
{
#if KTLAT_HAS_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/*
 * Pages that may be mapped. Up to 5.10 those that are accounted to a memory cgroup
 * have a type, and vm_insert_pages() refuses that; commit 18b2db3b0385 ("mm: Convert
 * page kmemcg type to a page memcg flag").
 */
#if KTLAT_HAS_PAGE_TYPE_KMEMCG
#define KTLAT_GFP_MAPPED	GFP_KERNEL
#else
#define KTLAT_GFP_MAPPED	GFP_KERNEL_ACCOUNT
#endif

#endif /* KTLAT_COMPAT_MM_H */
