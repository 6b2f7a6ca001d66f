// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>

#include "internal.h"

#define LIVEPATCH_DIR	"/sys/kernel/livepatch"

/* A livepatch replaces functions by trampolines, too, and must not be in ours. */
bool ktl_is_livepatched(void)
{
	DIR *dir = opendir(LIVEPATCH_DIR);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return found;
}
