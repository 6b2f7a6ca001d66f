# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='`perf ftrace latency`'
files=("$(command -v perf)")
ring=1

start() {
	tool perf ftrace latency -T "$FUNC"
}

ready() {
	graph_on
}

finish() {
	interrupt
}

count() {
	table_sum
}
