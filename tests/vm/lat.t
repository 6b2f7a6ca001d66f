#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# ktlat-ctl lat: however it ends, it tells what it measured if it still can, and
# leaves no probe. And what hist tells of a probe that was not hit.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target_busy
CALL="echo func=busy ctx=task calls=5 >$TARGET_DIR/run"

memory() {
	ktlat-ctl status --json | jq .memory_bytes
}

# But for the one by which ktlat tells whether kprobes are switched on.
kprobes() {
	grep -v ktlat_canary /sys/kernel/debug/kprobes/list
}

# Neither kprobes nor trampolines nor memory are held.
leaves_nothing() {
	ok "$1: no probe is left" wait_until 10 \
		eval '[[ -z $(kprobes) && $(memory) == 0 ]] && ! armed'
}

# Armed, by whatever session and backend.
armed() {
	grep -q "^$F " /sys/kernel/tracing/enabled_functions
}

# An interactive shell would not have these ignored.
lat_in_background() {
	env --default-signal=INT,TERM ktlat-ctl lat --json "$@" >/tmp/lat.json 2>/tmp/lat.err &
	lat=$!
	wait_until 20 armed || fail "lat $*: begins to measure"
}

lat_stat() {
	jq -c "$1" /tmp/lat.json
}

load_ktlat
load_target

# Around a command.
ok 'around a command' eval "ktlat-ctl lat --json $F -- sh -c '$CALL' >/tmp/lat.json"
is "$(lat_stat '[.probes[0].count, .command.exit_status]')" '[5,0]' 'its five calls were measured'
is "$(lat_stat '.probes[0] | [.session == 1, .in_flight, .missed]')" '[false,0,0]' 'in a session of its own'
ok 'the status of a command is not ours' eval "ktlat-ctl lat --json $F -- sh -c '$CALL; exit 3' >/tmp/lat.json"
is "$(lat_stat '[.probes[0].count, .command.exit_status]')" '[5,3]' 'but is told'
ok 'a command that is killed' eval "ktlat-ctl lat --json $F -- sh -c 'kill -9 \$\$' >/tmp/lat.json"
is "$(lat_stat '[.probes[0].count, .command.signal]')" '[0,9]' 'is told, too'
text=$(ktlat-ctl lat --backend kretprobe $F -- sh -c "$CALL; exit 3" 2>&1)
like "$text" 'coverage <= 100 %: 5 entered, 5 returned' 'the same for eyes'
like "$text" 'ktlat-ctl: sh ended with exit status 3$' 'and how it ended'
ok 'two at once' eval "ktlat-ctl lat --json $F ktlat_target_loop -- sh -c '$CALL' >/tmp/lat.json"
is "$(lat_stat '[.probes[].count]')" '[5,0]' 'each has its own figures'
leaves_nothing 'around a command'

# For a time; a command that lasts longer is ended.
start=$(date +%s%N)
ok 'for a time' eval "ktlat-ctl lat -d 700ms --json $F >/tmp/lat.json"
cmp_ok "$(($(date +%s%N) - start))" '>=' 700000000 'no shorter than that'
is "$(lat_stat '[.probes[].count]')" '[0]' 'nothing was called'
ok 'for a time, with a command' eval "ktlat-ctl lat -d 300ms --json $F -- sleep 1000 >/tmp/lat.json"
is "$(lat_stat .command.signal)" 15 'the command was asked to end'
is "$(pgrep -x sleep)" '' 'and did'
leaves_nothing 'for a time'

# Ctrl-C and kill print what there is.
for sig in INT TERM; do
	lat_in_background $F
	target func=busy ctx=task calls=7
	kill -$sig "$lat"
	wait "$lat"
	is "$?" 0 "SIG$sig: is how it is ended"
	is "$(lat_stat .probes[0].count)" 7 "SIG$sig: the figures are printed"
	leaves_nothing "SIG$sig"
done

# While it runs its probes are nobody else's.
lat_in_background $F
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'another user of the device does not see its probe'
kill -9 "$lat"
wait "$lat" 2>/dev/null
leaves_nothing 'SIGKILL'
lat_in_background $F @syscall -- sleep 1000
kill -9 "$lat"
wait "$lat" 2>/dev/null
leaves_nothing 'SIGKILL, with a command'
pkill -x sleep
lat_in_background $F
target func=busy ctx=kthread calls=0 delay_ns=10000 async=1
kill -9 "$lat"
wait "$lat" 2>/dev/null
leaves_nothing 'SIGKILL, while it is hit'
target_stop

# What cannot be printed is a failure.
fails 'a full disk' 'cannot write the output: No space left on device' \
	eval "ktlat-ctl lat -d 1ms $F >/dev/full"
leaves_nothing 'a full disk'

# No hit yet.
ktlat-ctl add-probe $F >/dev/null
like "$(ktlat-ctl hist $F)" 'is it called at all\? Wait, or make the kernel call it; .*try a caller' \
	'no hit yet: hist says what to try'
is "$(probe_stat $F '"\(.count) \(.coverage) \(.p50_ns) \(.min_ns) \(.buckets | length)"')" '0 null null null 0' \
	'no hit yet: there are no figures'
ktlat-ctl disable $F >/dev/null
like "$(ktlat-ctl hist $F)" 'the probe is disabled; ktlat-ctl enable starts it' 'disabled: likewise'
ktlat-ctl enable $F >/dev/null

# Again and again: totals, or the change since the last time.
target func=busy ctx=task calls=4
ktlat-ctl hist $F -i 100ms -n 3 --json >/tmp/hist.json
is "$(jq -c '.probes[0].count' /tmp/hist.json | tr '\n' ' ')" '4 4 4 ' 'three times the totals'
ktlat-ctl hist $F -i 100ms -n 2 --delta --json >/tmp/hist.json
is "$(jq -c '.probes[0] | [.count, .delta]' /tmp/hist.json | tr '\n' ' ')" '[0,true] [0,true] ' 'twice no change'
done_testing
