/* SPDX-License-Identifier: GPL-2.0-only */
/* What is announced: a line each, as text or as JSON. */
#ifndef NEWS_H
#define NEWS_H

#include <ktlat-lib.h>
#include <stdio.h>

void text_news(FILE *out, const struct ktlat_news *news);
void json_news(FILE *out, const struct ktlat_news *news);

#endif /* NEWS_H */
