// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave - ends the guest that it runs in, by QEMU's isa-debug-exit device
 *
 *   leave PORT VALUE	once something can be read from stdin
 *
 * It asks for the right to use ports at once, as a script may lock the kernel down
 * later. Not every kernel has /dev/port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/io.h>

int main(int argc, char **argv)
{
	char byte;

	if (argc != 3) {
		fprintf(stderr, "usage: leave PORT VALUE\n");
		return 2;
	}
	if (iopl(3)) {
		perror("leave: iopl");
		return 1;
	}
	if (read(STDIN_FILENO, &byte, 1) != 1)
		return 1;
	outb(strtoul(argv[2], NULL, 0), strtoul(argv[1], NULL, 0));
	return 0;
}
