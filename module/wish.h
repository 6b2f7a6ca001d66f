/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wish.h - is what a user asks for well-formed?
 */
#ifndef KTLAT_WISH_H
#define KTLAT_WISH_H

#include <linux/types.h>

struct ktlat_point;
struct ktlat_probe_add;

bool ktlat_point_is_named(const struct ktlat_point *point);
bool ktlat_text_is_sound(const char *text, size_t size);
bool ktlat_wish_is_sound(const struct ktlat_probe_add *add);

#endif /* KTLAT_WISH_H */
