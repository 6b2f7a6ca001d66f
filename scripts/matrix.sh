#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Build and test on several kernels, and print one table; run by make check-matrix.
#
#   scripts/matrix.sh "KERNEL..." SCRIPT...
#
# KERNEL is a row of scripts/kernel.sh, SCRIPT one of tests/vm/*.t. $JOBS guests run
# at once (2). What each kernel's build and tests said, and its row of the table, stay
# in build/matrix/KERNEL. With $DKMS set, the module that the guests load is the one that
# DKMS has built and installed, on a machine of the kernel's Debian release; not on arm64.
# A kernel that has passed is not run again as long as the commit and the scripts are the
# same, so what was cut off goes on. Exit status 1 if anything failed, or a test was
# skipped without a reason.
set -uo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
RESULTS=${KTLAT_RESULTS-}
cd "$TOP" || exit

say() {
	echo "==> Linux $KERNEL: $*"
}

# Warnings of the compiler, of objtool and of modpost count. BTF for modules takes
# an image of the kernel, which its headers do not have.
warnings() {
	grep -iE 'warning|error' "$OUT/build.log" | grep -vE 'BTF|^ *CHECK'
}

build() {
	say "building (the log is $OUT/build.log)"
	scripts/kernel.sh build W=1 C=2 >"$OUT/build.log" 2>&1 ||
		{ tail -n 20 "$OUT/build.log" && return 1; }
	! warnings
}

# What the guests are to load, then.
by_dkms() {
	say 'DKMS (the log is '"$OUT/dkms.log)"
	tests/tap -v -e tests/packages/dkms "$KERNEL" >"$OUT/dkms.log" 2>&1 ||
		{ tail -n 20 "$OUT/dkms.log" && return 1; }
	export KTLAT_KO=build/dkms/$KERNEL/ktlat.ko
}

backends() {
	tests/vm/run-test tests/vm/backends.sh 2>"$OUT/backends.log"
}

run_tests() {
	say "$# scripts in guests"
	: >"$OUT/skips"
	rm -f "$OUT/results"
	KTLAT_RESULTS=$OUT/results KTLAT_SKIPS=$OUT/skips KTLAT_LOGS=$OUT/logs \
		tests/tap -j "${JOBS:-2}" -e tests/vm/run-test "$@" 2>&1 | tee "$OUT/tests.log"
	[[ -z $RESULTS || ! -e $OUT/results ]] || cat "$OUT/results" >>"$RESULTS"
}

# What a cell is of: a commit, and scripts; or nothing that lasts.
state() {
	[[ -n $(git status --porcelain 2>&1) ]] || echo "$(git rev-parse HEAD) ${DKMS-} $*"
}

# passed_before TESTS...: has $KERNEL, as it is now?
passed_before() {
	local state
	state=$(state "$@")
	[[ -n $state && -e build/matrix/$KERNEL/passed && $(<"build/matrix/$KERNEL/passed") == "$state" ]]
}

# one TESTS...: everything for $KERNEL; its row.
one() {
	local state begin=$SECONDS flavour=generic dkms=- has=- passed=- failed=1 skipped=0 built=failed
	state=$(state "$@")
	OUT=build/matrix/$KERNEL
	mkdir -p "$OUT"
	[[ $KERNEL != *-* ]] || flavour=${KERNEL#*-}
	if scripts/kernel.sh fetch && build; then
		built=clean
		unset KTLAT_KO
		if [[ -n ${DKMS-} && $KERNEL != *-arm64 ]]; then
			by_dkms && dkms=installed || dkms=failed
		fi
		has=$(backends) || has=none
		run_tests "$@"
		read -r passed failed _ <"$OUT/results"
		[[ $dkms != failed ]] || failed=$((failed + 1))
		skipped=$(wc -l <"$OUT/skips")
	fi
	printf '| %s | %s | %s | %s | %s | %s | %s | %s | %d min %02d s |\n' \
		"$(scripts/kernel.sh release || echo "$KERNEL")" "$flavour" "$dkms" "$built" \
		"$has" "$passed" "$skipped" "$failed" $(((SECONDS - begin) / 60)) $(((SECONDS - begin) % 60)) >"$OUT/row"
	[[ $failed -eq 0 ]] || return
	[[ -z $state || $state != "$(state "$@")" ]] || echo "$state" >"$OUT/passed"
}

read -ra kernels <<<"$1"
shift
if [[ $# -eq 0 ]]; then
	echo "matrix.sh: no scripts to run: SUITE is short, truth or all, and T a part of a name in it" >&2
	exit 2
fi
status=0
for KERNEL in "${kernels[@]}"; do
	export KERNEL
	if passed_before "$@"; then
		say 'has passed before, with these sources'
		[[ -z $RESULTS ]] || cat "build/matrix/$KERNEL/results" >>"$RESULTS"
		continue
	fi
	rm -f "build/matrix/$KERNEL"/{row,passed}
	one "$@" || status=1
done
echo
echo '| kernel | flavour | DKMS | build | backends | passed | skipped | failed | time |'
echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- |'
for KERNEL in "${kernels[@]}"; do
	cat "build/matrix/$KERNEL/row"
done
# Each reason once, with how often and where.
for KERNEL in "${kernels[@]}"; do
	[[ ! -s build/matrix/$KERNEL/skips ]] || sed "s|^|skipped on $KERNEL: |" "build/matrix/$KERNEL/skips"
done
exit $status
