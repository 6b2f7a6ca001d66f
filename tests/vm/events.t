#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480 serial
#
# Each tracepoint pair, against the kernel's own count of the same events, and
# against what is known of the load or told in /proc.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/witness.sh

CPUS=$(nproc)
CALLS=tests/programs/calls

# An independent count that /proc keeps for a SPEC, if it does; else nothing.
proc_count() {
	case $1 in
	@softirq) awk 'NR > 1 { for (i = 2; i <= NF; i++) n += $i } END { print n }' /proc/softirqs ;;
	# Of the lines that have a number, and of arm64's calls between CPUs; the others
	# are no irq_handler events.
	@irq) awk -v cpus="$CPUS" '$1 ~ /^(IPI)?[0-9]+:/ { for (i = 2; i < 2 + cpus; i++) n += $i }
		END { print n }' /proc/interrupts ;;
	esac
}

# The figures of the probe, as settled() saw them last.
stat_of() {
	jq -r ".probes[0] | $1" /tmp/figures
}

is_settled() {
	ktlat-ctl hist --json >/tmp/figures
	[[ $(stat_of ".in_flight >= 0 and .in_flight <= $1") == true ]]
}

# during SPEC EVENTS COMMAND...: measures SPEC while COMMAND runs; what the
# others count meanwhile is left in low and high, proc_low and proc_high.
during() {
	local spec=$1 events=$2 before start end
	shift 2
	ktlat-ctl add-probe --disabled "$spec" >/dev/null
	before=$(proc_count "$spec")
	visit_cpus
	# shellcheck disable=SC2086 # names of events
	{
		witness_start outer $events
		ktlat-ctl enable all >/dev/null
		witness_start inner $events
		start=$(proc_count "$spec")
		"$@" >/tmp/known
		end=$(proc_count "$spec")
		visit_cpus
		low=$(witness_count inner $events)
		ktlat-ctl disable all >/dev/null
		high=$(witness_count outer $events)
		witness_stop inner $events
		witness_stop outer $events
	}
	proc_low=$((end - start)) proc_high=$(($(proc_count "$spec") - before))
}

# At most so many of what has started can still be under way once the probe is
# disabled: interrupts and works end, system calls of sleepers may not.
settled() {
	ok "$1: what has started ends" wait_until 10 is_settled "$2"
}

# counts SPEC KNOWN STAYING EVENTS COMMAND...: COMMAND makes at least KNOWN of
# them; STAYING of them may stay in flight.
counts() {
	local spec=$1 known=$2 staying=$3 events=$4 entries
	shift 4
	during "$spec" "$events" "$@"
	settled "$spec" "$staying"
	entries=$(stat_of .entries)
	diag "$spec: $entries entries; the kernel: $low to $high; known: $known"
	cmp_ok "$entries" '>=' "$low" "$spec: all that the kernel counted within our time"
	cmp_ok "$entries" '<=' "$high" "$spec: no more than it counted around it"
	cmp_ok "$entries" '>=' "$known" "$spec: all that are known to have been made"
	if [[ -n $(proc_count "$spec") ]]; then
		diag "$spec: in /proc: $proc_low to $proc_high"
		cmp_ok "$entries" '>=' "$proc_low" "$spec: all that /proc knows of"
		cmp_ok "$entries" '<=' "$proc_high" "$spec: no more than /proc knows of"
	fi
	is "$(stat_of '"\(.exact) \(.missed) \(.recursed) \(.clock_backwards)"')" 'true 0 0 0' \
		"$spec: exact, nothing is lost"
	is "$(stat_of '.entries == .count + .in_flight + .abandoned and
		.count == ([.buckets[].count] | add)')" true "$spec: it adds up"
}

# How many were recorded that took so long or longer. Durations are far from the
# edges of their bucket.
at_least() {
	stat_of "[.buckets[] | select(.hi_ns >= $1) | .count] | add // 0"
}

# lasts SPEC CALLS NS SUM_NS: CALLS of those recorded took at least NS, and
# SUM_NS in all.
lasts() {
	cmp_ok "$(at_least "$3")" '>=' "$2" "$1: $2 have lasted $3 ns or longer"
	cmp_ok "$(stat_of .sum_ns)" '>=' "$4" "$1: $4 ns in all"
	ktlat-ctl remove-probe all >/dev/null
}

# lasts_as_target SPEC CALLS NS: the handlers of the target.
lasts_as_target() {
	cmp_ok "$(stat_of .max_ns)" '>=' "$(target_stat busy .inner.max_ns)" \
		"$1: the longest is no shorter than the target's"
	lasts "$@" "$(target_stat busy .inner.sum_ns)"
	target_reset
}

load_ktlat
load_target
witness_init

calls=$((64 * 50))
counts @timer "$calls" 0 timer/timer_expire_entry \
	target func=busy ctx=softirq threads=64 calls=50 delay_ns=20000
lasts_as_target @timer "$calls" 20000

calls=$((CPUS * 3000))
counts @hrtimer "$calls" 0 timer/hrtimer_expire_entry \
	target func=busy ctx=hardirq calls=3000 delay_ns=20000
lasts_as_target @hrtimer "$calls" 20000

calls=$((CPUS * 2000))
counts @workqueue "$calls" 0 workqueue/workqueue_execute_start \
	target func=busy ctx=work calls=2000 delay_ns=20000
lasts_as_target @workqueue "$calls" 20000

# One softirq runs all timers that are due; there is one at least at each of the
# 200 times that they are.
counts @softirq "$((200 * CPUS))" 0 irq/softirq_entry \
	target func=busy ctx=softirq calls=200 delay_ns=20000
lasts_as_target @softirq "$((200 * CPUS))" 20000

# Each look-up on the guest's file system is a request and an interrupt.
look_up() {
	find /usr -xdev -newermt 1970-01-01 | head -n 2000
}
counts @irq 1 0 irq/irq_handler_entry look_up
lasts @irq 1 1 1

tasks=$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)
counts @wakeup 500 0 'sched/sched_wakeup sched/sched_wakeup_new' "$CALLS" sleeps 500 1000000
ktlat-ctl remove-probe all >/dev/null
counts @wakeup 20 0 'sched/sched_wakeup sched/sched_wakeup_new' "$CALLS" waits 20 10000000
lasts @wakeup 20 10000000 "$(</tmp/known)"

counts @syscall 200 "$tasks" raw_syscalls/sys_enter "$CALLS" sleeps 200 2000000
lasts @syscall 200 2000000 "$(</tmp/known)"

# Twice as many calls: what else there was is the same, or nearly so.
syscalls() {
	counts @syscall "$1" "$tasks" raw_syscalls/sys_enter "$CALLS" syscalls "$1"
	extra=$(($(stat_of .entries) - $1))
	ktlat-ctl remove-probe all >/dev/null
}
syscalls 20000
first=$extra
syscalls 40000
diag "besides those known: $first, $extra"
cmp_ok "$(((extra - first) * (extra - first)))" '<' $((200 * 200)) \
	'20,000 more calls are 20,000 more entries, but for what others do'

# A process ends inside a system call.
processes() {
	local i
	for ((i = 0; i < 100; i++)); do
		/bin/true
	done
}
counts @syscall 100 "$tasks" raw_syscalls/sys_enter processes
cmp_ok "$(stat_of .abandoned)" '>=' 100 '@syscall: 100 processes ended inside of one'
cmp_ok "$(stat_of .unmatched)" '>=' 100 '@syscall: and were born inside of one'
done_testing
