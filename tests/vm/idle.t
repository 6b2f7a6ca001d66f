#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300
#
# Timers that expire on all CPUs at once while those are idle: every call is
# told from the others, though all of them run in the idle tasks, whose thread
# id is 0 on each CPU.
. tests/vm/lib.sh
. tests/vm/target.sh

on_each_cpu() {
	is "$(target_stat "$1" '[.cpus[].started] | unique | join(" ")')" "$2" \
		"$3: as many on each CPU"
}

load_ktlat
load_target
ktlat-ctl add-probe ktlat_target_{busy,outer,inner} \
	ktlat_target_begin..ktlat_target_end ktlat_target_begin..ktlat_target_end@cpu >/dev/null

for delay in 10000 300000 2000000; do
	measures "timers, $delay ns" busy ctx=softirq calls=100 "delay_ns=$delay"
	on_each_cpu busy 100 "timers, $delay ns"
done
measures 'hrtimers' busy ctx=hardirq calls=500 period_ns=1000000 delay_ns=100000
on_each_cpu busy 500 'hrtimers'
measures 'nested, timers' outer ctx=softirq calls=100 delay_ns=100000
agrees inner 'nested, timers: the inner ones'

# The start of a pair waits in a table; the key must not be the thread id.
from_zero
ok 'pairs, timers: runs' target func=pair ctx=softirq calls=100 delay_ns=300000
agrees pair 'pairs by task, timers: 400 pairs' ktlat_target_begin..ktlat_target_end
agrees pair 'pairs by CPU, timers: 400 pairs' ktlat_target_begin..ktlat_target_end@cpu
from_zero
ok 'pairs, hrtimers: runs' target func=pair ctx=hardirq calls=500 period_ns=1000000 delay_ns=100000
agrees pair 'pairs by task, hrtimers: 2000 pairs' ktlat_target_begin..ktlat_target_end
agrees pair 'pairs by CPU, hrtimers: 2000 pairs' ktlat_target_begin..ktlat_target_end@cpu
done_testing
