/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU that is interrupted at each of its instructions, three levels deep.
 *
 * The trap flag makes the CPU send us a signal after every instruction. At one of them
 * the handler is an interrupt that does what it likes, and is stepped in its turn. So
 * every window between two instructions is hit, and none by chance. x86-64 only.
 */
#ifndef STEP_H
#define STEP_H

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <ucontext.h>
#include <x86intrin.h>

#define STEP_LEVELS	3 /* of interrupts */
#define STEP_BURSTS	6
#define STEP_TRAP_FLAG	0x100UL

/**
 * struct step_level - What happens in a level of interrupts
 * @at: it comes before this instruction of the one below, counted from 1; 0: not
 * @burst: how often it does it, the first time stepped
 * @steps: instructions of the one below so far
 */
static struct step_level {
	unsigned int at, burst, steps;
} step_levels[STEP_LEVELS + 1];
static unsigned int step_level; /* how many there are now */

/* What is stepped, and what an interrupt does: step_burst(), and more maybe. */
static void (*step_work)(void);
static void (*step_interrupt)(void);

/* How often an interrupt came at each depth. */
static unsigned long step_at_depth[STEP_LEVELS + 1];

/* With a step after each instruction, if a further level is to come. */
static void step_through(void)
{
	unsigned long flags = __readeflags();

	if (step_level < STEP_LEVELS && step_levels[step_level + 1].at) {
		step_levels[step_level + 1].steps = 0;
		__writeeflags(flags | STEP_TRAP_FLAG);
	}
	step_work();
	__writeeflags(flags);
}

static void step_burst(void)
{
	for (unsigned int i = 0; i < step_levels[step_level].burst; i++)
		if (!i)
			step_through();
		else
			step_work();
}

static void step_on_signal(int signal, siginfo_t *info, void *context)
{
	ucontext_t *below = context;

	(void)signal;
	(void)info;
	if (++step_levels[step_level + 1].steps != step_levels[step_level + 1].at)
		return;
	step_level++;
	step_at_depth[step_level]++;
	step_interrupt();
	step_level--;
	/* It goes on without steps. */
	below->uc_mcontext.gregs[REG_EFL] &= ~STEP_TRAP_FLAG;
}

static void step_begin(void (*work)(void), void (*interrupt)(void))
{
	struct sigaction action = {
		.sa_sigaction = step_on_signal,
		.sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	step_work = work;
	step_interrupt = interrupt;
	memset(step_at_depth, 0, sizeof(step_at_depth));
	sigaction(SIGTRAP, &action, NULL);
}

/* Each level comes before that instruction of the one below. */
static void step_run(unsigned int first, unsigned int second,
		     unsigned int third, unsigned int burst)
{
	step_levels[1] = (struct step_level){ .at = first, .burst = burst };
	step_levels[2] = (struct step_level){ .at = second, .burst = burst };
	step_levels[3] = (struct step_level){ .at = third, .burst = burst };
	step_through();
}

/* Instructions of the work, and of the step around it, that nobody interrupts. */
static unsigned int step_count(void)
{
	step_levels[1] = (struct step_level){ .at = -1 };
	step_through();
	return step_levels[1].steps;
}

/*
 * Every instruction for the first level; with each, one in @stride for the second one,
 * not the same ones for the next; and another one for the third each time. How often
 * it was not @right after that.
 */
static unsigned long step_all(unsigned int nr, unsigned int stride,
			      const unsigned int bursts[STEP_BURSTS],
			      bool (*right)(void))
{
	unsigned long wrong = 0, turn = 0;

	for (unsigned int first = 1; first <= nr; first++)
		for (unsigned int second = 1 + first % stride; second <= nr;
		     second += stride, turn++) {
			step_run(first, second, 1 + turn * 7 % nr,
				 bursts[turn % STEP_BURSTS]);
			wrong += !right();
		}
	return wrong;
}

#endif /* STEP_H */
