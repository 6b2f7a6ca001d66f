/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.h - whose memory it is, and how much of it there may be.
 */
#ifndef KTLAT_ACCOUNT_H
#define KTLAT_ACCOUNT_H

#include <linux/types.h>

struct cred;

/**
 * struct ktlat_account - The user that pays for a probe
 * @cred: counted reference; locked_vm of its user is charged. No reference to
 *	the user itself: up to 5.10 free_uid() is not exported. NULL: nobody pays
 * @limit: RLIMIT_MEMLOCK when the probe was added, in pages; ULONG_MAX for none
 * @pages: charged and not yet given back; an atomic, as a pool grows under
 *	krp_lock while somebody reads the totals under ktlat_lock
 */
struct ktlat_account {
	const struct cred *cred;
	unsigned long limit;
	atomic_long_t pages;
};

void ktlat_account_init(struct ktlat_account *account);
void ktlat_account_exit(struct ktlat_account *account);
int ktlat_account_charge(struct ktlat_account *account, size_t bytes);
void ktlat_account_uncharge(struct ktlat_account *account, size_t bytes);
u64 ktlat_account_bytes(const struct ktlat_account *account);
u64 ktlat_account_limit_bytes(void);

#endif /* KTLAT_ACCOUNT_H */
