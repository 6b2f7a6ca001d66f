#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module by way of DKMS, without packages.
#
#   scripts/dkms.sh source            its sources to $DESTDIR/usr/src/ktlat-VERSION
#   scripts/dkms.sh install RELEASE   the same, then build and install it for that kernel;
#                                     DKMS does so for each kernel that comes later
#   scripts/dkms.sh uninstall         all of that is gone
set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VERSION=$(<"$TOP/VERSION")
SOURCE=${DESTDIR-}/usr/src/ktlat-$VERSION

die() {
	echo "dkms.sh: $*" >&2
	exit 1
}

copy_source() {
	rm -rf "$SOURCE"
	mkdir -p "$SOURCE"
	cd "$TOP"
	find Kbuild VERSION dkms.conf module uapi -type f \
		\( -name '*.[chS]' -o -name '*.mk' -o ! -name '*.*' -o -name dkms.conf \) \
		! -name '*.mod.c' -exec cp --parents -t "$SOURCE" {} +
	chmod -R u=rwX,go=rX "$SOURCE"
}

needs_dkms() {
	command -v dkms >/dev/null || die "dkms is not installed: install it (Debian: apt install dkms)"
	[[ $EUID -eq 0 ]] || die "no permission: run it as root"
}

known() {
	[[ -n $(dkms status -m ktlat -v "$VERSION" 2>/dev/null) ]]
}

uninstall() {
	! known || dkms remove -m ktlat -v "$VERSION" --all
	rm -rf "$SOURCE"
}

# For each command dkms prints what it does; where it fails, also which log to read.
install() {
	local release=$1
	[[ -e /lib/modules/$release/build/Makefile ]] ||
		die "no kernel headers for $release: install linux-headers-$release"
	uninstall
	copy_source
	dkms add -m ktlat -v "$VERSION"
	dkms build -m ktlat -v "$VERSION" -k "$release"
	dkms install -m ktlat -v "$VERSION" -k "$release"
}

case ${1-} in
source) copy_source ;;
install)
	[[ -z ${DESTDIR-} ]] || die "with DESTDIR only the sources can be installed: make dkms-source"
	needs_dkms
	install "${2?}"
	;;
uninstall)
	[[ -z ${DESTDIR-} ]] || { rm -rf "$SOURCE" && exit; }
	needs_dkms
	uninstall
	;;
*) die "usage: dkms.sh source | install RELEASE | uninstall" ;;
esac
