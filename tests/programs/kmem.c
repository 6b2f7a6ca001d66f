// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmem ADDRESS LENGTH: writes that part of the kernel's memory to stdout, as
 * /proc/kcore has it; the address in hexadecimal.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "abi.h"

static void read_at(int fd, void *buffer, size_t size, off_t offset)
{
	if (pread(fd, buffer, size, offset) != (ssize_t)size)
		die("/proc/kcore");
}

/* Return: where in the file the memory lies. */
static off_t find(int fd, Elf64_Addr address, size_t size)
{
	Elf64_Ehdr head;
	Elf64_Phdr part;
	int i;

	read_at(fd, &head, sizeof(head), 0);
	for (i = 0; i < head.e_phnum; i++) {
		read_at(fd, &part, sizeof(part),
			head.e_phoff + (off_t)i * head.e_phentsize);
		if (part.p_type == PT_LOAD && address >= part.p_vaddr &&
		    size <= part.p_memsz &&
		    address - part.p_vaddr <= part.p_memsz - size)
			return part.p_offset + (address - part.p_vaddr);
	}
	die("no such memory in /proc/kcore");
}

int main(int argc, char **argv)
{
	int fd = open("/proc/kcore", O_RDONLY);
	size_t size;
	void *buffer;

	if (fd < 0)
		die("/proc/kcore");
	if (argc != 3)
		die("an address and a length are needed");
	size = strtoul(argv[2], NULL, 0);
	buffer = malloc(size);
	if (!buffer)
		die("memory");
	read_at(fd, buffer, size, find(fd, strtoull(argv[1], NULL, 16), size));
	if (fwrite(buffer, 1, size, stdout) != size || fflush(stdout))
		die("stdout");
	free(buffer);
	return 0;
}
