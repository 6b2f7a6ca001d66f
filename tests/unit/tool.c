// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fakedev.h"
#include "tool.h"
#include "unit.h"

#define MAX_ARGUMENTS	32
/* How often a tool is looked at until it waits for signals, a ms apart. */
#define LOOKS_MAX	10000

static const char kallsyms[] =
	"0000000000000000 T f_idle\n"
	"0000000000000000 t f_busy\n"
	"0000000000000000 D f_data\n"
	"0000000000000000 t f_twice\n"
	"0000000000000000 t f_twice\n"
	"0000000000000000 T f_two\n"
	"0000000000000000 T do_sys_open\n"
	"0000000000000000 T do_sys_openat2\n"
	"0000000000000000 T f_forbidden_by_kprobes\n"
	"0000000000000000 t f_blacklisted\n"
	"0000000000000000 t f_notrace\n"
	"0000000000000000 t f_noreturn\n"
	"0000000000000000 t f_ours\n"
	"0000000000000000 t f_lockdown\n"
	"0000000000000000 t f_memlock\n"
	"0000000000000000 t f_off\n"
	"0000000000000000 t f_limit\n"
	"0000000000000000 t f_perm\n"
	"0000000000000000 t f_nomem\n"
	"0000000000000000 t f_enabled\n"
	"0000000000000000 t f_full\n"
	"0000000000000000 t f_rights\n"
	"0000000000000000 t f_taken\n"
	"0000000000000000 t f_elsewhere\n"
	"0000000000000000 t f_untold\n"
	"0000000000000000 t f_stacked\n"
	"0000000000000000 t f_copied.isra.0\n"
	"0000000000000000 t f_copied.cold\n"
	"0000000000000000 T estimation_timer\t[ip_vs]\n"
	"0000000000000000 t f_two\t[mod_a]\n"
	"0000000000000000 t f_two\t[mod_b]\n"
	"0000000000000000 t f_busy_too\t[mod_b]\n"
	"0000000000000000 t f_of_ktlat\t[ktlat]\n"
	"0000000000000000 t bpf_prog_1\t[bpf]\n"
	"0000000000000000 t ftrace_trampoline\t[__builtin__ftrace]\n";

static char root[64];

static void make_dirs(const char *path)
{
	char copy[FAKE_PATH_LEN], *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	for (slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
}

/* Writes a file below the root of the fake device. */
void tool_write(const char *name, const void *data, size_t size)
{
	char path[FAKE_PATH_LEN];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	make_dirs(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

static void write_text(const char *name, const char *text)
{
	tool_write(name, text, strlen(text));
}

void tool_no_device(void)
{
	char path[FAKE_PATH_LEN];

	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH, root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/sys/module/ktlat/initstate", root);
	unlink(path);
}

void tool_new_device(__u32 abi_version)
{
	const struct fake_device device = { .abi_version = abi_version };
	char path[FAKE_PATH_LEN];

	tool_write(KTLAT_DEVICE_PATH, &device, sizeof(device));
	snprintf(path, sizeof(path), "%s" KTLAT_DEVICE_PATH, root);
	assert_int_equal(truncate(path, FAKE_SIZE), 0);
	write_text("/sys/module/ktlat/initstate", "live\n");
	write_text("/sys/module/ktlat/refcnt", "3\n");
	write_text("/sys/module/ktlat/version", "1.2.3\n");
	write_text("/sys/module/mod_a/initstate", "live\n");
}

int tool_setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/ktlat-unit-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	setenv("KTLAT_FAKE_ROOT", root, 1);
	write_text("/proc/kallsyms", kallsyms);
	write_text("/sys/kernel/debug/kprobes/blacklist",
		   "0x0000000000000000-0x0000000000000001\tf_forbidden_by_kprobes\n");
	return 0;
}

int tool_teardown(void **state)
{
	char command[FAKE_PATH_LEN];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* Splits @line at each space; "''" stands for an empty argument. */
static void split(char *line, char **argv)
{
	int nr = 0;
	char *word;

	argv[nr++] = "ktlat-ctl";
	for (word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[nr++] = strcmp(word, "''") ? word : "";
	argv[nr] = NULL;
}

static void read_back(int fd, char text[OUTPUT_LEN])
{
	ssize_t len = pread(fd, text, OUTPUT_LEN - 1, 0);

	assert_true(len >= 0);
	text[len] = '\0';
	close(fd);
}

static int scratch_file(void)
{
	int fd = open(root, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static pid_t start(const char *line, int out, int err)
{
	char copy[1024], *argv[MAX_ARGUMENTS];
	posix_spawn_file_actions_t actions;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", line);
	split(copy, argv);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	assert_int_equal(posix_spawn(&pid, TOOL_PATH, &actions, NULL, argv,
				     environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void finish(pid_t pid, int out, int err, struct result *result)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	result->status = WEXITSTATUS(status);
	read_back(out, result->out);
	read_back(err, result->err);
}

/* Runs it with the arguments of @line. */
void tool_run(const char *line, struct result *result)
{
	int out = scratch_file(), err = scratch_file();

	finish(start(line, out, err), out, err, result);
}

/* Does the process wait for signals, alone or with something to read? */
static bool waits(pid_t pid)
{
	char path[64];
	long call = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	if (fscanf(file, "%ld", &call) != 1)
		call = -1;
	fclose(file);
	return call == SYS_rt_sigtimedwait || call == SYS_ppoll;
}

/* The same, and sends it @sig once it waits for that. */
void tool_interrupt(const char *line, int sig, struct result *result)
{
	int out = scratch_file(), err = scratch_file(), looks = 0;
	pid_t pid = start(line, out, err);

	while (!waits(pid)) {
		assert_true(looks++ < LOOKS_MAX);
		usleep(1000);
	}
	assert_int_equal(kill(pid, sig), 0);
	finish(pid, out, err, result);
}
