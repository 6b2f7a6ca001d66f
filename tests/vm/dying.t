#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=3 timeout=180
#
# A slow call on a CPU that is about to go off, where the kernel has run the last
# irq_work: it is recorded, and its session ends all the same, as does each other one.
. tests/vm/lib.sh

FILE=/tmp/dying.dat
# The scheduler's last words of a CPU, with interrupts off.
F=sched_cpu_dying

waits_for_records() { grep -q poll "/proc/$record/stack"; }
has_ended() { [[ ! -d /proc/$record ]]; }

before_hotplug
load_ktlat
for turn in 1 2 3; do
	ktlat-ctl record -o $FILE --backend kretprobe --slow 1ns $F &
	record=$!
	ok "$turn: a reader waits" wait_until 20 waits_for_records
	ok "$turn: CPU 1 off" wait_until 10 eval 'echo 0 >/sys/devices/system/cpu/cpu1/online'
	ok "$turn: CPU 1 on" wait_until 10 eval 'echo 1 >/sys/devices/system/cpu/cpu1/online'
	kill -INT $record
	ok "$turn: the reader and its session have ended" wait_until 20 has_ended
	is "$(ktlat-ctl report --json $FILE | jq -s '[.[] | select(.slow) | .cpu] | unique[]')" 1 \
		"$turn: the call is recorded"
done
done_testing
