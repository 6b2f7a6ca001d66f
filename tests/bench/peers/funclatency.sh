# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='funclatency (libbpf-tools)'
files=(/usr/sbin/funclatency)

start() {
	tool "${files[0]}" "$FUNC"
}

# It takes fentry where it finds that, and kprobes elsewhere.
ready() {
	links_on 2
}

finish() {
	interrupt
}

count() {
	table_sum
}
