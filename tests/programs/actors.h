/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes that all do something over and over, and each of which has to get on. */
#ifndef ACTORS_H
#define ACTORS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct actor - One of them
 * @name: for who reads the output
 * @turn: what it does over and over; returns whether it can go on
 */
struct actor {
	const char *name;
	bool (*turn)(void);
};

/**
 * struct actors - All of them
 * @list: each once
 * @nr: how many
 * @patience: how many seconds one may take for a turn before it is said to be stuck
 * @begin: in the process of one, before its first turn: which it is, and the
 *	processes of those before it
 */
struct actors {
	const struct actor *list;
	unsigned int nr;
	unsigned int patience;
	void (*begin)(unsigned int actor, const pid_t *pids);
};

/* Return: how many were stuck or gave up. */
unsigned int actors_run(const struct actors *actors, unsigned int seconds);

#endif
