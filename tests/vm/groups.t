#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=3072 serial long
#
# Groups: many functions by one trampoline, each with its own figures, which are
# those that the functions know of themselves; kernel modules that go; what is
# refused; and how long two thousand take, beside function_graph. The long form
# traces every function of the kernel that can be traced.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
TRACING=/sys/kernel/tracing
group=(ktlat-ctl add-probe --args-in-registers --group)

load_ktlat
needs_groups
load_target

# Each function has its own figures, whoever calls, however deep.
like "$("${group[@]}" target --precision 5 ${F}_{busy,loop,sleep,outer,inner,recurse,migrate})" \
	'added group [0-9]+: target \(direct, 7 functions\)' 'a group of seven'
target func=busy ctx=softirq batch=20 calls=5000 async=1
target func=busy ctx=hardirq calls=5000 period_ns=20000 async=1
target func=loop ctx=hardirq calls=5000 period_ns=20000 async=1
target func=busy ctx=kthread calls=20000 async=1
target func=outer ctx=kthread calls=5000 delay_ns=1000 async=1
target func=recurse ctx=kthread calls=2000 depth=32 async=1
target func=migrate ctx=kthread calls=500 delay_ns=1000 async=1
target func=sleep ctx=kthread threads=64 calls=4 delay_ns=1000000 async=1
target_wait
for func in busy loop sleep outer inner recurse migrate; do
	member_agrees target $func "$func, with all the others at once"
done
is "$(probe_stat target '"\(.count) \(.missed) \(.exact)"')" \
	"$(jq '[.functions[] | .returned] | add' $TARGET_DIR/stats) 0 true" 'the group has the sum, and it is exact'
like "$(ktlat-ctl list)" 'target \(7 functions\)' 'list shows it in a line'
ktlat-ctl reset target >/dev/null
is "$(probe_stat target '"\(.entries) \(.count)"')" '0 0' 'a reset clears all of them'
ktlat-ctl disable target >/dev/null
target func=busy ctx=task calls=5
ktlat-ctl enable target >/dev/null
target func=loop ctx=task calls=3
is "$(member target ${F}_busy .count) $(member target ${F}_loop .count)" '0 3' 'disabled, enabled'

# Others on a function of a group.
echo ${F}_busy >$TRACING/set_ftrace_filter
echo function_graph >$TRACING/current_tracer
ktlat-ctl add-probe --backend kretprobe ${F}_busy >/dev/null
ktlat-ctl reset all >/dev/null
target func=busy ctx=kthread calls=1000
is "$(member target ${F}_busy .count) $(probe_stat ${F}_busy .count)" '4000 4000' \
	'with function_graph and a kretprobe, each sees every call'
echo nop >$TRACING/current_tracer
echo >$TRACING/set_ftrace_filter
fails 'one function, one trampoline' 'another trampoline is on the function' \
	ktlat-ctl add-probe --backend direct --args-in-registers ${F}_busy
fails 'nor in two groups' 'has another trampoline|another trampoline' "${group[@]}" other ${F}_busy
ktlat-ctl remove-probe all >/dev/null
free_again 'removed at rest' 30

# What cannot be measured is left out and told; the others are.
like "$("${group[@]}" mixed --why ${F}_busy no_such_function do_exit do_idle)" \
	'1 function; 3 left out.*no_such_function: .*do_exit: .*do_idle: ' 'what is left out, and why'
ktlat-ctl remove-probe all >/dev/null
fails 'nothing is left' 'no_such_function|function' "${group[@]}" none no_such_function
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'and no group'

# Patterns stand for what ftrace has in its list, each function once; functions that
# share a name are all there, and told apart.
sites() {
	sed -n "s/^\($1\) .*ktlat_target.*/\1/p" $TRACING/available_filter_functions
}
like "$(ktlat-ctl add-probe --args-in-registers "$F:*_target_[lb]*")" 'added group [0-9]+: ktlat_target:\*_target_\[lb\]\*' \
	'a pattern alone makes a group of its name'
is "$(ktlat-ctl hist --json "$F:*_target_[lb]*" | jq -r '.probes[0].members[].function' | sort)" \
	"$(sites '[a-z]*_target_[lb][^ 	]*' | sort)" 'all that fit, and no other'
target func=busy ctx=task calls=5
is "$(member "$F:*_target_[lb]*" ${F}_busy .count)" 5 'they are measured'
ktlat-ctl remove-probe "$F:*_target_[lb]*" >/dev/null
"${group[@]}" twins "${F}_t*n" ${F}_busy >/dev/null
is "$(ktlat-ctl hist --json twins | jq '.probes[0].members | map(select(.function == "ktlat_target_twin")) | length')" 2 \
	'both functions of one name'
target func=twin ctx=kthread cpus=0 calls=20
target func=other_twin ctx=kthread cpus=0 calls=30
mapfile -t twins < <(ktlat-ctl hist twins | grep -oE "$F\+0x[0-9a-f]+:${F}_twin")
is "${#twins[@]}" 2 'are shown by where they are'
is "$(ktlat-ctl hist --json twins | jq -c '[.probes[0].members[] | select(.function == "ktlat_target_twin") | .count] | sort')" \
	'[20,30]' 'each with its own figures'
ktlat-ctl remove-probe all >/dev/null
like "$(ktlat-ctl add-probe --why "${twins[0]}" 2>&1)" 'why is for a group' 'which is no pattern'
like "$(ktlat-ctl add-probe --group few --why 'tcp_*' 'no_such_*' | tail -n 1)" 'left out no_such_\*: no such function' \
	'a pattern that nothing fits is left out'
kept=$(probe_stat few '.members | length')
left=$(ktlat-ctl remove-probe few >/dev/null && ktlat-ctl add-probe --disabled --group few --why 'tcp_*' | grep -c '^left out')
is $((kept + left)) "$(sed -n 's/^\(tcp_[^ ]*\).*/\1/p' $TRACING/available_filter_functions | wc -l)" \
	"of tcp_* $kept are measured and $left left out, and that is all of them"
ktlat-ctl remove-probe all >/dev/null

# Calls that sleep, or whose task ends, below the trampoline.
target_reset
"${group[@]}" sleepers ${F}_{killable,exit,busy} >/dev/null
target func=exit ctx=kthread threads=20 depth=3
for ((i = 0; i < 5; i++)); do
	target func=killable ctx=kthread threads=200 calls=1 delay_ns=1000000000000 async=1
done
ok 'a thousand are inside' wait_until 30 eval '[[ $(target_stat killable .started) == 1000 ]]'
ended() { [[ $(probe_stat sleepers '"\(.entries) \(.count) \(.abandoned) \(.in_flight)"') == "$1" ]]; }
ok 'three calls of each that ended are abandoned' wait_until 10 ended '1060 0 60 1000'
is "$(member sleepers ${F}_exit .entries) $(member sleepers ${F}_killable .entries)" '60 1000' 'each in its function'
like "$(sleeper_stack)" "${F}_killable ktlat_direct_group_[0-9a-f] ${F}_killable target_call .*kthread ret_from_fork" \
	'the stack of a sleeper leads through the trampoline to its callers'
ktlat-ctl reset all >/dev/null
ktlat-ctl remove-probe all >/dev/null
is "$(ktlat-ctl status --json | jq -c '[.held[] | [.function, .in_flight]]')" '[["sleepers",1000]]' \
	'removed: status says what is held'
"${group[@]}" again ${F}_{killable,busy} >/dev/null
target func=killable ctx=task calls=5
is "$(member again ${F}_killable '"\(.entries) \(.count)"')" '5 5' 'in another group meanwhile'
ktlat-ctl remove-probe all >/dev/null
target_stop
free_again 'the last one has returned' 30
target_wait

# A module that goes takes its own functions along, and no other.
"${group[@]}" kernel ${F}_busy jiffies64_to_msecs >/dev/null
target func=kernel ctx=task calls=5
ok 'the module with one of its functions can go' rmmod ktlat_target
load_target
target func=busy ctx=task calls=5
target func=kernel ctx=task calls=5
is "$(member kernel ${F}_busy .count) $(probe_stat kernel .state)" '0 armed' 'what came back is not the same'
cmp_ok "$(member kernel jiffies64_to_msecs .count)" '>=' 10 'the other goes on'
ok 'disabled' ktlat-ctl disable kernel
ok 'and enabled again' ktlat-ctl enable kernel
target func=kernel ctx=task calls=5
cmp_ok "$(member kernel jiffies64_to_msecs .count)" '>=' 15 'it still goes on'
ktlat-ctl remove-probe all >/dev/null

# The same before it was ever enabled.
"${group[@]}" early --disabled ${F}_busy >/dev/null
rmmod ktlat_target
load_target
fails 'a group whose module has gone is not enabled' 'unloaded|gone' ktlat-ctl enable early
target func=busy ctx=task calls=5
is "$(probe_stat early .count)" 0 'and measures nothing'
ktlat-ctl remove-probe all >/dev/null
free_again 'modules that went' 30

# A function that goes once its module is loaded would take the others along.
rmmod ktlat_target
insmod "$TARGET_KO" init_naps=100 &
loader=$!
ok 'a module that is loading' wait_until 5 grep -q "${F}_init_nap.*ktlat_target" /proc/kallsyms
like "$("${group[@]}" loading --why ${F}_{init_nap,busy})" \
	"1 function; 1 left out.*${F}_init_nap: goes once its module is loaded" 'what goes by itself is left out'
is "$(</sys/module/ktlat_target/initstate)" coming 'it was still loading'
echo 0 >/sys/module/ktlat_target/parameters/init_naps
wait $loader
target func=busy ctx=task calls=5
is "$(member loading ${F}_busy .count) $(probe_stat loading .state)" '5 armed' 'the others are measured'
ktlat-ctl remove-probe all >/dev/null
free_again 'a module that was loading' 30

# Two thousand functions beside function_graph, which is given globs for about as
# many. Medians of three rounds in one run.
globs='tcp_* ip_* udp_* sock_* inet_* dev_* skb_* netdev_* nf_* __ip_* __tcp_* fib_* neigh_* rt_* xfrm_* vfs_* do_* __do_* file_* generic_*'
pattern=$(tr ' ' '\n' <<<"$globs" | sed 's/\*/[^ ]*/' | paste -sd '|')
grep -E "^($pattern)\$" $TRACING/available_filter_functions | sort -u >/tmp/functions
median() { sort -n | sed -n 2p; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
graph_on() {
	echo "$globs" >$TRACING/set_ftrace_filter
	echo function_graph >$TRACING/current_tracer
}
graph_off() {
	echo nop >$TRACING/current_tracer
	echo >$TRACING/set_ftrace_filter
}
for ((i = 0; i < 3; i++)); do
	start=$(now_ms)
	graph_on
	echo $(($(now_ms) - start)) >>/tmp/graph
	matched=$(wc -l <$TRACING/set_ftrace_filter)
	graph_off
	start=$(now_ms)
	ktlat-ctl add-probe --group many -f /tmp/functions >/tmp/added || fail 'the group of many'
	echo $(($(now_ms) - start)) >>/tmp/attach
	start=$(now_ms)
	ktlat-ctl remove-probe many >/dev/null
	echo $(($(now_ms) - start)) >>/tmp/detach
done
diag "$(</tmp/added)"
diag "function_graph takes $matched functions: ms $(paste -sd ' ' /tmp/graph)"
diag "attach: ms $(paste -sd ' ' /tmp/attach); detach: ms $(paste -sd ' ' /tmp/detach)"
cmp_ok "$(sed -E 's/.*direct, ([0-9,]+) functions.*/\1/; s/,//g' /tmp/added)" '>=' 1500 'a group of some two thousand'
cmp_ok "$(median </tmp/attach)" '<=' $((3 * $(median </tmp/graph))) \
	'attached in three times what function_graph takes at most'
cmp_ok "$(median </tmp/detach)" '<=' $((3 * $(median </tmp/graph))) 'detached likewise'
free_again 'many' 30

# Every function of the kernel that can be traced, a group of 2000 after the other:
# what the machine does meanwhile goes on, tasks end, and no function returns more
# often than it was entered. Without those through which every system call goes:
# one that sleeps for good holds the module, as it should.
every() {
	local list name
	sed 's/ .*//; /^__x64_sys_\|^__ia32_\|^x64_sys_call$/d' $TRACING/available_filter_functions |
		sort | uniq -u | split -l 2000 - /tmp/every.
	for list in /tmp/every.*; do
		name=${list##*/}
		ktlat-ctl add-probe --group "$name" -f "$list" || return
		ls -lR /proc/self /sys/kernel/mm >/dev/null 2>&1
		(: & wait)
		target func=exit ctx=kthread threads=4
		target func=busy ctx=kthread calls=1000
		ktlat-ctl disable "$name" >/dev/null || return
		ktlat-ctl hist --json "$name" | jq -e '.probes[0] | [.members[] |
			select(.entries < .count)] == [] and .missed == 0' || return
		ktlat-ctl remove-probe "$name" >/dev/null || return
		[[ -n ${KTLAT_LONG-} ]] || return 0
	done
}
ok 'every function, by groups (the first 2000 only, unless this is the long form)' every
free_again 'every function' 30
ok 'unload' ktlat-ctl unload
done_testing
