// SPDX-License-Identifier: GPL-2.0-only
/*
 * keys.c - counting a call under its key; see core/keys.h.
 */
#include <linux/kprobes.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "core/hist.h"
#include "hot/keys.h"
#include "hot/record.h"

/* What is behind the zero of a name is left over from longer ones. */
static __always_inline void keys_comm(u64 key[2], const struct task_struct *task)
{
	char name[KTLAT_COMM_LEN] = { 0 };

	for (int i = 0; i < KTLAT_COMM_LEN; i++) {
		char c = READ_ONCE(task->comm[i]);

		if (!c)
			break;
		name[i] = c;
	}
	memcpy(key, name, sizeof(name));
}

static __always_inline void keys_of(u32 by, const struct ktlat_done *done,
				    u64 key[2])
{
	switch (by) {
	case KTLAT_BY_CPU:
		key[0] = smp_processor_id();
		break;
	case KTLAT_BY_PID:
		key[0] = done->task->pid;
		break;
	case KTLAT_BY_TGID:
		key[0] = done->task->tgid;
		break;
	case KTLAT_BY_COMM:
		keys_comm(key, done->task);
		break;
	case KTLAT_BY_CGROUP:
		key[0] = ktlat_task_cgroup_id(done->task);
		break;
	case KTLAT_BY_EVENT:
		key[0] = done->event.id;
		key[1] = done->event.kind;
		break;
	case KTLAT_BY_VALUES:
		key[0] = done->seen->values.word[0];
		key[1] = done->seen->values.word[1];
		break;
	}
}

/* Is a word of the key a value that could not be read? */
static __always_inline bool keys_unread(u32 by, const struct ktlat_done *done)
{
	return by == KTLAT_BY_VALUES && done->seen->values.unread;
}

/**
 * ktlat_keys_record() - Count a call under its key
 * @keyed: the table, and what a key is
 * @done: the call
 *
 * Context: probe; preemption off. Nothing is called, no loop is long.
 */
void ktlat_keys_record(const struct ktlat_keyed *keyed,
		       const struct ktlat_done *done)
{
	const struct ktlat_keys *keys = &keyed->keys;
	/* Cleared before the epoch that names it was published, see struct ktlat_meter. */
	char *generation = keys->areas +
			   smp_processor_id() * keys->cpu_stride +
			   (done->generation & 1) * keys->generation_stride;
	struct ktlat_counters *slot = ktlat_keys_slot(keys, generation, 0);
	u64 key[2] = { 0 };

	if (keys_unread(keyed->by, done)) {
		env_local_inc(&slot->unread);
	} else {
		keys_of(keyed->by, done, key);
		slot = ktlat_keys_find(keys, generation, key);
	}
	ktlat_hist_record(slot, KTLAT_KEYS_PRECISION, done->latency);
}
NOKPROBE_SYMBOL(ktlat_keys_record);
