// SPDX-License-Identifier: GPL-2.0-only
/* What holds the module without a probe: calls that have not returned. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "internal.h"

/* What our trampolines are called in a stack. */
#define TRAMPOLINE	"ktlat_direct_"
#define MAX_SLEEPERS	4

/**
 * ktlat_next_held() - Ask for the next function whose calls hold the module
 * @k: handle
 * @held: cleared before the first call, and left alone between two
 * @err: why it failed; ENOENT if there is no more
 */
int ktlat_next_held(struct ktlat *k, struct ktlat_held *held,
		    struct ktlat_error *err)
{
	int ret;

	held->size = sizeof(*held);
	ret = ktl_ioctl(k, KTLAT_IOC_HELD_NEXT, held);
	if (ret)
		return ktl_fail(err, -ret,
				"cannot ask what holds the module: %s",
				strerror(-ret));
	return 0;
}

/* The function that a line of a stack is in: "[<0>] FUNC+0x.../0x... [ktlat]" */
static const char *function_of(char *line)
{
	char *name = strchr(line, ' ');

	if (!name)
		return "";
	name[1 + strcspn(name + 1, "+")] = '\0';
	return name + 1;
}

/* Is the task in a call of the function that has passed a trampoline of ours? */
static bool is_inside(const char *pid, const char *function)
{
	bool trampoline = false, inside = false;
	char path[320], *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stack", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!inside && getline(&line, &size, file) > 0) {
		const char *name = function_of(line);

		inside = trampoline && !strcmp(name, function);
		trampoline = !strncmp(name, TRAMPOLINE, strlen(TRAMPOLINE));
	}
	free(line);
	fclose(file);
	return inside;
}

/**
 * ktlat_list_sleepers() - Which tasks are in a call of a function
 * @function: its name
 * @text: where to put "comm (pid), comm (pid)", a few of them, or nothing
 * @size: of @text
 *
 * Seen are tasks that sleep and whose stack the caller may read.
 */
void ktlat_list_sleepers(const char *function, char *text, size_t size)
{
	struct dirent *entry;
	char comm[16];
	size_t len = 0;
	int nr = 0;
	DIR *dir = opendir("/proc");

	*text = '\0';
	while (dir && nr < MAX_SLEEPERS && len < size &&
	       (entry = readdir(dir))) {
		const char *pid = entry->d_name;

		if (!isdigit((unsigned char)*pid) || !is_inside(pid, function))
			continue;
		ktl_read_comm(pid, comm);
		len += snprintf(text + len, size - len, "%s%s (%s)",
				nr++ ? ", " : "", comm, pid);
	}
	if (nr == MAX_SLEEPERS && len < size)
		snprintf(text + len, size - len, ", ...");
	if (dir)
		closedir(dir);
}
