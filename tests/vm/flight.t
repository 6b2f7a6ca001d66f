#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300
#
# The flight recorder: armed, it needs nobody; a slow call stops the rings, which keep
# what was before it and so much after it until they are thawed. What is slow may be
# a percentile, which the kernel follows.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
FILE=/tmp/flight.dat
JSON=/tmp/flight.json
NEWS=/tmp/news

save() {
	ktlat-ctl record --flight --save -o $FILE
}

# calls FILTER: of the calls in the file
calls() {
	ktlat-ctl report --json $FILE >$JSON && jq -sr "[.[] | select(.latency_ns)] | $1" $JSON
}

# short N: so many calls that are not slow, on CPU 1.
short() {
	target "func=${1#*/} ctx=${2:-kthread} cpus=1 batch=50 calls=${1%/*}"
}

# hears: the monitor is told what happens now.
hears() {
	ktlat-ctl add-probe --disabled ${F}_loop && ktlat-ctl remove-probe all && grep -q removed $NEWS
}

# told EVENT FILTER: of the last such event
told() {
	jq -sr "map(select(.event == \"$1\")) | last | $2" $NEWS
}

# is_told EVENT N: so often
is_told() {
	[[ $(jq -s "map(select(.event == \"$1\")) | length" $NEWS) -ge $2 ]]
}

load_ktlat
load_target
ulimit -l unlimited
ktlat-ctl monitor --json >$NEWS &
monitor=$!
ok 'a monitor listens' wait_until 20 hears

like "$(ktlat-ctl record --flight 2>&1)" 'the session has no.*add a probe' 'without rings it is not armed'
like "$(ktlat-ctl record --flight ${F}_busy 2>&1)" 'give --slow' 'without --slow neither'
like "$(save 2>&1)" 'the session has no event rings' 'without rings there is nothing to save'

# In softirq, as the timer that it is made for.
# By a kretprobe, the stack has no caller on Linux 5.10.
best=()
! has_backend direct || best=(--backend direct --args-in-registers)
ok 'armed' ktlat-ctl record --flight --trigger slow "${best[@]}" ${F}_busy --slow 50ms --before 100 --after 20 --slots 1024
like "$(save 2>&1)" 'it is armed; there was no slow call yet' 'nothing to save yet'
like "$(ktlat-ctl record --flight 2>&1)" 'it is armed, or holds a slow call' 'it is armed once'
short 500/busy softirq
target "func=busy ctx=softirq cpus=1 calls=1 delay_ns=60000000"
short 500/busy softirq
ok 'it freezes' wait_until 10 save
slow=$(calls '[.[] | select(.slow)] | length')
is "$slow" 1 'the slow call is there'
is "$(calls 'map(select(.slow))[0] | "\(.function) \(.cpu) \(.context)"')" "${F}_busy 1 softirq" 'it says where it was'
cmp_ok "$(calls 'map(select(.slow))[0].latency_ns')" '>=' 60000000 'and how long it took'
like "$(calls 'map(select(.slow))[0].stack | map(.function) | join(" ")')" 'target_timer|call_timer_fn|run_timer_softirq|__do_softirq' 'its stack says who called it'
ok 'listeners are told of the call' wait_until 10 is_told slow 1
is "$(told slow '"\(.function) \(.cpu) \(.context) \(.suppressed)"')" "${F}_busy 1 softirq 0" 'as it was'
is "$(told slow .latency_ns)" "$(calls 'map(select(.slow))[0].latency_ns')" 'with its latency'
ok 'and that the rings are frozen' wait_until 10 is_told frozen 1
is "$(told frozen .function)" ${F}_busy 'by what'
is "$(calls 'map(.slow) | (length - 1 - index(true))')" 20 'twenty calls came after it'
cmp_ok "$(calls 'map(.slow) | index(true)')" '>=' 100 'a hundred and more before it'
cp $JSON /tmp/first.json
short 1000/busy
ok 'saved again' save
calls length >/dev/null
# Ticks become ns by the readings of the clocks that go with each saving.
of_calls() { jq -c 'select(.latency_ns) | del(.time_ns)' "$1"; }
ok 'it stays as it is' cmp <(of_calls /tmp/first.json) <(of_calls $JSON)
like "$(ktlat-ctl report $FILE)" "${F}_busy" 'a report shows it'
ok 'thawed' ktlat-ctl record --flight --thaw
short 30/busy
ok 'armed again' ktlat-ctl record --flight --before 10 --after 0
target "func=busy ctx=kthread cpus=2 calls=1 delay_ns=60000000"
ok 'it freezes again' wait_until 10 save
is "$(calls 'map(select(.slow)) | last | "\(.cpu) \(.context)"')" '2 task' 'by the other call'
is "$(calls 'map(select(.cpu == 2)) | last.slow')" true 'nothing came after it there'
ok 'listeners are told again' wait_until 10 is_told frozen 2
kill -9 $monitor
ok 'thawed again' ktlat-ctl record --flight --thaw
ok 'removed' ktlat-ctl remove-probe all

# However urgent what else runs on the CPU of the call: the other rings do not wait for it.
# There nothing of ours runs but interrupts.
ok 'armed beside a real-time task' ktlat-ctl record --flight --trigger slow ${F}_busy --slow 50ms \
	--before 10 --after 0
# More urgent than what real-time kernels leave to threads, and less than their interrupts.
taskset -pc 0,2,3 $$ >/dev/null
taskset -c 1 chrt -f 10 bash -c ': >/tmp/runs; while :; do :; done' &
hog=$!
ok 'that runs' wait_until 10 test -e /tmp/runs
target "func=busy ctx=hardirq cpus=1 calls=1 delay_ns=60000000"
is_triggered() { [[ $(save 2>&1) != *'no slow call yet'* ]]; }
ok 'the slow call is heard of' wait_until 10 is_triggered
ok 'while the other task runs' kill $hog
ok 'it freezes when that is gone' wait_until 10 save
ok 'removed again' ktlat-ctl remove-probe all

# What is slow follows the histogram.
ok 'by a percentile' ktlat-ctl add-probe ${F}_loop --slow p90
slow_ns() { ktlat-ctl list --json | jq '.probes[0].slow_ns // 0'; }
is "$(slow_ns)" 0 'nothing is slow before there are calls'
target 'func=loop ctx=kthread cpus=1 calls=900'
target 'func=loop ctx=kthread cpus=1 calls=100 delay_ns=20000000'
# The kernel looks once a second, so perhaps when only a part of the calls was there.
# From all of them as many are slow as there are in the buckets from the last one
# down that hold a tenth of them together, not more.
ktlat-ctl hist --json >$JSON
tenth=$(jq '.probes[0] | (.count / 10 | floor) as $room | [foreach (.buckets | reverse[]).count as $n (0; . + $n)]
	| map(select(. <= $room)) | last // 0' $JSON)
above() { jq --argjson ns "$(slow_ns)" '[.probes[0].buckets[] | select($ns > 0 and .lo_ns >= $ns).count] | add // 0' $JSON; }
follows() { (($(above) == tenth)); }
ok 'the threshold follows all calls' wait_until 10 follows
cmp_ok "$(slow_ns)" '<=' "$(target_stat loop .outer.max_ns)" 'it is none that no call comes to'
cmp_ok "$(above)" '<=' 100 'one in ten is slow at most'
cmp_ok "$(above)" '>' 0 'and some are'
done_testing
