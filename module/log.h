/* SPDX-License-Identifier: GPL-2.0-only */
/* log.h - put before every source by Kbuild: each line we log says who logs. */
#ifndef KTLAT_LOG_H
#define KTLAT_LOG_H

#define pr_fmt(fmt)	KBUILD_MODNAME ": " fmt

#endif /* KTLAT_LOG_H */
