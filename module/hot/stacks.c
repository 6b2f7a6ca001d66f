// SPDX-License-Identifier: GPL-2.0-only
/*
 * stacks.c - the stack of the call that is being measured; see stacks.h.
 *
 * Unwinding takes the kernel's functions, which may have probes themselves. A call of
 * one that comes from inside of it gets no stack, and is counted (inside.h). So each
 * context of a CPU is alone with its scratch, whichever probe it is in.
 */
#include <linux/bitops.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>

#include "compat/user_regs.h"
#include "hot/inside.h"
#include "hot/record.h"
#include "hot/stacks.h"

DEFINE_PER_CPU(unsigned int, ktlat_inside);

/* Returns where this context may put a stack together, or NULL. */
static __always_inline unsigned long *
stacks_enter(const struct ktlat_stack_table *table, unsigned int *level)
{
	if (!ktlat_inside_enter(level)) {
		env_inc(&table->stacks.header->recursed);
		return NULL;
	}
	return this_cpu_ptr(table->scratch)->frames[__ffs(*level)];
}

static_assert(sizeof(unsigned long) == sizeof(__u64));

static __always_inline u32 stacks_put(const struct ktlat_stack_table *table,
		      const unsigned long *frames, u32 nr, u32 flags)
{
	struct ktlat_stacks_key key = {
		.frames = (const __u64 *)frames,
		.nr = min_t(u32, nr, KTLAT_STACK_DEPTH),
		.flags = flags,
	};

	if (nr > KTLAT_STACK_DEPTH)
		key.flags |= KTLAT_STACK_TRUNCATED;
	return key.nr ? ktlat_stacks_put(&table->stacks, &key) : 0;
}

/* How many frames at the top are those of our own code. */
static __always_inline u32 stacks_own(const unsigned long *frames, u32 nr)
{
	u32 own = 0;

	while (own < nr && own < KTLAT_STACK_OWN &&
	       within_module(frames[own], THIS_MODULE))
		own++;
	return own;
}

/**
 * ktlat_stack_here() - The kernel stack of the call that has just returned
 * @table: where it is stored
 *
 * Its frames are those of who called the function. With direct the function itself
 * comes first; with a kretprobe or a fprobe, what the kernel runs at a return does.
 *
 * Context: any, NMI included; preemption off. Return: the id of the stack; 0 if there
 * was no room, or if this context is inside of such a part already; both are counted.
 */
u32 ktlat_stack_here(const struct ktlat_stack_table *table)
{
	unsigned int level;
	unsigned long *frames = stacks_enter(table, &level);
	u32 id, nr, own;

	if (!frames)
		return 0;
	nr = stack_trace_save(frames, KTLAT_STACK_DEPTH + KTLAT_STACK_OWN, 0);
	own = stacks_own(frames, nr);
	id = stacks_put(table, frames + own, nr - own, 0);
	ktlat_inside_leave(level);
	return id;
}
NOKPROBE_SYMBOL(ktlat_stack_here);

/**
 * struct user_frame - What a frame pointer points at
 * @next: the caller's frame
 * @address: where that goes on
 */
struct user_frame {
	unsigned long next;
	unsigned long address;
};

/*
 * Each frame lies above the one before, and there are only so many: a process may have
 * written there whatever it likes. The frame is read onto our stack, as hardened copies
 * ask about other memory under a lock.
 */
static __always_inline u32 stacks_walk_user(unsigned long *frames, struct pt_regs *regs)
{
	unsigned long at = ktlat_user_frame(regs);
	struct user_frame frame;
	u32 nr = 0;

	frames[nr++] = instruction_pointer(regs);
	while (at && nr <= KTLAT_STACK_DEPTH &&
	       !copy_from_user_nofault(&frame, (void __user *)at, sizeof(frame)) &&
	       frame.address) {
		frames[nr++] = ktlat_user_return(frame.address);
		at = frame.next > at ? frame.next : 0;
	}
	return nr;
}

/**
 * ktlat_stack_user() - The stack of the process that is in the kernel, by frame pointers
 * @table: where it is stored
 * @trap: what the trap that led here added to the preemption count, or 0
 *
 * Code that was compiled without frame pointers is not seen, and may end the stack.
 *
 * Context: any; preemption off. Return: the id of the stack; 0 in an interrupt and in a
 * task without a process, and as with ktlat_stack_here().
 */
u32 ktlat_stack_user(const struct ktlat_stack_table *table, u32 trap)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long *frames;
	unsigned int level;
	u32 id, nr;

	if (ktlat_context(trap) != KTLAT_CONTEXT_TASK || !current->mm ||
	    current->flags & PF_KTHREAD || !user_mode(regs))
		return 0;
	frames = stacks_enter(table, &level);
	if (!frames)
		return 0;
	nr = stacks_walk_user(frames, regs);
	id = stacks_put(table, frames, nr, KTLAT_STACK_USER);
	ktlat_inside_leave(level);
	return id;
}
NOKPROBE_SYMBOL(ktlat_stack_user);
