#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048 serial long
#
# Forty times a direct probe comes to a function that four CPUs hammer from
# tasks, softirq and hardirq, and goes again; and every fifth time another one
# goes while calls sleep below it. No call is counted that was not made, none is
# left out, trampolines are used again, and in the end nothing is left, neither
# of memory. The long form: a thousand times.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/memory.sh

CYCLES=40
[[ -z ${KTLAT_LONG-} ]] || CYCLES=1000
TRACING=/sys/kernel/tracing

# cycles N: from a module just loaded to one that is gone; HELD is then by how
# many functions it was held meanwhile.
cycles() {
	load_ktlat
	target_reset
	target func=busy ctx=softirq batch=10 calls=0 async=1
	target func=busy ctx=hardirq period_ns=2000000 calls=0 async=1
	ok "$1 cycles under load" tests/programs/cycles "$1"
	HELD=$(references)
}

# ends: the sleepers are woken, and the module goes.
ends() {
	target_stop
	target_wait
	free_again 'the last sleeper has returned' 60
	ok 'it goes' rmmod ktlat
}

load_ktlat
needs_backend direct
rmmod ktlat
load_target
cycles 10
ends
memory >/tmp/before

start=$SECONDS
cycles $CYCLES
diag "$((SECONDS - start)) s"
wanted=$((CYCLES / 5 < 200 ? CYCLES / 5 : 200))
is "$HELD" $wanted "$wanted functions with two sleepers each hold it"
is "$(target_stat killable '"\(.started) \(.returned)"')" "$((2 * wanted)) 0" 'they are still inside'
# The first that is free is taken: it comes before or right behind those in use.
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_loop >/dev/null
slot=$(grep -A 1 ^ktlat_target_loop $TRACING/enabled_functions | sed -n 's/.*ktlat_direct_\([0-9a-f]*\).*/\1/p')
cmp_ok $((16#${slot:-ff})) '<=' "$wanted" 'all other trampolines are free again'
ktlat-ctl remove-probe all >/dev/null
ends
is "$(target_stat killable '"\(.started) \(.returned)"')" "$((2 * wanted)) $((2 * wanted))" \
	'all sleepers have returned'
is "$(target_stat busy '.started == .returned')" true 'and all calls under load'

memory >/tmp/after
is "$(grown /tmp/before /tmp/after $((CYCLES * 5)))" '' 'memory is back to where it was'
is "$(grep -c ktlat_target $TRACING/enabled_functions)" 0 'no ftrace site is left'
is "$(awk '$1 == "ktlat"' /proc/modules)" '' 'the module is gone'
done_testing
