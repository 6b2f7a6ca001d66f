# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='bare kretprobe module'
files=("$TREE/tests/bench/ktlat_bare.ko")
live=1

start() {
	insmod "$TREE/tests/bench/ktlat_bare.ko" "func=$FUNC" 2>"$ERR"
}

ready() {
	:
}

finish() {
	rmmod ktlat_bare
}

count() {
	cat /sys/module/ktlat_bare/parameters/count
}
