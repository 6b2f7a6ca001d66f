#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Install what is missing on a Debian 12 machine, for each PURPOSE named:
#
#   scripts/deps.sh PURPOSE...      build, kernel, vm, test, lint
#
# Needs root and a network only if something is missing.
set -euo pipefail

packages() {
	case $1 in
	build) echo gcc gcc-12 make libc6-dev pkg-config libkmod-dev libbpf-dev libjson-c-dev ;;
	kernel) echo kmod xz-utils zstd libelf1 libssl3 ;; # what its build tools are linked with
	vm) echo qemu-system-x86 busybox-static cpio iproute2 ipvsadm jq libcap2-bin procps ;;
	test) echo perl libcmocka-dev gcc-12-multilib jq procps ;;
	lint) echo git cpio sparse mandoc shellcheck perl ;;
	*) die "unknown purpose '$1': build, kernel, vm, test or lint" ;;
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

missing=()
for purpose; do
	list=$(packages "$purpose")
	for package in $list; do
		installed "$package" || missing+=("$package")
	done
done
[[ ${#missing[@]} -gt 0 ]] || exit 0
command -v apt-get >/dev/null ||
	die "this is no Debian: install the counterparts of: ${missing[*]}"
[[ $EUID -eq 0 ]] || die "missing: as root, run: apt-get install --no-install-recommends ${missing[*]}"
echo "deps.sh: installing ${missing[*]}"
apt update
apt install -y --no-install-recommends "${missing[@]}"
