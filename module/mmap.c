// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap.c - which page may be mapped: the security boundary, kept alone.
 *
 * All that can be mapped is the pages of a histogram, in their order, for
 * reading, for good. They were zeroed when they were taken and hold nothing but
 * figures. A mapping holds the histogram, so the pages stay ours as long as any
 * process can see them.
 */
#include <linux/mm.h>

#include "compat/mm.h"
#include "histogram.h"
#include "mmap.h"

/* A mapping was split or moved: one more refers to the histogram. */
static void mmap_open(struct vm_area_struct *vma)
{
	ktlat_histogram_get(vma->vm_private_data);
}

static void mmap_close(struct vm_area_struct *vma)
{
	ktlat_histogram_put(vma->vm_private_data);
}

static const struct vm_operations_struct mmap_ops = {
	.open	= mmap_open,
	.close	= mmap_close,
};

/**
 * ktlat_mmap_histogram() - Map pages of a histogram
 * @vma: the mapping that was asked for
 * @first: the page of the histogram that it starts with
 * @histogram: with a reference that is the mapping's from now on, or is given
 *	back where this fails
 *
 * Context: mmap_lock held for writing. Return: 0; -EACCES for a mapping that
 * could be written to or executed; -EINVAL for a private one; -ENXIO beyond the
 * end; -ENOMEM.
 */
int ktlat_mmap_histogram(struct vm_area_struct *vma, unsigned long first,
			 struct ktlat_histogram *histogram)
{
	unsigned long nr = vma_pages(vma);
	int err;

	err = -EACCES;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		goto put;
	err = -EINVAL;
	/* A descriptor opened for reading gets no VM_SHARED for MAP_SHARED. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		goto put;
	err = -ENXIO;
	if (first >= histogram->nr_pages || nr > histogram->nr_pages - first)
		goto put;
	ktlat_vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			   VM_MAYWRITE | VM_MAYEXEC);
	err = vm_insert_pages(vma, vma->vm_start, &histogram->pages[first],
			      &nr);
	if (err)
		goto put;
	vma->vm_private_data = histogram;
	vma->vm_ops = &mmap_ops;
	return 0;

put:
	ktlat_histogram_put(histogram);
	return err;
}
