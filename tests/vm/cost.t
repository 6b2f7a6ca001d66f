#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=480 long
# stock: it counts the instructions of a stock kernel
#
# What ktlat says that it costs is what it costs: the figure that it tells agrees
# with the instructions that a probe adds to a call, as somebody else counts them.
# And what hist --net takes off a latency brings it nearer to the truth.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/bench/rounds.sh

# shellcheck disable=SC2034 # for rounds.sh
BENCH=$TARGET_DIR/bench

# percent_off GOT WANTED: by how much they differ, always positive.
percent_off() {
	awk -v got="$1" -v want="$2" 'BEGIN { off = 100 * (got - want) / want; print off < 0 ? -off : off }'
}

cost() {
	ktlat-ctl list --json | jq -r ".probes[0].$1"
}

# by BACKEND [group]: told and counted, and figures without the probe's share.
by() {
	local backend=$1 told counted share gross net inner groups=''
	local add=(ktlat-ctl add-probe --backend "$1" --args-in-registers)
	[[ -z ${2-} ]] || { add+=(--group some) && groups='"groups":true,'; }
	ok "$*: a probe" "${add[@]}" ktlat_target_empty
	told=$(cost cost_ns)
	settle || bail_out 'the guest does not come to rest'
	counted=$(awk -v ns=$((SETTLED - NOTHING)) -v calls="$CALLS" 'BEGIN { printf "%.1f", ns / calls }')
	diag "$backend costs $counted instructions a call; it says $told, $(cost net_share_ns) of that in the latency"
	cmp_ok "$(percent_off "$told" "$counted")" '<' 15 "$backend: the cost that is told is within 15 %"
	is "$(ktlat-ctl status --json | jq -c '.costs')" \
		"[{\"backend\":\"$backend\",\"cost_ns\":$told,$groups\"net_share_ns\":$(cost net_share_ns)}]" \
		"$backend: status tells the same"
	ok "$backend: remove it" ktlat-ctl remove-probe all

	ok "$backend: another probe" "${add[@]}" ktlat_target_loop
	is "$(cost cost_ns)" "$told" "$backend: it is measured once"
	share=$(cost net_share_ns)
	cmp_ok "$share" '>' 0 "$backend: there is a share of it in the latency"
	cmp_ok "$share" '<' "$told" "$backend: which is not all of it"
	target func=loop ctx=kthread calls=1000 delay_ns=1000
	for figure in min mean; do
		inner=$(target_stat loop "if \"$figure\" == \"min\" then .inner.min_ns else .inner.sum_ns / .returned end")
		gross=$(ktlat-ctl hist --json | jq ".probes[0].${figure}_ns")
		net=$(ktlat-ctl hist --json --net | jq ".probes[0].${figure}_ns")
		diag "$backend, $figure: $inner inside the function, $gross with and $net without the probe's share"
		cmp_ok "$net" '>=' "$inner" "$backend: net $figure is not less than what the function takes itself"
		cmp_ok "$(percent_off "$net" "$inner")" '<' "$(percent_off "$gross" "$inner")" \
			"$backend: net $figure is nearer to it"
	done
	is "$(ktlat-ctl hist --json --net | jq -c '.probes[0] | [.net, .count, ([.buckets[].count] | add)]')" \
		'[true,1000,1000]' "$backend: and no call is lost"
	like "$(ktlat-ctl hist --net)" "armed\), net of $(awk "BEGIN { printf \"%.0f\", $share }") ns per call" \
		"$backend: hist says what it has taken off"
	ok "$backend: remove it, too" ktlat-ctl remove-probe all
}

released() {
	[[ $(ktlat-ctl status --json | jq -c .held) == '[]' ]]
}

unseen() {
	! grep -q ktlat_cost_target /sys/kernel/tracing/enabled_functions
}

load_target
settle || bail_out 'the guest does not come to rest'
NOTHING=$SETTLED

# Measuring leaves nothing that would be in the way of unloading.
load_ktlat
ok 'a kretprobe' ktlat-ctl add-probe --backend kretprobe ktlat_target_empty
ok 'rmmod right after' rmmod ktlat

load_ktlat
memory=$(ktlat-ctl status --json | jq .memory_bytes)
for backend in $(ktlat-ctl status --json | jq -r '.features - ["pair", "tracepoint"] | .[]'); do
	by "$backend"
	ok "$backend: nothing of it is left" unseen
	ok "$backend: nor does anything hold the module" wait_until 20 released
done
if has_groups; then
	by direct group
	ok 'group: nothing of it is left' unseen
	ok 'group: nor does anything hold the module' wait_until 20 released
fi
is "$(ktlat-ctl status --json | jq .memory_bytes)" "$memory" 'nobody pays for it'

# The way of direct that asks another clock; make bench counts it, too.
if [[ -n ${KTLAT_LONG-} ]] && has_backend direct; then
	ok 'unload' ktlat-ctl unload
	load_ktlat clock=monotonic
	by direct
fi

# Where it is not measured, that is said.
ktlat-ctl add-probe @hrtimer >/dev/null
is "$(cost cost_ns)" null 'the cost of a tracepoint pair is not known'
fails 'so there are no net figures' 'of a tracepoint probe in them was not measured; leave out --net$' \
	ktlat-ctl hist --net
fails 'the function that we measure on is ours' 'is part of ktlat' \
	ktlat-ctl add-probe ktlat:ktlat_cost_target
ok 'unload' ktlat-ctl unload
done_testing
