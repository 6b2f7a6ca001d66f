#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480
#
# Callers in NMIs, which come in between any two instructions: of the function, of
# what measures it, and of readers. Together with callers in every other context.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/coherent.sh

F=ktlat_target

# How many NMIs there were on all CPUs.
nmis() {
	awk '$1 == "NMI:" { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) sum += $i; print sum }' /proc/interrupts
}

# load SPEC NAME [FUNCTION]: it is called from everywhere, while two readers read,
# who have CPU 0 to themselves but for interrupts and NMIs.
load() {
	local before context func=${3:-busy}
	from_zero
	before=$(nmis)
	for context in 'kthread cpus=1' softirq 'hardirq period_ns=400000' 'nmi period_ns=400000'; do
		# shellcheck disable=SC2086 # words
		target func=$func ctx=$context calls=0 async=1
	done
	are_coherent "$1" "$2" 10
	ok "$2: two thousand NMIs" wait_until 60 eval "((\$(nmis) - $before > 2000))"
	target_stop
	target_wait
	diag "$2: $(($(nmis) - before)) NMIs"
}

# accounts SPEC NAME: what was not recorded was counted as missed, by a kernel
# whose counters of that are not atomic.
accounts() {
	local started entries count missed in_flight
	started=$(target_stat busy .started)
	read -r entries count missed in_flight < <(probe_stat "$1" '"\(.entries) \(.count) \(.missed) \(.in_flight)"')
	diag "$2: $started calls, $count recorded, $missed missed"
	is "$entries $in_flight" "$((count + missed)) 0" "$2: entries were recorded or missed"
	nearly_all "$entries" "$started" "$2"
	is "$(probe_stat "$1" '[.buckets[].count] | add')" "$count" "$2: each that was recorded is in a bucket"
}

if ! has_nmis; then
	echo "1..0 # SKIP there are no NMIs on Linux $KERNEL"
	exit 0
fi
load_ktlat
load_target
before=$(nmis)
target func=loop ctx=nmi calls=50
is $(($(nmis) - before)) 100 'the target is called in NMIs'

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	# shellcheck disable=SC2034 # for has_lost_none
	EXACT=$(exact_by $backend)
	ktlat-ctl add-probe --backend $backend --args-in-registers ${F}_{busy,loop,outer,inner} >/dev/null
	load ${F}_busy $backend
	if [[ $backend == kretprobe ]]; then
		accounts ${F}_busy $backend
	else
		has_lost_none busy $backend
		agrees busy "$backend, all at once"
	fi
	measures "$backend, NMIs alone" loop ctx=nmi calls=500
	measures "$backend, nested, in NMIs" outer ctx=nmi calls=500 delay_ns=1000
	agrees inner "$backend, nested, in NMIs: the inner ones, too"
	ktlat-ctl remove-probe all >/dev/null
done

if has_groups; then
	ktlat-ctl add-probe --args-in-registers --group both ${F}_{busy,inner} >/dev/null
	load both 'a group'
	is "$(probe_stat both '"\(.entries) \(.count) \(.missed) \(.exact)"')" \
		"$(target_stat busy '"\(.started) \(.started) 0 true"')" 'a group: all calls, and it says so'
	ktlat-ctl remove-probe all >/dev/null
else
	skip 'a group' "ktlat has no trampolines for groups on Linux $KERNEL"
fi

# Starts in a table: one in an NMI between a start and its end takes the place of
# it, and one that comes upon a kprobe handler is missed by the kernel. Of a CPU no
# more than one can be waiting.
pair=${F}_begin..${F}_end
ktlat-ctl add-probe "$pair@cpu" >/dev/null
load "$pair@cpu" 'a pair' pair
started=$(target_stat pair .started)
read -r entries ends in_flight abandoned recursed missed < <(probe_stat "$pair@cpu" \
	'"\(.entries) \(.count + .unmatched) \(.in_flight) \(.abandoned) \(.recursed) \(.missed)"')
diag "a pair: $started, $entries starts, $abandoned superseded, $recursed recursed, $missed missed"
nearly_all "$entries" "$started" 'a pair, starts'
cmp_ok "$ends" '<=' "$started" 'a pair: no more ends than there were'
cmp_ok "$in_flight" '>=' 0 'a pair: no start ends twice'
cmp_ok "$in_flight" '<=' "$(nproc)" 'a pair: none waits for ever'
cmp_ok "$abandoned" '>' 0 'a pair: NMIs came in between'
ktlat-ctl remove-probe all >/dev/null
done_testing
