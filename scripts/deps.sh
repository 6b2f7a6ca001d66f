#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Install what is missing on a Debian 12 machine, for each PURPOSE named:
#
#   scripts/deps.sh PURPOSE...      build, kernel, debug, vm, efi, test, suite, cross, packages,
#                                   lint, fuzz, bench, peers
#
# Needs root and a network only if something is missing. What is marked "?" can be
# done without: if it cannot be installed, a line says so.
set -euo pipefail

packages() {
	case $1 in
	build) echo gcc gcc-12 make libc6-dev pkg-config libkmod-dev libbpf-dev libjson-c-dev zlib1g-dev libseccomp-dev \
		libnl-3-dev libnl-genl-3-dev ;;
	kernel) echo kmod xz-utils zstd lz4 libelf1 libssl3 pahole ;; # what its build tools need
	debug) echo gcc make flex bison bc libelf-dev libssl-dev pahole cpio xz-utils kmod binutils ;;
	vm) echo qemu-system-x86 busybox-static cpio iproute2 ipvsadm jq gojq libcap2-bin mount procps \
		rt-tests ;;
	efi) echo ovmf mtools dosfstools mokutil expect ;; # a guest with Secure Boot
	test) echo perl libcmocka-dev gcc-12-multilib jq procps zsh ;;
	suite) echo mmdebstrap debian-archive-keyring util-linux ;; # another release's compiler
	cross) echo gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-system-arm ;;
	packages) echo build-essential debhelper dh-dkms ;;
	lint) echo git cpio sparse mandoc shellcheck perl ;;
	fuzz) echo clang libclang-rt-dev ;;
	bench) echo gcc make pkg-config '?liblttng-ust-dev' '?lttng-tools' ;;
	peers) echo perl jq '?linux-perf' '?bpftrace' '?trace-cmd' '?libbpf-tools' '?bpfcc-tools' '?systemtap' ;;
	*) die "unknown purpose '$1': build, kernel, debug, vm, efi, test, suite, cross, packages, lint, fuzz, bench or peers" ;;
	esac
}

die() {
	echo "deps.sh: $*" >&2
	exit 1
}

installed() {
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

apt() {
	local log
	log=$(mktemp)
	if ! DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" \
		>"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		die "apt-get $1 failed: check the network and the package sources, then try again"
	fi
	rm -f "$log"
}

without() {
	echo "deps.sh: $1 cannot be installed here: what needs it is left out"
}

# One by one, so that one that there is not keeps none of the others away.
install_optional() {
	local package
	[[ $# -gt 0 ]] || return 0
	if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
		for package; do without "$package"; done
		return
	fi
	echo "deps.sh: installing $*"
	(apt update) || :
	for package; do
		(apt install -y --no-install-recommends "$package" 2>/dev/null) || without "$package"
	done
}

missing=() optional=()
for purpose; do
	list=$(packages "$purpose")
	for package in $list; do
		installed "${package#\?}" && continue
		case $package in
		\?*) optional+=("${package#\?}") ;;
		*) missing+=("$package") ;;
		esac
	done
done
install_optional "${optional[@]}"
[[ ${#missing[@]} -gt 0 ]] || exit 0
command -v apt-get >/dev/null ||
	die "this is no Debian: install the counterparts of: ${missing[*]}"
[[ $EUID -eq 0 ]] || die "missing: as root, run: apt-get install --no-install-recommends ${missing[*]}"
echo "deps.sh: installing ${missing[*]}"
apt update
apt install -y --no-install-recommends "${missing[@]}"
