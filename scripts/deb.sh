#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the Debian packages, and their source package, from a copy of the sources that holds nothing else.
#
#   scripts/deb.sh             for this machine's release, to build/deb
#   scripts/deb.sh RELEASE     for another one, in a system of that release,
#                              to build/deb/RELEASE; as root
set -euo pipefail

SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOP=${SCRIPTS%/*}

die() {
	echo "deb.sh: $*" >&2
	exit 1
}

# shellcheck source=scripts/box.sh
. "$SCRIPTS/box.sh"

# What a package is made of.
copy_sources() {
	cd "$TOP"
	rm -rf "$1"
	mkdir -p "$1"
	find COPYING Kbuild README.md VERSION debian dkms.conf docs/architecture.md module \
		scripts/dkms.sh uapi userspace -type f ! -name '*.[aod]' ! -name '*.so' ! -name '.*' \
		! -name '*.pc' ! -path userspace/ktlat-ctl -exec cp --parents -t "$1" {} +
}

release=${1-}
[[ -z $release ]] || check_release "$release"
out=$TOP/build/deb${release:+/$release}
log=$out/build.log
rm -f "$out"/*.{deb,dsc,tar.xz,buildinfo,changes}
copy_sources "$out/source"
command=(sh -c 'cd "$1" && dpkg-buildpackage -us -uc "-j$2"' sh "$out/source" "$(nproc)")
[[ -z $release ]] || command=(box_run "$(box_builder "$release")" "$out" -- "${command[@]}")
"${command[@]}" >"$log" 2>&1 || {
	tail -n 40 "$log" >&2
	die "it failed; all of it is in $log"
}
rm -rf "$out/source"
ls "$out"/*.deb
