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

/* Read by direct_x86.S: what each slot counts into, what each group's slot knows. */
const struct ktlat_meter *ktlat_direct_meters[DIRECT_SLOTS_ALL];
const struct direct_table *ktlat_direct_tables[DIRECT_GROUPS];
struct direct_cpu __percpu *ktlat_direct_percpu;

DEFINE_MUTEX(direct_lock);

static struct direct_slot direct_slots[DIRECT_SLOTS_ALL];

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
	.fast_epoch = DIRECT_NO_EPOCH,
};

/* What an unbound slot of a group knows: nothing. */
static const struct direct_table direct_no_table = { .entries = { { 0, 0 } } };

/* How many slots are bound or draining; read by exiting tasks. */
static int direct_nr_used;

/* Where the code of a slot lies, from the first one on. */
static unsigned long direct_slot_offset(int slot)
{
	if (slot < DIRECT_SLOTS)
		return slot * DIRECT_SLOT_BYTES;
	return DIRECT_SLOTS * DIRECT_SLOT_BYTES +
	       (slot - DIRECT_SLOTS) * DIRECT_GROUP_BYTES;
}

/* The slot that has code at an offset from the first one, or -1. */
static int direct_slot_at(unsigned long offset)
{
	if (offset < DIRECT_SLOTS * DIRECT_SLOT_BYTES)
		return offset / DIRECT_SLOT_BYTES;
	offset -= DIRECT_SLOTS * DIRECT_SLOT_BYTES;
	if (offset < DIRECT_GROUPS * DIRECT_GROUP_BYTES)
		return DIRECT_SLOTS + offset / DIRECT_GROUP_BYTES;
	return -1;
}

/*
 * Where a site is to enter a slot, by the clock in use, which stays the same as
 * long as there is a probe.
 */
unsigned long direct_slot_text(int slot)
{
	unsigned long text = (unsigned long)ktlat_direct_text +
			     direct_slot_offset(slot);

	if (ktlat_clock_id() == KTLAT_CLOCK_TSC)
		return text;
	return text + (slot < DIRECT_SLOTS ? DIRECT_SLOT_SLOW :
					     DIRECT_GROUP_SLOW);
}

static int direct_slot_find_free(int first, int end)
{
	for (int slot = first; slot < end; slot++)
		if (!direct_slots[slot].used)
			return slot;
	return -ENOSPC;
}

/* Context: direct_lock. */
static void direct_slot_use(int slot, const struct direct_slot *use,
			    const struct ktlat_meter *meter)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct direct_cpu *mine = per_cpu_ptr(ktlat_direct_percpu, cpu);

		mine->area[slot] = meter->areas +
				   (size_t)cpu * meter->area_stride;
		mine->stale[slot] = 0;
	}
	direct_slots[slot] = *use;
	direct_slots[slot].used = true;
	WRITE_ONCE(direct_nr_used, direct_nr_used + 1);
	WRITE_ONCE(ktlat_direct_meters[slot], meter);
	/* The caller holds us, too, by an open descriptor or in modwatch.c. */
	__module_get(THIS_MODULE);
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
	struct direct_slot use = {
		.site = function->address,
		.function = *function,
		.nr_functions = 1,
	};
	int slot = direct_slot_find_free(0, DIRECT_SLOTS);

	if (slot < 0)
		return slot;
	direct_slot_use(slot, &use, meter);
	__static_call_update(ktlat_direct_bodies[slot].key,
			     ktlat_direct_bodies[slot].trampoline,
			     (void *)function->address + MCOUNT_INSN_SIZE);
	return slot;
}

/**
 * direct_slot_take_group() - Take a free slot for a group
 * @name: what the group is called
 * @meter: where to count; stays until direct_slot_drain() has returned
 * @room: how many functions the meter's areas have room for
 *
 * It knows no function before direct_slot_bind_group().
 *
 * Context: direct_lock. Return: the slot, or -ENOSPC.
 */
int direct_slot_take_group(const struct ktlat_point *name,
			   const struct ktlat_meter *meter, u32 room)
{
	struct direct_slot use = {
		.function = *name,
		.nr_functions = room,
		.function_stride = meter->function_stride,
	};
	int slot = direct_slot_find_free(DIRECT_SLOTS, DIRECT_SLOTS_ALL);
	int cpu;

	if (slot < 0)
		return slot;
	for_each_possible_cpu(cpu)
		per_cpu_ptr(ktlat_direct_percpu, cpu)
			->strange[slot - DIRECT_SLOTS] = 0;
	direct_slot_use(slot, &use, meter);
	return slot;
}

/**
 * direct_slot_bind_group() - Tell the slot of a group its functions
 * @slot: that none of their sites calls yet
 * @table: stays until direct_slot_drain() has returned
 * @nr_functions: how many there are
 *
 * Context: direct_lock.
 */
void direct_slot_bind_group(int slot, const struct direct_table *table,
			    u32 nr_functions)
{
	direct_slots[slot].nr_functions = nr_functions;
	/* The sites are patched after this, which orders it for who comes then. */
	WRITE_ONCE(ktlat_direct_tables[slot - DIRECT_SLOTS], table);
}

/**
 * direct_slot_start() - Have sites call a slot
 * @slot: bound
 * @hook: the sites, and where they are to enter it
 *
 * Context: direct_lock; may sleep. Return: 0; -EADDRINUSE if a site is another's
 * or livepatched; -ENODEV where ftrace has broken down, and may go on to use @hook;
 * another errno.
 */
int direct_slot_start(int slot, struct ktlat_ftrace_direct *hook)
{
	int err = direct_check_patched(hook->sites, hook->nr_sites);

	if (!err) {
		/* Should ftrace go back again, some calls may have come through. */
		direct_slots[slot].called = true;
		err = ktlat_ftrace_direct_add(hook);
	}
	return err == -EBUSY ? -EADDRINUSE : err;
}

/* Is a slot of its own bound to the function with this site? Under direct_lock. */
bool direct_slot_serves(unsigned long site)
{
	for (int slot = 0; slot < DIRECT_SLOTS; slot++)
		if (direct_slots[slot].site == site &&
		    ktlat_direct_meters[slot] != &direct_no_meter)
			return true;
	return false;
}

/* The code is gone, and another function may come to the same place. */
void direct_slot_forget_site(int slot)
{
	direct_slots[slot].site = 0;
}

/* Calls of a group's slot that were passed on unmeasured. */
u64 direct_slot_strange(int slot)
{
	u64 strange = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		strange += READ_ONCE(per_cpu_ptr(ktlat_direct_percpu, cpu)
					     ->strange[slot - DIRECT_SLOTS]);
	return strange;
}

/* The counters of a function, by their offset in a generation. */
static const struct ktlat_counters *direct_counters(int slot, int cpu, u64 epoch,
						    u64 offset)
{
	return READ_ONCE(per_cpu_ptr(ktlat_direct_percpu, cpu)->area[slot]) +
	       (u32)epoch + offset;
}

/*
 * Calls of one function in one generation that have neither returned, filtered or
 * not, nor been abandoned. While it is in use it may see calls that have just returned, never
 * the reverse.
 */
static s64 direct_function_open(int slot, u64 epoch, u64 offset)
{
	s64 open = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ktlat_counters *counters =
			direct_counters(slot, cpu, epoch, offset);

		open -= READ_ONCE(counters->returns);
		open -= READ_ONCE(counters->abandoned);
		open -= READ_ONCE(counters->filtered);
	}
	/* B: pairs with A of hist.h; see the reader in ktlat.h. */
	smp_rmb();
	for_each_possible_cpu(cpu)
		open += READ_ONCE(direct_counters(slot, cpu, epoch, offset)
					  ->entries);
	return open;
}

/* The same of all functions of a slot. Context: may sleep. */
static s64 direct_slot_open(int slot, u64 epoch)
{
	s64 open = 0;

	for (u32 i = 0; i < direct_slots[slot].nr_functions; i++) {
		open += direct_function_open(slot, epoch, i *
				(u64)direct_slots[slot].function_stride);
		cond_resched();
	}
	return open;
}

/**
 * direct_slot_retire() - Take over the calls in flight of a generation
 * @slot: a slot in use
 * @epoch: of the generation, whose figures nobody writes any more
 *
 * Context: ktlat_lock; may sleep.
 */
void direct_slot_retire(int slot, u64 epoch)
{
	s64 open = direct_slot_open(slot, epoch);

	mutex_lock(&direct_lock);
	direct_slots[slot].left += open;
	mutex_unlock(&direct_lock);
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

/* Gives back a slot that nobody is in, nor can come to. Context: direct_lock. */
static void direct_slot_release(struct direct_slot *slot)
{
	slot->used = false;
	WRITE_ONCE(direct_nr_used, direct_nr_used - 1);
	module_put(THIS_MODULE);
}

/* Ends the use of a slot that has never been called. */
static void direct_slot_forgo(int slot)
{
	mutex_lock(&direct_lock);
	WRITE_ONCE(ktlat_direct_meters[slot], &direct_no_meter);
	direct_slot_to_scratch(slot);
	mutex_unlock(&direct_lock);
	/* A task that dies looks at all that are in use. */
	ktlat_synchronize_cpus();
	mutex_lock(&direct_lock);
	direct_slot_release(&direct_slots[slot]);
	mutex_unlock(&direct_lock);
}

/**
 * direct_slot_drain() - End the use of a slot
 * @slot: no new call enters it
 * @stuck: unless its site goes on to call it; then it is in use for ever
 *
 * On return nobody reads the meter any more, nor the figures. The slot itself is
 * free again when its last call has returned; at once, if it was never called.
 *
 * Context: ktlat_lock; may sleep.
 */
void direct_slot_drain(int slot, bool stuck)
{
	u64 epoch = ktlat_direct_meters[slot]->epoch;

	/* A group that is stuck passes all calls on; before its meter changes. */
	if (slot >= DIRECT_SLOTS)
		WRITE_ONCE(ktlat_direct_tables[slot - DIRECT_SLOTS],
			   &direct_no_table);
	if (!direct_slots[slot].called) {
		direct_slot_forgo(slot);
		return;
	}
	/* Nobody is between the site and the body any more... */
	ktlat_synchronize_text();
	WRITE_ONCE(ktlat_direct_meters[slot], &direct_no_meter);
	/* ...and nobody behind the body who has seen the meter. */
	ktlat_synchronize_cpus();
	direct_slot_retire(slot, epoch);
	mutex_lock(&direct_lock);
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
	list_for_each_entry_safe(slot, next, empty, draining)
		direct_slot_release(slot);
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
 * @body: the next one on the stack, which for a slot leads into the body
 *
 * Context: the exiting task, preemption off.
 */
void direct_slot_abandon(unsigned long address, unsigned long body)
{
	unsigned long at = address - (unsigned long)ktlat_direct_text;
	int slot = direct_slot_at(at);
	struct ktlat_counters *counters;
	s64 offset = 0;
	u64 epoch;

	if (slot < 0 || (at != ktlat_direct_returns[slot].usual &&
			 at != ktlat_direct_returns[slot].slow))
		return;
	epoch = READ_ONCE(READ_ONCE(ktlat_direct_meters[slot])->epoch);
	if (slot >= DIRECT_SLOTS)
		offset = direct_table_find(READ_ONCE(ktlat_direct_tables[slot - DIRECT_SLOTS]),
					   body);
	/* It was entered before the last reset if no call since is in flight. */
	if (epoch == DIRECT_NO_EPOCH || offset < 0 ||
	    direct_function_open(slot, epoch, offset) <= 0) {
		direct_stale(slot);
		return;
	}
	counters = this_cpu_read(ktlat_direct_percpu->area[slot]) +
		   (u32)epoch + offset;
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
	for (; *slot < DIRECT_SLOTS_ALL && !found; ++*slot) {
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
	for (int slot = 0; slot < DIRECT_SLOTS_ALL; slot++) {
		ktlat_direct_meters[slot] = &direct_no_meter;
		direct_slot_to_scratch(slot);
	}
	for (int group = 0; group < DIRECT_GROUPS; group++)
		ktlat_direct_tables[group] = &direct_no_table;
	return 0;
}

/* No slot is in use any more: each would hold the module. */
void direct_slots_exit(void)
{
	cancel_delayed_work_sync(&direct_drain);
	free_percpu(ktlat_direct_percpu);
}

#endif /* KTLAT_HAVE_DIRECT */
