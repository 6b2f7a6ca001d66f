/* SPDX-License-Identifier: GPL-2.0-only */
/* The world of core/ in which each access is a step of the model; see model.h. */
#ifndef ENV_MODEL_H
#define ENV_MODEL_H

#include <stddef.h>
#include <sys/cdefs.h>

#include "model.h"

#define noinline
#define __maybe_unused	__attribute_maybe_unused__
#define likely(x)	(x)
#define unlikely(x)	(x)

#define env_read(word)			model_read(word, 0)
#define env_write(word, value)		model_write(word, value, 0)
#define env_read_acquire(word)		model_read(word, 1)
#define env_write_release(word, value)	model_write(word, value, 1)
#define env_read_barrier()		model_read_barrier()
#define env_write_barrier()		model_write_barrier()
#define env_local_barrier()		model_local_barrier()
#define env_local_exchange(word, old, new)	(model_cmpxchg(word, old, new) == (old))
#define env_cmpxchg(word, old, new)	model_cmpxchg(word, old, new)

static inline void env_local_add(__u64 *counter, __u64 n)
{
	model_add(counter, n);
}

static inline void env_inc(__u64 *counter)
{
	model_add(counter, 1);
}

#endif /* ENV_MODEL_H */
