#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host: for each thing that a debug kernel looks for, ktlat with a fault of
# that kind (plant.h) is run on it, and it has to be reported, and the run to fail. TAP.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
. tests/vm/lib.sh

TMP=$(mktemp -d "${TMPDIR:-/tmp}/ktlat-plants.XXXXXX")
trap 'rm -rf "$TMP"' EXIT
KERNEL=${KERNEL:-6.1-debug}
export KERNEL
BUILD=build/planted-$KERNEL

build() {
	local tree
	tree=$(scripts/kernel.sh tree)
	mkdir -p "$BUILD"
	cp -pru "$tree"/{Kbuild,VERSION,module,uapi,tests} "$BUILD/" &&
		scripts/kernel.sh build KTLAT_PLANT=1 "$BUILD" >"$TMP/build" 2>&1 && return
	tail -n 20 "$TMP/build" >&2
	bail_out 'the faults cannot be built'
}

# run_with SECONDS PLANT...: in one guest, one fault after the other; the run has to fail.
# Races take CPUs that run at once; the target rests when probes come and go.
run_with() {
	local status=0 options=(--mem 2048 --timeout 900)
	[[ $2 == race ]] || options+=(--serial)
	tests/vm/run "${options[@]}" --keep-log "$TMP/log" -- \
		bash tests/debug/planted.sh "$BUILD" "$@" >"$TMP/out" 2>&1 || status=$?
	cmp_ok "$status" '!=' 0 'the run fails' || diag "$(<"$TMP/out")"
	tests/vm/check-log "$TMP/log" >"$TMP/found"
}

# reported PLANT REGEX: the harness has found that in the kernel log.
reported() {
	ok "$1 is reported: $2" grep -aE "$2" "$TMP/found" || diag "$(tail -n 20 "$TMP/found" "$TMP/out")"
}

build
case $KERNEL in
*-debug)
	# Who reports switches lockdep off, but the first two; so these come first.
	run_with 0 rcu sleep abba uaf object leak
	reported rcu 'suspicious RCU usage'
	reported sleep 'sleeping function called from invalid context'
	reported abba 'possible circular locking dependency'
	reported uaf 'BUG: KASAN: .*use-after-free in ktlat_plant'
	reported object 'ODEBUG: free active'
	reported leak 'kmemleak: [0-9]+ new suspected memory leaks'
	;;
*-kcsan)
	run_with 60 race
	reported race 'BUG: KCSAN: data-race in ktlat_plant_handler'
	;;
*) bail_out "Linux $KERNEL is no debug kernel" ;;
esac
done_testing
