/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - what the code in core/ needs of the world it is compiled in.
 *
 * core/ is one source for the kernel and for the tests outside it, and includes
 * no other header of either. "Local" operations are atomic against whatever
 * interrupts this CPU, NMIs included, and against nothing else.
 */
#ifndef KTLAT_CORE_ENV_H
#define KTLAT_CORE_ENV_H

#include <ktlat.h>

#ifdef __KERNEL__

#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/local.h>

#if BITS_PER_LONG != 64
#error "ktlat counts in 64-bit words that one instruction adds to: it needs a 64-bit kernel"
#endif

static __always_inline void env_local_add(__u64 *counter, __u64 n)
{
	local_add(n, (local_t *)counter);
}

static __always_inline void env_local_inc(__u64 *counter)
{
	local_inc((local_t *)counter);
}

/* Returns what was there; it was exchanged if that equals @old. */
static __always_inline __u64 env_local_cmpxchg(__u64 *word, __u64 old,
					       __u64 new)
{
	return local_cmpxchg((local_t *)word, old, new);
}

static __always_inline __u64 env_read(const __u64 *word)
{
	return READ_ONCE(*word);
}

static __always_inline void env_write_barrier(void)
{
	/* Its partner is named where it is used. */
	smp_wmb();
}

#else /* user space: a signal handler is the interrupt */

#include <sys/cdefs.h>

static __always_inline void env_local_add(__u64 *counter, __u64 n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static __always_inline void env_local_inc(__u64 *counter)
{
	env_local_add(counter, 1);
}

static __always_inline __u64 env_local_cmpxchg(__u64 *word, __u64 old,
					       __u64 new)
{
	__atomic_compare_exchange_n(word, &old, new, 0, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	return old;
}

static __always_inline __u64 env_read(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static __always_inline void env_write_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

#endif

#endif /* KTLAT_CORE_ENV_H */
