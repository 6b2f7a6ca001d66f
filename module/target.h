/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - from a name to a place that may be probed.
 */
#ifndef KTLAT_TARGET_H
#define KTLAT_TARGET_H

#include <linux/types.h>

struct kprobe;
struct ktlat_function;
struct ktlat_plan;
struct ktlat_point;
struct module;

/**
 * struct ktlat_aim - How a kprobe is told its function
 * @symbol: by this name, as the kernel looks it up
 * @address: or, if that is not 0, by where it begins
 */
struct ktlat_aim {
	char *symbol;
	unsigned long address;
};

int ktlat_target_errno(int refusal);
int ktlat_target_aim(struct ktlat_aim *aim, const struct ktlat_plan *plan,
		     int point);
void ktlat_target_point(const struct ktlat_aim *aim, struct kprobe *kp);
int ktlat_target_check_aim(struct ktlat_plan *plan, int point);
int ktlat_target_refuse(struct ktlat_plan *plan, int point, int refusal);
int ktlat_target_check_name(struct ktlat_plan *plan, int point);
int ktlat_target_check_entry(struct ktlat_plan *plan, int point,
			     const struct kprobe *kp);
int ktlat_target_explain(struct ktlat_plan *plan, int point, int err,
			 const struct kprobe *kp);
int ktlat_target_check_function(struct ktlat_plan *plan, int point);
int ktlat_target_refuse_function(struct ktlat_function *function, int refusal);
int ktlat_target_check_address(struct ktlat_function *function, bool ours,
			       unsigned long *site);
bool ktlat_target_is_loaded(const struct ktlat_point *point);
int ktlat_target_check_stays(struct ktlat_function *function);
bool ktlat_target_goes(unsigned long address, unsigned long event,
		       const struct module *module);

#endif /* KTLAT_TARGET_H */
