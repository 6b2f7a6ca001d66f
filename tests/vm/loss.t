#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480 serial
#
# What a kretprobe loses is counted and shown: hits that come while another
# kprobe is running on that CPU, and those that find the pool empty. What it
# says is a bound, and on the right side of the truth.
. tests/vm/lib.sh
. tests/vm/target.sh

# bound FUNCTION NAME: what is counted and what is missed never exceeds what
# there was; the stated coverage is not below the true one; and the kernel's
# counters, whose increments are not atomic, have lost no more than 1 %.
bound() {
	local spec=ktlat_target_$1 started figures count missed
	started=$(target_stat "$1" .started)
	figures=$(probe_stat "$spec" '"\(.count) \(.missed) \(.exact) \(.coverage) \(.in_flight)"')
	read -r count missed exact coverage in_flight <<<"$figures"
	diag "$2: $started calls, $count recorded, $missed missed, coverage $coverage"
	is "$exact" false "$2: the figure is said to be a bound"
	is "$in_flight" 0 "$2: nothing is in flight afterwards"
	cmp_ok "$count" '>' 0 "$2: calls were recorded"
	nearly_all $((count + missed)) "$started" "$2, recorded and missed"
	cmp_ok "$(awk "BEGIN { print $count / $started <= $coverage + 1e-9 }")" '==' 1 \
		"$2: true coverage is at most what is stated"
	is "$(target_stat "$1" .returned)" "$started" "$2: the target is at rest"
}

load_ktlat
load_target

# A task and an interrupt handler call functions with a probe each on one CPU.
ktlat-ctl add-probe --backend kretprobe ktlat_target_{busy,loop} >/dev/null
target func=busy ctx=kthread calls=0 async=1
target func=loop ctx=hardirq calls=0 period_ns=20000 async=1
busy_calls() { (($(target_stat busy .started) > 200000 && $(target_stat loop .started) > 20000)); }
ok 'a task and an interrupt handler call at once' wait_until 60 busy_calls
target_stop
bound busy 'the task'
bound loop 'the interrupt handler'
# A kretprobe of arm64 is seen to in exceptions, with interrupts off, since Linux 6.10.
if [[ $KERNEL == 6.12-arm64 ]]; then
	skip 'hits while another kprobe was running' "kretprobes have interrupts off on Linux $KERNEL"
else
	cmp_ok "$(probe_stat ktlat_target_loop .missed_busy)" '>' 0 \
		'hits while another kprobe was running were counted'
fi
like "$(ktlat-ctl hist ktlat_target_loop)" 'coverage <= [0-9.]+ %: .* missed' \
	'and shown as a bound'
ktlat-ctl remove-probe all >/dev/null

# Both contexts in the same function.
target_reset
ktlat-ctl add-probe --backend kretprobe ktlat_target_busy >/dev/null
target func=busy ctx=kthread calls=0 async=1
target func=busy ctx=hardirq calls=0 period_ns=20000 async=1
ok 'they call the same function' wait_until 60 \
	eval '(($(target_stat busy .started) > 200000))'
target_stop
bound busy 'the same function'
ktlat-ctl remove-probe all >/dev/null

# One instance for 64 callers that sleep inside.
target_reset
ktlat-ctl add-probe --backend kretprobe --pool 1 ktlat_target_sleep >/dev/null
target func=sleep ctx=kthread threads=64 calls=4 delay_ns=20000000
bound sleep 'a pool of 1'
cmp_ok "$(probe_stat ktlat_target_sleep .missed_pool)" '>=' 128 'most calls found the pool empty'
cmp_ok "$(probe_stat ktlat_target_sleep .coverage)" '<' 0.5 'coverage says so'
is "$(probe_stat ktlat_target_sleep .pool)" 1 'a pool of set size does not grow'
like "$(ktlat-ctl list)" 'ktlat_target_sleep' 'list shows the probe'
like "$(ktlat-ctl hist)" '[0-9]+ missed' 'hist says how many were missed'
ktlat-ctl remove-probe all >/dev/null

done_testing
