/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - two CPUs with weakly ordered memory, for code that uses env.h.
 *
 * The first CPU writes. Before each of its accesses it may be interrupted, as
 * often and as deep as is allowed; what interrupts it runs to its end. It sees
 * its own stores at once. To others they become visible out of a store buffer: at
 * any time and in any order, except that
 *   - stores to the same word leave in order,
 *   - all stores before a write barrier leave before those behind it,
 *   - a release store leaves after all stores before it.
 * The second CPU only reads. Its loads take effect in any order, except that
 *   - a load never finds an older store than an earlier load of the same word,
 *   - loads behind a read barrier, and behind an acquiring load, take effect after
 *     those before it, and after that load.
 *
 * What a load may find thus is every store to its word from the newest one on that
 * has left the buffer for certain, which is known from what the loads before it
 * have found. As nothing that the reader does changes what the writer does, all
 * ways of the first CPU are taken first, and for each different sequence of stores
 * that comes out, all ways of the second.
 *
 * The compiler of the first CPU may move a store behind the next one, but not
 * across a local barrier, nor a write barrier; a release store stays behind what
 * comes before it (@sinks).
 */
#ifndef MODEL_H
#define MODEL_H

#include <linux/types.h>
#include <stdbool.h>

#define MODEL_WORDS	(16 + 16 * 8) /* a header and eight slots */
#define MODEL_STORES	256

/* What is taken out, one at a time. */
enum model_fault {
	FAULT_NONE,
	FAULT_NO_WRITE_BARRIER,
	FAULT_NO_RELEASE,
	FAULT_NO_ACQUIRE,
	FAULT_NO_READ_BARRIER,
	FAULT_NO_LOCAL_BARRIER_L,
	FAULT_NO_LOCAL_BARRIER_M,
	FAULT_NO_ATOMIC,
	FAULT_NO_GUARD,
	FAULT_NO_MARK,
};

/**
 * struct model - What may happen
 * @readers: what the second CPU does, each by itself; up to a NULL
 * @fault: what is taken out
 * @sinks: the compiler moves each store behind the next where it may; either is tried
 *	by model_explore()
 * @write: what the first CPU does
 * @depth: how deep interrupts may nest
 * @interrupt: what happens then
 * @guard: the word that %FAULT_NO_GUARD makes 0 for who reads it
 * @is_mark: tells the words that %FAULT_NO_MARK does not let be set to 0
 * @first_watched: index of the first word that the reader looks at
 * @reader_looks_at: a word before it that it looks at, too, or NULL
 */
struct model {
	void (*const *readers)(void);
	enum model_fault fault;
	bool sinks;
	void (*write)(void);
	unsigned int depth;
	void (*interrupt)(void);
	const __u64 *guard;
	bool (*is_mark)(unsigned int word);
	unsigned int first_watched;
	const __u64 *reader_looks_at;
};

extern __u64 model_memory[MODEL_WORDS];

/**
 * struct model_found - What an exploration has come to
 * @violation: what was found first to be wrong, or NULL
 * @ways: of the writer
 * @traces: different sequences of stores that came out of these
 * @readings: ways of the reader
 */
struct model_found {
	const char *violation;
	unsigned long ways;
	unsigned long traces;
	unsigned long readings;
};

extern struct model_found model_found;

/* Takes all ways, with either compiler, up to the first violation. */
void model_explore(struct model of);
void model_require(bool condition, const char *what);
/* For tests: something was found without what is called @name. */
void model_expect(const char *name);

/* For the writer. */
void model_writer_start(void);
void model_writer_interrupts(unsigned int nr);
void model_writer_flush(void);

/* For the reader, after those stores of the writer. */
bool model_reader_been_here(const __u64 *state, unsigned int nr);
void model_reader_sees_all(void);

/* What env_model.h makes of the accesses. */
__u64 model_read(const __u64 *word, bool acquire);
void model_write(__u64 *word, __u64 value, bool release);
__u64 model_cmpxchg(__u64 *word, __u64 old, __u64 new);
void model_add(__u64 *word, __u64 n);
void model_read_barrier(void);
void model_write_barrier(void);
void model_local_barrier(void);

#endif /* MODEL_H */
