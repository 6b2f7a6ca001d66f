#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480 serial
#
# Unloading: with probes armed and hit it works and leaves nothing, with calls
# in flight these return, with a reader it is refused and said who that is. And
# the other way round: the module that holds a probed function goes.
. tests/vm/lib.sh
. tests/vm/target.sh

HOLD=tests/programs/hold

loaded() {
	awk '{ print $1 }' /proc/modules | grep -qx ktlat
}

# leaves_nothing NAME: the module is gone, and so are its kprobes.
leaves_nothing() {
	is "$(loaded && echo loaded)" '' "$1: the module is gone"
	is "$(cat /sys/kernel/debug/kprobes/list)" '' "$1: no kprobe is left"
	is "$(ls /dev/ktlat 2>/dev/null)" '' "$1: nor the device"
}

# held_by NAME PID: what holds the module is told, and nothing has changed.
held_by() {
	local comm
	comm=$(<"/proc/$2/comm")
	ok "$1: rmmod is refused" eval '! rmmod ktlat'
	fails "$1: unload says by whom" "in use by $comm \($2\); end them first$" ktlat-ctl unload
	ok "$1: the module is still there" loaded
	is "$(probe_stat ktlat_target_busy .state)" armed "$1: and its probes"
}

hammer() {
	target func=busy ctx=kthread calls=0 delay_ns=20000 async=1
	target func=loop ctx=hardirq calls=0 period_ns=300000 async=1
	target func=pair ctx=softirq calls=0 async=1
}

# add FUNCTION...: by what does not hold the module, as direct does.
add() {
	ktlat-ctl add-probe --backend kretprobe "$@"
}

add_all() {
	add ktlat_target_{busy,loop} >/dev/null &&
		ktlat-ctl add-probe ktlat_target_begin..ktlat_target_end{,@cpu} \
			@hrtimer @softirq @wakeup @syscall >/dev/null
}

load_target

# Armed and hit, all backends.
load_ktlat
hammer
ok 'eight probes under load' add_all
hit() { [[ $(ktlat-ctl hist --json | jq '[.probes[] | select(.count > 0)] | length') == 8 ]]; }
ok 'all of them are hit' wait_until 20 hit
ok 'rmmod with probes armed' rmmod ktlat
leaves_nothing 'probes armed'
before=$(target_stat busy .returned)
ok 'the functions are still called' wait_until 10 \
	eval "[[ \$(target_stat busy .returned) -gt $before ]]"
target_stop
is "$(target_stat busy .returned)" "$(target_stat busy .started)" 'and every call has returned'

# Ten times, with a call each.
again() {
	load_ktlat
	add ktlat_target_{busy,sleep} >/dev/null && ktlat-ctl add-probe @syscall >/dev/null || return
	target func=busy ctx=task calls=3
	[[ $(probe_stat ktlat_target_busy .count) == 3 ]] && rmmod ktlat
}
good=0
for ((i = 0; i < 10; i++)); do
	again && good=$((good + 1))
done
is "$good" 10 'ten times insmod, add, hit, rmmod'
leaves_nothing 'ten times'

# Held by a mapping alone, and by a descriptor alone.
load_ktlat
add ktlat_target_busy >/dev/null
$HOLD "$(probe_stat ktlat_target_busy .id)" >/tmp/holding &
holder=$!
ok 'a reader has a mapping and no descriptor' wait_until 60 grep -q holding /tmp/holding
is "$(find /proc/$holder/fd -lname /dev/ktlat)" '' 'it has closed the device'
held_by 'a mapping' "$holder"
kill "$holder"
wait "$holder" 2>/dev/null
tail -f /dev/null 3</dev/ktlat &
holder=$!
ok 'a reader has a descriptor' wait_until 10 \
	eval "[[ \$(</proc/$holder/comm) == tail && -e /proc/$holder/fd/3 ]]"
held_by 'a descriptor' "$holder"
kill "$holder"
wait "$holder" 2>/dev/null
ok 'nobody holds it any more' ktlat-ctl unload
leaves_nothing 'held before'
fails 'unload without a module says so' 'it is not loaded' ktlat-ctl unload

# Calls in flight, in a function and between two points.
target_reset
load_ktlat
add ktlat_target_killable >/dev/null
ktlat-ctl add-probe ktlat_target_killable..ktlat_target_recurse @syscall >/dev/null
target func=killable ctx=kthread threads=50 calls=1 delay_ns=1000000000000 async=1
ok 'fifty calls are in flight' wait_until 10 \
	eval '[[ $(target_stat killable .started) == 50 ]]'
is "$(probe_stat ktlat_target_killable .in_flight)" 50 'they are seen'
ok 'rmmod with calls in flight' rmmod ktlat
is "$(target_stat killable .returned)" 0 'they are still inside'
leaves_nothing 'calls in flight'
target_stop
target_wait
is "$(target_stat killable .returned)" 50 'they all return'
is "$(target_stat killable '.inner.buckets | map(.count) | add')" 50 'to where they were called from'

# The module that holds the function goes, with the probe armed, and comes back.
load_ktlat
target_reset
add ktlat_target_busy >/dev/null
ktlat-ctl add-probe ktlat_target_begin..ktlat_target_end >/dev/null
target func=busy ctx=task calls=7
kept=$(probe_stat ktlat_target_busy '"\(.count) \(.sum_ns) \(.max_ns)"')
ok 'the probed module can be unloaded' rmmod ktlat_target
is "$(ktlat-ctl list --json | jq -c '[.probes[].state]')" '["gone","gone"]' 'its probes are gone'
is "$(probe_stat ktlat_target_busy '"\(.count) \(.sum_ns) \(.max_ns)"')" "$kept" \
	'their figures are kept'
like "$(ktlat-ctl hist)" 'its module was unloaded; remove the probe and add it again' 'hist says what to do'
load_target
target func=busy ctx=task calls=2
is "$(probe_stat ktlat_target_busy '"\(.state) \(.count)"')" 'gone 7' 'the module that is back is another one'
ok 'probes that are gone can be disabled' ktlat-ctl disable all
ok 'and removed' ktlat-ctl remove-probe all
ok 'and added anew' add ktlat_target_busy
target func=busy ctx=task calls=2
is "$(probe_stat ktlat_target_busy '"\(.state) \(.count)"')" 'armed 2' 'to count again'

# Ten times, without removing the probes, which then go with ktlat.
good=0
for ((i = 0; i < 10; i++)); do
	add ktlat_target_busy >/dev/null
	rmmod ktlat_target && load_target && good=$((good + 1))
done
is "$good" 10 'ten times the probed module goes and comes back'
is "$(ktlat-ctl list --json | jq '[.probes[] | select(.state == "gone")] | length')" 11 'each left a probe'
ok 'rmmod with probes that are gone' rmmod ktlat
leaves_nothing 'probes gone'
done_testing
