# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='SystemTap'
files=("$(command -v staprun)")

start() {
	if [[ ! -e $BUILD/ktlat_stap.ko ]]; then
		grep -m1 -h 'error: ' "$BUILD/stap.log" | sed 's|.*/runtime/|runtime/|' >"$ERR"
		return 1
	fi
	tool staprun "$BUILD/ktlat_stap.ko"
}

ready() {
	kprobes_on 2
}

finish() {
	interrupt
}

count() {
	sed -n 's/^calls //p' "$OUT"
}
