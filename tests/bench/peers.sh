#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# peers.sh: what it costs to measure one function, by ktlat and by other tools;
# run by make bench-peers, which has built what it needs.
#
# Two guests of the same kernel: one counts instructions (peers/cost.sh), one has
# two CPUs (peers/load.sh). In each, all tools measure the same function under
# the same load, one after the other. Prints a table, and writes it to
# docs/bench.md and a chart to docs/bench.svg; for a kernel other than the default
# one to docs/bench-KERNEL.md and .svg. Results stay in tests/bench/build.
set -euo pipefail

PEERS=(nothing ktlat-direct ktlat-fprobe ktlat-kretprobe bare kprobe-events function-graph
	perf perf-bpf bpftrace-kprobe bpftrace-fentry funclatency funclatency-bcc systemtap)
PACKAGES=(linux-perf bpftrace libbpf-tools bpfcc-tools systemtap)
BUILD=tests/bench/build

die() {
	echo "peers.sh: $*" >&2
	exit 1
}

# SystemTap compiles a module; here, as that would take minutes in a guest. If not
# even an empty script compiles, that is the reason to be told.
build_systemtap() {
	local script
	rm -f "$BUILD"/ktlat_stap.ko
	command -v stap >/dev/null || { echo "error: stap is not installed" >"$BUILD/stap.log" && return; }
	echo "peers.sh: compiling the SystemTap script (half a minute)"
	echo 'probe begin { exit() }' >"$BUILD/empty.stp"
	for script in "$BUILD/empty.stp" tests/bench/peers/systemtap.stp; do
		(cd "$BUILD" && timeout 300 stap -r "$(../../../scripts/kernel.sh kdir)" -p4 -m ktlat_stap \
			"../../../$script") >"$BUILD/stap.log" 2>&1 && continue
		rm -f "$BUILD"/ktlat_stap.ko
		return
	done
}

# guest NAME OPTION...: results go to NAME.tsv, the rest is shown.
guest() {
	local name=$1 line
	shift
	: >"$BUILD/$name.tsv"
	tests/vm/run "$@" --mem 2048 -- bash "tests/bench/peers/$name.sh" "${PEERS[@]}" |
		while IFS= read -r line; do
			if [[ $line == @* ]]; then
				echo "$line" >>"$BUILD/$name.tsv"
			else
				echo "$line"
			fi
		done
}

about() {
	local name
	name=$(scripts/kernel.sh name)
	echo "date $(date -u +%F)"
	echo "kernel $(scripts/kernel.sh release)"
	echo "command make bench-peers KERNEL=$name"
	[[ $(scripts/kernel.sh tree) == . ]] && echo "page bench" || echo "page bench-$name"
	dpkg-query -W -f 'package ${Package} ${Version}\n' "${PACKAGES[@]}" 2>/dev/null || :
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p "$BUILD"
build_systemtap
echo "peers.sh: counting instructions, ${#PEERS[@]} rows (some 3 min)"
guest cost --icount --timeout 3000 || die "the guest that counts instructions failed"
echo "peers.sh: timing and counting calls, 2 virtual CPUs (some 5 min)"
guest load --cpus 2 --serial --timeout 3000 || die "the guest with 2 CPUs failed"
about >"$BUILD/about"
perl tests/bench/peers/render.pl "$BUILD" docs
