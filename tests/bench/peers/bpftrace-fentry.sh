# shellcheck shell=bash disable=SC2034 # read by lib.sh
# SPDX-License-Identifier: GPL-2.0-only
enter=kfunc leave=kretfunc
. "$DIR/bpftrace.sh"
title='bpftrace fentry/fexit'

ready() {
	links_on 2
}
