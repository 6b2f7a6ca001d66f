// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold ID: maps the figures of a probe of the default session, closes the
 * device, says so, and waits to be killed. A mapping is all that is left.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "abi.h"

int main(int argc, char **argv)
{
	int fd = open_device(O_RDONLY);
	size_t size;

	if (argc != 2)
		die("the id of a probe is missing");
	if (!map_probe(fd, strtoull(argv[1], NULL, 10), &size))
		die("mmap");
	close(fd);
	puts("holding");
	fflush(stdout);
	for (;;)
		pause();
}
