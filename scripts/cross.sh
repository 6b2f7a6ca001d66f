#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What guests of another architecture (arm64) need besides their kernel, whose modules
# scripts/kernel.sh builds.
#
#   scripts/cross.sh root     print the folder of a Debian 12 of that architecture, with
#                             what the tests run and what our programs are linked with;
#                             made in the cache if it isn't there yet, which takes root
#   scripts/cross.sh tools    build the tools and the test programs for it
#   scripts/cross.sh tree     print the folder, below the checkout, that these go to
#
# Nothing of that system runs here: its packages are unpacked, and that is all. The
# programs are built from a copy of the sources, which the guest sees over the checkout.
set -euo pipefail

ARCH=arm64 TRIPLET=aarch64-linux-gnu TRIPLET32=arm-linux-gnueabihf
SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOP=${SCRIPTS%/*}
# shellcheck source=scripts/cache.sh
. "$SCRIPTS/cache.sh"
TREE=build/$ARCH

# What the guest's scripts run, and what scripts/deps.sh has for building the tools.
PACKAGES=(base-files base-passwd bash binutils busybox-static coreutils dash diffutils findutils
	gawk grep hostname iproute2 ipvsadm jq gojq kmod libcap2-bin mount procps sed util-linux
	libc6-dev libkmod-dev libseccomp-dev libbpf-dev libjson-c-dev zlib1g-dev libnl-3-dev libnl-genl-3-dev)

die() {
	echo "cross.sh: $*" >&2
	exit 1
}

say() {
	echo "cross.sh: $*" >&2
}

# shellcheck source=scripts/suite.sh
. "$SCRIPTS/suite.sh"

# No script of a package can run here, so what is needed of them is done by hand.
root() {
	local IFS=,
	# shellcheck disable=SC2016 # expanded by mmdebstrap's shell
	suite_system "$ARCH" bookworm "${PACKAGES[*]}" --variant=extract --architectures="$ARCH" \
		--dpkgopt='path-exclude=/usr/share/'{doc,info,locale,man}'/*' \
		--setup-hook='cd "$1" && mkdir -p usr/bin usr/sbin usr/lib && ln -s usr/bin usr/sbin usr/lib .' \
		--extract-hook='cd "$1" && ln -s gawk usr/bin/awk' \
		--extract-hook='cd "$1" && cp usr/share/base-passwd/passwd.master etc/passwd' \
		--extract-hook='cd "$1" && cp usr/share/base-passwd/group.master etc/group'
}

mirror() {
	mkdir -p "$TOP/$TREE"
	cd "$TOP"
	find VERSION module/core uapi userspace tests/abi tests/programs tests/target/values.h \
		\( -name '*.[ch]' -o -name '*.map' -o -name Makefile -o -name VERSION \) \
		-exec cp -pu --parents -t "$TREE" {} +
}

tools() {
	local root folder
	"$SCRIPTS/deps.sh" cross
	root=$(root)
	mirror
	say "building the tools and the test programs for $ARCH"
	export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/$TRIPLET/pkgconfig:$root/usr/share/pkgconfig
	for folder in userspace tests/abi tests/programs; do
		make -s -j"$(nproc)" -C "$TOP/$TREE/$folder" "CC=$TRIPLET-gcc --sysroot=$root" \
			"AR=$TRIPLET-ar" "CC32=$TRIPLET32-gcc -static" >/dev/null
	done
}

case ${1-} in
root) root ;;
tools) tools ;;
tree) echo "$TREE" ;;
*) die "usage: cross.sh root|tools|tree" ;;
esac
