#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration (make demo), run in a guest: how long does it take to estimate
# the rates of IPVS services, when there are many of them? Up to Linux 6.1 a timer
# does it for all of them at once, and holds a CPU meanwhile; from 6.2 on a thread
# does it for a part of them at a time.
set -euo pipefail
PATH=$PWD/userspace:$PATH
SERVICES=${1:-20000}
. tests/vm/ipvs.sh

step() {
	printf '\n==> %s\n' "$*"
}

# Show a command as one would type it, then run it.
run() {
	printf '# %s\n' "$*"
	"$@"
}

# The function that does it, and what there is to say about its calls.
choose_function() {
	FUNC=$(estimating_function)
	if [[ $FUNC == estimation_timer ]]; then
		caller="which a timer of IPVS calls every two seconds"
		shows="keeps a CPU from all other work
    in softirq for up to %s ms at a time, every two seconds"
	else
		caller="which a thread of IPVS calls for some of the services at a time: from
    Linux 6.2 on there is no estimation_timer, which did it for all at once"
		shows="keeps its thread
    busy for up to %s ms at a time; other tasks and interrupts can come in between"
	fi
}

calls() {
	ktlat-ctl hist "$FUNC" --json | jq '.probes[0].count'
}

# Until it has been called that often, at most a minute.
wait_for_calls() {
	local end=$((SECONDS + 60))
	until [[ $(calls) -ge $1 ]]; do
		if [[ $SECONDS -ge $end ]]; then
			echo "demo: $FUNC was not called $1 times in 60 s" >&2
			exit 1
		fi
		sleep 0.2
	done
}

step "Linux $(uname -r), $(nproc) virtual CPUs (emulated, so slower than a real machine)"
run insmod "${KTLAT_TREE-.}/ktlat.ko"
run modprobe ip_vs_rr
choose_function

step "adding $SERVICES virtual services to IPVS (takes some 10 s)"
echo "# ipvsadm -R < services"
services "$SERVICES" | ipvsadm -R
echo "services: $(tail -n +4 /proc/net/ip_vs | wc -l)"

step "measuring $FUNC, $caller"
run ktlat-ctl add-probe "$FUNC"
wait_for_calls 1

step "live, while it runs"
run ktlat-ctl hist "$FUNC" --interval 3s --count 4

step "the probe"
run ktlat-ctl list

slowest=$(ktlat-ctl hist "$FUNC" --json | jq -r '.probes[0].max_ns / 1e6 * 10 | round / 10')
# shellcheck disable=SC2059 # chosen above
step "what it shows: with $SERVICES services, $FUNC $(printf "$shows" "$slowest")"
