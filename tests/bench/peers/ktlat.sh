# shellcheck shell=bash disable=SC2034,SC2154 # read by lib.sh, set by other files
# SPDX-License-Identifier: GPL-2.0-only
# What is common to ktlat's backends; their files set backend.
title="ktlat $backend"
files=(userspace/ktlat-ctl "$TREE/ktlat.ko")
live=1

start() {
	insmod "$TREE/ktlat.ko" && userspace/ktlat-ctl add-probe "$FUNC" --args-in-registers \
		--backend "$backend" >"$OUT" 2>"$ERR"
}

ready() {
	:
}

finish() {
	userspace/ktlat-ctl unload >/dev/null
}

count() {
	userspace/ktlat-ctl list --json | jq '.probes[0].count'
}
