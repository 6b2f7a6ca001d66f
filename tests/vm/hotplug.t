#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 serial
#
# CPUs go and come back while functions are called on all of them: no call is
# lost or counted twice. And a probe that is disabled and enabled under load
# counts what is entered while it is enabled, and nothing else.
. tests/vm/lib.sh
. tests/vm/target.sh

# online CPU 0|1: the kernel refuses for a moment now and then.
online() {
	ok "CPU $1 $([[ $2 == 1 ]] && echo on || echo off)" wait_until 10 \
		eval "echo $2 >/sys/devices/system/cpu/cpu$1/online"
}

# more_calls FUNCTION N: the target has made N more.
more_calls() {
	local goal
	goal=$(($(target_stat "$1" .started) + $2))
	wait_until 30 eval "[[ \$(target_stat $1 .started) -ge $goal ]]"
}

# plug NAME FUNCTION KEY=VALUE...: callers on all CPUs; each CPU but one goes off
# and on again, and then all of them at once.
plug() {
	local name=$1 func=$2 cpu
	shift 2
	from_zero
	target "func=$func" calls=0 async=1 "$@"
	ok "$name: hammer" more_calls "$func" 100
	for cpu in 1 2 3; do
		online "$cpu" 0
		online "$cpu" 1
	done
	for cpu in 1 2 3; do
		online "$cpu" 0
	done
	cmp_ok "$(probe_stat "ktlat_target_$func" .count)" '>' 0 "$name: can be read on one CPU"
	for cpu in 3 2 1; do
		online "$cpu" 1
	done
	ok "$name: all are back" more_calls "$func" 100
	target_stop
	agrees "$func" "$name: $(target_stat "$func" .returned) calls, as the target counted them"
}

before_hotplug
load_ktlat
load_target
ktlat-ctl add-probe ktlat_target_{busy,loop,sleep} ktlat_target_begin..ktlat_target_end >/dev/null
plug 'threads' busy ctx=kthread delay_ns=20000
plug 'sleepers' sleep ctx=kthread threads=32 delay_ns=1000000
plug 'softirq' loop ctx=softirq batch=5 delay_ns=10000
plug 'hardirq' busy ctx=hardirq period_ns=500000 delay_ns=10000

# By task, the start may pass on a CPU that is off when the end comes.
from_zero
target func=pair ctx=kthread calls=0 delay_ns=100000 async=1
for cpu in 1 2 3; do
	online "$cpu" 0
	online "$cpu" 1
done
more_calls pair 50
target_stop
agrees pair 'a pair of points' ktlat_target_begin..ktlat_target_end
ktlat-ctl remove-probe all >/dev/null

# A probe is added while CPUs are off.
online 2 0
ktlat-ctl add-probe ktlat_target_busy >/dev/null
online 2 1
measures 'added while a CPU was off' busy ctx=kthread calls=500

# Disabled while calls are in flight: these are recorded, later ones are not.
ktlat-ctl remove-probe all >/dev/null
func=ktlat_target_killable
ktlat-ctl add-probe $func >/dev/null
target_reset
target func=killable ctx=kthread threads=8 calls=1 delay_ns=1000000000000 async=1
ok 'eight calls are in flight' wait_until 10 \
	eval "[[ \$(probe_stat $func .in_flight) == 8 ]]"
start=$(date +%s%N)
ktlat-ctl disable $func >/dev/null
is "$(probe_stat $func .state)" disabled 'the probe is disabled'
target func=killable ctx=kthread threads=5 calls=1
inside=$(($(date +%s%N) - start))
target_stop
target_wait
is "$(target_stat killable .returned)" 13 'the target has made 13 calls'
is "$(probe_stat $func '"\(.entries) \(.count) \(.in_flight) \(.missed)"')" '8 8 0 0' \
	'disabled: those in flight were recorded when they returned, and no others'
cmp_ok "$(probe_stat $func .min_ns)" '>=' "$inside" 'with all of their latency'
ktlat-ctl enable $func >/dev/null
target func=killable ctx=kthread threads=3 calls=1
is "$(probe_stat $func '"\(.state) \(.entries) \(.count)"')" 'armed 11 11' 'enabled: calls count again'
ktlat-ctl remove-probe all >/dev/null

# And again and again, under load.
func=ktlat_target_sleep
ktlat-ctl add-probe $func >/dev/null
target_reset
target func=sleep ctx=kthread threads=16 calls=0 delay_ns=1000000 async=1
still=0
for ((i = 0; i < 10; i++)); do
	ktlat-ctl disable $func >/dev/null
	entries=$(probe_stat $func .entries)
	more_calls sleep 100
	[[ $(probe_stat $func .entries) == "$entries" ]] && still=$((still + 1))
	ktlat-ctl enable $func >/dev/null
	more_calls sleep 100
done
target_stop
is "$still" 10 'not a call is entered while the probe is disabled'
read -r entries count in_flight missed < <(probe_stat $func \
	'"\(.entries) \(.count) \(.in_flight) \(.missed)"')
is "$in_flight $missed" '0 0' 'after ten pauses nothing is in flight or missed'
is "$count" "$entries" 'each entry was recorded'
cmp_ok "$count" '>=' 1000 'those while it was enabled were'
cmp_ok "$count" '<=' "$(($(target_stat sleep .returned) - 1000))" 'those while it was disabled were not'
done_testing
