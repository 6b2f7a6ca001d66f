// SPDX-License-Identifier: GPL-2.0-only
/*
 * canary.c - a kprobe on a function of our own, to tell whether kprobes work.
 *
 * They may be switched off for the whole kernel, by a 0 in
 * /sys/kernel/debug/kprobes/enabled. enable_kprobe() reports success all the
 * same, and nothing in the kprobe tells reliably that it is not armed. So we
 * enable one that nobody else hits, and hit it.
 */
#include <linux/kprobes.h>

#include "canary.h"
#include "compat/kprobes.h"
#include "ftrace_hold.h"

static bool canary_sang;

static noinline void ktlat_canary(void)
{
	barrier();
}

/* A post_handler, because a kprobe that has one is not optimised to a jump. */
static void canary_sing(struct kprobe *kp, struct pt_regs *regs,
			unsigned long flags)
{
	WRITE_ONCE(canary_sang, true);
}

/* Enabled only within ktlat_kprobe_enable(), so under ktlat_lock. */
static struct kprobe canary = {
	.addr = (kprobe_opcode_t *)ktlat_canary,
	.post_handler = canary_sing,
	.flags = KPROBE_FLAG_DISABLED,
};

static bool canary_sings(void)
{
	if (enable_kprobe(&canary))
		return false;
	WRITE_ONCE(canary_sang, false);
	ktlat_canary();
	disable_kprobe(&canary);
	return READ_ONCE(canary_sang);
}

/**
 * ktlat_kprobe_enable() - Enable a registered kprobe, or the one of a kretprobe
 * @kp: the kprobe
 *
 * If it uses ftrace, that stays switched on from now on.
 *
 * Context: ktlat_lock; may sleep. Return: 0; -EBUSY where kprobes are switched
 * off, -EUNATCH where ftrace is, and nothing is enabled; what enable_kprobe()
 * says.
 */
int ktlat_kprobe_enable(struct kprobe *kp)
{
	int err = ktlat_kprobe_on_ftrace(kp) ? ktlat_ftrace_hold() : 0;

	if (err)
		return err;
	return canary_sings() ? enable_kprobe(kp) : -EBUSY;
}

int ktlat_canary_init(void)
{
	int err = register_kprobe(&canary);

	if (err)
		pr_err("this kernel refuses a kprobe in a module (%d)\n", err);
	return err;
}

/* Nothing is attached any more. */
void ktlat_canary_exit(void)
{
	unregister_kprobe(&canary);
}
