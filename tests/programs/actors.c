// SPDX-License-Identifier: GPL-2.0-only
/* Starts actors, watches them, and ends them. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "abi.h"
#include "actors.h"

/**
 * struct stage - While they run
 * @actors: who
 * @pids: their processes
 * @turns: how far each has come; shared with it
 * @last: the same, a second ago
 * @still: for how many seconds each has not got on
 */
struct stage {
	const struct actors *actors;
	pid_t *pids;
	unsigned long *turns;
	unsigned long *last;
	unsigned int *still;
};

static void *alloc(size_t nr, size_t size)
{
	void *mem = calloc(nr, size);

	if (!mem)
		die("calloc");
	return mem;
}

static struct stage set_stage(const struct actors *actors)
{
	struct stage stage = {
		.actors = actors,
		.pids = alloc(actors->nr, sizeof(pid_t)),
		.last = alloc(actors->nr, sizeof(*stage.last)),
		.still = alloc(actors->nr, sizeof(*stage.still)),
	};

	stage.turns = mmap(NULL, sizeof(*stage.turns) * actors->nr,
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	if (stage.turns == MAP_FAILED)
		die("mmap");
	return stage;
}

static void start(struct stage *stage, unsigned int actor)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	stage->pids[actor] = pid;
	if (pid)
		return;
	stage->actors->begin(actor, stage->pids);
	while (stage->actors->list[actor].turn())
		__atomic_add_fetch(&stage->turns[actor], 1, __ATOMIC_RELAXED);
	_exit(1);
}

static void show_stack(pid_t pid)
{
	char path[32], text[4096];
	ssize_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		len = read(fd, text, sizeof(text));
	printf("%.*s", len > 0 ? (int)len : 0, text);
	close(fd);
}

/* Once a second. */
static bool gets_on(struct stage *stage, unsigned int actor)
{
	unsigned long now = LOAD(stage->turns[actor]);

	stage->still[actor] = now == stage->last[actor] ?
			      stage->still[actor] + 1 : 0;
	stage->last[actor] = now;
	if (waitpid(stage->pids[actor], NULL, WNOHANG)) {
		stage->pids[actor] = 0;
		return false;
	}
	return stage->still[actor] < stage->actors->patience;
}

static bool all_turned(const struct stage *stage)
{
	unsigned int i;

	for (i = 0; i < stage->actors->nr; i++)
		if (!stage->last[i])
			return false;
	return true;
}

/* For so many seconds, and until everybody has had a turn. */
static unsigned int watch(struct stage *stage, unsigned int seconds)
{
	unsigned int i, stuck = 0;

	while (!stuck && (seconds || !all_turned(stage))) {
		sleep(1);
		seconds -= seconds > 0;
		for (i = 0; i < stage->actors->nr; i++) {
			if (gets_on(stage, i))
				continue;
			printf("%s: stuck or ended after %lu turns\n",
			       stage->actors->list[i].name, stage->last[i]);
			if (stage->pids[i])
				show_stack(stage->pids[i]);
			stuck++;
		}
	}
	return stuck;
}

static void end(struct stage *stage)
{
	unsigned int i;

	for (i = 0; i < stage->actors->nr; i++) {
		if (stage->pids[i])
			kill(stage->pids[i], SIGKILL);
		printf("%s: %lu turns\n", stage->actors->list[i].name,
		       LOAD(stage->turns[i]));
	}
	while (wait(NULL) > 0)
		;
	munmap(stage->turns, sizeof(*stage->turns) * stage->actors->nr);
	free(stage->pids);
	free(stage->last);
	free(stage->still);
}

unsigned int actors_run(const struct actors *actors, unsigned int seconds)
{
	struct stage stage = set_stage(actors);
	unsigned int i, stuck;

	setbuf(stdout, NULL);
	for (i = 0; i < actors->nr; i++)
		start(&stage, i);
	stuck = watch(&stage, seconds);
	end(&stage);
	return stuck;
}
