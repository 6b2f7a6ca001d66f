/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct.h - what direct.c (the backend), direct_slot.c (its trampolines) and
 * direct_x86.S (their code) share.
 */
#ifndef KTLAT_BACKEND_DIRECT_H
#define KTLAT_BACKEND_DIRECT_H

#include <linux/linkage.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/static_call_types.h>

#include "backend/backend.h"
#include "backend/direct_layout.h"
#include "hot/measure.h"

struct ktlat_ftrace_direct;
struct module;

/**
 * struct direct_slot - A trampoline and what it is used for
 * @used: bound to a function, or draining
 * @called: some site may have called it since it was taken
 * @site: the ftrace site that it serves
 * @function: its name, or that of the group, for who asks what holds the module
 * @nr_functions: how many functions there are, 1 for a slot that is no group's
 * @function_stride: from the counters of one to those of the next
 * @left: calls in flight that the current figures do not know: those of earlier
 *	generations, and after the attachment has ended all of them; less what
 *	has returned of them since, which is counted by each CPU
 * @draining: in the list of slots that wait for their last call
 *
 * Changed under ktlat_lock and direct_lock, or by the work item that drains;
 * looked at under direct_lock.
 */
struct direct_slot {
	bool used;
	bool called;
	unsigned long site;
	struct ktlat_point function;
	u32 nr_functions;
	u32 function_stride;
	s64 left;
	struct list_head draining;
};

/**
 * struct direct_cpu - What a CPU has of all slots
 * @area: where it counts
 * @stale: calls that returned, or whose task died, after their figures were gone
 * @strange: calls of a group's slot that came from none of its sites, and so were
 *	passed on unmeasured
 * @scratch: a histogram of precision 0 that nobody reads: where a slot counts
 *	that is called although it is not bound, see direct_no_meter
 */
struct direct_cpu {
	void *area[DIRECT_SLOTS_ALL];
	u64 stale[DIRECT_SLOTS_ALL];
	u64 strange[DIRECT_GROUPS];
	struct {
		struct ktlat_counters counters;
		u64 buckets[65];
	} scratch;
};

/**
 * struct direct_body - The static call of a slot to the body of its function
 * @key: what the kernel knows it by
 * @trampoline: what is called while the kernel patches the call itself
 */
struct direct_body {
	struct static_call_key *key;
	void *trampoline;
};

/**
 * struct direct_returns - Where in ktlat_direct_text the body returns to
 * @usual: from a slot that stamps by the TSC
 * @slow: from one that asks another clock
 */
struct direct_returns {
	u32 usual;
	u32 slow;
};

/**
 * struct direct_table - Which functions a group has, for its slot
 * @mask: number of entries, a power of two, less one, times two
 * @entries: by hash, the next free one where two have the same; at least half of
 *	them are free
 */
struct direct_table {
	u64 mask;
	struct direct_entry {
		u64 body;	/* behind the function's ftrace site; 0: free */
		u64 offset;	/* of its counters */
	} entries[];
};

/**
 * struct direct_stack - What lies on the stack where a slot asks for more
 * @kept: what direct_x86.S needs again
 * @returned: what the function returns, the first register
 * @slot: back to the slot
 * @start: stamp at entry
 * @epoch: that counted the entry
 * @function: a slot of one function: back to the body, and to the caller; a group's
 *	slot: the offset of the counters first
 */
struct direct_stack {
	u64 kept[2];
	u64 returned;
	u64 slot;
	u64 start;
	u64 epoch;
	u64 function[];
};

/* In direct_x86.S: the slots, where in a slot the body returns to, the bodies. */
extern char ktlat_direct_text[];
extern const struct direct_returns ktlat_direct_returns[DIRECT_SLOTS_ALL];
extern const struct direct_body ktlat_direct_bodies[DIRECT_SLOTS];

/* Read by direct_x86.S, as is ktlat_clock_ns_per_tick. */
extern const struct ktlat_meter *ktlat_direct_meters[DIRECT_SLOTS_ALL];
extern const struct direct_table *ktlat_direct_tables[DIRECT_GROUPS];
extern struct direct_cpu __percpu *ktlat_direct_percpu;

/* Probe context, preemption off. The figures of a call that is over are gone. */
static __always_inline void direct_stale(unsigned long slot)
{
	this_cpu_inc(ktlat_direct_percpu->stale[slot]);
}

/* direct_callees.c, called by direct_x86.S: probe context. */
asmlinkage u64 ktlat_direct_now(void);
asmlinkage void ktlat_direct_extreme(struct ktlat_counters *counters,
				     u64 latency);
asmlinkage u64 ktlat_direct_more(unsigned long slot, u64 latency, u64 epoch,
				 const struct direct_stack *stack);
asmlinkage u64 ktlat_direct_more_group(unsigned long slot, u64 latency,
				       u64 epoch,
				       const struct direct_stack *stack);
asmlinkage void ktlat_direct_backwards(int slot, u64 epoch, u64 offset);

/*
 * Guards slots and attachments. Taken inside ktlat_lock and by the notifier of
 * modules; ftrace's and kprobes' locks are taken inside. ftrace waits for a grace
 * period with it when a trampoline leaves its sites, and modules that come or go
 * wait along; nobody else does.
 */
extern struct mutex direct_lock;

int direct_slots_init(void);
void direct_slots_exit(void);
int direct_slot_take(const struct ktlat_point *function,
		     const struct ktlat_meter *meter);
int direct_slot_take_group(const struct ktlat_point *name,
			   const struct ktlat_meter *meter, u32 nr_functions);
void direct_slot_bind_group(int slot, const struct direct_table *table,
			    u32 nr_functions);
unsigned long direct_slot_text(int slot);
int direct_slot_start(int slot, struct ktlat_ftrace_direct *hook);
void direct_slot_retire(int slot, u64 epoch);
void direct_slot_drain(int slot, bool stuck);
void direct_slot_abandon(unsigned long address, unsigned long body);
u64 direct_slot_strange(int slot);
bool direct_slot_serves(unsigned long site);
void direct_slot_forget_site(int slot);
bool direct_slots_used(void);
bool direct_slot_held(u32 *slot, struct ktlat_point *function, u64 *in_flight);

/* direct_table.c */
struct direct_table *direct_table_alloc(u32 nr_functions);
void direct_table_add(struct direct_table *table, unsigned long body,
		      u64 offset);
s64 direct_table_find(const struct direct_table *table, unsigned long body);

/* direct_patched.c */
int direct_check_patched(const unsigned long *sites, unsigned int nr_sites);

/* direct.c and direct_group.c */
bool direct_is_excluded(const char *name);
void direct_groups_module_event(unsigned long event,
				const struct module *module);

#endif /* KTLAT_BACKEND_DIRECT_H */
