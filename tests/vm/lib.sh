# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the test scripts (tests/vm/*.t) share. Each runs in a guest of its own,
# as root, in the checkout, and writes TAP. A script starts with
#
#   #!/bin/bash
#   # SPDX-License-Identifier: GPL-2.0-only
#   # vm: cpus=4 timeout=300 mem=2048 icount serial   (options of tests/vm/run;
#                        "long": it does more where $KTLAT_LONG is set)
#   . tests/vm/lib.sh
#   plan 3                                       (or done_testing at the end)
#
# and exits 0 by itself: a plan that is not kept or a failed test is a failure.
set -uo pipefail

: "${KTLAT_TREE:=.}" "${KTLAT_KO:=$KTLAT_TREE/ktlat.ko}"
TARGET_KO=$KTLAT_TREE/tests/target/ktlat_target.ko
PATH=$PWD/userspace:$PATH
# Without its flavour; empty outside of guests, where the harness is tested.
# shellcheck disable=SC2034 # not every script looks at it
LINUX=${KERNEL-}
LINUX=${LINUX%%-*}
# What the kernel's clock counts by, which clock of ktlat's goes with that, and how the
# functions behind system calls are named.
CLOCKSOURCE=tsc CLOCK=tsc SYS=__x64_sys_
# shellcheck disable=SC2034 # likewise
[[ ${KERNEL-} != *-arm64 ]] || CLOCKSOURCE=arch_sys_counter CLOCK=monotonic SYS=__arm64_sys_
TAP_COUNT=0 TAP_FAILED=0

plan() {
	echo "1..$1"
}

done_testing() {
	echo "1..$TAP_COUNT"
}

# What goes with the last result: for the reader, not for the harness.
diag() {
	local line
	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

bail_out() {
	echo "Bail out! $*"
	exit 1
}

pass() {
	echo "ok $((++TAP_COUNT)) - $*"
}

fail() {
	echo "not ok $((++TAP_COUNT)) - $*"
	TAP_FAILED=$((TAP_FAILED + 1))
	return 1
}

skip() {
	echo "ok $((++TAP_COUNT)) - $1 # SKIP $2"
}

# ok NAME COMMAND...: the command succeeds. Its output shows if it does not.
ok() {
	local name=$1 out status=0
	shift
	out=$("$@" 2>&1) || status=$?
	[[ $status -ne 0 ]] || { pass "$name" && return; }
	fail "$name"
	diag "exit status $status: $*"
	diag "$out"
	return 1
}

# is GOT WANTED NAME
is() {
	[[ $1 != "$2" ]] || { pass "$3" && return; }
	fail "$3"
	diag "     got: $1"
	diag "expected: $2"
	return 1
}

# like GOT REGEX NAME
like() {
	[[ ! $1 =~ $2 ]] || { pass "$3" && return; }
	fail "$3"
	diag "          got: $1"
	diag "doesn't match: $2"
	return 1
}

# cmp_ok LEFT OPERATOR RIGHT NAME: numbers, also fractions; operators of awk.
cmp_ok() {
	if [[ $1 =~ ^-?[0-9.]+$ && $3 =~ ^-?[0-9.]+$ ]] &&
		compare "$1" "$2" "$3"; then
		pass "$4"
		return
	fi
	fail "$4"
	diag "does not hold: $1 $2 $3"
	return 1
}

# Whole numbers by the shell, which keeps all 64 bits; others by awk.
compare() {
	local expression="$1 $2 $3"
	if [[ $expression == *.* ]]; then
		awk "BEGIN { exit !($expression) }"
	else
		((expression))
	fi
}

# fails NAME REGEX COMMAND...: the command fails with one line that matches.
fails() {
	local name=$1 regex=$2 out status=0
	shift 2
	out=$("$@" 2>&1 >/dev/null) || status=$?
	if [[ $status -ne 0 && $out =~ $regex && $out != *$'\n'* ]]; then
		pass "$name"
		return
	fi
	fail "$name"
	diag "exit status $status: $*"
	diag "stderr: $out"
	diag "wanted: one line that matches $regex"
	return 1
}

# wait_until SECONDS COMMAND...: as soon as it succeeds; fails after the time.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[[ $SECONDS -lt $end ]] || return 1
		sleep 0.05
	done
}

# jq: another jq, the same language, which takes a fifth of the time to start.
jq() {
	gojq "$@"
}

# json FILTER [jq's arguments]: the value that FILTER picks from stdin, raw.
json() {
	jq -er "$@"
}

# address_of SYMBOL [MODULE]: 0x..., in the kernel proper or that module.
address_of() {
	awk -v name="$1" -v module="${2:+[$2]}" \
		'$3 == name && $4 == module { print "0x" $1; exit }' /proc/kallsyms
}

# sum A B: 0x...
sum() {
	printf '0x%x' $(($1 + $2))
}

load_ktlat() {
	insmod "$KTLAT_KO" "$@" || bail_out "cannot load $KTLAT_KO: run make modules"
}

# references: how many hold the module.
references() {
	cat /sys/module/ktlat/refcnt
}

is_free() {
	[[ $(references) == 0 ]]
}

# free_again NAME [SECONDS]: nothing holds the module any more, after so long at most.
free_again() {
	ok "$1: nothing holds the module" wait_until "${2:-20}" is_free
}

# has_backend NAME: can the loaded module measure by it?
has_backend() {
	ktlat-ctl status --json | jq -e --arg name "$1" '.features | index($name)' >/dev/null
}

# after_direct: what auto takes where direct cannot serve.
after_direct() {
	if has_backend fprobe; then echo fprobe; else echo kretprobe; fi
}

# needs_backend NAME: goes on where it can; else the script ends here, and says why.
needs_backend() {
	has_backend "$1" && return
	echo "1..0 # SKIP ktlat has no $1 backend on Linux $KERNEL"
	exit 0
}

# has_groups: can it measure groups by one trampoline? By kretprobes it always can.
has_groups() {
	ktlat-ctl status --json | jq -e '.group_backends | index("direct")' >/dev/null
}

# needs_groups: as needs_backend.
needs_groups() {
	has_groups && return
	echo "1..0 # SKIP ktlat has no trampolines for groups on Linux $KERNEL"
	exit 0
}

load_target() {
	insmod "$TARGET_KO" "$@" || bail_out "cannot load $TARGET_KO: run make modules"
}

# before_hotplug: to be called before a CPU goes. Linux 6.12 then stops the fair server of
# that CPU though it may have stopped, which the scheduler warns of now and then
# (tests/debug/fair-server.sh shows it without ktlat), so these servers are switched off.
# That stops a server, too: it runs as long as a task is on its CPU, so the task that
# switches it off is put there.
before_hotplug() {
	local cpu
	[[ $LINUX == 6.12 ]] || return 0
	for cpu in $(lscpu --online --parse=CPU | grep -v '^#'); do
		taskset -c "$cpu" sh -c "echo 0 >/sys/kernel/debug/sched/fair_server/cpu$cpu/runtime" ||
			bail_out "cannot switch the fair server of CPU $cpu off"
	done
}
