/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTLAT_MMAP_H
#define KTLAT_MMAP_H

struct ktlat_histogram;
struct vm_area_struct;

unsigned long ktlat_mmap_slot(const struct vm_area_struct *vma);
int ktlat_mmap_histogram(struct vm_area_struct *vma,
			 struct ktlat_histogram *histogram);

#endif /* KTLAT_MMAP_H */
