#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=480
#
# bench.sh: how many guest instructions tracing adds to each call of a function.
#
# For a guest whose time is counted in instructions (tests/vm/run --icount: one
# instruction, one ns), as root, in the checkout. An empty function is called in
# a loop: by itself, with a kretprobe that only stamps and counts, and with each
# backend of ktlat's that this kernel has; direct also by another clock. Exit
# status 1 if the kretprobe backend costs more than LIMIT above the bare one, or
# the direct backend more than LIMIT_DIRECT.
set -euo pipefail

. tests/bench/rounds.sh

LIMIT=20
LIMIT_DIRECT=64
FUNC=ktlat_target_empty
TREE=${KTLAT_TREE:-.}
BENCH=/sys/kernel/debug/ktlat_target/bench

die() {
	echo "bench.sh: $*" >&2
	exit 1
}

# ADDED: instructions per call above those of the empty loop, in tenths.
added() {
	settle || die "the guest does not come to rest"
	ADDED=$(((SETTLED - nothing) * 10 / CALLS))
}

# row NAME TENTHS: none where there is no figure.
row() {
	[[ -n $2 ]] || return 0
	printf '%-24s %14s\n' "$1" "$(awk "BEGIN { printf \"%.1f\", $2 / 10 }")"
}

[[ -e $BENCH ]] || insmod "$TREE"/tests/target/ktlat_target.ko
settle || die "the guest does not come to rest"
nothing=$SETTLED

insmod "$TREE"/tests/bench/ktlat_bare.ko func=$FUNC
added
bare=$ADDED
[[ $(cat /sys/module/ktlat_bare/parameters/count) -ge $((CALLS * ROUNDS)) ]] ||
	die "the bare kretprobe was not hit"
rmmod ktlat_bare

# by BACKEND: ADDED by a probe of that backend; empty where the module does not
# have it.
by() {
	ADDED=
	userspace/ktlat-ctl status --json | jq -e --arg name "$1" '.features | index($name)' >/dev/null ||
		return 0
	userspace/ktlat-ctl add-probe $FUNC --args-in-registers --backend "$1" >/dev/null ||
		die "the backend $1 refuses $FUNC"
	added
	[[ $(userspace/ktlat-ctl list --json | jq '.probes[0].count') -ge $((CALLS * ROUNDS)) ]] ||
		die "ktlat's probe was not hit"
	userspace/ktlat-ctl remove-probe all >/dev/null
}

[[ -d /sys/module/ktlat ]] || insmod "$TREE/ktlat.ko"
by kretprobe
kretprobe=$ADDED
by fprobe
fprobe=$ADDED
by direct
direct=$ADDED
userspace/ktlat-ctl unload >/dev/null
# As where the TSC is not the clock.
insmod "$TREE/ktlat.ko" clock=monotonic
by direct
other_clock=$ADDED
userspace/ktlat-ctl unload >/dev/null

echo "guest instructions added to each call of a traced function"
row 'nothing' 0
row 'bare' "$bare"
row 'kretprobe' "$kretprobe"
row 'fprobe' "$fprobe"
row 'direct' "$direct"
row 'direct, clock=monotonic' "$other_clock"
row 'above bare' $((kretprobe - bare))
if ((kretprobe - bare > LIMIT * 10 || ${direct:-0} > LIMIT_DIRECT * 10)); then
	echo "FAILED: at most $LIMIT above bare, and $LIMIT_DIRECT for direct, are allowed"
	exit 1
fi
echo "at most $LIMIT above bare, and $LIMIT_DIRECT for direct, are allowed: kept"
