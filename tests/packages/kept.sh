# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module that DKMS has built on a machine of some release, by tests/packages/run; sourced
# by who boots it. After it, $KERNEL and $KTLAT_KO are set, and we are in the checkout.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
declare -A kernels=([bullseye]=5.10 [bookworm]=6.1 [trixie]=6.12 [sid]=7.2)

# kept_of RELEASE: ends the script where there is none that can be loaded.
kept_of() {
	local release for
	export KERNEL=${kernels[$1]} KTLAT_KO=build/deb/$1/modules/ktlat.ko
	[[ -e $KTLAT_KO ]] || { echo "Bail out! there is no $KTLAT_KO: run tests/packages/run $1" && exit 1; }
	release=$(scripts/kernel.sh release)
	for=$(modinfo -F vermagic "$KTLAT_KO" | cut -d ' ' -f 1)
	[[ $for == "$release" ]] || { echo "1..0 # SKIP it was built for $for, and there is $release to boot" && exit 0; }
}
