#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=300
#
# bench.sh: how many guest instructions tracing adds to each call of a function.
#
# For a guest whose time is counted in instructions (tests/vm/run --icount: one
# instruction, one ns), as root, in the checkout. An empty function is called in
# a loop: by itself, with a kretprobe that only stamps and counts, and with
# ktlat's. Exit status 1 if ktlat costs more than LIMIT above the bare one.
set -euo pipefail

CALLS=1000 # few enough that most rounds see no timer interrupt
ROUNDS=21
LIMIT=60
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

[[ -d /sys/module/ktlat ]] || insmod ./ktlat.ko
userspace/ktlat-ctl add-probe $FUNC >/dev/null
ktlat=$(added "$(settled)")
[[ $(userspace/ktlat-ctl list --json | jq '.probes[0].count') -ge $((CALLS * ROUNDS)) ]] ||
	die "ktlat's probe was not hit"
userspace/ktlat-ctl remove-probe all >/dev/null
rmmod ktlat

echo "guest instructions added to each call of a traced function"
row 'nothing' 0
row 'bare' "$bare"
row 'kretprobe' "$ktlat"
row 'above bare' $((ktlat - bare))
if ((ktlat - bare > LIMIT * 10)); then
	echo "FAILED: that is more than $LIMIT"
	exit 1
fi
echo "at most $LIMIT above bare are allowed: kept"
