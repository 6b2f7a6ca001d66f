// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of the default session, step by step:
 *
 *   member NAME ROOM                  makes one for so many functions, prints its id
 *   member ID MODULE FUNCTION ADDRESS adds a function: prints "added", "taken" if
 *                                     another trampoline is on it, or the refusal
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "abi.h"

static void make(int fd, const char *name, const char *room)
{
	struct ktlat_probe_add add = {
		.size = sizeof(add),
		.flags = KTLAT_PROBE_DISABLED,
		.kind = KTLAT_KIND_GROUP,
		.backend = KTLAT_BACKEND_DIRECT,
		.functions = strtoul(room, NULL, 10),
	};

	snprintf(add.point[0].name, sizeof(add.point[0].name), "%s", name);
	printf("%llu\n", (unsigned long long)add_probe(fd, add));
}

static void add(int fd, char **argv)
{
	struct ktlat_function function = {
		.size = sizeof(function),
		.flags = KTLAT_PROBE_REGISTERS,
		.id = strtoull(argv[0], NULL, 10),
		.point.address = strtoull(argv[3], NULL, 16),
	};

	snprintf(function.point.module, sizeof(function.point.module), "%s",
		 argv[1]);
	snprintf(function.point.name, sizeof(function.point.name), "%s",
		 argv[2]);
	if (!call(fd, KTLAT_IOC_FUNCTION_ADD, &function))
		puts("added");
	else if (function.refusal == KTLAT_REFUSED_TAKEN)
		puts("taken");
	else if (function.refusal)
		printf("refusal %u\n", function.refusal);
	else
		die("adding a function");
}

int main(int argc, char **argv)
{
	int fd = open_device(O_RDWR);

	if (argc == 3)
		make(fd, argv[1], argv[2]);
	else if (argc == 5)
		add(fd, argv + 1);
	else
		die("wrong arguments");
	return 0;
}
