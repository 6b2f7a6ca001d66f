#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=480
#
# bench.sh: how many guest instructions tracing adds to each call of a function.
#
# For a guest whose time is counted in instructions (tests/vm/run --icount: one
# instruction, one ns), as root, in the checkout. An empty function is called in
# a loop: by itself, with a kretprobe that only stamps and counts, and with each
# backend of ktlat's. Exit status 1 if the kretprobe backend costs more than
# LIMIT above the bare one, or the direct backend more than LIMIT_DIRECT.
set -euo pipefail

CALLS=1000 # few enough that most rounds see no timer interrupt
ROUNDS=21
LIMIT=60
LIMIT_DIRECT=64
FUNC=ktlat_target_empty
FILE=/sys/kernel/debug/ktlat_target/bench

die() {
	echo "bench.sh: $*" >&2
	exit 1
}

# ns of CALLS calls: the median of some rounds.
median() {
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		echo "$CALLS" >"$FILE"
		cat "$FILE"
	done | sort -n | sed -n "$((ROUNDS / 2 + 1))p"
}

near() {
	local difference=$(($1 - $2))
	((${difference#-} * 100 <= $2))
}

# The median once it is the same, within 1 %, three times: start-up work of the
# kernel, and of what was just loaded, has come to its end then.
settled() {
	local last=0 now same=0 tries
	for ((tries = 0; tries < 100; tries++)); do
		now=$(median)
		if near "$now" "$last"; then same=$((same + 1)); else same=0; fi
		last=$now
		((same < 2)) || { echo "$now" && return; }
	done
	die "the guest does not come to rest"
}

# Instructions per call above those of the empty loop, in tenths.
added() {
	echo $((($1 - nothing) * 10 / CALLS))
}

row() {
	printf '%-12s %14s\n' "$1" "$(($2 / 10)).$(($2 % 10))"
}

[[ -e $FILE ]] || insmod tests/target/ktlat_target.ko
nothing=$(settled)

insmod tests/bench/ktlat_bare.ko func=$FUNC
bare=$(added "$(settled)")
[[ $(cat /sys/module/ktlat_bare/parameters/count) -ge $((CALLS * ROUNDS)) ]] ||
	die "the bare kretprobe was not hit"
rmmod ktlat_bare

# by BACKEND: what a call costs more with a probe of that backend.
by() {
	userspace/ktlat-ctl add-probe $FUNC --args-in-registers --backend "$1" >/dev/null ||
		die "there is no backend $1"
	added "$(settled)"
	[[ $(userspace/ktlat-ctl list --json | jq '.probes[0].count') -ge $((CALLS * ROUNDS)) ]] ||
		die "ktlat's probe was not hit"
	userspace/ktlat-ctl remove-probe all >/dev/null
}

[[ -d /sys/module/ktlat ]] || insmod ./ktlat.ko
kretprobe=$(by kretprobe)
direct=$(by direct)
userspace/ktlat-ctl unload >/dev/null

echo "guest instructions added to each call of a traced function"
row 'nothing' 0
row 'bare' "$bare"
row 'kretprobe' "$kretprobe"
row 'direct' "$direct"
row 'above bare' $((kretprobe - bare))
if ((kretprobe - bare > LIMIT * 10 || direct > LIMIT_DIRECT * 10)); then
	echo "FAILED: at most $LIMIT above bare, and $LIMIT_DIRECT for direct, are allowed"
	exit 1
fi
echo "at most $LIMIT above bare, and $LIMIT_DIRECT for direct, are allowed: kept"
