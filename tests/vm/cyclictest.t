#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048
#
# cyclictest beside functions that are called all the time and measured: it comes to
# its end, every call is still recorded as it was, and the kernel has nothing to say, on
# real-time kernels above all. How late it was is said and not asserted: virtual CPUs
# wait for real ones.
. tests/vm/lib.sh
. tests/vm/target.sh

LOOPS=500
CPUS=$(nproc)

# run_cyclictest: one on each CPU, as they end together with the first that has made its
# loops; what each has found, to /tmp/cyclictest.N.
run_cyclictest() {
	local cpu pids=() status=0
	for ((cpu = 0; cpu < CPUS; cpu++)); do
		cyclictest -q -m -t 1 -a $cpu -p 90 -i 1000 -l $LOOPS --json=/tmp/cyclictest.$cpu &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=1
	done
	return $status
}

# cycles: how many loops each has made, and worst: how late one was at most, in us.
cycles() {
	jq -s -c '[.[].thread[].cycles]' /tmp/cyclictest.?
}

worst() {
	jq -s '[.[].thread[].max] | max' /tmp/cyclictest.?
}

ends() {
	ok "$1: cyclictest comes to its end" run_cyclictest
	is "$(cycles)" "[$LOOPS$(printf ",$LOOPS%.0s" $(seq 2 "$CPUS"))]" "$1: $LOOPS loops on each CPU"
}

# Threads are preempted inside of our handlers by cyclictest's, and sleepers return on
# other CPUs; and what interrupts call comes in between, but for kretprobes, which miss such
# calls.
hammer() {
	target func=busy ctx=kthread calls=0 delay_ns=1000 async=1
	target func=sleep ctx=kthread threads=8 calls=0 delay_ns=1000000 async=1
	[[ $1 == kretprobe ]] && return
	target func=loop ctx=hardirq calls=0 delay_ns=500 period_ns=200000 async=1
	target func=inner ctx=softirq batch=10 calls=0 async=1
}

load_ktlat
load_target
ulimit -l unlimited
hammer nothing
ends 'without a probe'
target_stop
alone=$(worst)

# beside BACKEND NAME OPTION...
beside() {
	local backend=$1 name="$1, $2" func functions=(busy sleep)
	shift 2
	[[ $backend == kretprobe ]] || functions+=(loop inner)
	ktlat-ctl add-probe --backend "$backend" --args-in-registers "$@" "${functions[@]/#/ktlat_target_}" >/dev/null
	from_zero
	hammer "$backend"
	ends "$name"
	target_stop
	diag "$name: $(worst) us late at most, $alone without a probe"
	for func in "${functions[@]}"; do
		agrees "$func" "$name: $func"
		is "$AGREED" "$(target_stat "$func" .started)" "$name: $func: all that were made"
		cmp_ok "$AGREED" '>' 0 "$name: $func was called"
	done
	ktlat-ctl remove-probe all >/dev/null
}

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	beside $backend histogram
	beside $backend 'events, slow calls with stacks' --events --slow 5us --slowest 8 --interval 1s --user-stack
done

# Where cyclictest's own wake-ups are measured.
ktlat-ctl add-probe @wakeup @hrtimer >/dev/null
ends tracepoints
for event in @wakeup @hrtimer; do
	cmp_ok "$(probe_stat $event .count)" '>=' $((LOOPS * CPUS / 2)) "tracepoints: $event"
done
is "$(probe_stat @wakeup .missed)" 0 'tracepoints: no wake-up was missed'
done_testing
