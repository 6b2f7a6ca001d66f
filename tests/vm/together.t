#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 mem=2048 serial
#
# What a probe feeds, and who reads it at once: calls that go to the rings and into no
# histogram are counted all the same; two records and a monitor each see everything,
# and one after the other is killed without the rest noticing.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
NEWS=/tmp/news

# figures SPEC: what the probe counted.
figures() {
	ktlat-ctl hist --json "$1" | jq -r '.probes[0] | "\(.entries) \(.count) \(.filtered) \(.missed) \(.in_flight)"'
}

# report N: the calls of /tmp/N.dat.
report() {
	ktlat-ctl report --json /tmp/"$1".dat
}

# within FUNCTION FILTER: the probe's sum, min and max lie between those of the
# target's inner and outer stamps.
within() {
	jq -n --slurpfile stats "$TARGET_DIR/stats" --argjson got "$(ktlat-ctl hist --json "$2" | jq '.probes[0]')" \
		--arg name "${F}_$1" '($stats[0].functions[] | select(.name == $name)) as $t |
		[["sum_ns", "min_ns", "max_ns"][] | $t.inner[.] <= $got[.] and $got[.] <= $t.outer[.]] | all'
}

load_ktlat
load_target
ulimit -l unlimited

fails 'no histogram, and no events' 'give --events' ktlat-ctl add-probe --no-hist ${F}_busy
fails 'no histogram, and a percentile' 'give a duration' \
	ktlat-ctl add-probe --events --no-hist --slow p99 ${F}_busy

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	NAME="$backend, no histogram"
	ok "$NAME: added" ktlat-ctl add-probe --backend $backend --args-in-registers --events --no-hist ${F}_busy
	target_reset
	ok "$NAME: records" ktlat-ctl record -o /tmp/$backend.dat -- bash -c "echo func=busy ctx=kthread cpus=1 calls=3000 >$TARGET_DIR/run"
	is "$(figures ${F}_busy)" '3000 3000 0 0 0' "$NAME: counted"
	is "$(within busy ${F}_busy)" true "$NAME: the rest is as the target says"
	is "$(ktlat-ctl hist --json ${F}_busy | jq -c '.probes[0] | [.p50_ns, .p999_ns, .buckets]')" '[null,null,[]]' \
		"$NAME: no percentile is told"
	like "$(ktlat-ctl hist ${F}_busy)" 'count 3,000 .*no histogram' "$NAME: and that is said"
	is "$(report $backend | jq -s '[.[] | select(.latency_ns).latency_ns] | add')" \
		"$(probe_stat ${F}_busy .sum_ns)" "$NAME: all calls are in the rings"
	ok "$NAME: reset" ktlat-ctl reset all
	is "$(figures ${F}_busy)" '0 0 0 0 0' "$NAME: from zero"
	ktlat-ctl remove-probe all >/dev/null

	NAME="$backend, no histogram, filtered"
	ok "$NAME: added" ktlat-ctl add-probe --backend $backend --args-in-registers --events --no-hist --min 5ms ${F}_busy
	target func=busy ctx=kthread cpus=1 calls=100
	target func=busy ctx=kthread cpus=1 calls=5 delay_ns=10000000
	# Now and then the machine holds up a short call for as long.
	is "$(probe_stat ${F}_busy '[.entries, .count + .filtered, .min_ns >= 5e6, .count >= 5, .filtered > 0] | join(" ")')" \
		'105 105 true true true' "$NAME: what it is not after is told apart"
	ktlat-ctl remove-probe all >/dev/null
done

NAME='group, no histogram'
if has_groups; then
	ok "$NAME: added" ktlat-ctl add-probe --group several --args-in-registers --events --no-hist ${F}_{busy,loop}
	target func=busy ctx=kthread cpus=0 calls=300
	target func=loop ctx=softirq cpus=0 calls=200
	is "$(ktlat-ctl hist --json several | jq -c '.probes[0] | [.count, .p50_ns, (.members[] | .count, .p50_ns)]')" \
		'[500,null,300,null,200,null]' "$NAME: each function is counted"
	like "$(ktlat-ctl hist several)" "300 .* -  .*${F}_busy" "$NAME: and shown"
	ktlat-ctl remove-probe all >/dev/null
else
	skip "$NAME" "ktlat has no trampolines for groups on Linux $KERNEL"
fi

# From a memory cgroup other than the root's, to which what is mapped is charged.
NAME='memory cgroup'
mkdir /tmp/cgroup
mount -t cgroup2 none /tmp/cgroup
echo +memory >/tmp/cgroup/cgroup.subtree_control
mkdir /tmp/cgroup/pod
in_pod() {
	echo $BASHPID >/tmp/cgroup/pod/cgroup.procs
	[[ $(</proc/self/cgroup) == *:/pod ]] && "$@"
}
ok "$NAME: a probe and rings are made, mapped and read" in_pod ktlat-ctl record -o /tmp/pod.dat ${F}_busy -- \
	bash -c "echo func=busy ctx=kthread cpus=1 calls=100 >$TARGET_DIR/run"
is "$(report pod | jq -s 'map(select(.latency_ns)) | length')" 100 "$NAME: all calls"

# Two records and a monitor.
hears() {
	ktlat-ctl add-probe --disabled ${F}_loop && ktlat-ctl remove-probe "${F}_loop" && grep -q removed $NEWS
}

started() {
	[[ $(stat -c %s "$1" 2>/dev/null) -gt 100 ]]
}

# slow_heard: of how many slow calls the monitor was told; those that it was not told
# of each are told by their number.
slow_heard() {
	jq -s 'map(select(.event == "slow") | 1 + .suppressed) | add // 0' $NEWS
}

hears_all() {
	[[ $(slow_heard) -eq $1 ]]
}

calls() {
	target func=busy ctx=kthread calls=1000
	target func=busy ctx=kthread cpus=1 calls=1 delay_ns=60000000
}

ok 'slow calls are from 50 ms' ktlat-ctl add-probe --backend kretprobe --events --slow 50ms ${F}_busy
ktlat-ctl monitor --json >$NEWS &
monitor=$!
ok 'the monitor listens' wait_until 20 hears
for i in 1 2; do
	env --default-signal=INT ktlat-ctl record -o /tmp/$i.dat 2>/tmp/$i.err &
	pids[i]=$!
	ok "record $i begins" wait_until 20 started /tmp/$i.dat
done
target_reset
calls
ok 'the monitor hears of the slow calls' wait_until 20 hears_all 1
kill -9 "${pids[1]}"
wait "${pids[1]}" 2>/dev/null
calls
ok 'also after a record was killed' wait_until 20 hears_all 2
kill -9 $monitor
wait $monitor 2>/dev/null
calls
kill -INT "${pids[2]}"
wait "${pids[2]}"
is "$?" 0 'the other record ends'
made=$(target_stat busy .returned)
is "$(report 2 | jq -c 'select(has("lost")) | [.read, .lost, .dropped, .whole]')" "[$made,0,0,true]" \
	"it has all of $made calls"
is "$(report 2 | jq -s 'map(select(.slow)) | length')" 3 'the slow ones among them'
is "$(figures ${F}_busy)" "$made $made 0 0 0" 'and so has the probe'
ktlat-ctl remove-probe all >/dev/null

# Waking those who wait for some rings has a probe itself, whose calls go to others.
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}
asleep() {
	[[ $(awk '{ print $3 }' "/proc/$1/stat") == S ]]
}
woken() {
	target func=busy ctx=kthread cpus=1 calls=16 && [[ $(switches "${pids[2]}") -gt $before ]]
}
NAME='a wake-up inside of another'
if has_backend direct; then
	specs=([1]=${F}_busy [2]=arch_irq_work_raise)
	for i in 1 2; do
		rm /tmp/$i.dat
		env --default-signal=INT ktlat-ctl record "${specs[i]}" --backend direct --args-in-registers --slots 16 -o /tmp/$i.dat 2>/tmp/$i.err &
		pids[i]=$!
		ok "$NAME: record $i begins" wait_until 20 started /tmp/$i.dat || diag "$(</tmp/$i.err)"
		ok "$NAME: and sleeps" wait_until 20 asleep "${pids[i]}"
	done
	before=$(switches "${pids[2]}")
	ok "$NAME: both are woken" wait_until 20 woken
	for i in 1 2; do
		kill -INT "${pids[i]}"
		wait "${pids[i]}"
		is "$?" 0 "$NAME: record $i ends"
	done
else
	skip "$NAME" "ktlat has no direct backend on Linux $KERNEL"
fi
free_again 'killed readers'
done_testing
