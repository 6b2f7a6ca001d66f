/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for the enums of the contract. */
#ifndef NAMES_H
#define NAMES_H

#include <ktlat-lib.h>

/* In the order of enum ktlat_by; ends with NULL. */
extern const char * const by_names[];

const char *by_name(__u32 by);
const char *kind_name(__u32 kind);
const char *backend_name(__u32 backend);
const char *state_name(__u32 state);
const char *clock_name(__u32 clock);
const char *context_name(__u32 context);
const char *flight_state_name(__u32 state);
const char *session_name(__u32 kind);

#endif /* NAMES_H */
