#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=1200 mem=1536 serial
#
# Everything at once, for $KTLAT_STRESS seconds (60): probes of all kinds come, are
# read, reset, recorded and go on functions that all CPUs call from tasks and
# interrupts, while a CPU comes and goes, processes are killed, the target is unloaded
# below its probes, and ktlat itself is unloaded and comes again. On a debug kernel
# the detectors look on; tests/vm/init asks them in the end.
. tests/vm/lib.sh
. tests/vm/target.sh

# Long enough for some turns of each, where one takes ten seconds.
ROUND=20
[[ $KERNEL != *-debug ]] || ROUND=60
end=$((SECONDS + ${KTLAT_STRESS:-60}))

hammer() {
	target func=busy ctx=hardirq calls=0 period_ns=3000000 async=1
	target func=loop ctx=softirq batch=5 calls=0 async=1
	target func=pair ctx=hardirq calls=0 period_ns=3000000 async=1
	target func=busy ctx=kthread cpus=1-2 calls=0 delay_ns=1000000 async=1
	target func=sleep ctx=kthread threads=5 calls=0 delay_ns=20000000 async=1
	target func=outer ctx=kthread cpus=0 calls=0 delay_ns=1000000 async=1
}

target_gone() {
	! grep -q '^ktlat_target ' /proc/modules || rmmod ktlat_target
}

round() {
	load_target
	load_ktlat
	hammer
	tests/programs/stress $ROUND "$1" >/tmp/stress.out 2>&1 &
	local stress=$! status=0
	ktlat-ctl monitor >/tmp/monitor 2>&1 &
	local monitor=$!
	sleep $((ROUND / 2)) # in the midst of it
	target_stop
	ok "round $1: the target goes" wait_until 60 target_gone
	load_target
	hammer
	wait $stress || status=$?
	is $status 0 "round $1: everybody gets on"
	diag "$(</tmp/stress.out)"
	kill -INT $monitor
	wait $monitor
	ktlat-ctl add-probe ktlat_target_{busy,loop} @softirq @hrtimer >/dev/null
	ok "round $1: ktlat goes with probes armed" wait_until 120 ktlat-ctl unload ||
		diag "$(ktlat-ctl unload 2>&1; ktlat-ctl status)"
	target_stop
	ok "round $1: and the target" wait_until 60 target_gone
}

before_hotplug
for ((i = 1; i == 1 || SECONDS < end; i++)); do
	round $i
done
done_testing
