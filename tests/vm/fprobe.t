#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048 serial
#
# The fprobe backend loses nothing where a kretprobe does, has its pool grow
# before it is empty, counts what it does lose, records calls in flight after it
# was stopped, forgets them when it ends, and shares a function with others. Where
# fprobes have no pool but lie on the task's shadow stack, it says that its figures
# are a bound.
. tests/vm/lib.sh
. tests/vm/target.sh
BACKEND=fprobe
. tests/vm/gone.sh

F=ktlat_target
TRACING=/sys/kernel/tracing
fprobe=(ktlat-ctl add-probe --backend fprobe)

# figures FUNCTION
figures() {
	probe_stat "${F}_$1" '"\(.entries) \(.count) \(.missed) \(.abandoned) \(.in_flight)"'
}

# become FUNCTION FIGURES NAME
become() {
	ok "$3" wait_until 20 eval "[[ \$(figures $1) == '$2' ]]"
}

# sleepers THOUSANDS FUNCTION: so many threads wait inside until they are stopped.
sleepers() {
	local i
	for ((i = 0; i < $1; i++)); do
		target func="$2" ctx=kthread threads=1000 calls=1 delay_ns=1000000000000 async=1
	done
	ok "${1},000 sleep inside $2" wait_until 60 \
		eval "((\$(target_stat $2 '.started - .returned') >= ${1}000))"
}

load_ktlat
needs_backend fprobe
load_target
echo 30000 >/proc/sys/kernel/threads-max

# What kind of fprobes this kernel has: with a pool, or without.
POOL=$(fprobe_pool)
EXACT=$(exact_by fprobe)
if ((POOL)); then
	BOUND=''
	diag "its fprobes have a pool, of $POOL at first"
else
	BOUND='<= '
	diag 'its fprobes have no pool'
fi

# on FUNCTION: ftrace has somebody there.
on() {
	grep -q "${F}_$1 " $TRACING/enabled_functions
}

off() {
	! on "$1"
}

# Task, softirq and hardirq callers at once, in one function and beside others,
# one of them measured by a kretprobe.
"${fprobe[@]}" ${F}_{busy,loop,recurse} >/dev/null
ktlat-ctl add-probe --backend kretprobe ${F}_inner >/dev/null
for context in kthread softirq 'hardirq period_ns=20000'; do
	# shellcheck disable=SC2086 # words
	target func=busy ctx=$context calls=0 async=1
done
target func=loop ctx=hardirq calls=0 period_ns=20000 async=1
target func=recurse ctx=kthread calls=0 depth=32 async=1
target func=outer ctx=kthread calls=0 async=1
busy_calls() { (($(target_stat busy .started) > 200000 && $(target_stat loop .started) > 20000)); }
ok 'task, softirq and hardirq call at once' wait_until 90 busy_calls
target_stop
has_lost_none busy 'one function'
has_lost_none loop 'another one in hardirq'
has_lost_none recurse '32 calls deep'
is "$(probe_stat ${F}_busy '[.buckets[].count] | add')" "$(target_stat busy .returned)" \
	'each is in a bucket'
like "$(ktlat-ctl hist ${F}_loop)" "coverage ${BOUND}100 %: .* 0 missed" 'coverage is said as it is'
ktlat-ctl remove-probe all >/dev/null

# The pool grows while calls come from all CPUs: each is counted once.
pool_grows() {
	local round small large
	for round in 1 2 3; do
		target_reset
		"${fprobe[@]}" ${F}_sleep >/dev/null
		small=$(probe_stat ${F}_sleep .pool)
		target func=sleep ctx=kthread threads=$((small * 3 / 4)) calls=0 delay_ns=100000000 async=1
		target func=sleep ctx=kthread cpus=1-3 calls=0 async=1
		ok "round $round: the pool of $small grows" wait_until 60 \
			eval "[[ \$(probe_stat ${F}_sleep .pool) -gt $small ]]"
		target_stop
		target_wait
		has_lost_none sleep "round $round, grown under load"
		[[ $round -eq 3 ]] || ktlat-ctl remove-probe all >/dev/null
	done

	# A disabled probe keeps its larger pool; what is held goes with the probe.
	large=$(probe_stat ${F}_sleep .pool)
	ktlat-ctl disable all >/dev/null
	ktlat-ctl enable all >/dev/null
	is "$(probe_stat ${F}_sleep .pool)" "$large" 'the larger pool outlives a pause'
	ktlat-ctl remove-probe all >/dev/null
	is "$(ktlat-ctl status --json | jq -r .memory_bytes)" 0 'its memory is given back'
}
((POOL == 0)) || pool_grows

# Ten thousand calls in flight at once.
target_reset
"${fprobe[@]}" --pool 16384 ${F}_killable >/dev/null
sleepers 10 killable
become killable '10000 0 0 0 10000' 'all are seen'
ktlat-ctl disable all >/dev/null
target func=killable ctx=task calls=1 delay_ns=1
ktlat-ctl enable all >/dev/null
ktlat-ctl disable all >/dev/null
become killable '10000 0 0 0 10000' 'and still are after a pause'
target_stop
target_wait
become killable '10000 10000 0 0 0' 'and recorded when they return, though the probe is disabled'
target func=killable ctx=task calls=3
become killable '10000 10000 0 0 0' 'new calls are not'
ok 'then nothing is left on the function' wait_until 20 off killable
ktlat-ctl remove-probe all >/dev/null

# The same in steps, with a pool that grows to it.
target_reset
"${fprobe[@]}" ${F}_killable >/dev/null
target func=killable ctx=kthread threads=600 calls=1 delay_ns=1000000000000 async=1
((POOL == 0)) || ok 'the pool grows ahead of need' wait_until 20 \
	eval "[[ \$(probe_stat ${F}_killable .pool) -ge 10000 ]]"
sleepers 9 killable
become killable '9600 0 0 0 9600' 'all that came before and after are seen'

# A reset forgets them, and they do not come back.
ktlat-ctl reset all >/dev/null
become killable '0 0 0 0 0' 'a reset forgets them'
ktlat-ctl disable all >/dev/null
ktlat-ctl enable all >/dev/null
target func=killable ctx=task calls=3
become killable '3 3 0 0 0' 'new calls are counted'

# The end of the probe and of the module does not wait for them.
ok 'the probe can be removed with calls in flight' ktlat-ctl remove-probe all
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'it is gone'
ok 'the module can be unloaded with calls in flight' rmmod ktlat
load_ktlat
"${fprobe[@]}" ${F}_killable >/dev/null
target func=killable ctx=task calls=5
become killable '5 5 0 0 0' 'one that is loaded again measures'
target_stop
target_wait
is "$(target_stat killable .returned)" "$(target_stat killable .started)" 'every call has returned'
become killable '5 5 0 0 0' 'and none that was not measured is counted'
ktlat-ctl remove-probe all >/dev/null

# What is lost is counted, and said to be a bound.
pool_of_1() {
	local started entries count missed in_flight
	target_reset
	"${fprobe[@]}" --pool 1 ${F}_sleep >/dev/null
	target func=sleep ctx=kthread threads=64 calls=4 delay_ns=20000000
	started=$(target_stat sleep .started)
	read -r entries count missed _ in_flight <<<"$(figures sleep)"
	diag "a pool of 1: $started calls, $count recorded, $missed missed"
	is "$in_flight" 0 'a pool of 1: nothing is in flight afterwards'
	cmp_ok "$missed" '>=' 128 'a pool of 1: most calls found it empty'
	is "$entries" $((count + missed)) 'a pool of 1: entries were recorded or missed'
	nearly_all "$entries" "$started" 'a pool of 1'
	is "$(probe_stat ${F}_sleep .exact)" false 'a pool of 1: the figure is said to be a bound'
	like "$(ktlat-ctl hist ${F}_sleep)" 'coverage <= [0-9.]+ %: .* missed' 'a pool of 1: and shown as one'
	is "$(probe_stat ${F}_sleep .pool)" 1 'a pool of set size does not grow'
	from_zero
	target func=sleep ctx=task calls=5
	has_lost_none sleep 'after a reset'
	ktlat-ctl remove-probe all >/dev/null
}

# A page holds 28 calls with three fprobes on the function; who is told of a loss
# is who had no room, and that is all three.
shadow_stack_is_full() {
	local started entries count missed in_flight
	target_reset
	for _ in 1 2 3; do
		"${fprobe[@]}" ${F}_recurse >/dev/null
	done
	target func=recurse ctx=kthread threads=1 cpus=1 calls=100 depth=32
	started=$(target_stat recurse .started)
	read -r entries count missed _ in_flight <<<"$(figures recurse)"
	diag "a full shadow stack: $started calls, $count recorded, $missed missed"
	cmp_ok "$missed" '>' 0 'a full shadow stack: calls too deep are missed'
	is "$entries $in_flight $((count + missed))" "$started 0 $started" 'a full shadow stack: and counted'
	like "$(ktlat-ctl hist ${F}_recurse)" 'coverage <= [0-9.]+ %: .* missed' 'a full shadow stack: shown as a bound'
	from_zero
	target func=recurse ctx=kthread threads=1 cpus=1 calls=100 depth=20
	has_lost_none recurse 'after a reset'
	ktlat-ctl remove-probe all >/dev/null
}

# Eight share a function, and a ninth would have all of them miss each call.
eight_on_a_function() {
	target_reset
	for _ in 1 2 3 4 5 6 7 8; do
		"${fprobe[@]}" ${F}_busy >/dev/null
	done
	fails 'a ninth on a function is refused' 'as many fprobes as it can' "${fprobe[@]}" ${F}_busy
	target func=busy ctx=kthread calls=100
	is "$(ktlat-ctl list --json | jq -c '[.probes[] | [.count, .missed]] | unique')" '[[400,0]]' \
		'each of the eight sees every call'
	ktlat-ctl remove-probe all >/dev/null
}

# Calls that were forgotten return, after as many starts as there are indices of
# function graph tracing: where fprobes then have the first one, the kernel warns.
forgotten_return() {
	local pids=() pid
	target_reset
	"${fprobe[@]}" ${F}_killable >/dev/null
	for _ in {1..16}; do
		echo "func=killable ctx=task calls=1 delay_ns=1000000000000" >"$TARGET_DIR/run" 2>/dev/null &
		pids+=($!)
	done
	become killable '16 0 0 0 16' '16 sleep'
	ktlat-ctl remove-probe all >/dev/null
	"${fprobe[@]}" ${F}_busy >/dev/null
	for pid in "${pids[@]}"; do
		ktlat-ctl disable all >/dev/null
		ktlat-ctl enable all >/dev/null
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
	done
	is "$(target_stat killable .returned)" 16 'and return, forgotten, one after each of 16 starts'
	is "$(probe_stat ${F}_busy .entries)" 0 'which no other probe counts'
	is "$(dmesg | grep -c 'WARNING: .*fprobe')" 0 'nor does the kernel warn'
	ktlat-ctl remove-probe all >/dev/null
}

if ((POOL)); then
	pool_of_1
else
	shadow_stack_is_full
	eight_on_a_function
	forgotten_return
fi

# Tasks that end inside: beside a kretprobe, whose calls are on the same list.
target_reset
"${fprobe[@]}" ${F}_exit >/dev/null
ktlat-ctl add-probe --backend kretprobe ${F}_exit >/dev/null
target func=exit ctx=kthread threads=20 depth=3
abandoned() {
	[[ $(ktlat-ctl list --json |
		jq -c '[.probes[] | [.entries, .count, .missed, .abandoned, .in_flight]]') == "$1" ]]
}
ok 'threads that end three calls deep are abandoned' wait_until 20 \
	abandoned '[[60,0,0,60,0],[60,0,0,60,0]]'
ktlat-ctl remove-probe all >/dev/null

# Others on the same function: every order, each sees every call.
for order in 'fprobe kretprobe' 'kretprobe fprobe' 'fprobe fprobe'; do
	target_reset
	for backend in $order; do
		ktlat-ctl add-probe --backend "$backend" ${F}_busy >/dev/null
	done
	target func=busy ctx=kthread calls=1000
	is "$(ktlat-ctl list --json | jq -c '[.probes[] | [.count, .missed]]')" '[[4000,0],[4000,0]]' "$order"
	ktlat-ctl remove-probe all >/dev/null
done
"${fprobe[@]}" ${F}_busy >/dev/null
for tracer in function_graph function; do
	echo ${F}_busy >$TRACING/set_ftrace_filter
	echo $tracer >$TRACING/current_tracer
	ktlat-ctl reset all >/dev/null
	echo >$TRACING/trace
	target func=busy ctx=kthread calls=100
	become busy '400 400 0 0 0' "$tracer that comes later"
	is "$(grep -c ${F}_busy $TRACING/trace)" 400 "$tracer sees each call as well"
	ktlat-ctl disable all >/dev/null
	ktlat-ctl enable all >/dev/null
	target func=busy ctx=kthread calls=100
	become busy '800 800 0 0 0' "$tracer that was there before"
	echo nop >$TRACING/current_tracer
	target func=busy ctx=kthread calls=100
	become busy '1200 1200 0 0 0' "$tracer that goes"
done
echo >$TRACING/set_ftrace_filter

# ftrace that is switched off.
ok 'it cannot be switched off below a probe' eval '! echo 0 >/proc/sys/kernel/ftrace_enabled'
target func=busy ctx=kthread calls=100
become busy '1600 1600 0 0 0' 'which goes on'
ktlat-ctl remove-probe all >/dev/null
echo 0 >/proc/sys/kernel/ftrace_enabled
fails 'a probe is refused where it is' 'ftrace is switched off; ' "${fprobe[@]}" ${F}_busy
echo 1 >/proc/sys/kernel/ftrace_enabled
"${fprobe[@]}" ${F}_busy >/dev/null
target_reset
target func=busy ctx=kthread calls=100
has_lost_none busy 'switched on again'
ktlat-ctl remove-probe all >/dev/null

module_goes :
init_text_goes :
cpus_go

# Functions of the kernel, and what auto takes where direct steps back.
not_direct=$(ktlat-ctl status --json | jq -r '.features | index("direct") // empty')
for func in do_mmap seq_printf; do
	like "$(ktlat-ctl add-probe $func)" "\(fprobe${not_direct:+, not direct: no BTF }" "$func: auto takes it"
done
cat /proc/self/maps /proc/modules >/dev/null
is "$(ktlat-ctl hist --json | jq -c '[.probes[] | [.function, .backend, .count > 0, .exact]]')" \
	"[[\"do_mmap\",\"fprobe\",true,$EXACT],[\"seq_printf\",\"fprobe\",true,$EXACT]]" 'each is measured'
is "$(ktlat-ctl list --json | jq -c '[.probes[].passed_over | type]')" \
	"$(if [[ $not_direct ]]; then echo '["string","string"]'; else echo '["null","null"]'; fi)" \
	'and why direct was passed over is told'
fails 'a function that never returns is refused' 'never returns' "${fprobe[@]}" do_exit
fails 'and one of our own' 'part of ktlat' "${fprobe[@]}" ktlat:fpr_perch
fails 'and one without a site' 'no ftrace site|allows no probe there' "${fprobe[@]}" asm_exc_page_fault
ktlat-ctl remove-probe all >/dev/null

is "$(grep ktlat $TRACING/enabled_functions | grep -vc '^fpr_perch ')" 0 'nothing is left on any function'
is "$(grep -c '^fpr_perch ' $TRACING/enabled_functions)" $((POOL == 0)) \
	'but for the one of our own that keeps function graph tracing registered'
ok 'and the module can go' rmmod ktlat
done_testing
