// SPDX-License-Identifier: GPL-2.0-only
/*
 * backend.c - the table of backends, and the end of tasks that is told to them.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>

#include "account.h"
#include "backend/backend.h"
#include "compat/ftrace_direct.h"
#include "compat/tracepoint.h"
#include "hot/starts.h"
#include "target.h"

/* In the order in which KTLAT_BACKEND_AUTO tries them. */
static const struct ktlat_backend * const backends[] = {
#ifdef KTLAT_HAVE_DIRECT
	&ktlat_backend_direct,
#endif
#ifdef KTLAT_FTRACE_DIRECT_GROUPS
	&ktlat_backend_direct_group,
#endif
#ifdef KTLAT_HAVE_FPROBE
	&ktlat_backend_fprobe,
#endif
	&ktlat_backend_kretprobe,
	&ktlat_backend_kretprobe_group,
	&ktlat_backend_pair,
	&ktlat_backend_tracepoint,
};

static struct tracepoint *exit_tracepoint;

/**
 * ktlat_backend_next() - The backend to try next
 * @id: the one asked for, or %KTLAT_BACKEND_AUTO
 * @kind: &enum ktlat_kind of the probe
 * @last: the one tried before, or NULL
 *
 * Return: the backend, or NULL if there is no further one that serves.
 */
const struct ktlat_backend *
ktlat_backend_next(u32 id, u32 kind, const struct ktlat_backend *last)
{
	bool next = !last;

	for (int i = 0; i < ARRAY_SIZE(backends); i++) {
		if (next && backends[i]->kind == kind &&
		    (id == KTLAT_BACKEND_AUTO || id == backends[i]->id))
			return backends[i];
		next |= backends[i] == last;
	}
	return NULL;
}

static bool backend_held(u32 *cursor, struct ktlat_point *function,
			 u64 *in_flight)
{
	for (int i = 0; i < ARRAY_SIZE(backends); i++)
		if (backends[i]->held)
			return backends[i]->held(cursor, function, in_flight);
	return false;
}

/*
 * The next function that holds the module without a probe. May sleep. Where we
 * have measured ourselves is nobody's concern, and is free again in a moment.
 */
bool ktlat_backend_held(u32 *cursor, struct ktlat_point *function,
			u64 *in_flight)
{
	while (backend_held(cursor, function, in_flight))
		if (strcmp(function->module, KBUILD_MODNAME))
			return true;
	return false;
}

/**
 * ktlat_plan_starts() - The table of starts that a plan asks for
 * @plan: who pays and how large; a refusal is noted here
 * @by_cpu: start and end pass on the same CPU
 *
 * Context: may sleep. Return: the table, to be given back by
 * ktlat_plan_starts_free(), or an ERR_PTR.
 */
struct ktlat_starts *ktlat_plan_starts(struct ktlat_plan *plan, bool by_cpu)
{
	size_t bytes = ktlat_starts_bytes(plan->starts, by_cpu);
	struct ktlat_starts *starts;

	if (ktlat_account_charge(plan->account, bytes))
		return ERR_PTR(ktlat_target_refuse(plan, 0,
						   KTLAT_REFUSED_MEMLOCK));
	starts = ktlat_starts_alloc(plan->meter, plan->starts, by_cpu);
	if (!starts) {
		ktlat_account_uncharge(plan->account, bytes);
		return ERR_PTR(-ENOMEM);
	}
	return starts;
}

/* Context: may sleep; no handler that knows the table can run any more. */
void ktlat_plan_starts_free(const struct ktlat_plan *plan,
			    struct ktlat_starts *starts)
{
	size_t bytes = ktlat_starts_bytes(plan->starts, starts->by_cpu);

	ktlat_starts_free(starts);
	ktlat_account_uncharge(plan->account, bytes);
}

/* KTLAT_FEATURE_* of all backends. */
u64 ktlat_backend_features(void)
{
	u64 features = 0;

	for (int i = 0; i < ARRAY_SIZE(backends); i++)
		features |= backends[i]->feature;
	return features;
}

struct tracepoint_search {
	const char *name;
	struct tracepoint *found;
};

static void tracepoint_compare(struct tracepoint *tracepoint, void *data)
{
	struct tracepoint_search *search = data;

	if (!strcmp(tracepoint->name, search->name))
		search->found = tracepoint;
}

/*
 * Most tracepoints are not exported, but the kernel walks all of its own for
 * us. Those of modules are not among them, and so never go away.
 */
struct tracepoint *ktlat_tracepoint_find(const char *name)
{
	struct tracepoint_search search = { .name = name };

	for_each_kernel_tracepoint(tracepoint_compare, &search);
	return search.found;
}

/* Probe context: the exiting task, past its last return to what called it. */
static void backends_process_exit(KTLAT_SCHED_PROCESS_EXIT_PROTO)
{
	for (int i = 0; i < ARRAY_SIZE(backends); i++)
		if (backends[i]->task_exit)
			backends[i]->task_exit();
	ktlat_starts_task_exit(task);
}

static void backends_shutdown(int nr)
{
	while (nr--)
		if (backends[nr]->shutdown)
			backends[nr]->shutdown();
}

static int backends_start(void)
{
	for (int i = 0; i < ARRAY_SIZE(backends); i++) {
		int err = backends[i]->init ? backends[i]->init() : 0;

		if (err) {
			backends_shutdown(i);
			return err;
		}
	}
	return 0;
}

/* Also starts listening to the end of tasks. Context: may sleep. */
int ktlat_backends_init(void)
{
	int err;

	check_trace_callback_type_sched_process_exit(backends_process_exit);
	exit_tracepoint = ktlat_tracepoint_find("sched_process_exit");
	if (!exit_tracepoint) {
		pr_err("this kernel has no tracepoint sched_process_exit: it needs CONFIG_TRACEPOINTS\n");
		return -EOPNOTSUPP;
	}
	err = backends_start();
	if (err)
		return err;
	err = tracepoint_probe_register(exit_tracepoint, backends_process_exit,
					NULL);
	if (err)
		backends_shutdown(ARRAY_SIZE(backends));
	return err;
}

/* Context: may sleep; nothing is attached any more. */
void ktlat_backends_exit(void)
{
	tracepoint_probe_unregister(exit_tracepoint, backends_process_exit,
				    NULL);
	tracepoint_synchronize_unregister();
	backends_shutdown(ARRAY_SIZE(backends));
}
