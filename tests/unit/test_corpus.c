// SPDX-License-Identifier: GPL-2.0-only
/* Replays the corpus of a fuzzer: each file in it, and its first half. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fuzz.h"
#include "unit.h"

/* Of recordings, unless the Makefile says otherwise. */
#ifndef CORPUS
#define CORPUS	"../fuzz/corpus"
#endif

static void replay(const char *name)
{
	unsigned char *bytes = malloc(1 << 20);
	char path[512];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), CORPUS "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_non_null(bytes);
	len = read(fd, bytes, 1 << 20);
	assert_true(len > 0);
	close(fd);
	LLVMFuzzerTestOneInput(bytes, len);
	LLVMFuzzerTestOneInput(bytes, len / 2);
	free(bytes);
}

static void test_corpus(void **state)
{
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	int nr = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		replay(entry->d_name);
		nr++;
	}
	closedir(dir);
	assert_true(nr >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
