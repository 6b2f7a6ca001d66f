// SPDX-License-Identifier: GPL-2.0-only
/*
 * arm N MODULE: puts direct probes on N functions of a module, the first that
 * are told by name on stdin and take one. Prints how many it could. Unlike
 * ktlat-ctl it asks nobody about their arguments, so they must not be called.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "../abi/abi.h"

int main(int argc, char **argv)
{
	unsigned long nr = 0, wanted = argc == 3 ? strtoul(argv[1], NULL, 0) : 0;
	char name[KTLAT_NAME_LEN];
	struct ktlat_probe_add add;
	int fd = open_device(O_RDWR);

	while (nr < wanted && fgets(name, sizeof(name), stdin)) {
		name[strcspn(name, "\n")] = '\0';
		add = function_probe(name);
		add.backend = KTLAT_BACKEND_DIRECT;
		add.flags = KTLAT_PROBE_REGISTERS;
		strncpy(add.point[0].module, argv[2],
			sizeof(add.point[0].module) - 1);
		if (!call(fd, KTLAT_IOC_PROBE_ADD, &add))
			nr++;
	}
	printf("%lu\n", nr);
	return nr == wanted ? 0 : 1;
}
