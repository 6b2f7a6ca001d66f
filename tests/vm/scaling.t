#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 icount timeout=480 append=maxcpus=1
# stock: it counts the instructions of a stock kernel
#
# What a direct probe adds to a call, in instructions, is the same with one CPU
# in the function and with four, and with one trampoline in use and with 250:
# within 2 %. Here the clock counts the instructions of all CPUs together.
#
# "maxcpus=1", because with --icount QEMU 7.2 does not get through the kernel's
# start of several CPUs at boot; later it does.
. tests/vm/lib.sh
. tests/vm/target.sh

CALLS=5000 # by each CPU, with interrupts off
ROUNDS=11
OTHERS=249
FUNC=ktlat_target_empty
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)

# median CPUS: ns that this many CPUs take for CALLS calls each.
median() {
	local i
	echo "$1" >$TARGET_DIR/bench_cpus
	for ((i = 0; i < ROUNDS; i++)); do
		echo $CALLS >$TARGET_DIR/bench
		cat $TARGET_DIR/bench
	done | sort -n | sed -n "$((ROUNDS / 2 + 1))p"
}

# settled CPUS: the same, once it is the same twice, within 1 in 1000.
settled() {
	local last=0 now tries difference
	for ((tries = 0; tries < 100; tries++)); do
		now=$(median "$1")
		difference=$((now - last))
		((${difference#-} * 1000 > now)) || { echo "$now" && return; }
		last=$now
	done
	echo 0
}

# added CPUS: what a probe adds to a call, in hundredths of an instruction.
added() {
	echo $((($(settled "$1") - NOTHING[$1]) * 100 / (CALLS * $1)))
}

# Functions that nobody calls here.
arm_others() {
	modprobe ext4
	sed -n 's/^\(ext4_[a-z0-9_]*\)[[:space:]]*\[ext4\]$/\1/p' /sys/kernel/tracing/available_filter_functions |
		sort | uniq -u | tests/programs/arm $OTHERS ext4
}

# measure NAME: with the function's probe there; FIGURES[NAME, CPUS].
declare -A FIGURES
measure() {
	local cpus
	for cpus in 1 4; do
		FIGURES[$1,$cpus]=$(added $cpus)
	done
	cmp_ok "$(probe_stat $FUNC .count)" '>=' $((5 * CALLS * ROUNDS)) "$1: the probe was hit"
}

load_ktlat
needs_backend direct
load_target
for cpu in 1 2 3; do
	echo 1 >/sys/devices/system/cpu/cpu$cpu/online
done
is "$(nproc)" 4 'four CPUs are there'
# The CPUs in the function are the first ones. From here on nothing of the test's
# runs on another: a task that writes there and waits for them counts, too.
taskset -p -c 0 $$ >/dev/null
declare -a NOTHING
NOTHING[1]=$(settled 1)
NOTHING[4]=$(settled 4)
diag "$CALLS calls: ${NOTHING[1]} ns on one CPU, ${NOTHING[4]} on four"
cmp_ok "${NOTHING[4]}" '>=' $((3 * NOTHING[1])) 'four CPUs make four times the calls'

"${direct[@]}" $FUNC >/dev/null
measure 'one trampoline'
ktlat-ctl remove-probe all >/dev/null
is "$(arm_others)" $OTHERS "$OTHERS other functions have a trampoline"
"${direct[@]}" $FUNC >/dev/null
measure '250 trampolines'

base=${FIGURES[one trampoline,1]}
cmp_ok "$base" '>' 1000 'a call costs more than 10 instructions'
for figure in "${!FIGURES[@]}"; do
	difference=$((FIGURES[$figure] - base))
	cmp_ok ${difference#-} '<=' $((base / 50)) \
		"$figure CPUs: ${FIGURES[$figure]} hundredths of an instruction, within 2 % of $base"
done
ktlat-ctl remove-probe all >/dev/null
done_testing
