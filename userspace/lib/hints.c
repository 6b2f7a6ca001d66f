// SPDX-License-Identifier: GPL-2.0-only
/* What a name that is no function of this kernel may be, and what to measure instead. */
#include <glob.h>
#include <libkmod.h>
#include <stdlib.h>

#include "internal.h"

/*
 * Functions that have changed their name, or have another in their place, from the
 * version on that is given; looked up in both directions. Each was seen in the
 * symbols of Debian's kernels.
 */
static const struct {
	const char *before;
	const char *after;
	const char *version;
} renames[] = {
	{ "__alloc_pages", "__alloc_pages_noprof", "6.10" },
	{ "__alloc_pages_nodemask", "__alloc_pages", "5.13" },
	{ "__kmalloc", "__kmalloc_noprof", "6.10" },
	{ "_do_fork", "kernel_clone", "5.10" },
	{ "del_timer", "timer_delete", "6.2" },
	{ "del_timer_sync", "timer_delete_sync", "6.2" },
	{ "do_IRQ", "common_interrupt", "5.8" },
	{ "do_page_fault", "do_user_addr_fault", "5.8" },
	{ "do_sys_open", "do_sys_openat2", "5.6" },
	{ "estimation_timer", "ip_vs_chain_estimation", "6.2" },
	{ "generic_make_request", "submit_bio_noacct", "5.9" },
	{ "hrtimer_init", "hrtimer_setup", "6.15" },
	{ "isolate_lru_pages", "isolate_lru_folios", "6.0" },
	{ "kmem_cache_alloc", "kmem_cache_alloc_noprof", "6.10" },
	{ "load_balance", "sched_balance_rq", "6.10" },
	{ "rebalance_domains", "sched_balance_domains", "6.10" },
	{ "run_rebalance_domains", "sched_balance_softirq", "6.10" },
	{ "shrink_page_list", "shrink_folio_list", "6.0" },
	{ "smp_apic_timer_interrupt", "sysvec_apic_timer_interrupt", "5.8" },
	{ "tick_sched_timer", "tick_nohz_handler", "6.9" },
	{ "trigger_load_balance", "sched_balance_trigger", "6.10" },
	{ "ttwu_do_wakeup", "ttwu_do_activate", "6.3" },
};

struct wanted {
	const char *name;
	size_t len;
	bool found;
};

static int compare_name(const struct ktlat_symbol *symbol, void *data)
{
	struct wanted *wanted = data;

	wanted->found = !strncmp(symbol->name, wanted->name, wanted->len) &&
			(!symbol->name[wanted->len] ||
			 symbol->name[wanted->len] == '.');
	return wanted->found;
}

/* Is there code of that name, or a copy of it? */
static bool exists(const char *name)
{
	struct wanted wanted = { name, strlen(name), false };

	ktlat_scan_symbols(compare_name, &wanted, NULL);
	return wanted.found;
}

static bool find_rename(const char *name, char *text, size_t size)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(renames); i++) {
		const char *before = renames[i].before;
		const char *after = renames[i].after;

		if (!strcmp(name, before)) {
			snprintf(text, size, "from Linux %s on %s is in its place%s",
				 renames[i].version, after, exists(after) ? "" :
				 ", which is not here either, or in a module that is not loaded");
			return true;
		}
		if (!strcmp(name, after) && exists(before)) {
			snprintf(text, size, "before Linux %s it is %s",
				 renames[i].version, before);
			return true;
		}
	}
	return false;
}

/**
 * ktlat_find_successor() - What kernels call in the place of a function
 * @name: of a function that may be there all the same
 * @version: from which version of Linux on
 *
 * Return: the name of one that this kernel has, or NULL.
 */
const char *ktlat_find_successor(const char *name, const char **version)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(renames); i++) {
		if (strcmp(name, renames[i].before) ||
		    !exists(renames[i].after))
			continue;
		*version = renames[i].version;
		return renames[i].after;
	}
	return NULL;
}

/* "sys_X" and the like, from before 4.17 and from documentation. */
static bool find_syscall(const char *name, char *text, size_t size)
{
	static const char * const prefixes[] = { "sys_", "SyS_", "__se_sys_" };
	static const char * const wrappers[] = { "__x64_", "__arm64_" };
	char full[KTLAT_NAME_LEN + 16];
	size_t i, j;

	for (i = 0; i < KTL_ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], len))
			continue;
		for (j = 0; j < KTL_ARRAY_SIZE(wrappers); j++) {
			snprintf(full, sizeof(full), "%ssys_%s", wrappers[j],
				 name + len);
			if (!exists(full))
				continue;
			snprintf(text, size, "the system call is %s here", full);
			return true;
		}
	}
	return false;
}

static bool find_data(const char *name, char *text, size_t size)
{
	struct wanted wanted = { name, strlen(name), false };

	ktl_scan_others(compare_name, &wanted);
	if (wanted.found)
		snprintf(text, size, "that is data and no function");
	return wanted.found;
}

static bool find_tracepoint(const char *name, char *text, size_t size)
{
	char pattern[KTLAT_NAME_LEN + 64], presets[KTLAT_ERROR_LEN / 2];
	glob_t found = { 0 };
	bool is;

	snprintf(pattern, sizeof(pattern),
		 "/sys/kernel/tracing/events/*/%s/format", name);
	is = !glob(pattern, GLOB_NOSORT, NULL, &found) && found.gl_pathc;
	globfree(&found);
	ktlat_list_presets(false, presets, sizeof(presets));
	if (is)
		snprintf(text, size, "that is a tracepoint and no function; measure what it is in, or one of %s",
			 presets);
	return is;
}

/*
 * The first module, in the files that depmod has made, for a name or an alias. What is
 * built into the kernel is in these, too.
 */
static bool find_module(const char *alias, char module[KTLAT_MODULE_LEN],
			bool *built_in)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_list *list = NULL;
	struct kmod_module *first;
	bool found;

	if (!ctx)
		return false;
	kmod_set_log_priority(ctx, 0);
	found = kmod_module_new_from_lookup(ctx, alias, &list) >= 0 && list;
	if (found) {
		first = kmod_module_get_module(list);
		*built_in = kmod_module_get_initstate(first) == KMOD_MODULE_BUILTIN;
		snprintf(module, KTLAT_MODULE_LEN, "%s",
			 kmod_module_get_name(first));
		kmod_module_unref(first);
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return found;
}

/* Can modprobe load it? */
bool ktl_is_installed(const char *module)
{
	char found[KTLAT_MODULE_LEN];
	bool built_in;

	return find_module(module, found, &built_in) && !built_in &&
	       !strcmp(found, module);
}

/* Is there no such module to come, as it is part of this kernel? */
bool ktl_is_built_in(const char *module)
{
	char found[KTLAT_MODULE_LEN];
	bool built_in;

	return find_module(module, found, &built_in) && built_in &&
	       !strcmp(found, module);
}

/* Modules that are not loaded are known by what they export. */
bool ktl_find_exporter(const char *name, char module[KTLAT_MODULE_LEN])
{
	char alias[KTLAT_NAME_LEN + 8];
	bool built_in;

	snprintf(alias, sizeof(alias), "symbol:%s", name);
	return find_module(alias, module, &built_in) && !built_in &&
	       !ktl_is_loaded(module);
}

/**
 * ktl_find_hint() - Find out what a name is that no function has
 * @point: the name; the module, if there is one, is loaded
 * @text: where to put it: why there is no such function, and what to do
 * @size: room there
 *
 * Returns whether there is anything to say.
 */
bool ktl_find_hint(const struct ktlat_point *point, char *text, size_t size)
{
	const char *name = point->name;

	if (find_rename(name, text, size) || find_syscall(name, text, size))
		return true;
	return find_data(name, text, size) || find_tracepoint(name, text, size);
}
