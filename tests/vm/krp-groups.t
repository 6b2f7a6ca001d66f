#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300 mem=2048 serial
#
# Groups by a kretprobe on each function, which is what there is where no trampoline
# serves for all: each function has its own figures, which are those that it knows of
# itself; nothing is measured before all are there; and who adds many can stop.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
TRACING=/sys/kernel/tracing
KPROBES=/sys/kernel/debug/kprobes/list
group=(ktlat-ctl add-probe --backend kretprobe --group)

load_ktlat
load_target

# armed: how many functions have a kretprobe of ours that is armed.
armed() {
	grep ' r ' $KPROBES | grep -vc DISABLED
}

is "$(ktlat-ctl status --json | jq '.group_backends | index("kretprobe") != null')" true 'groups by kretprobes are there'
has_groups || like "$(ktlat-ctl add-probe --group one ${F}_busy)" \
	'added group [0-9]+: one \(kretprobe, 1 function\)' 'they are taken where there is nothing else'
ktlat-ctl remove-probe all >/dev/null

# Each function has its own figures, whoever calls, however deep.
like "$("${group[@]}" target --precision 5 ${F}_{busy,sleep,outer,inner,recurse,migrate})" \
	'added group [0-9]+: target \(kretprobe, 6 functions\)' 'a group of six'
is "$(armed)" 6 'each is armed'
target func=busy ctx=kthread calls=5000 async=1
target func=outer ctx=kthread calls=2000 delay_ns=1000 async=1
target func=recurse ctx=kthread calls=1000 depth=8 async=1
target func=migrate ctx=kthread calls=200 delay_ns=1000 async=1
target func=sleep ctx=kthread threads=7 calls=4 delay_ns=1000000 async=1
target_wait
for func in busy sleep outer inner recurse migrate; do
	member_agrees target $func "$func, with all the others at once"
done
started=$(jq '[.functions[] | .started] | add' $TARGET_DIR/stats)
is "$(probe_stat target '"\(.entries) \(.count) \(.missed) \(.exact)"')" "$started $started 0 false" \
	'the group has the sum, and says that it is a bound'

# One that more are in than its first pool has room for: what is missed is counted, and a
# larger pool takes over.
first=$(probe_stat target .pool)
has_grown() { [[ $(probe_stat target .pool) -gt $first ]]; }
target func=sleep ctx=kthread threads=40 calls=1 delay_ns=1000000000 async=1
target_wait
is "$(probe_stat target '"\(.entries) \(.missed_pool)"')" "$((started + 40)) 8" \
	'of 40 at once, 32 find an instance; the others are counted as missed'
ok 'the pool grows' wait_until 30 has_grown
target func=sleep ctx=kthread threads=40 calls=1 delay_ns=1000000000 async=1
target_wait
is "$(probe_stat target '"\(.entries) \(.missed)"')" "$((started + 80)) 8" 'and then none is missed'

ktlat-ctl reset target >/dev/null
is "$(probe_stat target '"\(.entries) \(.count) \(.missed)"')" '0 0 0' 'a reset clears all of them'
ktlat-ctl disable target >/dev/null
is "$(armed)" 0 'disabled, none is armed'
target func=busy ctx=kthread cpus=0 calls=5
ktlat-ctl enable target >/dev/null
target func=outer ctx=kthread cpus=0 calls=3
is "$(member target ${F}_busy .count) $(member target ${F}_outer .count) $(member target ${F}_inner .count)" \
	'0 3 3' 'and enabled again'
ktlat-ctl remove-probe all >/dev/null
is "$(armed)" 0 'removed, none is left'
free_again 'removed' 30

# Added disabled they are not armed, and what is called meanwhile is not measured.
"${group[@]}" later --disabled ${F}_{busy,loop} >/dev/null
is "$(armed)" 0 'added disabled, none is armed'
target func=busy ctx=kthread cpus=0 calls=5
ktlat-ctl enable later >/dev/null
target func=busy ctx=kthread cpus=0 calls=7
is "$(member later ${F}_busy '"\(.entries) \(.count)"') $(armed)" '7 7 2' 'enabled, they are'
ktlat-ctl remove-probe all >/dev/null

# What cannot be measured is left out and told. No BTF has to vouch for a function.
like "$("${group[@]}" mixed --why ${F}_busy no_such_function do_exit get_kprobe vprintk)" \
	'2 functions; 3 left out.*no_such_function: .*do_exit: .*get_kprobe: ' 'what is left out, and why'
ktlat-ctl remove-probe all >/dev/null
"${group[@]}" twins ${F}_twin >/dev/null
target func=twin ctx=kthread cpus=0 calls=20
target func=other_twin ctx=kthread cpus=0 calls=30
is "$(ktlat-ctl hist --json twins | jq -c '[.probes[0].members[] | select(.function == "ktlat_target_twin") | .count] | sort')" \
	'[20,30]' 'two functions of one name, each with its own figures'
ktlat-ctl remove-probe all >/dev/null

# What else a probe does with a call, it does here: events with the function, and keys.
"${group[@]}" some --events --by cpu ${F}_{busy,loop} >/dev/null
ok 'recorded' ktlat-ctl record -o /tmp/calls -- bash -c "
	echo func=loop ctx=kthread cpus=0 calls=40 >$TARGET_DIR/run
	echo func=busy ctx=kthread cpus=1 calls=2 >$TARGET_DIR/run"
is "$(ktlat-ctl report --json /tmp/calls | jq -rs '[.[] | .function? // empty] | group_by(.) | map("\(.[0]) \(length)") | join(", ")')" \
	"${F}_busy 2, ${F}_loop 40" 'each call with its function'
is "$(probe_stat some '[.keys[] | [.key, .count]] | sort | tostring')" '[[0,40],[1,2]]' 'and its CPU'
ktlat-ctl remove-probe all >/dev/null

# Tasks that end inside.
target_reset
"${group[@]}" ending ${F}_{exit,busy} >/dev/null
target func=exit ctx=kthread threads=5 depth=3
ended() { [[ $(probe_stat ending '"\(.entries) \(.count) \(.abandoned) \(.in_flight)"') == "$1" ]]; }
ok 'three calls of each are abandoned' wait_until 10 ended '15 0 15 0'
is "$(member ending ${F}_exit .entries) $(member ending ${F}_busy .entries)" '15 0' 'in their function'
ktlat-ctl remove-probe all >/dev/null

# A module that goes takes its own functions along, and no other.
"${group[@]}" kernel ${F}_busy jiffies64_to_msecs >/dev/null
target func=kernel ctx=kthread cpus=0 calls=5
is "$(member kernel jiffies64_to_msecs .count)" 5 'a function of the kernel, too'
ok 'the module with one of its functions can go' rmmod ktlat_target
load_target
target func=busy ctx=kthread cpus=0 calls=5
target func=kernel ctx=kthread cpus=0 calls=5
is "$(member kernel ${F}_busy .count) $(member kernel jiffies64_to_msecs .count) $(probe_stat kernel .state)" \
	'0 10 armed' 'what came back is not the same, the other goes on'
ok 'disabled' ktlat-ctl disable kernel
ok 'and enabled again' ktlat-ctl enable kernel
target func=kernel ctx=kthread cpus=0 calls=5
is "$(member kernel jiffies64_to_msecs .count)" 15 'it still goes on'
ktlat-ctl remove-probe all >/dev/null
"${group[@]}" early ${F}_busy >/dev/null
rmmod ktlat_target
is "$(probe_stat early .state)" gone 'a group of which nothing is left'
load_target
ktlat-ctl remove-probe all >/dev/null

# So many that the last are still to come when the first are seen to be armed, and one who
# has had enough of it.
sed -En 's/^((tcp|ip|udp|inet|sock|skb|dev|net|netlink|neigh|fib|ipv6|xfrm|bpf|crypto)_[a-z_]*)$/\1/p' \
	$TRACING/available_filter_functions | sort -u >/tmp/thousands
grep -E '^(tcp|ip)_' /tmp/thousands >/tmp/functions
setsid ktlat-ctl add-probe --backend kretprobe --group many -f /tmp/thousands 2>/tmp/interrupted >/dev/null &
adding=$!
some_armed() { [[ $(armed) -ge 20 ]]; }
ok 'some of many are armed' wait_until 30 some_armed
is "$(ktlat-ctl list --json | jq -r '.probes[0].state')" disabled 'and measure nothing yet'
kill -INT $adding
wait $adding
like "$(</tmp/interrupted)" 'cannot add group many: interrupted after [0-9]+ of [0-9]+ functions; it was taken back' \
	'interrupted, it says so'
is "$(ktlat-ctl list --json | jq '.probes | length') $(armed)" '0 0' 'and nothing is left'
ktlat-ctl add-probe --backend kretprobe --group many -f /tmp/thousands >/dev/null &
adding=$!
ok 'some of many are armed again' wait_until 30 some_armed
kill -KILL $adding
wait $adding
is "$(ktlat-ctl list --json | jq -r '.probes[0].state')" disabled 'killed, it leaves a group behind'
ktlat-ctl disable many >/dev/null
is "$(armed)" 0 'which is disarmed by disabling it once more'
ok 'and armed by enabling it' ktlat-ctl enable many
is "$(armed)" "$(probe_stat many '.members | length')" 'as far as it was made'
ktlat-ctl remove-probe all >/dev/null
echo 0 >/sys/kernel/debug/kprobes/enabled
fails 'none where kprobes are switched off' 'kprobes are switched off; switch them on' "${group[@]}" off ${F}_busy
"${group[@]}" off --disabled ${F}_busy >/dev/null
fails 'nor later' 'kprobes are switched off' ktlat-ctl enable off
echo 1 >/sys/kernel/debug/kprobes/enabled
ok 'switched on again' ktlat-ctl enable off
ktlat-ctl remove-probe all >/dev/null
like "$("${group[@]}" many -f /tmp/functions)" 'many \(kretprobe, [0-9,]+ functions?' 'all of them'
is "$(armed)" "$(probe_stat many '.members | length')" 'each is armed once'
ok 'removed together' ktlat-ctl remove-probe many
is "$(armed)" 0 'none is left'
free_again 'many' 30
ok 'unload' ktlat-ctl unload
done_testing
