/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * noreturns.h - functions that are refused for their name, by the kernel, and listed as
 * refused, by user space.
 */
#ifndef KTLAT_CORE_NORETURNS_H
#define KTLAT_CORE_NORETURNS_H

/*
 * Functions that never return, so that no latency would ever be recorded: those
 * that objtool knows (tools/objtool/check.c, global_noreturns) and the threads
 * and system calls that end in them.
 */
static const char * const ktlat_noreturns[] = {
	"__arm64_sys_exit",
	"__arm64_sys_exit_group",
	"__fortify_panic",
	"__ia32_sys_exit",
	"__ia32_sys_exit_group",
	"__module_put_and_kthread_exit",
	"__stack_chk_fail",
	"__ubsan_handle_builtin_unreachable",
	"__x64_sys_exit",
	"__x64_sys_exit_group",
	"arch_cpu_idle_dead",
	"cpu_bringup_and_idle",
	"cpu_die",
	"cpu_die_early",
	"cpu_psci_cpu_die",
	"cpu_startup_entry",
	"do_exit",
	"do_group_exit",
	"do_task_dead",
	"fortify_panic",
	"kthread_complete_and_exit",
	"kthread_exit",
	"kthreadd",
	"machine_real_restart",
	"make_task_dead",
	"native_play_dead",
	"panic",
	"play_dead",
	"rcu_gp_kthread",
	"rest_init",
	"rewind_stack_and_make_dead",
	"secondary_start_kernel",
	"start_secondary",
	"stop_this_cpu",
	"usercopy_abort",
};

#endif /* KTLAT_CORE_NORETURNS_H */
