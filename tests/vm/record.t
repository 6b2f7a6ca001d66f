#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048
#
# ktlat-ctl record and report: the file has the calls that the target made, from each
# context, and the histogram of them is the probe's; several records at once each see
# everything, and one that is killed disturbs none; with rings that are too small,
# what is lost is told; and an idle one sleeps.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
DAT=/tmp/ktlat.dat
JSON=/tmp/report.json
END=/tmp/end.json

# report [FILE]: into JSON (the calls) and END (what was lost).
report() {
	ktlat-ctl report --json "${1:-$DAT}" >/tmp/lines.json || return
	jq -c 'select(has("time_ns"))' /tmp/lines.json >$JSON
	jq -c 'select(has("lost"))' /tmp/lines.json >$END
}

# told FILTER: of all calls.
told() {
	jq -rs "$1" $JSON
}

# lost FILTER: of what is said at the end.
lost() {
	jq -r "$1" $END
}

# from CONTEXT FUNCTION: the calls of it are those that the target made.
from() {
	local out
	out=$(jq -rs --slurpfile stats "$TARGET_DIR/stats" --arg name "${F}_$2" --arg context "$1" '
		[.[] | select(.function == $name)] as $calls |
		([$calls[].latency_ns] | {n: length, sum: add, min: min, max: max}) as $got |
		($stats[0].functions[] | select(.name == $name)) as $truth |
		if $got.n == $truth.returned and ([$calls[].context] | unique) == [$context] and
			$truth.inner.sum_ns <= $got.sum and $got.sum <= $truth.outer.sum_ns and
			$truth.inner.min_ns <= $got.min and $got.min <= $truth.outer.min_ns and
			$truth.inner.max_ns <= $got.max and $got.max <= $truth.outer.max_ns
		then "ok" else $got, ($truth | del(.inner.buckets, .outer.buckets)) end' $JSON)
	is "$out" ok "$NAME: $2 in $1: $(target_stat "$2" .returned) calls"
}

# made FUNCTION...: how many calls of them the target made.
made() {
	local function all=0
	for function; do
		all=$((all + $(target_stat "$function" .returned)))
	done
	echo "$all"
}

# whole COUNT: that many calls, in the order of time, and nothing lost.
whole() {
	is "$(lost '"\(.read) \(.lost) \(.dropped) \(.frozen) \(.whole)"')" "$1 0 0 0 true" \
		"$NAME: $1 calls, and nothing lost"
	is "$(told length)" "$1" "$NAME: all are in the file"
	is "$(told '[.[].time_ns] | . == sort')" true "$NAME: by when they ended"
}

# run_lines LINE...: shell commands that have the target make calls.
run_lines() {
	printf 'cd %s' "$TARGET_DIR"
	printf ' && echo "func=%s" >run' "$@"
}

monotonic() {
	awk '/^now at/ { print $3 }' /proc/timer_list
}

load_ktlat
load_target
ulimit -l unlimited

for backend in direct kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	options=(--backend "$backend")
	[[ $backend != direct ]] || options+=(--args-in-registers)

	NAME="$backend"
	target_reset
	begin=$(monotonic)
	ok "$NAME: records two functions" ktlat-ctl record "${options[@]}" ${F}_{busy,outer} -o $DAT -- bash -c \
		"$(run_lines 'busy ctx=task calls=500' 'outer ctx=softirq batch=20 calls=300' 'busy ctx=task calls=200')"
	end=$(monotonic)
	ok "$NAME: reports" report
	whole "$(made busy outer)"
	from task busy
	from softirq outer
	is "$(told "[.[].time_ns] | min >= $begin and max <= $end")" true "$NAME: at the times at which they were made"
	is "$(told '[.[] | select(.function == "ktlat_target_busy") | .comm] | unique[]')" bash "$NAME: by the task that made them"
	size=$(stat -c %s $DAT)
	diag "$NAME: $size bytes for $(made busy outer) calls"
	cmp_ok "$size" '<=' $((16 * $(made busy outer))) "$NAME: in few bytes"

	# The same calls, by the histogram of another probe.
	NAME="$backend, histogram"
	target_reset
	ok "$NAME: records" ktlat-ctl record "${options[@]}" ${F}_busy -o $DAT -- bash -c \
		"$(run_lines 'busy ctx=kthread calls=500')"
	ok "$NAME: report" report
	is "$(ktlat-ctl report --hist --json $DAT | jq -r '.probes[0] | "\(.count) \(.entries) \(.missed) \(.sum_ns) \(.min_ns) \(.max_ns)"')" \
		"$(told '[.[].latency_ns] | "\(length) \(length) 0 \(add) \(min) \(max)"')" "$NAME: of all calls in the file"
	is "$(ktlat-ctl report --hist --json $DAT | jq -r '[.probes[0].buckets[].count] | add')" "$(made busy)" "$NAME: each in a bucket"
done

# What stays in the default session has its own histogram to compare with.
NAME='default session'
options=(--backend kretprobe --events --slots 16384)
ktlat-ctl add-probe "${options[@]}" ${F}_busy >/dev/null
target_reset
ok "$NAME: records" ktlat-ctl record -o $DAT -- bash -c "$(run_lines 'busy ctx=kthread calls=1000')"
report
whole "$(made busy)"
from task busy
is "$(ktlat-ctl report --hist --json $DAT | jq -c '.probes[0] | [.count, .entries, .sum_ns, .min_ns, .max_ns, .p99_ns, .buckets]')" \
	"$(ktlat-ctl hist --json ${F}_busy | jq -c '.probes[0] | [.count, .entries, .sum_ns, .min_ns, .max_ns, .p99_ns, .buckets]')" \
	"$NAME: the histogram of what is in the file is that of the probe"

# Two more at once, one of which is killed: both others see everything.
started() {
	[[ $(stat -c %s "$1" 2>/dev/null) -gt 100 ]]
}

for i in 1 2 3; do
	env --default-signal=INT ktlat-ctl record -o /tmp/$i.dat 2>/tmp/$i.err &
	pids[i]=$!
	wait_until 20 started /tmp/$i.dat || fail "record $i begins"
done
target_reset
target func=busy ctx=kthread calls=500
kill -9 "${pids[2]}"
wait "${pids[2]}" 2>/dev/null
target func=busy ctx=kthread calls=500
for i in 1 3; do
	NAME="record $i of 3"
	kill -INT "${pids[i]}"
	wait "${pids[i]}"
	is "$?" 0 "$NAME: ends"
	report /tmp/$i.dat
	whole "$(made busy)"
	from task busy
	like "$(</tmp/$i.err)" '^ktlat-ctl: [0-9,]+ calls in /tmp/..dat .*, 0 lost, 0 dropped$' "$NAME: says so"
done
ktlat-ctl report --json /tmp/2.dat >/tmp/lines.json 2>/tmp/2.err
is "$?" 1 'of the one that was killed: report fails'
like "$(</tmp/2.err)" 'is not whole: it ends too early' 'and says why'
cmp_ok "$(grep -c time_ns /tmp/lines.json)" '<=' "$(made busy)" 'but shows what there is'

# It sleeps as long as there is nothing to do.
NAME=idle
env --default-signal=INT ktlat-ctl record -o $DAT 2>/dev/null &
pid=$!
wait_until 20 started $DAT
asleep() {
	[[ $(awk '{ print $3 }' /proc/$pid/stat) == S ]]
}
ok "$NAME: it sleeps" wait_until 20 asleep
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/$pid/status
}
before=$(switches)
# Something else goes on for a while.
target func=loop ctx=kthread calls=2000
is "$(switches)" "$before" "$NAME: and is not woken"
target func=busy ctx=kthread cpus=1 calls=8192
woken() {
	[[ $(switches) -gt $before ]]
}
ok "$NAME: until half of a ring is full" wait_until 20 woken
kill -INT $pid
wait $pid
report
whole 8192

# Rings that are too small, from everywhere at once.
NAME='small rings'
if has_backend direct; then
	target_reset
	every="$(run_lines 'busy ctx=kthread calls=20000 async=1' 'loop ctx=softirq batch=100 calls=10000 async=1' \
		'outer ctx=hardirq period_ns=300000 calls=2000 async=1') && echo 1 >wait"
	ok "$NAME: records" eval "ktlat-ctl record --backend direct --args-in-registers ${F}_{busy,loop,outer} \
		--slots 16 -o $DAT -- bash -c '$every' 2>/tmp/err"
	report
	is "$(told length)" "$(lost .read)" "$NAME: what was read is in the file"
	is "$(lost '.read + .lost + .dropped')" \
		"$(made busy loop outer)" \
		"$NAME: read, lost and dropped is all that the target made"
	cmp_ok "$(lost .lost)" '>' 0 "$NAME: some are lost"
	cmp_ok "$(lost .read)" '>' 0 "$NAME: and some are not"
	like "$(</tmp/err)" ' lost on CPU [0-9, ]+, [0-9,]+ dropped.*; more --slots lose less' "$NAME: and it is said"
	diag "$(<$END)"
else
	skip "$NAME" "ktlat has no direct backend on Linux $KERNEL"
fi

# A disk that is full.
NAME='full disk'
mkdir /tmp/small
mount -t tmpfs -o size=16k none /tmp/small
fails "$NAME: is told" 'cannot write /tmp/small/ktlat.dat: No space left on device; make room' \
	eval "ktlat-ctl record --backend kretprobe ${F}_busy -o /tmp/small/ktlat.dat -- \
	bash -c '$(run_lines 'busy ctx=kthread calls=20000')'"
ktlat-ctl report --json /tmp/small/ktlat.dat >/tmp/lines.json 2>/tmp/err
is "$?" 1 "$NAME: the file is not whole"
like "$(</tmp/err)" 'it ends too early' "$NAME: and report says so"
is "$(ktlat-ctl list --json | jq '.probes | length')" 1 "$NAME: its probe is gone"
done_testing
