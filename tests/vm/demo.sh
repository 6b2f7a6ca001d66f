#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration (make demo), run in a guest: how long does the timer that
# estimates the rates of IPVS services hold a CPU, when there are many of them?
set -euo pipefail
PATH=$PWD/userspace:$PATH
SERVICES=${1:-20000}

step() {
	printf '\n==> %s\n' "$*"
}

# Show a command as one would type it, then run it.
run() {
	printf '# %s\n' "$*"
	"$@"
}

services() {
	awk -v n="$SERVICES" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "-A -t 10.%d.%d.1:%d -s rr\n", i / 65536, i / 256 % 256, 1 + i % 256
	}'
}

calls() {
	ktlat-ctl hist estimation_timer --json | jq '.probes[0].count'
}

# Until it has been called that often, at most a minute.
wait_for_calls() {
	local end=$((SECONDS + 60))
	until [[ $(calls) -ge $1 ]]; do
		if [[ $SECONDS -ge $end ]]; then
			echo "demo: estimation_timer was not called $1 times in 60 s" >&2
			exit 1
		fi
		sleep 0.2
	done
}

step "Linux $(uname -r), $(nproc) virtual CPUs (emulated, so slower than a real machine)"
run insmod "${KTLAT_TREE-.}/ktlat.ko"
run modprobe ip_vs_rr

step "adding $SERVICES virtual services to IPVS (takes some 10 s)"
echo "# ipvsadm -R < services"
services | ipvsadm -R
echo "services: $(tail -n +4 /proc/net/ip_vs | wc -l)"

step "measuring estimation_timer, which IPVS calls every two seconds"
run ktlat-ctl add-probe estimation_timer
wait_for_calls 1

step "live, while it runs"
run ktlat-ctl hist estimation_timer --interval 3s --count 4

step "the probe"
run ktlat-ctl list

slowest=$(ktlat-ctl hist estimation_timer --json | jq -r '.probes[0].max_ns / 1e6 * 10 | round / 10')
step "what it shows: with $SERVICES services, estimation_timer keeps a CPU from all other work
    in softirq for up to $slowest ms at a time, every two seconds"
