#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048 serial
#
# The direct backend loses nothing where a kretprobe does, steps back where it
# cannot serve, shares a function with other tracers, and goes when its last
# call has returned.
. tests/vm/lib.sh
. tests/vm/target.sh
BACKEND=direct
. tests/vm/gone.sh

F=ktlat_target
TRACING=/sys/kernel/tracing
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)
auto=(ktlat-ctl add-probe --args-in-registers)

load_ktlat
needs_backend direct
load_target

next=$(after_direct)

# Task, softirq and hardirq callers at once, in one function and beside others.
"${direct[@]}" ${F}_{busy,loop,recurse} >/dev/null
target func=busy ctx=softirq calls=20000 batch=10 async=1
target func=busy ctx=hardirq calls=20000 period_ns=20000 async=1
target func=loop ctx=hardirq calls=20000 period_ns=20000 async=1
target func=busy ctx=kthread calls=200000 async=1
target func=recurse ctx=kthread calls=20000 depth=8 async=1
target_wait
is "$(target_stat busy .started)" $((4 * 240000)) 'task, softirq and hardirq called at once'
has_lost_none busy 'one function'
has_lost_none loop 'another one in hardirq'
has_lost_none recurse 'recursive'
is "$(probe_stat ${F}_busy '[.buckets[].count] | add')" "$(target_stat busy .returned)" \
	'each is in a bucket'
like "$(ktlat-ctl hist ${F}_loop)" 'coverage 100 %: .* 0 missed' 'coverage is no bound'
ktlat-ctl remove-probe all >/dev/null
free_again 'removed at rest'

# Ten thousand calls in flight at once.
target_reset
echo 20000 >/proc/sys/kernel/threads-max
"${direct[@]}" ${F}_killable >/dev/null
for ((i = 0; i < 10; i++)); do
	target func=killable ctx=kthread threads=1000 calls=1 delay_ns=1000000000000 async=1
done
ok 'ten thousand sleep inside' wait_until 60 eval '[[ $(target_stat killable .started) == 10000 ]]'
is "$(probe_stat ${F}_killable '"\(.in_flight) \(.missed)"')" '10000 0' 'and are seen'

# A reset forgets them, and they do not come back.
ktlat-ctl reset all >/dev/null
is "$(probe_stat ${F}_killable '"\(.entries) \(.in_flight)"')" '0 0' 'a reset forgets them'
ktlat-ctl disable all >/dev/null
ktlat-ctl enable all >/dev/null
target func=killable ctx=task calls=3
is "$(probe_stat ${F}_killable '"\(.entries) \(.count) \(.in_flight)"')" '3 3 0' 'new calls are counted'
ktlat-ctl reset all >/dev/null
ok 'the probe can be removed' ktlat-ctl remove-probe ${F}_killable
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'it is gone from the list'
is "$(ktlat-ctl status --json | jq -c '[.memory_bytes, [.held[] | [.function, .in_flight]]]')" \
	"[0,[[\"${F}_killable\",10000]]]" 'its memory too; status says what is still held'
like "$(ktlat-ctl status)" "held +10000 calls in flight in ${F}_killable: .*ktlat_target/[0-9]+ \([0-9]+\)" \
	'and by which tasks'
is "$(references)" 1 'they hold the module'
ok 'rmmod is refused' eval '! rmmod ktlat'
fails 'unload says why' "calls are in flight in ${F}_killable \(10000\)" ktlat-ctl unload
"${direct[@]}" ${F}_killable >/dev/null
target func=killable ctx=task calls=5
is "$(probe_stat ${F}_killable '"\(.entries) \(.count) \(.in_flight)"')" '5 5 0' \
	'the function can be probed again meanwhile'
ktlat-ctl remove-probe all >/dev/null
target_stop
free_again 'the last one has returned'
is "$(target_stat killable .returned)" "$(target_stat killable .started)" 'every call has returned'
is "$(ktlat-ctl status --json | jq -c .held)" '[]' 'status shows nothing held'

# Tasks that end inside.
target_reset
"${direct[@]}" ${F}_exit >/dev/null
target func=exit ctx=kthread threads=20 depth=3
ended() { [[ $(probe_stat ${F}_exit "\"\(.entries) \(.count) \(.abandoned) \(.in_flight)\"") == "$1" ]]; }
ok 'threads that end three calls deep are abandoned' wait_until 10 ended '60 0 60 0'
ktlat-ctl remove-probe all >/dev/null
free_again 'abandoned calls'

# Removed, and reset, with calls in flight of tasks that then end inside.
"${direct[@]}" ${F}_exit >/dev/null
target func=exit ctx=kthread threads=4 delay_ns=1000000000000 async=1
ok 'four are inside' wait_until 10 ended '4 0 0 4'
ktlat-ctl reset all >/dev/null
ktlat-ctl remove-probe all >/dev/null
is "$(ktlat-ctl status --json | jq -c '[.held[].in_flight]')" '[4]' 'and still are after a reset'
target_stop
free_again 'tasks that ended after that'
target_wait

# Others on the same function: every order, each sees every call.
target_reset
"${direct[@]}" ${F}_busy >/dev/null
ktlat-ctl add-probe --backend kretprobe ${F}_busy >/dev/null
target func=busy ctx=kthread calls=1000
is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.backend, .count]]')" \
	'[["direct",4000],["kretprobe",4000]]' 'a kretprobe that comes later'
ktlat-ctl remove-probe all >/dev/null
ktlat-ctl add-probe --backend kretprobe ${F}_busy >/dev/null
"${direct[@]}" ${F}_busy >/dev/null
target func=busy ctx=kthread calls=1000
is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.backend, .count]]')" \
	'[["kretprobe",4000],["direct",4000]]' 'a kretprobe that was there before'
for tracer in function_graph function; do
	echo ${F}_busy >$TRACING/set_ftrace_filter
	echo $tracer >$TRACING/current_tracer
	ktlat-ctl reset all >/dev/null
	echo >$TRACING/trace
	target func=busy ctx=kthread calls=100
	is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.count, .missed]]')" '[[400,0],[400,0]]' \
		"$tracer that comes later"
	sees=400
	[[ $LINUX/$tracer != 5.10/function_graph ]] || sees=0
	is "$(grep -c ${F}_busy $TRACING/trace)" $sees "$tracer sees each call as well, but function_graph on 5.10"
	ktlat-ctl disable all >/dev/null
	ktlat-ctl enable all >/dev/null
	ktlat-ctl reset all >/dev/null
	target func=busy ctx=kthread calls=100
	is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.count, .missed]]')" '[[400,0],[400,0]]' \
		"$tracer that was there before"
	echo nop >$TRACING/current_tracer
	target func=busy ctx=kthread calls=100
	is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.count, .missed]]')" '[[800,0],[800,0]]' \
		"$tracer that goes"
done
echo >$TRACING/set_ftrace_filter

# One trampoline a function: a second one steps back.
fails 'a second direct probe is refused' "another trampoline is on the function" "${direct[@]}" ${F}_busy
like "$("${auto[@]}" ${F}_busy)" "\\($next, not direct: another trampoline" "auto takes a $next then"
like "$("${auto[@]}" ${F}_loop)" '\(direct\)' 'auto takes direct where it can'
is "$(ktlat-ctl list --json | jq -c '[.probes[-2:][] | .passed_over]')" \
	'["another trampoline is on the function, of a BPF program or a livepatch maybe, or kernel.ftrace_enabled is 0",null]' 'list says why'
ktlat-ctl remove-probe all >/dev/null
free_again 'others on the function'

# The stack is whole: seen from inside, and of a task that sleeps inside.
target_reset
"${direct[@]}" ${F}_killable >/dev/null
target func=killable ctx=kthread threads=1 calls=1 delay_ns=1000000000000 async=1
ok 'one is inside' wait_until 10 eval '[[ $(target_stat killable .started) == 1 ]]'
like "$(sleeper_stack)" "${F}_killable ktlat_direct_[0-9a-f]{2} ${F}_killable target_call .*kthread ret_from_fork" \
	'the stack of a sleeper leads through the trampoline to its callers'
target_stop
target_wait
ktlat-ctl remove-probe all >/dev/null
free_again 'the sleeper'

module_goes free_again
init_text_goes free_again
cpus_go

# What the kernel's BTF tells of functions and nobody else vouches for.
exact=$(exact_by "$next")
like "$(ktlat-ctl add-probe vfs_read)" '\(direct\)' 'a function with its arguments in registers'
for func in do_mmap seq_printf; do
	like "$(ktlat-ctl add-probe $func)" "\\($next, not direct: no BTF " "$func: auto does not"
	fails "$func: nor does direct" 'BTF tells that not all its arguments come in registers' "${direct[@]}" $func
done
cat /proc/self/maps /proc/modules >/dev/null
is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.function, .backend, .count > 0, .exact]]')" \
	"[[\"vfs_read\",\"direct\",true,true],[\"do_mmap\",\"$next\",true,$exact],[\"seq_printf\",\"$next\",true,$exact]]" \
	'each is measured'
fails 'do_idle: no trampoline may' 'no trampoline may call this function' \
	ktlat-ctl add-probe --backend direct do_idle
like "$(ktlat-ctl add-probe do_idle)" "\\($next, not direct: no trampoline may call this function\\)" \
	'do_idle: auto knows'
ktlat-ctl remove-probe all >/dev/null
diag 'who copies what we print is in vfs_read until we print'

# Tasks that die while their probe is being removed.
ktlat-ctl add-probe get_signal >/dev/null
pids=()
for ((i = 0; i < 30; i++)); do
	sleep 1000 &
	pids+=($!)
done
kill -STOP "${pids[@]}"
ktlat-ctl remove-probe get_signal >/dev/null &
remover=$!
kill -KILL "${pids[@]}"
wait "${pids[@]}" $remover 2>/dev/null
free_again 'tasks that died meanwhile'

# unload takes the probes along.
"${direct[@]}" ${F}_busy >/dev/null
ok 'rmmod is refused with a probe' eval '! rmmod ktlat'
ok 'unload removes it first' ktlat-ctl unload
done_testing
