#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ring.sh: what a record costs the event ring, on this machine, outside a kernel.
#
#   tests/bench/ring.sh [ROUNDS]
#
# Beside it stand a memcpy() and, where it is installed, LTTng-UST, which records into
# memory alone: an overwriting buffer that nobody reads. Exit status 1 if a write takes
# more than LIMIT times the memcpy, or LIMIT_CHASED times with a reader behind it, or
# LTTng-UST writes more than a LIMIT_LTTNG-th as many records in the same time.
set -euo pipefail

LIMIT=3
LIMIT_CHASED=6
LIMIT_LTTNG=10
DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

make --no-print-directory -s -C "$DIR/ring"

# Nothing of it stays: a daemon of our own, whose files are in a folder of its own.
if command -v lttng-sessiond >/dev/null; then
	home=$(mktemp -d)
	export LTTNG_HOME=$home LTTNG_RUNDIR=$home/run
	mkdir "$LTTNG_RUNDIR"
	lttng-sessiond --no-kernel --quiet &
	daemon=$!
	trap 'kill $daemon; wait $daemon || :; rm -rf "$home"' EXIT
	until lttng --no-sessiond list >/dev/null 2>&1; do
		kill -0 $daemon || exit 1
	done
	lttng --no-sessiond --quiet create ring --snapshot
	lttng --no-sessiond --quiet enable-event --userspace ktlat_bench:event
	lttng --no-sessiond --quiet start
	export LTTNG_UST_REGISTER_TIMEOUT=10000
fi

results=$("$DIR/build/ring" "$@")
echo "$results"
awk -v limit=$LIMIT -v chased=$LIMIT_CHASED -v lttng=$LIMIT_LTTNG -F ' ns ' '
	function miss(what) { print "ring.sh: " what; missed = 1 }
	/^write, no reader/ { alone = $2; if ($2 > limit) miss("a write takes more than " limit " times a memcpy") }
	/^write, a reader/ && $2 > chased { miss("a write with a reader behind it takes more than " chased " times a memcpy") }
	/^LTTng/ { printf "%.1f times as many records a second as LTTng-UST\n", $2 / alone
		if ($2 < lttng * alone) miss("that is less than " lttng " times") }
	END { exit missed }' <<<"$results"
