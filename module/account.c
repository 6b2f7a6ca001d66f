// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - charging memory to a user, as perf and io_uring do: against
 * RLIMIT_MEMLOCK, summed over all that the user has locked.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>

#include "account.h"

static unsigned long account_limit(void)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK);

	if (limit == RLIM_INFINITY || capable(CAP_IPC_LOCK))
		return ULONG_MAX;
	return limit >> PAGE_SHIFT;
}

/* How far the current task's user may go, in bytes; all ones for no limit. */
u64 ktlat_account_limit_bytes(void)
{
	unsigned long limit = account_limit();

	return limit == ULONG_MAX ? U64_MAX : (u64)limit << PAGE_SHIFT;
}

/* What is charged now, in bytes. */
u64 ktlat_account_bytes(const struct ktlat_account *account)
{
	return (u64)atomic_long_read(&account->pages) << PAGE_SHIFT;
}

/* Makes the user of the current task pay. */
void ktlat_account_init(struct ktlat_account *account)
{
	account->cred = get_current_cred();
	account->limit = account_limit();
	atomic_long_set(&account->pages, 0);
}

/* Gives everything back. */
void ktlat_account_exit(struct ktlat_account *account)
{
	atomic_long_sub(atomic_long_read(&account->pages),
			&account->cred->user->locked_vm);
	put_cred(account->cred);
}

/**
 * ktlat_account_charge() - Charge some bytes more
 * @account: who pays, if anybody
 * @bytes: rounded up to pages
 *
 * Return: 0, or -ENOMEM where that would pass the limit, and nothing is charged.
 */
int ktlat_account_charge(struct ktlat_account *account, size_t bytes)
{
	unsigned long pages = PAGE_ALIGN(bytes) >> PAGE_SHIFT;
	unsigned long now;

	if (!account->cred)
		return 0;
	now = atomic_long_add_return(pages, &account->cred->user->locked_vm);
	if (now > account->limit) {
		atomic_long_sub(pages, &account->cred->user->locked_vm);
		return -ENOMEM;
	}
	atomic_long_add(pages, &account->pages);
	return 0;
}

/* Gives back what was charged for @bytes. */
void ktlat_account_uncharge(struct ktlat_account *account, size_t bytes)
{
	unsigned long pages = PAGE_ALIGN(bytes) >> PAGE_SHIFT;

	if (!account->cred)
		return;
	atomic_long_sub(pages, &account->pages);
	atomic_long_sub(pages, &account->cred->user->locked_vm);
}
