// SPDX-License-Identifier: GPL-2.0-only
/* Who has the device open or mapped: what to say when it cannot be unloaded. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define PATH_LEN	320

static bool has_descriptor(const char *pid)
{
	char path[PATH_LEN], target[sizeof(KTLAT_DEVICE_PATH)];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target,
					 sizeof(target));

		found = len == sizeof(target) - 1 &&
			!memcmp(target, KTLAT_DEVICE_PATH, len);
	}
	closedir(dir);
	return found;
}

static bool has_mapping(const char *pid)
{
	char path[PATH_LEN], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0)
		found = strstr(line, " " KTLAT_DEVICE_PATH "\n");
	free(line);
	fclose(file);
	return found;
}

/* The name of a task, or "?". */
void ktl_read_comm(const char *pid, char comm[16])
{
	char path[PATH_LEN];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	snprintf(comm, 16, "?");
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(comm, 16, file))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
}

/* Writes "ktlat-ctl (12), other (34)", as far as it can be seen and fits. */
void ktl_list_holders(char *text, size_t size)
{
	struct dirent *entry;
	size_t len = 0;
	char comm[16];
	DIR *dir;

	*text = '\0';
	dir = opendir("/proc");
	if (!dir)
		return;
	while (len < size && (entry = readdir(dir))) {
		const char *pid = entry->d_name;

		if (!isdigit((unsigned char)*pid) ||
		    (!has_descriptor(pid) && !has_mapping(pid)))
			continue;
		ktl_read_comm(pid, comm);
		len += snprintf(text + len, size - len, "%s%s (%s)",
				len ? ", " : "", comm, pid);
	}
	closedir(dir);
}
