#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 serial
#
# Hundreds of calls are in flight at once: the pool of a kretprobe grows until it
# misses none, and no call is counted twice meanwhile.
. tests/vm/lib.sh
. tests/vm/target.sh

SLEEPERS=700
FUNC=ktlat_target_sleep

figures() {
	probe_stat "$FUNC" '"\(.entries) \(.count) \(.missed) \(.in_flight) \(.pool)"'
}

# What the probe has counted the target has counted when it is asked later.
never_above() {
	local entries count missed in_flight pool returned started
	read -r entries count missed in_flight pool <<<"$(figures)"
	returned=$(target_stat sleep .returned)
	started=$(target_stat sleep .started)
	[[ $count -le $returned && $((count + missed)) -le $started && $in_flight -ge 0 ]] &&
		return
	diag "entries $entries, count $count, missed $missed, in flight $in_flight, pool $pool;" \
		"the target: started $started, returned $returned"
	return 1
}

# Sleepers, and callers that return at once on all CPUs but the first, while the
# pool grows and a while after.
grow() {
	local readings=0 wrong=0 pool=0 end=$((SECONDS + 60))
	target func=sleep ctx=kthread threads=$SLEEPERS calls=0 delay_ns=100000000 async=1
	target func=sleep ctx=kthread cpus=1-3 calls=0 async=1
	while [[ ($pool -lt $SLEEPERS || $readings -lt 5) && $SECONDS -lt $end ]]; do
		never_above || wrong=$((wrong + 1))
		readings=$((readings + 1))
		pool=$(probe_stat "$FUNC" .pool)
	done
	target_stop
	cmp_ok "$pool" '>=' "$SLEEPERS" "$1: the pool has grown to what is in flight"
	diag "$readings readings meanwhile"
	is "$wrong" 0 "$1: no reading meanwhile was above the target's own count"
}

# At rest, after the growth.
adds_up() {
	local entries count missed in_flight pool started
	read -r entries count missed in_flight pool <<<"$(figures)"
	started=$(target_stat sleep .started)
	diag "$1: $started calls, $entries entries, $count recorded, $missed missed, pool $pool"
	is "$(target_stat sleep .returned)" "$started" "$1: the target is at rest"
	is "$in_flight" 0 "$1: nothing is in flight"
	cmp_ok "$missed" '>' 0 "$1: calls had been missed"
	is "$entries" "$((count + missed))" "$1: entries were recorded or missed"
	nearly_all "$entries" "$started" "$1"
}

load_ktlat
load_target
for round in 1 2 3; do
	target_reset
	ktlat-ctl add-probe --backend kretprobe "$FUNC" >/dev/null
	small=$(probe_stat "$FUNC" .pool)
	cmp_ok "$small" '<' "$SLEEPERS" "round $round: the pool of $small is too small at first"
	grow "round $round"
	adds_up "round $round"
	measures "round $round, grown" sleep ctx=kthread threads=$SLEEPERS calls=3 \
		delay_ns=100000000
	[[ $round -eq 3 ]] || ktlat-ctl remove-probe all >/dev/null
done

# A disabled probe keeps its larger pool; what is held goes with the probe.
large=$(probe_stat "$FUNC" .pool)
ktlat-ctl disable all >/dev/null
ktlat-ctl enable all >/dev/null
is "$(probe_stat "$FUNC" .pool)" "$large" 'the larger pool outlives a pause'
measures 'after a pause' sleep ctx=kthread threads=$SLEEPERS calls=1 delay_ns=100000000
ktlat-ctl remove-probe all >/dev/null
is "$(ktlat-ctl status --json | jq -r .memory_bytes)" 0 'its memory is given back'
is "$(grep -c ktlat_target /sys/kernel/debug/kprobes/list)" 0 'and its kprobes'
done_testing
