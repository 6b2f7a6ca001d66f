// SPDX-License-Identifier: GPL-2.0-only
/* model.c - two CPUs with weakly ordered memory; model.h tells the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "choose.h"
#include "model.h"

/**
 * struct store - One store, in the order of the writer's instructions
 * @word: where to
 * @after: so many stores leave the buffer before it for certain
 * @value: what
 */
struct store {
	__u32 word;
	__u32 after;
	__u64 value;
};

/**
 * struct held - A store that the compiler has moved behind the next one
 * @word: where to; NULL if there is none
 * @value: what
 * @release: with release order
 * @after: see struct store
 */
struct held {
	__u64 *word;
	__u64 value;
	bool release;
	__u32 after;
};

/* In the order of a cache line; the ring wants to lie on one. */
__u64 model_memory[MODEL_WORDS] __attribute__((aligned(64)));
struct model_found model_found;

static struct model model;
static bool reading; /* which CPU the code runs on */

/* The writer. */
static struct choices writer;
static struct seen_set traces;
static struct store stores[MODEL_STORES];
static __u32 nr_stores;
static __u32 barrier; /* so many stores are before the last write barrier */
static struct held held;
static unsigned int level, interrupts, allowed;
static bool committing; /* the last store in this context had release order */

/* The reader. */
static struct choices reader;
static struct seen_set states;
static __u16 versions[MODEL_WORDS][MODEL_STORES]; /* stores to each word */
static __u16 nr_versions[MODEL_WORDS];
static __u64 initial[MODEL_WORDS];
static __u16 view[MODEL_WORDS]; /* 0: the initial value; n: version n - 1 */
static __u32 known; /* so many stores have left, for loads from now on */
static __u32 hinted; /* likewise, once there is a read barrier */
static unsigned int replayed; /* so many choices are those of the way before */

static unsigned int word_of(const __u64 *word)
{
	if (word < model_memory || word >= model_memory + MODEL_WORDS) {
		fprintf(stderr, "model.c: access outside the memory\n");
		abort();
	}
	return word - model_memory;
}

/* The writer's CPU */

/* A place where an interrupt can come. */
static void step(void)
{
	while (level < model.depth && interrupts < allowed &&
	       choose(&writer, 2)) {
		struct held mine = held;
		bool was_committing = committing;

		held.word = NULL;
		committing = false;
		level++;
		interrupts++;
		model.interrupt();
		model_writer_flush();
		level--;
		committing = was_committing;
		held = mine;
	}
}

static __u32 stores_before(bool release)
{
	return release ? nr_stores : barrier;
}

static void perform(__u64 *word, __u64 value, __u32 after)
{
	unsigned int index = word_of(word);

	if (!value && model.fault == FAULT_NO_MARK && model.is_mark(index))
		return;
	*word = value;
	if (index < model.first_watched && word != model.reader_looks_at)
		return;
	if (nr_stores == MODEL_STORES) {
		fprintf(stderr, "model.c: too many stores\n");
		abort();
	}
	stores[nr_stores++] = (struct store){ index, after, value };
}

/* What was moved back comes now. */
void model_writer_flush(void)
{
	struct held mine = held;

	if (!mine.word)
		return;
	step();
	held.word = NULL;
	perform(mine.word, mine.value, mine.after);
}

static void writer_write(__u64 *word, __u64 value, bool release)
{
	if (model.fault == FAULT_NO_RELEASE)
		release = false;
	if (release || held.word == word)
		model_writer_flush();
	step();
	if (model.sinks && !held.word) {
		held = (struct held){ word, value, release,
				      stores_before(release) };
		return;
	}
	perform(word, value, stores_before(release));
	model_writer_flush();
}

static __u64 writer_read(const __u64 *word)
{
	if (held.word == word)
		model_writer_flush();
	step();
	if (model.fault == FAULT_NO_GUARD && word == model.guard)
		return 0;
	return *word;
}

/* Both CPUs */

static __u64 reader_read(const __u64 *word, bool acquire);

__u64 model_read(const __u64 *word, bool acquire)
{
	return reading ? reader_read(word, acquire) : writer_read(word);
}

void model_write(__u64 *word, __u64 value, bool release)
{
	writer_write(word, value, release);
	committing = release;
}

__u64 model_cmpxchg(__u64 *word, __u64 old, __u64 new)
{
	__u64 found;

	if (held.word == word)
		model_writer_flush();
	step();
	found = *word;
	if (model.fault == FAULT_NO_ATOMIC)
		step();
	if (found == old)
		perform(word, new, barrier);
	model_writer_flush();
	return found;
}

void model_add(__u64 *word, __u64 n)
{
	if (held.word == word)
		model_writer_flush();
	step();
	perform(word, *word + n, barrier);
	model_writer_flush();
}

void model_write_barrier(void)
{
	if (model.fault == FAULT_NO_WRITE_BARRIER)
		return;
	model_writer_flush();
	barrier = nr_stores;
}

void model_local_barrier(void)
{
	if (model.fault == (committing ? FAULT_NO_LOCAL_BARRIER_M :
			    FAULT_NO_LOCAL_BARRIER_L))
		return;
	model_writer_flush();
}

/* The first way, with interrupts as @what allows. */
static void model_writer_begin(const struct model *what)
{
	model = *what;
	writer = (struct choices){ 0 };
	seen_clear(&traces);
	reading = false;
}

/* Before each way. What is in memory now is what the reader finds at first. */
void model_writer_start(void)
{
	memcpy(initial, model_memory, sizeof(initial));
	nr_stores = 0;
	barrier = 0;
	held.word = NULL;
	level = 0;
	interrupts = 0;
	committing = false;
}

/* How often the writer may be interrupted, all in all, from now on. */
void model_writer_interrupts(unsigned int nr)
{
	allowed = nr;
}

static bool model_writer_next(void)
{
	reading = false;
	return choose_next(&writer);
}

/* Have these stores, with this order between them, not been there before? */
static bool model_writer_is_new(void)
{
	return !seen_before(&traces, stores, nr_stores * sizeof(*stores));
}

/* The reader's CPU */

/* The oldest version of a word that a load may find. */
static __u16 oldest_version(unsigned int word)
{
	__u16 oldest = view[word];

	while (oldest < nr_versions[word] && versions[word][oldest] < known)
		oldest++;
	return oldest;
}

static __u64 reader_read(const __u64 *where, bool acquire)
{
	unsigned int word = word_of(where);
	__u16 oldest = oldest_version(word);
	const struct store *found;

	view[word] = oldest;
	if (oldest < nr_versions[word])
		view[word] += choose(&reader, nr_versions[word] - oldest + 1);
	if (!view[word])
		return initial[word];
	found = &stores[versions[word][view[word] - 1]];
	if (found->after > hinted)
		hinted = found->after;
	if (acquire && model.fault != FAULT_NO_ACQUIRE && found->after > known)
		known = found->after;
	return found->value;
}

void model_read_barrier(void)
{
	if (model.fault != FAULT_NO_READ_BARRIER && hinted > known)
		known = hinted;
}

static void reader_reset(void)
{
	memset(view, 0, sizeof(view));
	known = 0;
	hinted = 0;
	replayed = reader.known;
}

/* The first way through what the writer has stored. */
static void model_reader_begin(void)
{
	reading = true;
	reader = (struct choices){ 0 };
	seen_clear(&states);
	memset(nr_versions, 0, sizeof(nr_versions));
	for (__u32 i = 0; i < nr_stores; i++) {
		unsigned int word = stores[i].word;

		versions[word][nr_versions[word]++] = i;
	}
	reader_reset();
}

static bool model_reader_next(void)
{
	bool more = choose_next(&reader);

	reader_reset();
	return more;
}

/*
 * Has the reader been in this state, with the same left to find? Then all that
 * can follow has been looked at.
 */
bool model_reader_been_here(const __u64 *state, unsigned int nr)
{
	__u64 all[8 + MODEL_WORDS] = { hinted > known ? hinted : known };
	unsigned int at = 1;

	if (reader.at < replayed)
		return false;
	for (unsigned int i = 0; i < nr; i++)
		all[at++] = state[i];
	for (unsigned int i = 0; i < MODEL_WORDS; i++)
		if (nr_versions[i])
			all[at++] = oldest_version(i);
	return seen_before(&states, all, at * sizeof(*all));
}

/* From now on, all stores have left the buffer. */
void model_reader_sees_all(void)
{
	known = nr_stores;
}

/* When interrupts came: a line for each step at which one did, or could. */
static void model_print_way(void)
{
	printf("# interrupted (1) or not (0) at each access:");
	for (unsigned int i = 0; i < writer.at; i++)
		printf(" %u", writer.taken[i]);
	printf("\n# versions that the reader found:");
	for (unsigned int i = 0; i < reader.at; i++)
		printf(" %u", reader.taken[i]);
	printf("\n");
}

static void model_end(void)
{
	seen_free(&traces);
	seen_free(&states);
}

void model_require(bool condition, const char *what)
{
	if (!condition && !model_found.violation)
		model_found.violation = what;
}

static void model_read_all(void (*read)(void))
{
	model_reader_begin();
	do {
		model_found.readings++;
		read();
	} while (!model_found.violation && model_reader_next());
}

static void model_explore_compiler(const struct model *of)
{
	model_writer_begin(of);
	do {
		model_found.ways++;
		of->write();
		if (model_found.violation || !model_writer_is_new())
			continue;
		model_found.traces++;
		for (unsigned int i = 0; of->readers[i]; i++)
			model_read_all(of->readers[i]);
	} while (!model_found.violation && model_writer_next());
	if (model_found.violation && !of->fault)
		model_print_way();
	model_end();
}

/**
 * model_explore() - Take all ways, up to the first violation
 * @of: what may happen; @sinks is of no account
 *
 * What came of it is in model_found.
 */
void model_explore(struct model of)
{
	model_found = (struct model_found){ 0 };
	of.sinks = false;
	model_explore_compiler(&of);
	of.sinks = true;
	if (!model_found.violation)
		model_explore_compiler(&of);
}

/* A test: it fails if nothing was found, where @name was taken out. */
void model_expect(const char *name)
{
	if (!model_found.violation)
		fail_msg("%s: nothing was found in %lu ways to write, %lu to read",
			 name, model_found.ways, model_found.readings);
	printf("# %s: \"%s\" after %lu ways to write, %lu to read\n", name,
	       model_found.violation, model_found.ways, model_found.readings);
}
