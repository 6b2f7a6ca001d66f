# shellcheck shell=bash disable=SC2034,SC2154 # read by lib.sh, set by other files
# SPDX-License-Identifier: GPL-2.0-only
# What is common to both programs; their files set enter and leave.
title="bpftrace $enter/$leave"
files=("$(command -v bpftrace)")

start() {
	tool bpftrace -f json -e "$enter:$FUNC { @start[tid] = nsecs; }
		$leave:$FUNC /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start[tid]); }"
}

finish() {
	interrupt
}

count() {
	grep '"hist"' "$OUT" | jq '[.data["@ns"][].count] | add'
}
