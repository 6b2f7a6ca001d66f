/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups as add-probe takes them. */
#ifndef GROUP_H
#define GROUP_H

#include "slots.h"

/**
 * struct group_options - What a group takes besides the options of probes
 * @name: what it is to be called
 * @file: where its functions are listed, or NULL
 * @why: say which are left out, and why
 * @room: of the rings that it needs, if the session has none
 */
struct group_options {
	const char *name;
	const char *file;
	bool why;
	struct room room;
};

int add_group(const struct ctl *ctl, const struct args *args,
	      const struct probe_options *probe,
	      const struct group_options *options);

#endif /* GROUP_H */
