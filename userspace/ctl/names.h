/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for the enums of the contract. */
#ifndef NAMES_H
#define NAMES_H

#include <ktlat-lib.h>

const char *kind_name(__u32 kind);
const char *backend_name(__u32 backend);
const char *state_name(__u32 state);
const char *clock_name(__u32 clock);
const char *session_name(__u32 kind);
const char *context_name(__u32 context);

#endif /* NAMES_H */
