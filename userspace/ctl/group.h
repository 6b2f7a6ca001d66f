/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups as add-probe takes them. */
#ifndef GROUP_H
#define GROUP_H

#include "request.h"

/**
 * struct group_options - What a group takes besides the options of probes
 * @name: what it is to be called
 * @file: where its functions are listed, or NULL
 * @why: say which are left out, and why
 * @slots: of event rings, if the session has none and it writes events; else 0
 */
struct group_options {
	const char *name;
	const char *file;
	bool why;
	__u32 slots;
};

int add_group(const struct ctl *ctl, const struct args *args,
	      const struct probe_options *probe,
	      const struct group_options *options);

#endif /* GROUP_H */
