#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=480
# stock: it counts the instructions of a stock kernel
#
# Where time is counted in instructions, durations can be told beforehand:
# percentiles lie within the width of a bucket of the set delay, plus what lies
# between ktlat's two stamps around the function, which is the same each time
# and shows in a function that does nothing.
. tests/vm/lib.sh
. tests/vm/target.sh

# within_bucket GOT DELAY SLACK NAME: GOT is the upper edge of the bucket that
# some duration from DELAY to DELAY + SLACK lies in; 1/32 is its width.
within_bucket() {
	if (($1 >= $2 && $1 <= ($2 + $3) * 33 / 32 + 1)); then
		pass "$4"
	else
		fail "$4"
		diag "$1 ns is not in the bucket of $2 ns, with $3 ns between stamps"
	fi
}

# percentiles FUNCTION DELAY SLACK NAME
percentiles() {
	local p
	for p in p50_ns p90_ns; do
		within_bucket "$(probe_stat "ktlat_target_$1" ".$p")" "$2" "$3" \
			"$4: $p of a delay of $2 ns"
	done
}

# One expiry of a timer interrupt in between is no part of the delay; with as
# few calls of 200 ms as these, there is always one, and each takes some us.
run() {
	local func=$1 calls=$2 delay=$3 slack=$4
	shift 4
	from_zero
	target "func=$func" "calls=$calls" "delay_ns=$delay" "$@"
	percentiles "$func" "$delay" "$slack" "$func, $*"
	is "$(probe_stat "ktlat_target_$func" .count)" "$calls" 'every call is counted'
}

load_ktlat
load_target
ktlat-ctl add-probe ktlat_target_{loop,sleep} >/dev/null

# What lies between the stamps: of a loop that does not loop. The largest of
# most calls; it is all code of ours and of the kernel's kretprobe.
target func=loop ctx=kthread calls=2000 delay_ns=0
between=$(probe_stat ktlat_target_loop .p90_ns)
diag "$between ns lie between the stamps"
cmp_ok "$between" '<' 1000 'less than 1 us lies between the stamps'

for context in kthread task hardirq softirq work; do
	run loop 1000 1000 "$between" "ctx=$context" batch=10
done
for delay in 10000 100000; do
	run loop 200 "$delay" "$between" ctx=kthread
done
# Ticks of 250 Hz fall into these: each of them took less than 20 us here.
run loop 40 1000000 $((between + 20000)) ctx=kthread
run loop 10 10000000 $((between + 3 * 20000)) ctx=kthread
run loop 3 200000000 $((between + 51 * 20000)) ctx=kthread
# A timer of the kernel may fire that much late, and waking up takes its time.
run sleep 40 1000000 100000 ctx=kthread
run sleep 10 10000000 100000 ctx=kthread
# msleep() rounds up to ticks.
run sleep 3 200000000 8000000 ctx=kthread
done_testing
