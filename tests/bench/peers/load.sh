#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# load.sh PEER...: what each tool does to the time of a call, how many calls it
# sees, and its memory; for a guest with 2 virtual CPUs.
set -euo pipefail
. tests/bench/peers/lib.sh

CALLS=50    # so few that the host, too, interrupts few of the rounds
ROUNDS=101
CHUNK=2000  # calls that a task makes at a time
CHUNKS=25   # of each task, by itself
TIMERS=5000 # calls from timer interrupts on each CPU, one at a time

# AVAILABLE: KB of memory that the kernel could give away, with the free pages that
# it holds back for each CPU; those come and go by megabytes.
available() {
	local word n
	echo 1 >/proc/sys/vm/stat_refresh
	while read -r word AVAILABLE _; do
		[[ $word != MemAvailable: ]] || break
	done </proc/meminfo
	while read -r word n; do
		[[ $word != count: ]] || AVAILABLE=$((AVAILABLE + 4 * n))
	done </proc/zoneinfo
}

# RSS: KB of the tool's processes.
rss() {
	local pid word kb
	RSS=0
	for pid in "${TOOL[@]}"; do
		while read -r word kb _; do
			[[ $word != VmRSS: ]] || RSS=$((RSS + kb))
		done <"/proc/$pid/status"
	done
}

# RING: KB that the tool uses and that were there before, less what is only there
# as we keep its output in memory.
ring_kb() {
	RING=0
	[[ -z $ring ]] || read -r RING _ <"$TRACING/buffer_total_size_kb"
	RING=$((RING - $(stat -c %s "$OUT") / 1024))
}

# hammer CPU: a task calls on that CPU, without a pause, until there is a file
# /tmp/enough, but CHUNKS times at least; leaves the number in /tmp/hammer.CPU.
hammer() {
	local n=0
	taskset -pc "$1" "$BASHPID" >/dev/null
	: >"/tmp/begun.$1"
	until [[ $n -ge $CHUNKS && -e /tmp/enough ]]; do
		echo "$CHUNK" >"$BENCH"
		n=$((n + 1))
	done
	echo $((n * CHUNK)) >"/tmp/hammer.$1"
}

# hammer_while COMMAND: TRUTH is greater by the calls of the tasks, one on each CPU.
hammer_while() {
	local cpu n tasks=()
	rm -f /tmp/enough /tmp/begun.*
	for cpu in 0 1; do
		hammer $cpu &
		tasks+=($!)
	done
	until_true [ -e /tmp/begun.0 -a -e /tmp/begun.1 ]
	"$@"
	: >/tmp/enough
	wait "${tasks[@]}"
	for cpu in 0 1; do
		read -r n <"/tmp/hammer.$cpu"
		TRUTH=$((TRUTH + n))
	done
}

# TRUTH is greater by INTERRUPTS.
interrupts() {
	echo 1 >"$TARGET/reset"
	echo "func=kernel ctx=hardirq period_ns=20000 calls=$TIMERS" >"$TARGET/run"
	INTERRUPTS=$(jq '.functions[] | select(.name == "ktlat_target_kernel").returned' "$TARGET/stats")
	TRUTH=$((TRUTH + INTERRUPTS))
}

# By tasks alone: time, memory, calls.
by_tasks() {
	local before free traced
	: >"$OUT"
	median && before=$MEDIAN
	available && free=$AVAILABLE
	attach || return
	pause 0.5
	CALLED=0
	median && traced=$MEDIAN
	available && rss && ring_kb
	TRUTH=$CALLED
	hammer_while :
	detach || return
	median
	tell ratio $((traced * 200 / (before + MEDIAN)))
	tell rss "$RSS"
	tell kb $((free - AVAILABLE + RING))
	tell task "$COUNT/$TRUTH"
	say "$PEER: tasks: $COUNT of $TRUTH"
}

with_interrupts() {
	attach || return
	pause 0.5
	TRUTH=0
	hammer_while interrupts
	detach || return
	tell hardirq "$COUNT/$TRUTH/$INTERRUPTS"
	say "$PEER: with $INTERRUPTS calls by interrupts: $COUNT of $TRUTH"
}

# What a tool allocates once and for all is there after the first time.
measure() {
	with_interrupts && by_tasks
}

prepare
each_peer measure "$@"
