# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='`perf ftrace latency -b`'
files=("$(command -v perf)")

start() {
	tool perf ftrace latency -b -T "$FUNC"
}

ready() {
	links_on 2
}

finish() {
	interrupt
}

count() {
	table_sum
}
