// SPDX-License-Identifier: GPL-2.0-only
/*
 * canary.c - kprobes on functions of our own, to tell whether kprobes work.
 *
 * They may be switched off for the whole kernel, by a 0 in
 * /sys/kernel/debug/kprobes/enabled; and those that sit on an ftrace site, by a 0
 * in /proc/sys/kernel/ftrace_enabled. enable_kprobe() reports success all the
 * same, and nothing in the kprobe tells reliably that it is not armed. So we
 * enable one that nobody else hits, and hit it.
 *
 * Whoever leaves an ftrace site while ftrace is switched off leaves flags there that
 * the kernel takes for a breakdown later: it warns, and ftrace is dead until the next
 * boot (ftrace_shutdown(), the check of all records). So the canary that finds it
 * switched off stays until it is on again. When ktlat goes, the site goes with it.
 */
#include <linux/errno.h>
#include <linux/kprobes.h>

#include "canary.h"
#include "compat/kprobes.h"

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

/* The same on an ftrace site, where nothing is optimised. */
static int canary_sing_ftrace(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(canary_sang, true);
	return 0;
}
NOKPROBE_SYMBOL(canary_sing_ftrace);

/* Enabled only in here, so under ktlat_lock. */
static struct kprobe canary = {
	.addr = (kprobe_opcode_t *)ktlat_canary,
	.post_handler = canary_sing,
	.flags = KPROBE_FLAG_DISABLED,
};

static struct kprobe canary_ftrace = {
	.addr = (kprobe_opcode_t *)ktlat_canary_ftrace,
	.pre_handler = canary_sing_ftrace,
	.flags = KPROBE_FLAG_DISABLED,
};

/* Return: 0 if it sings, and it is left enabled; -ENOMEM; or else @mute. */
static int canary_listen(struct kprobe *kp, void (*function)(void), int mute)
{
	int err = enable_kprobe(kp);

	if (err)
		return err == -ENOMEM ? err : mute;
	WRITE_ONCE(canary_sang, false);
	function();
	return READ_ONCE(canary_sang) ? 0 : mute;
}

static int canary_ask(void)
{
	int err = canary_listen(&canary, ktlat_canary, -EBUSY);

	disable_kprobe(&canary);
	return err;
}

/* Kprobes are not switched off. */
static int canary_ask_ftrace(void)
{
	int err = canary_listen(&canary_ftrace, ktlat_canary_ftrace, -EUNATCH);

	if (!err)
		disable_kprobe(&canary_ftrace);
	return err;
}

/**
 * ktlat_ftrace_check() - Is ftrace switched on, as far as can be told?
 *
 * Not while kprobes are switched off, of which there is one to tell.
 *
 * Context: ktlat_lock; may sleep. Return: 0; -EUNATCH where it is off; -ENOMEM.
 */
int ktlat_ftrace_check(void)
{
	return canary_ask() == -EBUSY ? 0 : canary_ask_ftrace();
}

/**
 * ktlat_kprobe_check() - Are kprobes switched on, and ftrace where one sits on its site?
 * @kp: registered
 *
 * Context: ktlat_lock; may sleep. Return: 0; -EBUSY where kprobes are off; -EUNATCH
 * where ftrace is; -ENOMEM.
 */
int ktlat_kprobe_check(const struct kprobe *kp)
{
	int err = canary_ask();

	if (!err && ktlat_kprobe_on_ftrace(kp))
		err = canary_ask_ftrace();
	return err;
}

/**
 * ktlat_kprobe_enable() - Enable a registered kprobe, or the one of a kretprobe
 * @kp: the kprobe
 *
 * Context: ktlat_lock; may sleep. Return: 0; -EBUSY where kprobes are switched
 * off, -EUNATCH where ftrace is and the kprobe uses it, and nothing is enabled;
 * -ENOMEM; what enable_kprobe() says.
 */
int ktlat_kprobe_enable(struct kprobe *kp)
{
	return ktlat_kprobe_check(kp) ?: enable_kprobe(kp);
}

int ktlat_canary_init(void)
{
	int err = register_kprobe(&canary);

	if (!err) {
		err = register_kprobe(&canary_ftrace);
		if (err)
			unregister_kprobe(&canary);
	}
	if (err)
		pr_err("this kernel refuses a kprobe in a module (%d)\n", err);
	return err;
}

/* Nothing is attached any more. */
void ktlat_canary_exit(void)
{
	unregister_kprobe(&canary_ftrace);
	unregister_kprobe(&canary);
}
