# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='kprobe_events, entry and return, read by `cat`'
files=("$(command -v cat)")
ring=1

start() {
	echo "p:ktlat_peer/enter $FUNC" >>"$TRACING/kprobe_events" &&
		echo "r:ktlat_peer/leave $FUNC" >>"$TRACING/kprobe_events" &&
		echo 1 >"$TRACING/events/ktlat_peer/enable" && echo 1 >"$TRACING/tracing_on" &&
		tool cat "$TRACING/trace_pipe"
}

ready() {
	kprobes_on 2
}

finish() {
	read_rest
	echo 0 >"$TRACING/events/ktlat_peer/enable"
	echo >"$TRACING/kprobe_events"
}

count() {
	grep -c ' leave: ' "$OUT"
}
