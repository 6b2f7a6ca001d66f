#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# The clock: each that can be asked for measures, what cannot be had is refused,
# and when the machine's own clock changes, probes keep theirs until they are gone.
. tests/vm/lib.sh
. tests/vm/target.sh

SOURCES=/sys/devices/system/clocksource/clocksource0

clock() {
	ktlat-ctl status --json | jq -r .clock
}

# refuses PARAMETER REGEX: the module is not loaded, and the log says why.
refuses() {
	ok "$1 is refused" eval "! insmod $KTLAT_KO $1"
	like "$(dmesg | tail -n 5)" "$2" "$1: the log says why"
}

load_target

# All of them. Those that count what the target's clock counts agree with it.
for clock in tsc monotonic sched; do
	load_ktlat "clock=$clock"
	is "$(clock)" "$clock" "clock=$clock is taken"
	ktlat-ctl add-probe --backend kretprobe ktlat_target_{busy,sleep} >/dev/null
	ktlat-ctl add-probe ktlat_target_begin..ktlat_target_end >/dev/null
	if [[ $clock == sched ]]; then
		target func=busy ctx=kthread calls=1000 delay_ns=1000
		is "$(probe_stat ktlat_target_busy .count)" 2000 'sched: all calls are counted'
	else
		measures "$clock, functions" busy ctx=kthread calls=10000 delay_ns=1000
		measures "$clock, asleep" sleep ctx=kthread calls=20 delay_ns=1000000
		from_zero
		target func=pair ctx=kthread calls=5000
		agrees pair "$clock, pairs" ktlat_target_begin..ktlat_target_end
	fi
	rmmod ktlat
done
refuses clock=sundial 'clock=sundial is not known: load with clock=auto, tsc, monotonic or sched'

# Direct knows the TSC alone.
load_ktlat clock=monotonic
fails 'direct is refused' 'that is not the clock in use' \
	ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_busy
like "$(ktlat-ctl add-probe --args-in-registers ktlat_target_busy 2>&1)" \
	'ktlat_target_busy \(kretprobe, not direct: .* that is not the clock in use\)$' 'auto steps back, and says why'
rmmod ktlat

# The TSC is given up, as the kernel's watchdog does it.
other=$(tr ' ' '\n' <$SOURCES/available_clocksource | grep -v tsc | head -n 1)
load_ktlat
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_busy >/dev/null
ktlat-ctl add-probe --backend kretprobe ktlat_target_loop >/dev/null
is "$(clock)" tsc 'the TSC is the clock'
ktlat-ctl disable ktlat_target_busy >/dev/null
echo "$other" >$SOURCES/current_clocksource
is "$(<$SOURCES/current_clocksource)" "$other" "now it is not that of the kernel: $other is"
fails 'a direct probe does not start any more' 'cannot enable' ktlat-ctl enable ktlat_target_busy
fails 'nor is a new one added' 'that is not the clock in use' \
	ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_sleep
target func=loop ctx=kthread calls=500
is "$(probe_stat ktlat_target_loop .count) $(clock)" '1000 tsc' 'a kretprobe goes on by its clock'
ktlat-ctl remove-probe all >/dev/null
ktlat-ctl add-probe --backend kretprobe ktlat_target_loop >/dev/null
like "$(clock)" '^(monotonic|sched)$' 'the next first probe takes another one'
target func=loop ctx=kthread calls=500
is "$(probe_stat ktlat_target_loop .count)" 1000 'and measures'
ok 'unload' ktlat-ctl unload
refuses clock=tsc 'clock=tsc: the TSC is not the clocksource of this machine'
echo tsc >$SOURCES/current_clocksource
load_ktlat
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_busy >/dev/null
is "$(clock)" tsc 'it is the clock again when it is the kernel'\''s'
done_testing
