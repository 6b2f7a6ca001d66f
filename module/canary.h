/* SPDX-License-Identifier: GPL-2.0-only */
/* Kprobes on functions of our own, to tell whether kprobes work. */
#ifndef KTLAT_CANARY_H
#define KTLAT_CANARY_H

struct kprobe;

/* In canary_ftrace.c. */
void ktlat_canary_ftrace(void);

int ktlat_ftrace_check(void);
int ktlat_kprobe_check(const struct kprobe *kp);
int ktlat_kprobe_enable(struct kprobe *kp);
int ktlat_canary_init(void);
void ktlat_canary_exit(void);

#endif /* KTLAT_CANARY_H */
