/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backend.h - what every mechanism offers to the probe code.
 *
 * A backend turns a plan into calls of hot/measure.h. It knows no session and
 * no descriptor; the probe code knows no mechanism.
 */
#ifndef KTLAT_BACKEND_H
#define KTLAT_BACKEND_H

#include <linux/types.h>

#include <ktlat.h>

struct ktlat_account;
struct ktlat_backend;
struct ktlat_capture;
struct ktlat_function;
struct ktlat_group;
struct ktlat_meter;
struct ktlat_starts;

/**
 * struct ktlat_plan - What to attach to
 * @kind: &enum ktlat_kind
 * @match: &enum ktlat_match, for a pair or two tracepoints
 * @pool: calls that may be in flight at once; 0 for "by CPUs, and growing"
 * @starts: starts that may wait for their end at once; 0 for the usual number
 * @by_event: calls are told apart by what their tracepoint is about
 * @in_registers: somebody vouches for %KTLAT_PROBE_REGISTERS
 * @may_vouch: that is somebody with CAP_SYS_ADMIN, or ourselves. Whoever loads the module
 *	that a probe waits for has nothing to do with it
 * @ours: the point lies in ktlat, and is to be probed all the same; for cost.c
 * @member: it is one function of many, see krp_group.c
 * @point: what to probe; @address is filled in by attach
 * @argument: what two tracepoints are matched by
 * @syscall: the only one that is measured, see struct ktlat_probe_add
 * @at: where the function of each point begins, if it is told by that; else 0
 * @capture: which values are wanted of the calls, or NULL; outlives the attachment
 * @group: the functions of a group, sealed before @start; else NULL
 * @meter: where to count; outlives the attachment
 * @account: who pays for memory; outlives the attachment
 * @tells_addresses: filled in by attach: what the tracepoint is about are functions of
 *	the kernel
 * @refusal: filled in by attach where it fails: &enum ktlat_refusal
 * @refused_point: filled in likewise: the index of the point
 */
struct ktlat_plan {
	u32 kind;
	u32 match;
	u32 pool;
	u32 starts;
	bool by_event;
	bool in_registers;
	bool may_vouch;
	bool ours;
	bool member;
	struct ktlat_point point[2];
	struct ktlat_argument argument[2];
	u32 syscall[2];
	unsigned long at[2];
	const struct ktlat_capture *capture;
	struct ktlat_group *group;
	const struct ktlat_meter *meter;
	struct ktlat_account *account;
	bool tells_addresses;
	u32 refusal;
	u32 refused_point;
};

/**
 * struct ktlat_attachment - A plan that was attached; embedded by each backend
 * @backend: whose it is
 */
struct ktlat_attachment {
	const struct ktlat_backend *backend;
};

/**
 * struct ktlat_mechanism_info - What only the mechanism knows
 * @missed_pool: entries without a free instance, since it was attached
 * @missed_busy: entries while another kprobe was running, likewise
 * @pool: instances now
 * @pool_grown: how often a larger pool was registered
 * @starts: slots for waiting starts
 * @blurs: how often entries were lost without a count, and how many is not known
 * @gone: the probed code was unloaded
 */
struct ktlat_mechanism_info {
	u64 missed_pool;
	u64 missed_busy;
	u32 pool;
	u32 pool_grown;
	u32 starts;
	u32 blurs;
	bool gone;
};

/**
 * struct ktlat_cost - What a backend adds to each call, on this machine
 * @clock: &enum ktlat_clock that it was measured with; 0 if it was not
 * @call_ps: time added to a call, in ps
 * @share_ps: the part of it that lies between the stamps, in ps
 *
 * Guarded by ktlat_lock.
 */
struct ktlat_cost {
	u32 clock;
	u64 call_ps;
	u64 share_ps;
};

/**
 * struct ktlat_backend - One mechanism
 * @id: &enum ktlat_backend_id
 * @kind: the &enum ktlat_kind that it serves
 * @feature: its KTLAT_FEATURE_* bit
 * @exact: whether it counts every entry that it loses
 * @zero_is_exact: its count of losses may be short, but not when it is 0
 * @cost: what it costs, as far as that was measured; NULL for one that does not
 *	measure the calls of functions
 * @attach: makes a stopped attachment, or an ERR_PTR with @plan->refusal set
 * @add: takes a function into the group, or returns an errno, with its refusal
 *	set. For %KTLAT_KIND_GROUP
 * @start: new calls are measured from now on; an errno where that fails
 * @stop: new calls are not measured any more; those in flight still are
 * @detach: ends one that is stopped; on return none of our code runs on its
 *	behalf any more
 * @info: reads what the mechanism knows
 * @retire: the figures of a generation are to be cleared, @epoch is what it
 *	had for an epoch; waits for who may still write them where RCU does not
 *	look. Optional
 * @held: the next function that holds the module without a probe; optional.
 *	See struct ktlat_held
 * @task_exit: the current task is exiting, with calls on its stack maybe
 * @init: the module is coming; optional
 * @shutdown: the module is going; nothing is attached any more
 *
 * All but @task_exit may sleep and are serialized by the caller, for each
 * attachment. @task_exit runs in the exiting task.
 */
struct ktlat_backend {
	u32 id;
	u32 kind;
	u64 feature;
	bool exact;
	bool zero_is_exact;
	struct ktlat_cost *cost;
	struct ktlat_attachment *(*attach)(struct ktlat_plan *plan);
	int (*add)(struct ktlat_attachment *attachment,
		   struct ktlat_function *function);
	int (*start)(struct ktlat_attachment *attachment);
	void (*stop)(struct ktlat_attachment *attachment);
	void (*detach)(struct ktlat_attachment *attachment);
	void (*info)(struct ktlat_attachment *attachment,
		     struct ktlat_mechanism_info *info);
	void (*retire)(struct ktlat_attachment *attachment, u64 epoch);
	bool (*held)(u32 *cursor, struct ktlat_point *function, u64 *in_flight);
	void (*task_exit)(void);
	int (*init)(void);
	void (*shutdown)(void);
};

extern const struct ktlat_backend ktlat_backend_direct;
extern const struct ktlat_backend ktlat_backend_direct_group;
extern const struct ktlat_backend ktlat_backend_fprobe;
extern const struct ktlat_backend ktlat_backend_kretprobe;
extern const struct ktlat_backend ktlat_backend_kretprobe_group;
extern const struct ktlat_backend ktlat_backend_pair;
extern const struct ktlat_backend ktlat_backend_tracepoint;

const struct ktlat_backend *
ktlat_backend_next(u32 id, u32 kind, const struct ktlat_backend *last);
bool ktlat_backend_held(u32 *cursor, struct ktlat_point *function,
			u64 *in_flight);
u64 ktlat_backend_features(void);
int ktlat_backends_init(void);
void ktlat_backends_exit(void);

struct ktlat_starts *ktlat_plan_starts(struct ktlat_plan *plan, bool by_cpu);
void ktlat_plan_starts_free(const struct ktlat_plan *plan,
			    struct ktlat_starts *starts);

/* Finds a tracepoint of the kernel proper by name, or returns NULL. */
struct tracepoint *ktlat_tracepoint_find(const char *name);

/* The same, or one of a module that is loaded. */
struct tracepoint *ktlat_tracepoint_get(const char *name, struct module **owner);

#endif /* KTLAT_BACKEND_H */
