/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * env.h - what the code in core/ needs of the world it is compiled in.
 *
 * core/ is one source for the kernel, for readers in user space and for the
 * tests, and includes no other header of any. "Local" operations are atomic
 * against whatever interrupts this CPU, NMIs included, and against nothing else.
 *
 *	env_read, env_write		one access, whole, in no order to others
 *	env_read_acquire		comes before all accesses after it
 *	env_write_release		comes after all accesses before it
 *	env_read_barrier		between the reads before and after it
 *	env_write_barrier		between the writes before and after it
 *	env_local_barrier		likewise, for what interrupts this CPU
 *	env_local_add, _inc, _exchange	see above; in no order to others. The last
 *					one puts @new where @old is, if it is
 *	env_cmpxchg, env_inc		atomic against other CPUs, too; a cmpxchg that
 *					fails is in no order to others
 *
 * The partner of a barrier is named where it is used.
 */
#ifndef KTLAT_CORE_ENV_H
#define KTLAT_CORE_ENV_H

#include <ktlat.h>

/* How often a nested writer can get in the way: task, softirq, hardirq, NMI. */
#define KTLAT_NESTING	4

#if defined(__KERNEL__)

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/local.h>

#if BITS_PER_LONG != 64
#error "ktlat counts in 64-bit words that one instruction adds to: it needs a 64-bit kernel"
#endif

#define env_read(word)			READ_ONCE(*(word))
#define env_write(word, value)		WRITE_ONCE(*(word), value)
#define env_local_barrier()		barrier()

static __always_inline __u64 env_read_acquire(const __u64 *word)
{
	/* Its partner is named where it is used, as are those below. */
	return smp_load_acquire(word);
}

static __always_inline void env_write_release(__u64 *word, __u64 value)
{
	/* See above. */
	smp_store_release(word, value);
}

static __always_inline void env_read_barrier(void)
{
	/* See above. */
	smp_rmb();
}

static __always_inline void env_write_barrier(void)
{
	/* See above. */
	smp_wmb();
}

static __always_inline void env_local_add(__u64 *counter, __u64 n)
{
	local_add(n, (local_t *)counter);
}

#ifdef CONFIG_X86_64
#define KTLAT_ENV_X86
#else
static __always_inline int env_local_exchange(__u64 *word, __u64 old, __u64 new)
{
	return local_cmpxchg((local_t *)word, old, new) == old;
}
#endif

static __always_inline __u64 env_cmpxchg(__u64 *word, __u64 old, __u64 new)
{
	return cmpxchg(word, old, new);
}

static __always_inline void env_inc(__u64 *counter)
{
	atomic64_inc((atomic64_t *)counter);
}

#elif defined(KTLAT_ENV)

/* A model of CPUs: the header that defines all of this. */
#include KTLAT_ENV

#else /* user space: a thread is the CPU, a signal handler the interrupt */

#include <stddef.h>
#include <sys/cdefs.h>

#define noinline			__attribute_noinline__
#define __maybe_unused			__attribute__((__unused__))
#define likely(x)			__builtin_expect(!!(x), 1)
#define unlikely(x)			__builtin_expect(!!(x), 0)

#define env_read(word)			__atomic_load_n(word, __ATOMIC_RELAXED)
#define env_write(word, value)		__atomic_store_n(word, value, __ATOMIC_RELAXED)
#define env_read_acquire(word)		__atomic_load_n(word, __ATOMIC_ACQUIRE)
#define env_write_release(word, value)	__atomic_store_n(word, value, __ATOMIC_RELEASE)
#define env_read_barrier()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define env_write_barrier()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define env_local_barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)

static __always_inline __u64 env_cmpxchg(__u64 *word, __u64 old, __u64 new)
{
	__atomic_compare_exchange_n(word, &old, new, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}

static __always_inline void env_inc(__u64 *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define KTLAT_ENV_X86

/* As in the kernel: one instruction, without the lock of C's atomics. */
static __always_inline void env_local_add(__u64 *counter, __u64 n)
{
	asm volatile("addq %1, %0" : "+m"(*counter) : "er"(n) : "memory");
}

#else

static __always_inline void env_local_add(__u64 *counter, __u64 n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static __always_inline int env_local_exchange(__u64 *word, __u64 old, __u64 new)
{
	return __atomic_compare_exchange_n(word, &old, new, 0, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

#endif

#endif

#ifdef KTLAT_ENV_X86
/* The flag tells whether it was exchanged; the kernel's own compares once more. */
static __always_inline int env_local_exchange(__u64 *word, __u64 old, __u64 new)
{
	int exchanged;

	asm volatile("cmpxchgq %3, %0"
		     : "+m"(*word), "+a"(old), "=@ccz"(exchanged)
		     : "r"(new) : "memory");
	return exchanged;
}
#endif

static __always_inline void env_local_inc(__u64 *counter)
{
	env_local_add(counter, 1);
}

#endif /* KTLAT_CORE_ENV_H */
