// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_slot.c - the trampolines of the direct backend: which are in use, and
 * how many calls each still has to see the return of.
 *
 * Nothing that allocates executable memory is exported, so the slots are
 * assembled into the module. A slot may be used again, and the module may go,
 * when no call is left whose return leads into it; and such a call may sleep in
 * the traced function for as long as it likes. Each slot in use holds the module.
 */
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "backend/direct.h"
#include "compat/ftrace_direct.h"

#include <ktlat.h>

#ifdef KTLAT_HAVE_DIRECT

/* How long to wait before looking again for the last return of a slot. */
#define DRAIN_FIRST	(HZ / 50)
#define DRAIN_LAST	(2 * HZ)

/* Read by direct_x86.S: what each slot counts into. */
const struct ktlat_meter *ktlat_direct_meters[DIRECT_SLOTS];
struct direct_cpu __percpu *ktlat_direct_percpu;

DEFINE_MUTEX(direct_lock);

static struct direct_slot direct_slots[DIRECT_SLOTS];

/* Slots whose attachment has ended with calls in flight; under direct_lock. */
static LIST_HEAD(direct_draining);
static unsigned long direct_drain_delay;

static void direct_drain_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(direct_drain, direct_drain_work);

/*
 * What an unbound slot counts by. No call of a bound one has this epoch, so none
 * is recorded any more. Nobody calls an unbound slot, unless ftrace has broken
 * down and the trampoline cannot be taken off its site: such calls are recorded
 * in the scratch area.
 */
#define DIRECT_NO_EPOCH	(~0ULL << 32)

static const struct ktlat_meter direct_no_meter = {
	.epoch = DIRECT_NO_EPOCH,
	.precision = 0,
	.precision_bit = 1,
};

/* How many slots are bound or draining; read by exiting tasks. */
static int direct_nr_used;

/* Probe context, preemption off; from direct_x86.S. A new shortest or longest. */
void ktlat_direct_extreme(struct ktlat_counters *counters, u64 latency)
{
	ktlat_hist_min(&counters->min_ns, latency);
	ktlat_hist_max(&counters->max_ns, latency);
}
NOKPROBE_SYMBOL(ktlat_direct_extreme);

/* Probe context, preemption off; from direct_x86.S. Its figures are gone. */
void ktlat_direct_stale(int slot)
{
	this_cpu_inc(ktlat_direct_percpu->stale[slot]);
}
NOKPROBE_SYMBOL(ktlat_direct_stale);

/* Probe context; from direct_x86.S. The return was stamped before the entry. */
void ktlat_direct_backwards(int slot, u64 epoch)
{
	struct ktlat_counters *counters;

	preempt_disable_notrace();
	if (READ_ONCE(READ_ONCE(ktlat_direct_meters[slot])->epoch) == epoch) {
		counters = this_cpu_read(ktlat_direct_percpu->area[slot]) +
			   (u32)epoch;
		env_local_inc(&counters->clock_backwards);
	}
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(ktlat_direct_backwards);

unsigned long direct_slot_text(int slot)
{
	return (unsigned long)ktlat_direct_text + slot * DIRECT_SLOT_BYTES;
}

static int direct_slot_find_free(void)
{
	for (int slot = 0; slot < DIRECT_SLOTS; slot++)
		if (!direct_slots[slot].used)
			return slot;
	return -ENOSPC;
}

/**
 * direct_slot_take() - Bind a free slot to a function
 * @function: its ftrace site is at @address
 * @meter: where to count; stays until direct_slot_drain() has returned
 *
 * Context: direct_lock; may sleep. Return: the slot, or -ENOSPC.
 */
int direct_slot_take(const struct ktlat_point *function,
		     const struct ktlat_meter *meter)
{
	int slot = direct_slot_find_free();
	int cpu;

	if (slot < 0)
		return slot;
	for_each_possible_cpu(cpu) {
		struct direct_cpu *mine = per_cpu_ptr(ktlat_direct_percpu, cpu);

		mine->area[slot] = meter->areas +
				   (size_t)cpu * meter->area_stride;
		mine->stale[slot] = 0;
	}
	direct_slots[slot] = (struct direct_slot){
		.used = true,
		.site = function->address,
		.function = *function,
	};
	WRITE_ONCE(direct_nr_used, direct_nr_used + 1);
	WRITE_ONCE(ktlat_direct_meters[slot], meter);
	__static_call_update(ktlat_direct_bodies[slot].key,
			     ktlat_direct_bodies[slot].trampoline,
			     (void *)function->address + MCOUNT_INSN_SIZE);
	/* The caller runs in an open descriptor of ours, which holds us, too. */
	__module_get(THIS_MODULE);
	return slot;
}

static const struct ktlat_counters *direct_counters(int slot, int cpu,
						    u64 epoch)
{
	return READ_ONCE(per_cpu_ptr(ktlat_direct_percpu, cpu)->area[slot]) +
	       (u32)epoch;
}

/*
 * Calls of one generation that have neither returned nor been abandoned. While
 * it is in use it may see calls that have just returned, never the reverse.
 */
static s64 direct_slot_open(int slot, u64 epoch)
{
	s64 open = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ktlat_counters *counters =
			direct_counters(slot, cpu, epoch);

		open -= READ_ONCE(counters->returns);
		open -= READ_ONCE(counters->abandoned);
	}
	/* B: pairs with A of hist.h; see the reader in ktlat.h. */
	smp_rmb();
	for_each_possible_cpu(cpu)
		open += READ_ONCE(direct_counters(slot, cpu, epoch)->entries);
	return open;
}

/**
 * direct_slot_retire() - Take over the calls in flight of a generation
 * @slot: a slot in use
 * @epoch: of the generation, whose figures nobody writes any more
 *
 * Context: direct_lock.
 */
void direct_slot_retire(int slot, u64 epoch)
{
	direct_slots[slot].left += direct_slot_open(slot, epoch);
}

/* Calls in flight that only the slot still knows of. */
static s64 direct_slot_left(int slot)
{
	s64 left = direct_slots[slot].left;
	int cpu;

	for_each_possible_cpu(cpu)
		left -= READ_ONCE(per_cpu_ptr(ktlat_direct_percpu, cpu)
					  ->stale[slot]);
	return left;
}

static void direct_slot_to_scratch(int slot)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct direct_cpu *mine = per_cpu_ptr(ktlat_direct_percpu, cpu);

		WRITE_ONCE(mine->area[slot], &mine->scratch);
	}
}

/**
 * direct_slot_drain() - End the use of a slot
 * @slot: no new call enters it
 * @stuck: unless its site goes on to call it; then it is in use for ever
 *
 * On return nobody reads the meter any more, nor the figures. The slot itself is
 * free again when its last call has returned.
 *
 * Context: ktlat_lock; may sleep.
 */
void direct_slot_drain(int slot, bool stuck)
{
	u64 epoch = ktlat_direct_meters[slot]->epoch;

	/* Nobody is between the site and the body any more... */
	ktlat_synchronize_text();
	WRITE_ONCE(ktlat_direct_meters[slot], &direct_no_meter);
	/* ...and nobody behind the body who has seen the meter. */
	ktlat_synchronize_cpus();
	mutex_lock(&direct_lock);
	direct_slot_retire(slot, epoch);
	direct_slot_to_scratch(slot);
	if (!stuck) {
		list_add_tail(&direct_slots[slot].draining, &direct_draining);
		direct_drain_delay = DRAIN_FIRST;
		mod_delayed_work(system_long_wq, &direct_drain, 0);
	}
	mutex_unlock(&direct_lock);
	/* Who still comes has seen the new area. */
	if (stuck)
		ktlat_synchronize_cpus();
}

/* Moves the slots without a call in flight over to @empty. */
static void direct_drain_collect(struct list_head *empty)
{
	struct direct_slot *slot, *next;

	mutex_lock(&direct_lock);
	list_for_each_entry_safe(slot, next, &direct_draining, draining)
		if (!direct_slot_left(slot - direct_slots))
			list_move(&slot->draining, empty);
	mutex_unlock(&direct_lock);
}

static void direct_drain_release(struct list_head *empty)
{
	struct direct_slot *slot, *next;

	mutex_lock(&direct_lock);
	list_for_each_entry_safe(slot, next, empty, draining) {
		slot->used = false;
		WRITE_ONCE(direct_nr_used, direct_nr_used - 1);
		module_put(THIS_MODULE);
	}
	mutex_unlock(&direct_lock);
}

/*
 * Frees the slots that have seen their last return. Those who made it have a few
 * instructions to go after they were counted, so we wait for these, too.
 */
static void direct_drain_work(struct work_struct *work)
{
	LIST_HEAD(empty);
	bool more;

	direct_drain_collect(&empty);
	if (!list_empty(&empty)) {
		ktlat_synchronize_text();
		direct_drain_release(&empty);
	}
	mutex_lock(&direct_lock);
	more = !list_empty(&direct_draining);
	direct_drain_delay = min_t(unsigned long, 2 * direct_drain_delay,
				   DRAIN_LAST);
	mutex_unlock(&direct_lock);
	if (more)
		queue_delayed_work(system_long_wq, &direct_drain,
				   direct_drain_delay);
}

/* Can any call be in flight? Context: any. */
bool direct_slots_used(void)
{
	return READ_ONCE(direct_nr_used);
}

/**
 * direct_slot_abandon() - A task dies in the body of a function
 * @address: where a function on its stack returns to; any
 *
 * Context: the exiting task, preemption off.
 */
void direct_slot_abandon(unsigned long address)
{
	unsigned long offset = address - (unsigned long)ktlat_direct_text;
	int slot = offset / DIRECT_SLOT_BYTES;
	const struct ktlat_meter *meter;
	struct ktlat_counters *counters;
	u64 epoch;

	if (offset >= DIRECT_SLOTS * DIRECT_SLOT_BYTES ||
	    offset != ktlat_direct_returns[slot])
		return;
	meter = READ_ONCE(ktlat_direct_meters[slot]);
	epoch = READ_ONCE(meter->epoch);
	/* It was entered before the last reset if no call since is in flight. */
	if (epoch == DIRECT_NO_EPOCH || direct_slot_open(slot, epoch) <= 0) {
		ktlat_direct_stale(slot);
		return;
	}
	counters = this_cpu_read(ktlat_direct_percpu->area[slot]) + (u32)epoch;
	ktlat_meter_lose(&counters->abandoned);
}

/**
 * direct_slot_held() - The next function that holds the module without a probe
 * @slot: in: where to begin; out: where it was found
 * @function: out: which
 * @in_flight: out: its calls that have not returned
 *
 * Context: may sleep. Return: whether there is one.
 */
bool direct_slot_held(u32 *slot, struct ktlat_point *function, u64 *in_flight)
{
	bool found = false;

	mutex_lock(&direct_lock);
	for (; *slot < DIRECT_SLOTS && !found; ++*slot) {
		if (!direct_slots[*slot].used ||
		    ktlat_direct_meters[*slot] != &direct_no_meter)
			continue;
		*function = direct_slots[*slot].function;
		*in_flight = max_t(s64, direct_slot_left(*slot), 0);
		found = true;
	}
	mutex_unlock(&direct_lock);
	return found;
}

/* Context: may sleep. Return: 0 or -ENOMEM. */
int direct_slots_init(void)
{
	ktlat_direct_percpu = alloc_percpu(struct direct_cpu);
	if (!ktlat_direct_percpu)
		return -ENOMEM;
	for (int slot = 0; slot < DIRECT_SLOTS; slot++) {
		ktlat_direct_meters[slot] = &direct_no_meter;
		direct_slot_to_scratch(slot);
	}
	return 0;
}

/* No slot is in use any more: each would hold the module. */
void direct_slots_exit(void)
{
	cancel_delayed_work_sync(&direct_drain);
	free_percpu(ktlat_direct_percpu);
}

#endif /* KTLAT_HAVE_DIRECT */
