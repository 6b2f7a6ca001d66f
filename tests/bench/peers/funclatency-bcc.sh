# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
title='funclatency (bcc)'
files=(/usr/sbin/funclatency-bpfcc)

start() {
	tool "${files[0]}" "$FUNC"
}

ready() {
	kprobes_on 2
}

finish() {
	interrupt
}

count() {
	table_sum
}
