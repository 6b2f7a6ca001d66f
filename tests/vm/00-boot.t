#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=120
#
# The guest is what every other test takes for granted.
. tests/vm/lib.sh
plan 11
FLAVOUR=${KERNEL#"$LINUX"}
case $FLAVOUR in
-debug | -kcsan) FLAVOUR= ;; # is told by its configuration
esac

like "$(uname -r)" "^${LINUX//./\\.}\..*$FLAVOUR" "a $KERNEL kernel runs"
is "$(nproc)" 2 'with two CPUs'
is "$(id -u)" 0 'as root'
is "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" \
	"$CLOCKSOURCE" "its clock is $CLOCKSOURCE, which takes no lock"
ok 'tracefs is mounted' grep -q schedule /sys/kernel/tracing/available_filter_functions
ok 'kprobes are on' grep -qx 1 /sys/kernel/debug/kprobes/enabled
ok 'modules of the kernel load' modprobe ip_vs_rr
ok 'lo is up' ip -br address show dev lo up
ok 'writing to the checkout works' touch written-in-the-guest
is "$(df --output=fstype /tmp | tail -n 1)" tmpfs '/tmp is in memory'
ok 'stdout can be opened again' bash -c 'cat /proc/version >/dev/stdout'
