#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480 serial long
#
# What once went wrong and is hard to hit: resets against starts and ends that
# pass at the same moment, and our lock against those of the kernel.
# The long form goes on for longer.
. tests/vm/lib.sh

PROGRAMS=tests/programs
CGROUPS=/run/cgroups
RESETS=100 SECONDS_LOCKED=6
[[ -z ${KTLAT_LONG-} ]] || RESETS=500 SECONDS_LOCKED=60

# says NAME COMMAND...: succeeds, and what it says is worth reading anyhow.
says() {
	local name=$1 out status=0
	shift
	out=$("$@" 2>&1) || status=$?
	diag "$out"
	is "$status" 0 "$name"
}

# Two cpusets that are the same but for their name.
make_cpusets() {
	local set
	mkdir "$CGROUPS"
	# Not every kernel has version 1.
	mount -t cgroup -o cpuset cpuset "$CGROUPS" 2>/dev/null ||
		{ mount -t cgroup2 cgroup2 "$CGROUPS" && echo +cpuset >"$CGROUPS/cgroup.subtree_control"; } || return
	for set in a b; do
		mkdir "$CGROUPS/$set"
		cat /sys/devices/system/cpu/possible >"$CGROUPS/$set/cpuset.cpus"
		cat /sys/devices/system/node/possible >"$CGROUPS/$set/cpuset.mems"
	done
}

before_hotplug
load_ktlat
says "a pair of points, reset $((3 * RESETS)) times while it is hit" $PROGRAMS/reset-race pair $((3 * RESETS))
for pair in hrtimer_expire sched_wakeup syscall; do
	says "$pair, reset $RESETS times while it is hit" $PROGRAMS/reset-race $pair $RESETS
done
ok 'two cpusets' make_cpusets
says 'mmap, add and remove, CPU hotplug and cpusets at once all get on' \
	$PROGRAMS/lock-race $SECONDS_LOCKED "$CGROUPS"/{a,b}/cgroup.procs
is "$(cat /sys/devices/system/cpu/online)" 0-1 'both CPUs are there again'
ok 'rmmod' rmmod ktlat
is "$(cat /sys/kernel/debug/kprobes/list)" '' 'no kprobe is left'
done_testing
