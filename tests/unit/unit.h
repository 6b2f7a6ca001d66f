/* SPDX-License-Identifier: GPL-2.0-only */
/* What every test program begins with. */
#ifndef UNIT_H
#define UNIT_H

/* cmocka wants these before its own header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ktlat-lib.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* UNIT_H */
