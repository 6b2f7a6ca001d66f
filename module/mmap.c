// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap.c - which page may be mapped: the security boundary, kept alone.
 *
 * All that can be mapped is the pages of one struct ktlat_memory, in their order,
 * for reading, for good. They were zeroed when they were taken and hold nothing
 * but figures. A mapping holds the memory, so the pages stay ours as long as any
 * process can see them.
 */
#include <linux/mm.h>

#include "compat/mm.h"
#include "memory.h"
#include "mmap.h"

/* A mapping was split or moved: one more refers to the memory. */
static void mmap_open(struct vm_area_struct *vma)
{
	ktlat_memory_get(vma->vm_private_data);
}

static void mmap_close(struct vm_area_struct *vma)
{
	ktlat_memory_put(vma->vm_private_data);
}

static const struct vm_operations_struct mmap_ops = {
	.open	= mmap_open,
	.close	= mmap_close,
};

/**
 * ktlat_mmap() - Map memory
 * @vma: the mapping that was asked for
 * @first: the page of the memory that it starts with
 * @memory: with a reference that is the mapping's from now on, or is given
 *	back where this fails
 *
 * Context: mmap_lock held for writing. Return: 0; -EACCES for a mapping that
 * could be written to or executed; -EINVAL for a private one; -ENXIO beyond the
 * end; -ENOMEM.
 */
int ktlat_mmap(struct vm_area_struct *vma, unsigned long first,
	       struct ktlat_memory *memory)
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
	if (first >= memory->nr_pages || nr > memory->nr_pages - first)
		goto put;
	ktlat_vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			   VM_MAYWRITE | VM_MAYEXEC);
	err = vm_insert_pages(vma, vma->vm_start, &memory->pages[first], &nr);
	if (err)
		goto put;
	vma->vm_private_data = memory;
	vma->vm_ops = &mmap_ops;
	return 0;

put:
	ktlat_memory_put(memory);
	return err;
}
