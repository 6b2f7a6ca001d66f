// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a call of a traced function leaves everything where it was.
 *
 * Each round puts other random values into all registers and around the stack
 * pointer, calls ktlat_target_regs, and compares: the function must find its
 * arguments and what it has to preserve, and its caller must find that, its
 * frame, and the two words that are returned.
 *
 * SSE registers are ours only between kernel_fpu_begin() and kernel_fpu_end(),
 * where there is no preemption. Every second round does without them, so that
 * the scheduler may come in wherever tracing lets it.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <asm/fpu/api.h>
#include <asm/processor-flags.h>
#include "regs.h"
#include "target.h"

/* One run at a time; also guards the results. */
static DEFINE_MUTEX(regs_lock);

u64 target_regs_put[REGS_PUT_NR];
u64 target_regs_entry[REGS_NR];
u64 target_regs_after[REGS_NR];
u8 target_regs_sse;
u64 target_regs_flip;

/* Rounds that were made, and that were not right. */
static u64 regs_rounds;
static u64 regs_mismatches;
/* The first word that was not right: where, whether at entry, and what. */
static unsigned int regs_first;
static bool regs_first_entry;
static u64 regs_wanted;
static u64 regs_got;

/**
 * struct regs_group - Words that are compared alike
 * @first: index of the first
 * @nr: how many
 * @entry: the function has to find them
 * @after: the caller has to find them
 * @names: of each; or
 * @format: for the number of each
 * @words: that have the same number
 */
struct regs_group {
	unsigned int first;
	unsigned int nr;
	bool entry;
	bool after;
	const char *names[6];
	const char *format;
	unsigned int words;
};

static const struct regs_group groups[] = {
	{ REGS_ARGS, 6, true, false,
	  { "rdi", "rsi", "rdx", "rcx", "r8", "r9" } },
	{ REGS_SAVED, 6, true, true,
	  { "rbx", "rbp", "r12", "r13", "r14", "r15" } },
	{ REGS_XMM, 32, true, true, .format = "xmm%u", .words = 2 },
	{ REGS_STACK, REGS_STACK_NR, false, true,
	  .format = "stack word %u", .words = 1 },
	{ REGS_PAIR, 2, false, true, { "rax", "rdx" } },
	{ REGS_RSP, 1, false, true, { "rsp" } },
	{ REGS_FLAGS, 1, true, true, { "flags" } },
};

/* Return: whether all words of a group are as they were put in. */
static bool compare(const struct regs_group *group, const u64 *got, bool entry)
{
	unsigned int i;

	for (i = group->first; i < group->first + group->nr; i++) {
		if (got[i] == target_regs_put[i])
			continue;
		if (!regs_mismatches) {
			regs_first = i;
			regs_first_entry = entry;
			regs_wanted = target_regs_put[i];
			regs_got = got[i];
		}
		return false;
	}
	return true;
}

static bool compare_all(void)
{
	const struct regs_group *group;

	for (group = groups; group < groups + ARRAY_SIZE(groups); group++) {
		if (group->first == REGS_XMM && !target_regs_sse)
			continue;
		if (group->entry && !compare(group, target_regs_entry, true))
			return false;
		if (group->after && !compare(group, target_regs_after, false))
			return false;
	}
	return true;
}

static void call_once(void)
{
	/* Direction and interrupts; arithmetic may do as it likes. */
	const u64 flags = X86_EFLAGS_DF | X86_EFLAGS_IF;

	get_random_bytes(target_regs_put, sizeof(target_regs_put));
	target_regs_put[REGS_FLAGS] = X86_EFLAGS_IF;
	if (target_regs_sse)
		kernel_fpu_begin();
	target_regs_call();
	if (target_regs_sse)
		kernel_fpu_end();
	target_regs_entry[REGS_FLAGS] &= flags;
	target_regs_after[REGS_FLAGS] &= flags;
}

/* Return: 0 or -EINTR. Under regs_lock. */
static int run(u64 rounds, bool spoil)
{
	target_regs_flip = spoil ? BIT_ULL(42) : 0;
	regs_mismatches = 0;
	for (regs_rounds = 0; regs_rounds < rounds; regs_rounds++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		target_regs_sse = regs_rounds % 2;
		call_once();
		if (!compare_all())
			regs_mismatches++;
		cond_resched();
	}
	return 0;
}

/**
 * target_regs_run() - Make the rounds that a line asks for
 * @line: a number, and "spoil" if the function shall change a register that it
 *	has to preserve; is overwritten
 *
 * Return: 0 or an error; mismatches are none.
 */
int target_regs_run(char *line)
{
	char *word = strsep(&line, "\n ");
	bool spoil = line && sysfs_streq(line, "spoil");
	u64 rounds;
	int ret = kstrtou64(word, 0, &rounds);

	if (!ret && line && *line && !spoil)
		ret = -EINVAL;
	if (ret)
		return ret;
	ret = mutex_lock_interruptible(&regs_lock);
	if (ret)
		return ret;
	ret = run(rounds, spoil);
	mutex_unlock(&regs_lock);
	return ret;
}

static void show_name(struct seq_file *file, unsigned int word)
{
	const struct regs_group *group = groups;

	while (word >= group->first + group->nr)
		group++;
	word -= group->first;
	if (group->format)
		seq_printf(file, group->format, word / group->words);
	else
		seq_puts(file, group->names[word]);
}

/**
 * target_regs_show() - What came out of the last run, as JSON
 * @file: where to
 *
 * Return: 0.
 */
int target_regs_show(struct seq_file *file)
{
	mutex_lock(&regs_lock);
	seq_printf(file, "{\"rounds\":%llu,\"mismatches\":%llu,\"first\":",
		   regs_rounds, regs_mismatches);
	if (regs_mismatches) {
		seq_putc(file, '"');
		show_name(file, regs_first);
		seq_printf(file, " %s\",\"wanted\":\"%#llx\",\"got\":\"%#llx\"}\n",
			   regs_first_entry ? "at entry" : "after the return",
			   regs_wanted, regs_got);
	} else {
		seq_puts(file, "null}\n");
	}
	mutex_unlock(&regs_lock);
	return 0;
}
