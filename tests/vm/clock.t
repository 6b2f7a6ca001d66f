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
clocks=(monotonic sched)
[[ $CLOCK != tsc ]] || clocks+=(tsc)
for clock in "${clocks[@]}"; do
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
if [[ $CLOCK != tsc ]]; then
	refuses clock=tsc 'clock=tsc: the TSC is not the clocksource of this machine'
	skip 'direct by other clocks, and the TSC given up' "there is no TSC on Linux $KERNEL"
	done_testing
	exit 0
fi

# Direct, by another clock than the TSC: in every context, and by a group.
load_ktlat clock=monotonic
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_{busy,recurse,killable} >/dev/null
measures 'direct, threads' busy ctx=kthread calls=10000 delay_ns=1000
measures 'direct, softirq' busy ctx=softirq calls=10000 batch=10 delay_ns=1000
measures 'direct, hardirq' busy ctx=hardirq calls=10000 batch=10 delay_ns=1000
measures 'direct, recursive' recurse ctx=kthread calls=500 depth=8 delay_ns=1000
has_lost_none recurse 'direct'

# One that sleeps: its stack is whole, it is still held, and if it dies, abandoned.
target func=killable ctx=kthread threads=1 calls=1 delay_ns=1000000000000 async=1
inside() { [[ $(probe_stat ktlat_target_killable .in_flight) == "$1" ]]; }
ok 'one is inside' wait_until 10 inside 1
like "$(sleeper_stack)" \
	'ktlat_target_killable ktlat_direct_[0-9a-f]{2} ktlat_target_killable target_call .*kthread ret_from_fork' \
	'its stack leads through the trampoline to its callers'
ktlat-ctl remove-probe all >/dev/null
is "$(ktlat-ctl status --json | jq -c '[.held[].in_flight]')" '[1]' 'it holds the module'
target_stop
target_wait
free_again 'direct, the sleeper has returned'
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_exit >/dev/null
target func=exit ctx=kthread threads=20 depth=3
ended() { [[ $(probe_stat ktlat_target_exit '"\(.entries) \(.abandoned) \(.in_flight)"') == "$1" ]]; }
ok 'threads that end three calls deep are abandoned' wait_until 10 ended '60 60 0'
ktlat-ctl remove-probe all >/dev/null

if has_groups; then
	ktlat-ctl add-probe --args-in-registers --group both ktlat_target_{busy,loop} >/dev/null
	target_reset
	target func=busy ctx=kthread calls=1000
	target func=loop ctx=softirq batch=20 calls=1000
	is "$(ktlat-ctl hist --json | jq -c '[.probes[0].members[] | [.function, .count]] | sort')" \
		'[["ktlat_target_busy",2000],["ktlat_target_loop",2000]]' 'a group, by another clock'
else
	skip 'a group, by another clock' "Linux $KERNEL has no direct groups"
fi
ktlat-ctl remove-probe all >/dev/null
ok 'unload' ktlat-ctl unload

# A function that the clock calls, while it stamps the calls of that very function.
before=$(<$SOURCES/current_clocksource)
echo ktlat_sundial >$SOURCES/current_clocksource
is "$(<$SOURCES/current_clocksource)" ktlat_sundial 'a clock whose reader can be traced'
load_ktlat
is "$(clock)" monotonic 'is not taken for the TSC'
readings=$(<$TARGET_DIR/sundial)
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_{sundial,busy} >/dev/null
target func=busy ctx=kthread calls=1000
target func=busy ctx=hardirq calls=1000
is "$(probe_stat ktlat_target_busy .count)" 4000 'what is not the clock is measured'
ktlat-ctl disable all >/dev/null
stat=$(probe_stat ktlat_target_sundial '"\(.count) \(.missed) \(.in_flight)"')
cmp_ok "${stat%% *}" '>=' 16000 'and so is the clock: at least four readings for each of its calls'
cmp_ok "${stat%% *}" '<=' $(($(<$TARGET_DIR/sundial) - readings)) 'at most as often as it was called'
is "${stat#* }" '0 0' 'none was missed'
ktlat-ctl remove-probe all >/dev/null

# On the way into and out of interrupts, which come upon the clock as well.
started=$(date +%s)
edges=0
for func in irq_enter_rcu irq_exit_rcu __do_softirq handle_softirqs; do
	! ktlat-ctl add-probe --backend direct --args-in-registers $func >/dev/null 2>&1 || edges=$((edges + 1))
done
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_busy >/dev/null
cmp_ok $edges '>=' 2 'functions at the edges of interrupts have a trampoline'
target func=busy ctx=kthread calls=0 async=1
target func=loop ctx=hardirq calls=0 period_ns=50000 async=1
many() { [[ $(ktlat-ctl hist --json | jq '.probes[0].count') -ge 3000 ]]; }
ok 'and are called' wait_until 120 many
target_stop
target_wait
is "$(ktlat-ctl hist --json | jq --argjson ns $((($(date +%s) - started + 1) * 1000000000)) -c \
	'[.probes[] | select(.max_ns > $ns or .clock_backwards > 0) | [.function, .max_ns, .clock_backwards]]')" \
	'[]' 'none took longer than this test, none ended before it began'
echo "$before" >$SOURCES/current_clocksource
ktlat-ctl remove-probe all >/dev/null
fails 'the kernel'\''s own readers are not measured' 'no trampoline may call this function' \
	ktlat-ctl add-probe --backend direct --args-in-registers acpi_pm_read
ok 'unload' ktlat-ctl unload

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
fails 'nor is a new one added' 'the kernel has given up the TSC' \
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
