/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTLAT_MMAP_H
#define KTLAT_MMAP_H

struct ktlat_memory;
struct vm_area_struct;

int ktlat_mmap(struct vm_area_struct *vma, unsigned long first,
	       struct ktlat_memory *memory);

#endif /* KTLAT_MMAP_H */
