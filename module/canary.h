/* SPDX-License-Identifier: GPL-2.0-only */
/* A kprobe on a function of our own, to tell whether kprobes work. */
#ifndef KTLAT_CANARY_H
#define KTLAT_CANARY_H

struct kprobe;

int ktlat_kprobe_enable(struct kprobe *kp);
int ktlat_canary_init(void);
void ktlat_canary_exit(void);

#endif /* KTLAT_CANARY_H */
