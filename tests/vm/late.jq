# SPDX-License-Identifier: GPL-2.0-only
#
# What ktlat_target's file `late` tells, by where interrupts ("irq") or preemption
# ("run") were turned on again: [{kind, ns, comm, at, stack}], the worst first. A ns is
# what came on top of the least that it takes.

# How a CPU changes hands, and how a section ends that another function has begun.
def plumbing:
	test("^(late_.*|__traceiter_.*|__schedule|schedule|preempt_schedule.*|_?_cond_resched|dynamic_.*cond_resched" +
		"|__SCT__.*|_raw_(spin|read|write)_unlock.*|__local_bh_enable_ip|rt_(spin|read|write)_unlock" +
		"|migrate_enable|__rcu_read_unlock|rcu_read_unlock_special|direct_resched)( |$)");

# Frames of the timer's own interrupt come first.
def behind_interrupt:
	(map(startswith("asm_sysvec_apic_timer_interrupt")) | index(true)) as $at |
	if $at == null then . else .[$at + 1:] end;

def behind_plumbing:
	if length > 0 and (.[0] | plumbing) then .[1:] | behind_plumbing else . end;

def places($kind; frames):
	.[$kind] | .least_ns as $least | .places[] |
	(.stack | frames | behind_plumbing) as $stack |
	{ kind: $kind, ns: (.max_ns - $least), comm, at: ($stack[0] // ""), stack: $stack };

[places("irq"; behind_interrupt), places("run"; .)] |
# Where preemption was on, so that an interrupt could have another task run.
map(select(.at | test("^(asm_sysvec_|irqentry_exit)") | not)) |
group_by([.kind, .stack[0:4]]) | map(max_by(.ns)) | sort_by(-.ns)
