# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='function_graph, read by `cat`'
files=("$(command -v cat)")
ring=1

start() {
	echo "$FUNC" >"$TRACING/set_ftrace_filter" && echo function_graph >"$TRACING/current_tracer" &&
		echo 1 >"$TRACING/tracing_on" && tool cat "$TRACING/trace_pipe"
}

ready() {
	graph_on
}

finish() {
	read_rest
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
}

# Each line that has a duration is the end of a call.
count() {
	grep -c ' us ' "$OUT"
}
