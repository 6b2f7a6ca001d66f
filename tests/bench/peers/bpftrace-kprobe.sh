# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
enter=kprobe leave=kretprobe
. "$DIR/bpftrace.sh"

ready() {
	kprobes_on 2
}
