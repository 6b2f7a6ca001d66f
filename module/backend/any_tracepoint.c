// SPDX-License-Identifier: GPL-2.0-only
/*
 * any_tracepoint.c - handlers that fit any tracepoint, and tracepoints of modules.
 *
 * A tracepoint calls its handlers by a pointer of no type, with its arguments behind
 * their data. A handler that takes them as words reads what the registers hold, which
 * is harmless whatever that is: what it makes of it is compared, and nothing else.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "backend/backend.h"
#include "backend/handlers.h"
#include "compat/arguments.h"

#if KTLAT_ARGUMENTS_ARE_WORDS

/* What is above its length is whatever the caller has left there. */
static __always_inline u64 value_of(const struct ktlat_argument *argument,
				    u64 word)
{
	u32 shift = 64 - 8 * argument->bytes;

	return argument->is_signed ? (u64)((s64)(word << shift) >> shift) :
				     word << shift >> shift;
}

/* Neither 0 nor all ones is a key. What stands for them is no address on any CPU. */
static __always_inline u64 key_of_value(u64 value)
{
	if (!value)
		return 1ULL << 63 | 1;
	return value == ~0ULL ? ~0ULL >> 1 : value;
}

static __always_inline u64 key_of_words(const struct ktlat_matcher *matcher,
					int point, const u64 *words)
{
	const struct ktlat_argument *argument = &matcher->argument[point];

	switch (matcher->match) {
	case KTLAT_MATCH_CPU:
		/* A CPU's segment of the table is its own; one key serves for all. */
		return 1;
	case KTLAT_MATCH_ARGUMENT:
		return key_of_value(value_of(argument,
					     words[argument->index - 1]));
	default:
		return ktlat_key_task(current);
	}
}

static void on_any_start(void *data, unsigned long a, unsigned long b,
			 unsigned long c, unsigned long d, unsigned long e)
{
	const u64 words[KTLAT_ARGUMENTS_MAX] = { a, b, c, d, e };
	const struct ktlat_matcher *matcher = data;

	ktlat_event_start(matcher, key_of_words(matcher, 0, words),
			  (struct ktlat_event_id){ 0 });
}
NOKPROBE_SYMBOL(on_any_start);

static void on_any_end(void *data, unsigned long a, unsigned long b,
		       unsigned long c, unsigned long d, unsigned long e)
{
	const u64 words[KTLAT_ARGUMENTS_MAX] = { a, b, c, d, e };
	const struct ktlat_matcher *matcher = data;

	ktlat_event_end(matcher, key_of_words(matcher, 1, words), true);
}
NOKPROBE_SYMBOL(on_any_end);

/* Of task_newtask: what waits under the address of a task was one before it. */
static void on_new_task(void *data, unsigned long task, unsigned long flags)
{
	const struct ktlat_matcher *matcher = data;

	preempt_disable_notrace();
	ktlat_starts_drop(matcher->starts, task);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(on_new_task);

void * const ktlat_on_any_start = on_any_start;
void * const ktlat_on_any_end = on_any_end;
void * const ktlat_on_new_task = on_new_task;

#else

void * const ktlat_on_any_start;
void * const ktlat_on_any_end;
void * const ktlat_on_new_task;

#endif

/**
 * struct module_search - Looking for a tracepoint in modules
 * @nb: goes over those that are loaded when it is registered
 * @name: of the tracepoint
 * @found: the tracepoint, or NULL
 * @owner: its module, with a reference
 */
struct module_search {
	struct notifier_block nb;
	const char *name;
	struct tracepoint *found;
	struct module *owner;
};

/*
 * One that is going has no references to give, and those of one that is coming are worth
 * nothing: it is freed all the same where its init function fails.
 */
static int module_compare(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	struct module_search *search = container_of(nb, struct module_search, nb);
	struct module *module = ((struct tp_module *)data)->mod;

	for (int i = 0; i < module->num_tracepoints && !search->found; i++) {
		struct tracepoint *tracepoint =
			tracepoint_ptr_deref(&module->tracepoints_ptrs[i]);

		if (event == MODULE_STATE_COMING &&
		    READ_ONCE(module->state) == MODULE_STATE_LIVE &&
		    !strcmp(tracepoint->name, search->name) &&
		    try_module_get(module)) {
			search->found = tracepoint;
			search->owner = module;
		}
	}
	return NOTIFY_OK;
}

/**
 * ktlat_tracepoint_get() - Find a tracepoint, in modules, too
 * @name: of the tracepoint
 * @owner: set to its module, with a reference to be given back, or to NULL
 *
 * Context: may sleep. Return: the tracepoint, or NULL.
 */
struct tracepoint *ktlat_tracepoint_get(const char *name, struct module **owner)
{
	struct module_search search = {
		.nb.notifier_call = module_compare,
		.name = name,
		.found = ktlat_tracepoint_find(name),
	};

	if (!search.found && !register_tracepoint_module_notifier(&search.nb))
		unregister_tracepoint_module_notifier(&search.nb);
	*owner = search.owner;
	return search.found;
}
