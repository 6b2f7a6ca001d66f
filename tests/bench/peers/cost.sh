#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cost.sh PEER...: what each tool costs, in guest instructions; for a guest whose
# time is counted in them (tests/vm/run --icount: one instruction, one ns).
set -euo pipefail
. tests/bench/peers/lib.sh

LIMIT=60 # a second is 10^9 instructions here

# Have what it reads in memory, as the host's disk takes the host's time.
warm() {
	local file
	for file in "${files[@]}"; do
		ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | xargs cat "$file" >/dev/null
	done
}

# OWN: ns that the threads of the tool have run.
own() {
	local pid file ns
	OWN=0
	for pid in "${TOOL[@]}"; do
		for file in /proc/"$pid"/task/*/schedstat; do
			read -r ns _ <"$file" && OWN=$((OWN + ns))
		done
	done
}

# The tool has nothing left to do.
rested() {
	local before=$OWN
	pause 0.05
	own
	((OWN - before < 100000))
}

# What the tool itself runs per call, where calls come slowly enough for it to keep
# up: the median of 5 rounds, as it may have something else to do in one.
beside() {
	local before i all=()
	own
	until_true rested || return
	for ((i = 0; i < 5; i++)); do
		before=$OWN
		echo "$CALLS" >"$BENCH"
		CALLED=$((CALLED + CALLS))
		until_true rested || return
		all+=($(((OWN - before) * 10 / CALLS)))
	done
	tell beside "$(printf '%s\n' "${all[@]}" | sort -n | sed -n 3p)"
}

measure() {
	warm
	attach || return
	CALLED=0
	if ! settle || ! beside; then
		leave_out 'the guest does not come to rest'
		return
	fi
	detach || return
	[[ $COUNT -gt 0 || $PEER == nothing ]] || { leave_out "it counted none of $CALLED calls" && return; }
	tell added $(((SETTLED - base) * 10 / CALLS))
	tell attach "$ATTACH"
	tell detach "$DETACH"
	say "$PEER: counted $COUNT of $CALLED"
}

# An idle guest's clock leaps to the next timer, however far, while the host reads
# a file. So there is always something that can run.
chrt -i 0 bash -c 'while :; do :; done' &
spinner=$!
prepare
settle || { echo "cost.sh: the guest does not come to rest" >&2 && exit 1; }
base=$SETTLED
each_peer measure "$@"
kill "$spinner"
