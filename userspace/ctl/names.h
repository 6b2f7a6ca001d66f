/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for the enums of the contract. */
#ifndef NAMES_H
#define NAMES_H

#include <ktlat-lib.h>

/* What --by takes; ends with NULL. Up to %KTLAT_BY_EVENT as enum ktlat_by has it. */
extern const char * const by_choices[];
enum {
	BY_ARG = KTLAT_BY_EVENT + 1,
	BY_CALLER,
	BY_RET,
};

__u32 by_of_choice(__u32 choice);
const char *by_name(const struct ktlat_probe_info *info);
const char *kind_name(__u32 kind);
const char *backend_name(__u32 backend);
const char *state_name(__u32 state);
const char *clock_name(__u32 clock);
const char *context_name(__u32 context);
const char *flight_state_name(__u32 state);
const char *session_name(__u32 kind);

#endif /* NAMES_H */
