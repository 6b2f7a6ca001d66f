# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module that DKMS has built on a machine of some release, by tests/packages/run; sourced
# by who boots it, in the checkout from there on.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
declare -A kernels=([bullseye]=5.10 [bookworm]=6.1 [trixie]=6.12 [sid]=7.2)

# kept_of RELEASE: sets $KERNEL and $KTLAT_KO; or ends the script, skipped where the module
# is for another kernel than the one that there is to boot.
kept_of() {
	local release built_for
	export KERNEL=${kernels[$1]} KTLAT_KO=build/deb/$1/modules/ktlat.ko
	[[ -e $KTLAT_KO ]] || { echo "Bail out! there is no $KTLAT_KO: run tests/packages/run $1" && exit 1; }
	if ! release=$(scripts/kernel.sh release) || ! built_for=$(modinfo -F vermagic "$KTLAT_KO"); then
		echo "Bail out! there is no Linux $KERNEL, or no module in $KTLAT_KO"
		exit 1
	fi
	built_for=${built_for%% *}
	[[ $built_for == "$release" ]] ||
		{ echo "1..0 # SKIP it was built for $built_for, and there is $release to boot" && exit 0; }
}
