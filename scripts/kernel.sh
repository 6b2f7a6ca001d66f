#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetch a stock distribution kernel, without installing or booting it.
#
#   scripts/kernel.sh fetch     unpack it into the cache, if it isn't there yet
#   scripts/kernel.sh release   print its release, as in uname -r
#   scripts/kernel.sh vmlinux   print the path of its unpacked boot image (boots 2 s sooner)
#   scripts/kernel.sh root      print the folder that holds lib/modules/RELEASE
#   scripts/kernel.sh kdir      print the folder to build modules against
#
# Each of the last four fetches first where needed. KERNEL chooses a row of the
# table below. The cache is ${KTLAT_CACHE:-${XDG_CACHE_HOME:-~/.cache}/ktlat};
# it may be deleted at any time.
set -euo pipefail

KERNEL=${KERNEL:-6.1}
CACHE=${KTLAT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ktlat}

# name, glob its release must match, packages that depend on image and headers
table() {
	cat <<-'END'
		6.1   6.1.*   linux-image-amd64       linux-headers-amd64
		6.12  6.12.*  linux-image-6.12-amd64  linux-headers-6.12-amd64
	END
}

die() {
	echo "kernel.sh: $*" >&2
	exit 1
}

say() {
	echo "kernel.sh: $*" >&2
}

# The first package named in NAME's dependencies that matches GLOB.
dependency() {
	local name=$1 glob=$2 dep
	while read -r dep; do
		# shellcheck disable=SC2053 # a glob is meant
		[[ $dep == $glob ]] && echo "$dep" && return
	done < <(LC_ALL=C apt-cache depends --important "$name" 2>/dev/null |
		sed -n 's/^ *Depends: //p')
	return 1
}

# Package names of the kernel that the package lists offer now, image first.
packages() {
	local image headers
	image=$(dependency "$IMAGE" "linux-image-$GLOB") &&
		headers=$(dependency "$HEADERS" "linux-headers-$GLOB") || return 1
	echo "$image"
	echo "$headers"
	dependency "$headers" 'linux-headers-*-common*' &&
		dependency "$headers" 'linux-kbuild-*'
}

update_lists() {
	[[ $EUID -eq 0 ]] ||
		die "the package lists lack Linux $KERNEL: run 'apt-get update' as root, or run this as root"
	say "reading package lists"
	apt-get -qq update || die "apt-get update failed: check the network"
}

# Download what PACKAGES name into the current folder; what is there already
# and whole is not fetched again.
download() {
	apt-get -o APT::Sandbox::User="$(id -un)" -qq download "$@"
}

fetch_packages() {
	local list
	if ! list=$(packages); then
		update_lists
		list=$(packages) || die "this machine's package sources offer no Linux $KERNEL" \
			"($IMAGE is another release): add Debian 12 (bookworm) to them"
	fi
	mapfile -t PACKAGES <<<"$list"
	say "downloading ${PACKAGES[0]} with headers (85 MB)"
	if ! download "${PACKAGES[@]}"; then
		update_lists # the archive has moved on since the lists were read
		mapfile -t PACKAGES < <(packages)
		download "${PACKAGES[@]}" ||
			die "downloading ${PACKAGES[*]} failed: check the network and try again"
	fi
}

# Make the tree at $1 refer to itself only, never to headers of this machine.
relocate() {
	local root=$1 kv=$2 headers common
	headers=usr/src/linux-headers-$kv
	common=$(sed -n 's|^include */usr/src/\(.*\)/Makefile$|\1|p' "$root/$headers/Makefile")
	[[ -d $root/usr/src/$common ]] || die "cannot relocate $headers: no include line as expected"
	# shellcheck disable=SC2016 # make expands this
	printf 'include $(dir $(abspath $(lastword $(MAKEFILE_LIST))))../%s/Makefile\n' \
		"$common" >"$root/$headers/Makefile"
	ln -sfn "../../../$headers" "$root/lib/modules/$kv/build"
	ln -sfn "../../../usr/src/$common" "$root/lib/modules/$kv/source"
}

# A little-endian number of $3 bytes at offset $2 of file $1.
number_at() {
	od -An -v -tu"$3" -j"$2" -N"$3" "$1" | tr -d ' '
}

# The ELF image in a vmlinuz. Where it lies is told by the boot protocol's header
# (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length); four
# bytes behind it tell the length of what comes out.
extract_vmlinux() {
	local vmlinuz=$1 setup offset length unpack
	setup=$((($(number_at "$vmlinuz" $((0x1f1)) 1) + 1) * 512))
	offset=$((setup + $(number_at "$vmlinuz" $((0x248)) 4)))
	length=$(($(number_at "$vmlinuz" $((0x24c)) 4) - 4))
	case $(number_at "$vmlinuz" "$offset" 4) in
	$((0x587a37fd))) unpack='xz -dcq --single-stream' ;;
	$((0xfd2fb528))) unpack='zstd -dcq' ;;
	*) die "cannot unpack $vmlinuz: neither xz nor zstd" ;;
	esac
	head -c $((offset + length)) "$vmlinuz" | tail -c "+$((offset + 1))" | $unpack >"$2" ||
		die "cannot unpack $vmlinuz"
}

unpack() {
	local new=$1 kv deb
	rm -rf "$new"
	mkdir -p "$new/root"
	for deb in *.deb; do
		say "unpacking ${deb%%_*}"
		dpkg-deb -x "$deb" "$new/root"
	done
	kv=${PACKAGES[0]#linux-image-}
	relocate "$new/root" "$kv"
	depmod -b "$new/root" "$kv"
	extract_vmlinux "$new/root/boot/vmlinuz-$kv" "$new/vmlinux"
	echo "$kv" >"$new/release"
}

fetch() {
	mkdir -p "$CACHE" || die "cannot write the cache $CACHE: set KTLAT_CACHE to another folder"
	exec 9>"$CACHE/$KERNEL.lock"
	flock 9
	[[ ! -e $HERE/release ]] || return 0
	mkdir -p "$HERE.deb"
	cd "$HERE.deb"
	fetch_packages
	keep_only_current
	unpack "$HERE.new"
	mv -T "$HERE.new" "$HERE"
	rm -rf "$HERE.deb"
	exec 9>&-
	say "Linux $(<"$HERE/release") is ready in $HERE"
}

# Left over from an interrupted run, perhaps of an older release.
keep_only_current() {
	local deb name
	for deb in *; do
		for name in "${PACKAGES[@]}"; do
			[[ $deb != "$name"_*.deb ]] || continue 2
		done
		rm -rf "$deb"
	done
}

read -r GLOB IMAGE HEADERS < <(table | sed -n "s/^$KERNEL  *//p") ||
	die "unknown KERNEL '$KERNEL': one of $(table | awk '{ printf "%s ", $1 }')"
HERE=$CACHE/linux-$KERNEL

[[ -e $HERE/release ]] || (fetch)
case ${1-} in
fetch) ;;
release) cat "$HERE/release" ;;
vmlinux) echo "$HERE/vmlinux" ;;
root) echo "$HERE/root" ;;
kdir) echo "$HERE/root/usr/src/linux-headers-$(<"$HERE/release")" ;;
*) die "usage: kernel.sh fetch|release|vmlinux|root|kdir" ;;
esac
