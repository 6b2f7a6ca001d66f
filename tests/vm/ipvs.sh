# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many virtual services, whose rates IPVS estimates; for demo.sh and estimation.t.

# services N: as ipvsadm -R reads them.
services() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "-A -t 10.%d.%d.1:%d -s rr\n", i / 65536, i / 256 % 256, 1 + i % 256
	}'
}

# estimating_function: up to Linux 6.1 a timer's function does it for all services at
# once, from 6.2 on a thread's for some at a time.
estimating_function() {
	if grep -qw estimation_timer /sys/kernel/tracing/available_filter_functions; then
		echo estimation_timer
	else
		echo ip_vs_chain_estimation
	fi
}
